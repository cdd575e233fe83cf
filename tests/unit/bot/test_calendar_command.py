"""The secret address of a calendar: whose, the same when asked again, another when renewed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from bot import commands_calendar, follow_up
from bot.answers import Notice, Problem
from feeds.model import Item
from storage import entries, events, outbox, subscriptions
from storage.deliveries import Why
from tests.archive import CALENDARS, CHANNEL, TOPICS, Archive, open_archive
from tests.factories import NOW, make_document, make_item

QUERIES = {name: topic.query for name, topic in TOPICS.items()}


async def address(archive: Archive, text: str = "calendar", *, channel: str = CHANNEL) -> str:
    """The last part of the address in an answer."""
    answer = await archive.ask(text, channel=channel)
    assert isinstance(answer, Notice)
    assert not answer.aloud
    found = re.fullmatch(rf"{CALENDARS}/calendar/([\w-]+)\.ics", answer.url)
    assert found
    return found[1]


async def shown(archive: Archive, name: str) -> list[tuple[str, str]] | None:
    """What the calendar shows: day and title."""
    found = await archive.storage.run(commands_calendar.shown, name, topics=QUERIES, now=NOW)
    return found and [(str(each.day), each.entry.item.title) for each in found[1]]


def rule(number: int, day: date, **but: Any) -> Item:
    name = f"2020-{20_000 + number}"
    document = make_document(
        number=name, dates=None, rins=(), dockets=(), citation=None, end_page=None,
        effective_on=None, comments_close_on=day,
    )  # fmt: skip
    facts = {"title": f"Rule {number} on Huawei", "url": f"https://r.example/{number}", **but}
    return make_item(key=f"fr:{name}", document=document, **facts)


async def keep(archive: Archive, item: Item, *told_to: str) -> None:
    """Remember a document with its days, and tell channels of it for the topic."""

    def kept(db: Database) -> None:
        entry = entries.remember(db, item, now=NOW).entry
        event = events.reach(db, entry, now=NOW)
        follow_up.noted(db, entry, edited=True, now=NOW)
        why = Why(subscription="topic:huawei", reasons=())
        for channel in told_to:
            outbox.enqueue(db, event, channel=channel, whys=[why], now=NOW)

    await archive.storage.run(kept)


async def test_the_address_is_secret_and_stays_until_it_is_renewed(archive: Archive) -> None:
    await archive.ask("subscribe huawei")

    first = await address(archive)
    again = await address(archive, "calendar huawei")
    other = await address(archive, "calendar renew")

    assert first == again != other
    assert len(first.partition("-")[2]) >= 43  # 256 bits, six in a character
    assert await shown(archive, first) is None
    assert await shown(archive, other) == []


async def test_each_subscription_has_its_own_and_only_in_its_channel(archive: Archive) -> None:
    await archive.ask("subscribe huawei")
    await archive.ask("subscribe zte")

    which = await archive.ask("calendar")
    first, second = (
        await address(archive, "calendar huawei"),
        await address(archive, "calendar zte"),
    )
    elsewhere = await archive.ask("calendar huawei", channel="C02")

    assert first != second
    assert isinstance(which, Problem)
    assert (which.hint, "topic:huawei, zte" in which.message) == ("calendar topic:huawei", True)
    assert isinstance(elsewhere, Problem)


async def test_it_ends_with_the_subscription(archive: Archive) -> None:
    await archive.ask("subscribe huawei")
    name = await address(archive)

    await archive.ask("unsubscribe huawei")
    await archive.ask("subscribe huawei")

    assert await shown(archive, name) is None


@pytest.mark.parametrize(
    "name", ["", "1", "1-", "-", "x-y", "1-é", "9" * 80, "٣-x", "1-" + "\udc80"]
)
async def test_a_guess_finds_nothing(archive: Archive, name: str) -> None:
    await archive.ask("subscribe huawei")
    await address(archive)

    assert await shown(archive, name) is None


async def test_it_shows_what_was_told_and_what_matches_ahead(archive: Archive) -> None:
    await archive.ask("subscribe huawei")
    today = NOW.date()
    await keep(archive, rule(1, today - timedelta(days=3)), CHANNEL)
    await keep(archive, rule(2, today - timedelta(days=2)), "C02")
    await keep(archive, rule(3, today + timedelta(days=30)))
    await keep(archive, rule(4, today - timedelta(days=400)), CHANNEL)
    await keep(archive, rule(5, today + timedelta(days=9), title="ZTE", summary="", evidence=()))

    found = await shown(archive, await address(archive))

    assert found == [("2020-06-15", "Rule 1 on Huawei"), ("2020-07-18", "Rule 3 on Huawei")]


async def test_a_day_that_is_lost_stays_to_be_cancelled(archive: Archive) -> None:
    await archive.ask("subscribe huawei")
    await keep(archive, rule(1, date(2020, 8, 17)), CHANNEL)
    without = rule(1, date(2020, 8, 17))
    assert without.document
    without = replace(without, document=replace(without.document, comments_close_on=None))
    await keep(archive, without)

    found = await archive.storage.run(
        commands_calendar.shown, await address(archive), topics=QUERIES, now=NOW
    )

    assert found
    (lost,) = found[1]
    assert (lost.deadline.due.day, lost.day) == (None, date(2020, 8, 17))


async def test_a_topic_that_is_gone_leaves_what_it_told(archive: Archive) -> None:
    await archive.ask("subscribe huawei")
    await keep(archive, rule(1, date(2020, 8, 17)), CHANNEL)
    name = await address(archive)

    found = await archive.storage.run(commands_calendar.shown, name, topics={}, now=NOW)

    assert found
    assert [str(each.day) for each in found[1]] == ["2020-08-17"]


async def test_without_a_server_there_is_no_address(tmp_path: Path) -> None:
    async with open_archive(tmp_path, calendars="") as archive:
        await archive.storage.run(
            subscriptions.add, channel=CHANNEL, query="huawei", created_by="U1", now=NOW
        )

        answer = await archive.ask("calendar")

    assert isinstance(answer, Problem)
    assert "RULEWIRE_PORT" in answer.message
