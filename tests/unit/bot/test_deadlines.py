"""The days ahead: whose, in which order, and page by page."""

from __future__ import annotations

from datetime import date, datetime

from sqlite_utils import Database

from bot import follow_up
from bot.answers import Problem
from bot.timeline import DaysAhead, Timeline
from feeds.model import DocumentType, Item
from storage import entries, events
from storage.entries import Entry
from tests.archive import Archive
from tests.factories import NOW, make_document, make_item


async def note(archive: Archive, *items: Item, now: datetime = NOW) -> list[Entry]:
    def keep(db: Database) -> list[Entry]:
        kept = []
        for item in items:
            entry = entries.remember(db, item, now=now).entry
            events.reach(db, entry, now=now)
            follow_up.noted(db, entry, edited=True, now=now)
            kept.append(entry)
        return kept

    return await archive.storage.run(keep)


def document(number: int, **but: object) -> Item:
    """One of several rules, each with its own days."""
    name = f"2020-{20_000 + number}"
    made = make_document(
        number=name, dates=None, rins=(), dockets=(), citation=None, end_page=None, **but
    )
    return make_item(
        key=f"fr:{name}",
        title=f"Rule {number} on Huawei",
        url=f"https://r.example/{number}",
        document=made,
    )


def closing(number: int, day: date) -> Item:
    return document(number, effective_on=None, comments_close_on=day)


async def test_what_is_told_here_is_listed_soonest_first(archive: Archive) -> None:
    kept = await note(
        archive,
        document(1, effective_on=date(2020, 7, 20), comments_close_on=date(2020, 8, 17)),
        closing(2, date(2020, 7, 1)),
        closing(3, date(2020, 6, 30)),
        document(4, effective_on=date(2020, 6, 17), comments_close_on=None),
    )
    for number, entry in enumerate(kept[:2]):
        await archive.tell(entry, ts=f"{number}.0")

    answer = await archive.ask("deadlines")

    assert isinstance(answer, DaysAhead)
    assert [(str(each.day), each.what, each.detail) for each in answer.days] == [
        ("2020-07-01", "Comments close", "in 13 days"),
        ("2020-07-20", "Takes effect", "in 32 days"),
        ("2020-08-17", "Comments close", "in 60 days"),
    ]
    assert (answer.query, answer.next) == ("", None)


async def test_a_query_lists_the_days_of_everything_it_matches(archive: Archive) -> None:
    other = document(
        5, type=DocumentType.NOTICE, effective_on=None, comments_close_on=date(2020, 7, 9)
    )
    await note(archive, closing(1, date(2020, 7, 1)), other)

    answer = await archive.ask("deadlines type:notice")

    assert isinstance(answer, DaysAhead)
    assert [each.title for each in answer.days] == ["Rule 5 on Huawei"]


async def test_pages_follow_each_other_without_a_gap_or_a_repeat(archive: Archive) -> None:
    await note(archive, *(closing(n, date(2020, 7, 1 + n % 7)) for n in range(23)))

    titles: list[str] = []
    answer = await archive.ask("deadlines huawei")
    while isinstance(answer, DaysAhead):
        titles += [each.title for each in answer.days]
        if answer.next is None:
            break
        answer = await archive.commands.days_ahead(
            answer.query, answer.next, channel="C1", user="U1"
        )

    assert len(titles) == 23
    assert set(titles) == {f"Rule {n} on Huawei" for n in range(23)}


async def test_a_day_that_moved_says_from_where(archive: Archive) -> None:
    await note(archive, closing(1, date(2020, 7, 1)))
    (entry,) = await note(archive, closing(1, date(2020, 8, 1)))
    await archive.tell(entry)

    answer = await archive.ask("deadlines")

    assert isinstance(answer, DaysAhead)
    assert [each.detail for each in answer.days] == ["in 44 days, moved from 1 July 2020"]


async def test_a_query_that_cannot_be_read_says_where(archive: Archive) -> None:
    answer = await archive.ask("deadlines (huawei")

    assert isinstance(answer, Problem)
    assert answer.hint.startswith("deadlines ")


async def test_a_button_of_another_time_opens_the_first_page(archive: Archive) -> None:
    await note(archive, closing(1, date(2020, 7, 1)))

    answer = await archive.commands.days_ahead("huawei", "rubbish", channel="C1", user="U1")

    assert isinstance(answer, DaysAhead)
    assert len(answer.days) == 1


async def test_a_timeline_tells_the_days_past_and_ahead(archive: Archive) -> None:
    await note(
        archive, document(1, effective_on=date(2020, 6, 18), comments_close_on=date(2020, 8, 17))
    )

    answer = await archive.ask("timeline 2020-20001")

    assert isinstance(answer, Timeline)
    assert [(each.what, each.ahead) for each in answer.happenings] == [
        ("Published", False),
        ("In force", False),
        ("Comments close", True),
    ]
