"""A database that holds the June 2020 story, and the commands that answer from it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot.answers import Answer
from bot.commands import Commands
from bot.storage_thread import Storage
from feeds.matching import Reason
from feeds.model import Item
from feeds.topics import Topic
from storage import cards, deliveries, entries, events, outbox, stories, subscriptions
from storage.cards import Standing
from storage.deliveries import Why
from storage.entries import Entry
from tests.factories import NOW, make_feed, make_item, make_press

CHANNEL = "C01GEN"
ALICE = "U01ALICE"
BOB = "U02BOB"
TOPICS = {
    "huawei": Topic(name="huawei", title="Huawei", about="Whatever names Huawei.", query="huawei"),
    "standards": Topic(
        name="standards",
        title="Standards",
        about="Standards bodies.",
        query='"standards organizations"',
    ),
}
#: Who runs the bot, where several workspaces share it.
ADMIN = "T02TWO/U0ADMIN"
#: What the addresses of calendars begin with.
CALENDARS = "https://rules.example"
FEEDS = {"example-news": make_feed()}


@dataclass(kw_only=True)
class Archive:
    """Storage, the commands over it, and how often subscriptions changed."""

    storage: Storage
    commands: Commands
    changes: list[str] = field(default_factory=list)
    #: While it is not set, subscriptions that were changed are not taken up yet; None for at once.
    taken_up: asyncio.Event | None = None

    async def ask(self, text: str, *, channel: str = CHANNEL, user: str = ALICE) -> Answer:
        return await self.commands.answer(text, channel=channel, user=user)

    async def remember(self, *items: Item, now: datetime = NOW) -> list[Entry]:
        def keep(db: Database) -> list[Entry]:
            return [entries.remember(db, item, now=now).entry for item in items]

        return await self.storage.run(keep)

    async def tell(
        self, entry: Entry, *, channel: str = CHANNEL, ts: str = "1592488800.000001"
    ) -> Standing:
        """The entry's alert stands in a channel."""

        def told(db: Database) -> Standing:
            reason = Reason(term="huawei", where="title", sentence="Huawei may take part.")
            why = Why(subscription="topic:huawei", reasons=(reason,))
            outbox.enqueue(
                db, events.reach(db, entry, now=NOW), channel=channel, whys=[why], now=NOW
            )
            delivery = deliveries.of_story(db, entry.story_id)[-1]
            standing = Standing(
                channel=channel,
                story_id=entry.story_id,
                entry_id=entry.id,
                conversation="D01ALICE" if channel == ALICE else channel,
                ts=ts,
            )
            outbox.settle_sent(db, delivery, ts=ts, now=NOW)
            cards.put(db, standing)
            return standing

        return await self.storage.run(told)

    async def marks(self, story_id: int) -> set[tuple[str, str]]:
        found = await self.storage.run(stories.marks, story_id)
        return {(each.mark.value, each.holder) for each in found}

    async def subscribed(self, channel: str = CHANNEL) -> list[str]:
        found = await self.storage.run(subscriptions.of_channel, channel)
        return [each.query for each in found]


@asynccontextmanager
async def open_archive(
    folder: Path,
    *,
    clock: Callable[[], datetime] = lambda: NOW,
    calendars: str = CALENDARS,
    shared: bool = False,
) -> AsyncIterator[Archive]:
    """An empty archive in a folder, perhaps of several workspaces."""
    storage = Storage(folder / "archive.db")
    await storage.open()

    async def changed() -> None:
        archive.changes.append("changed")
        if archive.taken_up:
            await archive.taken_up.wait()

    archive = Archive(
        storage=storage,
        commands=Commands(
            storage,
            topics=TOPICS,
            feeds=FEEDS,
            clock=clock,
            timezone=ZoneInfo("America/New_York"),
            calendars=calendars,
            shared=shared,
            admins=frozenset({ADMIN}),
            on_change=changed,
        ),
    )
    try:
        yield archive
    finally:
        await storage.close()


def press(number: int, **but: Any) -> Item:
    """One of many press items, each a story of its own."""
    address = f"https://news.example/huawei-{number}"
    title = f"Huawei report number {number}"
    return make_press(**({"key": f"news:{address}", "url": address, "title": title} | but))


def document(**but: Any) -> Item:
    """The rule as published, naming Huawei in its abstract."""
    return make_item(**but)
