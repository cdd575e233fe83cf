"""Entries find their story: by number, headline, or what they tell; people have the last word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import pytest
from sqlite_utils import Database

from feeds.model import DocumentType, Item
from storage import cards, deliveries, entries, events, heads, joins, outbox, stories
from storage.cards import Standing
from storage.database import open_database, transaction
from storage.entries import Entry
from storage.joins import Because
from storage.stories import Mark
from tests.factories import NOW, make_document, make_filing, make_item, make_press
from tests.told_events import EVENTS

BY_HAND = Because(reason="joined by hand", confidence=1.0, made_by="U01ALICE")


@pytest.fixture
def db() -> Iterator[Database]:
    with open_database(":memory:") as opened:
        yield opened


class _Stopped(Exception):  # noqa: N818  not an error of ours
    """The process ended in the middle of a transaction."""


def remember(db: Database, item: Item) -> Entry:
    """At the time it happened."""
    with transaction(db):
        return entries.remember(db, item, now=item.event_at or NOW).entry


def report(number: int, title: str, *, hours: float = 0, **but: object) -> Item:
    """Of a publication of its own, so many hours after the first."""
    address = f"https://paper-{number}.example/report"
    first = make_press()
    assert first.event_at
    return replace(
        first,
        key=f"news:{address}",
        url=address,
        feed=f"paper-{number}",
        publisher=f"Paper {number}",
        title=title,
        summary="",
        event_at=first.event_at + timedelta(hours=hours),
        **but,  # type: ignore[arg-type]  # fields of Item
    )


def test_headlines_of_one_event_share_a_story_and_those_of_no_two_events_do(db: Database) -> None:
    items = sorted(
        ((item, told.name) for told in EVENTS for item in told.items()),
        key=lambda one: str(one[0].event_at),
    )

    placed = [(remember(db, item).story_id, name) for item, name in items]

    by_story = defaultdict(set)
    for story_id, name in placed:
        by_story[story_id].add(name)
    pairs = [one[0] == other[0] for one, other in combinations(placed, 2) if one[1] == other[1]]
    assert [names for names in by_story.values() if len(names) > 1] == []
    assert sum(pairs) / len(pairs) >= 0.85


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("BIS adds 38 Huawei affiliates to Entity List", "BIS adds 46 Huawei affiliates to Entity List"),
        ("US bans Huawei from 5G standards bodies", "US allows Huawei in 5G standards bodies"),
        ("US restricts Huawei chip exports", "Germany restricts Huawei chip imports"),
        ("FCC restricts Huawei equipment", "Commerce restricts Huawei equipment"),
        ("US extends Huawei licence until April", "US extends Huawei licence until August"),
        ("US grants Huawei a 90-day reprieve from ban", "US grants ZTE a 90-day reprieve from ban"),
        ("Continuation of the emergency with respect to Libya", "Continuation of the emergency with respect to Yemen"),
    ],
)  # fmt: skip
def test_what_contradicts_a_story_is_another(db: Database, first: str, second: str) -> None:
    one = remember(db, report(1, first))
    other = remember(db, report(2, second, hours=3))

    assert one.story_id != other.story_id


def test_a_leak_and_the_rule_weeks_later_are_two_stories(db: Database) -> None:
    leak = remember(db, report(1, "US drafts rule to let firms work with Huawei on 5G standards"))
    rule = remember(db, report(2, "US lets firms work with Huawei on 5G standards", hours=24 * 39))

    assert leak.story_id != rule.story_id


def test_one_publication_does_not_tell_one_event_twice_in_other_words(db: Database) -> None:
    one = remember(db, report(1, "National Park Week celebrates rivers and canyons"))
    again = report(1, "National Forest Week celebrates rivers and canyons", hours=1)
    other = remember(db, replace(again, key="news:other", url="https://paper-1.example/other"))

    assert one.story_id != other.story_id


def test_the_document_that_press_told_of_becomes_the_head_of_its_story(db: Database) -> None:
    told = remember(db, report(1, "US companies can work with Huawei on 5G standards"))
    filed = remember(db, make_filing())
    printed = remember(db, make_item())
    later = remember(db, report(2, "Commerce authorizes standards work with Huawei", hours=70))

    assert {told.story_id, filed.story_id, printed.story_id, later.story_id} == {told.story_id}
    head = heads.head(db, told.story_id)
    assert head
    assert head.id == printed.id
    join = joins.of_entry(db, filed.id)
    assert join
    assert "standards" in join.because.reason
    assert 0.5 < join.because.confidence < 1


def test_a_rule_of_the_same_days_on_another_matter_stays_apart(db: Database) -> None:
    told = remember(db, report(1, "US companies can work with Huawei on 5G standards"))
    other = make_document(number="2020-13200", dockets=("BIS-2020-0018",), rins=())
    listed = remember(
        db,
        make_item(
            key="fr:2020-13200",
            title="Addition of Entities to the Entity List",
            summary="BIS adds entities for military end use.",
            evidence=(),
            document=other,
        ),
    )

    assert told.story_id != listed.story_id


def test_a_correction_joins_what_it_corrects(db: Database) -> None:
    rule = remember(db, make_item())
    number = "C1-2020-13093"
    bare = make_document(number=number, type=DocumentType.OTHER, dockets=(), rins=())
    assert rule.item.event_at
    correction = remember(
        db,
        make_item(
            key=f"fr:{number}",
            title="Correction",
            event_at=rule.item.event_at + timedelta(days=6),
            document=bare,
        ),
    )

    assert correction.story_id == rule.story_id


def test_filings_that_prove_twins_when_printed_become_one_story(db: Database) -> None:
    bare = make_filing().document
    assert bare
    proposal = replace(bare, number="2020-13094", type=DocumentType.PROPOSED, dockets=())
    first = remember(db, make_filing())
    second = remember(
        db, make_filing(key="fr:2020-13094", title="Request for comments", document=proposal)
    )
    printed = make_document(number="2020-13094", type=DocumentType.PROPOSED)

    remember(db, make_item())
    known = remember(
        db, make_item(key="fr:2020-13094", title="Request for comments", document=printed)
    )

    assert first.story_id != second.story_id
    assert known.story_id == first.story_id
    assert stories.current(db, second.story_id) == first.story_id


def test_stories_are_found_again_after_a_restart_and_by_another_process(tmp_path: Path) -> None:
    path = tmp_path / "rulewire.db"
    with open_database(path) as before:
        one = remember(before, report(1, "US bans new Huawei and ZTE equipment sales"))
    with open_database(path) as after, open_database(path) as other:
        two = remember(after, report(2, "FCC bans sales of new Huawei and ZTE equipment", hours=1))
        three = remember(other, report(3, "US bans Huawei, ZTE equipment sales", hours=2))
        four = remember(after, report(4, "FCC: sales of new Huawei and ZTE gear banned", hours=3))

    assert [each.story_id for each in (two, three, four)] == [one.story_id] * 3


def test_what_was_rolled_back_is_joined_by_nothing(db: Database) -> None:
    lost = report(1, "US bans new Huawei and ZTE equipment sales")
    remember(db, report(9, "Steel prices rise"))
    with suppress(_Stopped), transaction(db):
        entries.remember(db, lost, now=NOW)
        raise _Stopped

    steel = remember(db, report(2, "Copper mines reopen in the north", hours=1))
    found = remember(db, report(3, "FCC bans sales of new Huawei and ZTE equipment", hours=2))

    assert found.story_id != steel.story_id
    assert joins.of_entry(db, found.id) is None


def test_a_merge_moves_all_that_hangs_on_a_story(db: Database) -> None:
    one, other = remember(db, report(1, "Steel prices rise")), remember(db, make_item())
    for entry, channel in ((one, "C1"), (one, "C2"), (other, "C2")):
        outbox.enqueue(db, events.reach(db, entry, now=NOW), channel=channel, whys=[], now=NOW)
        cards.put(
            db,
            Standing(
                channel=channel,
                story_id=entry.story_id,
                entry_id=entry.id,
                conversation=channel,
                ts=f"{entry.id}",
            ),
        )
    stories.mark(db, one.story_id, Mark.MUTED, holder="C1", made_by="U1", now=NOW)

    merged = stories.merge(db, one.story_id, into=other.story_id, because=BY_HAND, now=NOW)

    assert merged
    assert len(entries.of_story(db, other.story_id)) == 2
    assert [each.channel for each in deliveries.of_story(db, other.story_id)] == ["C1", "C2", "C2"]
    standing = [cards.standing(db, channel=c, story_id=other.story_id) for c in ("C1", "C2")]
    assert [card and card.ts for card in standing] == [str(one.id), str(other.id)]
    assert [each.mark for each in stories.marks(db, other.story_id)] == [Mark.MUTED]
    assert stories.current(db, one.story_id) == other.story_id


def test_a_card_that_was_on_its_way_stands_in_the_story_that_was_merged_into(db: Database) -> None:
    one, other = remember(db, report(1, "Steel prices rise")), remember(db, make_item())
    stories.merge(db, one.story_id, into=other.story_id, because=BY_HAND, now=NOW)

    outbox.enqueue(db, events.reach(db, one, now=NOW), channel="C1", whys=[], now=NOW)
    cards.put(
        db,
        Standing(channel="C1", story_id=one.story_id, entry_id=one.id, conversation="C1", ts="1.0"),
    )

    assert cards.standing(db, channel="C1", story_id=other.story_id)
    assert len(deliveries.of_story(db, other.story_id)) == 1


def test_what_a_person_took_out_no_rule_puts_back(db: Database) -> None:
    told = remember(db, report(1, "US companies can work with Huawei on 5G standards"))
    filed = remember(db, make_filing())
    assert filed.story_id == told.story_id

    own = stories.split(db, filed.id, by="U01ALICE", now=NOW)
    printed = remember(db, make_item())

    assert own not in {None, told.story_id}
    assert printed.story_id == own
    assert [each.id for each in entries.of_story(db, told.story_id)] == [told.id]


def test_what_was_taken_out_draws_no_later_report_into_the_story(db: Database) -> None:
    first = remember(db, report(1, "US bans new Huawei and ZTE equipment sales"))
    wrong = remember(db, report(2, "US bans Huawei, ZTE equipment sales at bases", hours=1))
    own = stories.split(db, wrong.id, by="U01ALICE", now=NOW)
    copy = remember(db, report(3, "US bans Huawei, ZTE equipment sales at bases", hours=2))

    assert wrong.story_id == first.story_id
    assert copy.story_id == own


def test_taking_out_what_was_joined_by_hand_returns_it(db: Database) -> None:
    one, other = remember(db, report(1, "Steel prices rise")), remember(db, make_item())
    stories.merge(db, one.story_id, into=other.story_id, because=BY_HAND, now=NOW)

    returned = stories.split(db, one.id, by="U02BOB", now=NOW)

    assert returned == one.story_id == stories.current(db, one.story_id)


def test_a_person_may_join_again_what_a_person_took_out(db: Database) -> None:
    told = remember(db, report(1, "US companies can work with Huawei on 5G standards"))
    filed = remember(db, make_filing())
    own = stories.split(db, filed.id, by="U01ALICE", now=NOW)
    assert own

    by_rule = Because(reason="same words", confidence=0.9)
    assert not stories.merge(db, own, into=told.story_id, because=by_rule, now=NOW)
    assert stories.merge(db, own, into=told.story_id, because=BY_HAND, now=NOW)


def test_an_entry_alone_in_its_story_is_not_taken_out(db: Database) -> None:
    alone = remember(db, make_item())

    assert stories.split(db, alone.id, by="U01ALICE", now=NOW) is None
    assert stories.split(db, 999, by="U01ALICE", now=NOW) is None


def test_a_rule_names_the_leak_of_weeks_before_and_is_no_part_of_its_story(db: Database) -> None:
    leak = make_press(
        key="news:leak",
        url="https://a.example/leak",
        title="US draws rule to allow Huawei and US firms to work together on 5G standards - source",
        event_at=NOW - timedelta(days=40),
    )
    told = make_press(
        key="news:told",
        url="https://b.example/told",
        title="US to allow companies to work together with Huawei on 5G standards",
        publisher="Another Paper",
    )

    first = entries.remember(db, leak, now=NOW - timedelta(days=40)).entry
    second = entries.remember(db, told, now=NOW).entry

    assert first.story_id != second.story_id
    assert stories.earlier(db, second.story_id) == first.story_id
    assert stories.earlier(db, first.story_id) is None


def test_what_has_nothing_before_it_names_nothing(db: Database) -> None:
    other = make_press(
        key="news:other",
        url="https://a.example/other",
        title="FCC votes to revoke licences of a Chinese carrier",
        event_at=NOW - timedelta(days=40),
    )
    entries.remember(db, other, now=NOW - timedelta(days=40))

    entry = entries.remember(db, make_press(), now=NOW).entry

    assert stories.earlier(db, entry.story_id) is None
