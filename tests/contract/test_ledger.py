"""The export of deliveries tells what stood in each channel at any past moment."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from bot.audience import Audience, take_up
from bot.export import rows
from bot.ingest import ingest
from bot.poster import DeliveryError, Outcome
from bot.storage_thread import Storage
from bot.table import Format, written
from feeds.model import Item
from storage import subscriptions
from tests.delivering import lead, new_deliverer
from tests.factories import NOW, make_filing, make_item, make_press
from tests.fake_poster import FakePoster


class Bot:
    """A bot with a fake Slack, on a clock that a test moves."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.poster = FakePoster()
        self.now = NOW
        self.meaning = 'huawei OR "standards organizations"'
        self.deliverer = new_deliverer(storage, self.poster, clock=lambda: self.now)

    async def subscribe(self, channel: str) -> None:
        await self.storage.run(
            subscriptions.add, channel=channel, query="topic:mine", created_by="U1", now=self.now
        )

    async def read(self, *items: Item) -> None:
        """A poll brings items; what is owed is sent."""

        def kept(db: Database) -> None:
            everyone = subscriptions.every(db)
            audience = Audience([], {})
            new = audience.read(everyone, {"mine": self.meaning})
            take_up(db, audience, everyone, new, now=self.now)
            ingest(db, items, audience=audience, now=self.now)

        await self.storage.run(kept)
        await self.send()

    async def send(self) -> None:
        self.now += timedelta(seconds=40)  # longer than an alert waits for its document's text
        await lead(self.storage)
        await self.deliverer.deliver_due()
        await self.deliverer.finish()

    def later(self, **time: int) -> None:
        self.now += timedelta(**time)

    @property
    def standing(self) -> set[tuple[str, str]]:
        """The messages that stand in Slack now: channel and name."""
        return set(self.poster.standing)

    async def exported(self, what: str) -> list[dict[str, Any]]:
        def read(db: Database) -> str:
            return "".join(written(rows(db, what), Format.JSON))

        found = json.loads(await self.storage.run(read))
        assert isinstance(found, list)
        return found


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    storage = Storage(tmp_path / "rulewire.db")
    await storage.open()
    yield Bot(storage)
    await storage.close()


def rebuilt(ledger: Iterable[Mapping[str, Any]], at: datetime) -> set[tuple[str, str]]:
    """The messages that stood at a moment, as docs/operations.md says it."""
    return {
        (row["channel"], row["message"])
        for row in ledger
        if row["state"] == "sent"
        and row["message"]
        and datetime.fromisoformat(row["settled_at"]) <= at
    }


async def test_the_messages_of_every_channel_are_rebuilt_for_any_moment(bot: Bot) -> None:
    known: dict[datetime, set[tuple[str, str]]] = {bot.now: bot.standing}
    await bot.subscribe("C1")
    await bot.read(make_press())
    known[bot.now] = bot.standing
    bot.later(hours=1)
    await bot.subscribe("C2")
    await bot.read(make_filing())
    known[bot.now] = bot.standing
    bot.later(days=2)
    refusals = [DeliveryError("ratelimited", outcome=Outcome.LATER)]
    bot.poster.before_post = lambda: bot.poster.faults.extend([refusals.pop()] if refusals else [])
    await bot.read(make_item())
    known[bot.now] = bot.standing
    bot.later(minutes=1)
    await bot.send()
    known[bot.now] = bot.standing

    ledger = await bot.exported("deliveries")

    assert [len(stood) for stood in known.values()] == [0, 1, 3, 4, 5]
    assert {at: rebuilt(ledger, at) for at in known} == known


async def test_each_row_names_the_meaning_that_the_query_had_then(bot: Bot) -> None:
    await bot.subscribe("C1")
    bot.meaning = "huawei"
    await bot.read(make_press())
    bot.later(days=1)
    bot.meaning = "huawei OR zte"
    await bot.read(make_press(title="ZTE and others", key="news:z", url="https://z.example/"))

    ledger = await bot.exported("deliveries")
    meanings = {row["version"]: row["definition"] for row in await bot.exported("queries")}

    told = [[meanings[version] for version in row["versions"]] for row in ledger]
    assert told == [["huawei"], ["huawei OR zte"]]
    assert {row["queries"][0] for row in ledger} == {"topic:mine"}
