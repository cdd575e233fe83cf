"""A story in the order of time."""

from __future__ import annotations

from datetime import timedelta

from sqlite_utils import Database

from bot.answers import Problem
from bot.timeline import Timeline
from feeds.model import Item
from feeds.revision import ChangedFact
from storage import entries, events
from storage.events import Step
from tests.archive import Archive
from tests.factories import NOW, make_filing, make_item, make_press

LINK = "https://www.federalregister.gov/documents/2020/06/18/2020-13093/x"


async def happen(archive: Archive, *items: Item) -> None:
    def keep(db: Database) -> None:
        for item in items:
            events.reach(db, entries.remember(db, item, now=NOW).entry, now=NOW)

    await archive.storage.run(keep)


def linked(number: int, hours: int) -> Item:
    """A press report on the document, so many hours after its filing."""
    return make_press(
        key=f"news:{number}",
        url=LINK,
        title=f"Report {number} on what Commerce allows",
        event_at=make_filing().event_at + timedelta(hours=hours),  # type: ignore[operator]  # it has one
    )


async def test_a_timeline_tells_the_filing_the_press_and_the_publication(archive: Archive) -> None:
    await happen(archive, make_filing(), linked(1, 2), make_item())

    answer = await archive.ask("timeline 85 FR 36719")

    assert isinstance(answer, Timeline)
    assert answer.card.title == make_item().title
    assert [(each.what, each.detail) for each in answer.happenings] == [
        ("On public inspection", ""),
        ("Reported", "Example News"),
        ("Published", ""),
    ]
    assert answer.happenings[1].at == linked(1, 2).event_at


async def test_of_much_press_the_first_is_named_and_the_rest_counted(archive: Archive) -> None:
    await happen(archive, make_filing(), *(linked(n, n) for n in range(1, 7)), make_item())

    answer = await archive.ask("timeline 2020-13093")

    assert isinstance(answer, Timeline)
    assert [each.what for each in answer.happenings] == [
        "On public inspection",
        "Reported",
        "Reported",
        "Reported",
        "and 3 more press reports",
        "Published",
    ]


async def test_what_changed_and_what_a_later_document_did_is_said(archive: Archive) -> None:
    def move(db: Database) -> None:
        entry = entries.remember(db, make_item(), now=NOW).entry
        moved = ChangedFact(name="comment deadline", before="2020-08-17", after="2020-09-16")
        events.record(db, entry, Step.MOVED, source="register", changes=[moved], now=NOW)
        events.record(db, entry, Step.CORRECTED, source="C1-2020-13093", now=NOW)

    await archive.storage.run(move)

    answer = await archive.ask("timeline 2020-13093")

    assert isinstance(answer, Timeline)
    assert [(each.what, each.detail) for each in answer.happenings] == [
        ("Date moved", "comment deadline 17 August 2020 → 16 September 2020"),
        ("Corrected", "by C1-2020-13093"),
    ]


async def test_a_timeline_of_nothing_known_says_what_can_be_asked(archive: Archive) -> None:
    for asked in ("timeline", "timeline 2020-99999", "timeline huawei"):
        answer = await archive.ask(asked)

        assert isinstance(answer, Problem)
        assert answer.hint == "timeline 2020-13093"
