"""Hundreds of lives of the deliverer, each cut off at random, while a third of Slack's calls fail."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlite_utils import Database

from bot.slack.client import TIMEOUT, SlackPoster, web_client
from bot.storage_thread import Storage
from feeds.model import Item
from storage import deliveries, entries, events, outbox
from storage.deliveries import State
from storage.events import Step
from tests.delivering import Elapsed, make_deliverer, make_settler
from tests.factories import NOW, make_document, make_item
from tests.slack_server import TOKEN, Fault, SlackServer, When

CHANNELS = ("C01", "C02", "C03")
LIVES = 100
FAULTS = (
    Fault(drop=True),
    Fault(when=When.AFTER, drop=True),
    Fault(when=When.AFTER, status=500),
    Fault(when=When.AFTER, error="internal_error"),
    Fault(error="ratelimited", status=429, retry_after=1),
)


@dataclass(slots=True)
class Trial:
    """One installation, its time of day and its luck."""

    storage: Storage
    server: SlackServer
    poster: SlackPoster
    draw: random.Random
    elapsed: Elapsed = field(default_factory=Elapsed)
    now: datetime = NOW
    share: float = 1 / 3

    def clock(self) -> datetime:
        return self.now

    async def unlucky(self, method: str, _: dict[str, Any]) -> None:
        if self.draw.random() < self.share:
            self.server.fail(method, self.draw.choice(FAULTS))

    async def owe(self, number: int) -> None:
        """A new story, or a step of an earlier one, is owed to every channel."""

        def write(db: Database) -> None:
            old = self.draw.randrange(number) if number and self.draw.random() < 0.5 else None
            entry = entries.remember(db, story(number if old is None else old), now=NOW).entry
            event = events.reach(db, entry, now=NOW)
            if old is not None:
                event, _ = events.record(
                    db, entry, Step.CORRECTED, source=f"{number}", occasion=f"{number}", now=NOW
                )
            for channel in CHANNELS:
                outbox.enqueue(db, event, channel=channel, whys=[], now=self.now)

        await self.storage.run(write)

    async def live(self, *, cut: bool) -> None:
        """Deliver and settle what is due; if cut off, at any moment and without a word."""
        deliverer = await make_deliverer(
            self.storage, self.poster, clock=self.clock, elapsed=self.elapsed
        )
        settler = make_settler(
            self.storage,
            self.poster,
            clock=self.clock,
            elapsed=self.elapsed,
            deliverer=deliverer,
        )
        await settler.settle_due()
        self.elapsed.until_settled()
        await settler.settle_due()
        await deliverer.deliver_due()
        if cut:
            await asyncio.sleep(self.draw.uniform(0, 0.015))
            await deliverer.stop(seconds=0)
        else:
            await deliverer.finish()
            await deliverer.stop()

    async def open_debts(self) -> int:
        counts = await self.storage.run(outbox.counts)
        return sum(counts.get(state, 0) for state in State if state is not State.SENT)


def story(number: int) -> Item:
    document = make_document(number=f"2020-{10_000 + number}", dockets=(), rins=(), citation=None)
    return make_item(
        key=f"fr:2020-{10_000 + number}",
        title=f"Entity List Requirements for Huawei, Part {number}",
        url=f"https://www.federalregister.gov/documents/{number}",
        document=document,
    )


def _cards(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in messages if "thread_ts" not in each]


@asynccontextmanager
async def trial(folder: Path, seed: int) -> AsyncIterator[Trial]:
    server = SlackServer(channels={name: [] for name in CHANNELS})
    storage = Storage(folder / "rulewire.db")
    await storage.open()
    async with server.running(), aiohttp.ClientSession(timeout=TIMEOUT) as session:
        poster = SlackPoster(web_client(TOKEN, base_url=server.url, session=session))
        opened = Trial(storage, server, poster, random.Random(seed))
        server.before = opened.unlucky
        yield opened
    await storage.close()


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_message_comes_to_stand_once(tmp_path: Path, seed: int) -> None:
    async with trial(tmp_path, seed) as each:
        for number in range(LIVES):
            await each.owe(number)
            each.now = NOW + timedelta(hours=each.draw.uniform(-10, 10))
            await each.live(cut=True)
        each.share = 0
        for _ in range(20):
            each.now += timedelta(hours=1)
            await each.live(cut=False)
        left = await each.open_debts()
        sent = await each.storage.run(deliveries.in_state, State.SENT)
        standing = Counter(
            message["metadata"]["event_payload"]["delivery_id"]
            for messages in each.server.channels.values()
            for message in messages
        )

        cards = {
            name: Counter(message["text"].partition("Part ")[2][:4] for message in _cards(messages))
            for name, messages in each.server.channels.items()
        }

    assert left == 0
    assert all(count == 1 for told in cards.values() for count in told.values())
    assert len(sent) == LIVES * len(CHANNELS)
    assert standing == Counter(delivery.delivery_id for delivery in sent)
