"""What the law is watched for is found among the rules of late, however much was told before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlite_utils import Database

from feeds.date_sentences import DateKind
from feeds.deadlines import Due
from feeds.model import CfrPart
from storage import amendments, deadlines, entries, events, outbox, stories
from storage.entries import Entry
from storage.stories import Mark
from tests.factories import NOW, make_document, make_item

TODAY, SINCE = date(2020, 6, 18), date(2020, 5, 19)
LONG_AGO = date(2017, 3, 1)


def rule(db: Database, number: int, effective_on: date | None, *, read: bool = True) -> Entry:
    """A rule; its days were read from its text, or are the Register's own alone."""
    document = make_document(
        number=f"2019-{number:05}",
        publication_date=effective_on or TODAY,
        effective_on=effective_on,
        dockets=(f"BIS-{number}",),
        rins=(),
        cfr_parts=(CfrPart(title=15, part=str(number)),),
    )
    item = make_item(key=f"fr:{document.number}", title=f"Rule {number}", document=document)
    entry = entries.remember(db, item, now=NOW).entry
    if read:
        due = Due(
            kind=DateKind.EFFECTIVE,
            day=effective_on,
            provisional=False,
            source=document.number,
            sentence="",
        )
        deadlines.keep(db, entry, [due], now=NOW)
    return entry


def tell(db: Database, entry: Entry) -> None:
    outbox.enqueue(db, events.reach(db, entry, now=NOW), channel="C1", whys=[], now=NOW)


def awaited(db: Database) -> set[tuple[str, date]]:
    due = amendments.due(db, now=NOW + timedelta(days=1_000), limit=1_000)
    return {(each.part.part, each.effective_on) for each in due}


def steps(db: Database, work: Callable[[], None]) -> int:
    """What SQLite did, in hundreds of its own instructions."""
    done = 0

    def count() -> None:
        nonlocal done
        done += 1

    db.conn.set_progress_handler(count, 100)
    work()
    db.conn.set_progress_handler(None, 0)
    return done


def test_rules_of_late_that_were_told_or_are_followed_are_awaited(db: Database) -> None:
    told = [
        rule(db, 1, TODAY),
        rule(db, 2, SINCE, read=False),
        rule(db, 3, date(2022, 1, 1)),
        rule(db, 4, None, read=False),
    ]
    for each in (*told, rule(db, 5, SINCE - timedelta(1)), rule(db, 6, LONG_AGO, read=False)):
        tell(db, each)
    rule(db, 7, TODAY)
    followed = rule(db, 8, TODAY)
    stories.mark(db, followed.story_id, Mark.FOLLOWED, holder="U1", made_by="U1", now=NOW)
    saved = rule(db, 9, TODAY)
    stories.mark(db, saved.story_id, Mark.SAVED, holder="U1", made_by="U1", now=NOW)

    for _ in range(2):
        amendments.expect(db, since=SINCE, now=NOW)

    assert awaited(db) == {
        ("1", TODAY),
        ("2", SINCE),
        ("3", date(2022, 1, 1)),
        ("4", TODAY),
        ("8", TODAY),
    }


def test_a_day_that_was_read_counts_and_not_the_registers_own(db: Database) -> None:
    entry = rule(db, 1, TODAY)
    tell(db, entry)
    amendments.expect(db, since=SINCE, now=NOW)
    (known,) = deadlines.of_entry(db, entry.id)

    deadlines.keep(db, entry, [known.due.unset()], now=NOW)
    amendments.expect(db, since=SINCE, now=NOW)

    assert awaited(db) == set()


@pytest.mark.parametrize("read", [True, False])
def test_what_was_told_long_ago_costs_nothing(db: Database, read: bool) -> None:
    def look() -> None:
        amendments.expect(db, since=SINCE, now=NOW)

    for number in range(20):
        tell(db, rule(db, number, TODAY, read=read))
    look()
    db.execute("ANALYZE")
    few = steps(db, look)

    for number in range(100, 400):
        tell(db, rule(db, number, LONG_AGO, read=read))
    db.execute("ANALYZE")
    many = steps(db, look)

    assert few > 10
    assert many < 1.5 * few
