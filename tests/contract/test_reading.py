"""Reading full texts over a real server: what is kept, what is tried again, what is left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.audience import Audience
from bot.reading import ATTEMPTS, Reading
from bot.storage_thread import Storage
from feeds.http import Http
from storage import deliveries, entries, outbox, subscriptions, texts
from tests.factories import NOW, make_item
from tests.servers import ScriptedHost, redirect, reply, scripted_host

DAY = timedelta(days=1)


@pytest.fixture
async def host() -> AsyncIterator[ScriptedHost]:
    async with scripted_host() as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    trusted = [ip_network("127.0.0.1/32")]
    async with Http(user_agent="Rulewire tests", trusted=trusted, spacing=0.0) as opened:
        yield opened


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = Storage(tmp_path / "rulewire.db")
    await opened.open()
    await opened.run(subscriptions.add, channel="C1", query="megacorp", created_by="U1", now=NOW)
    yield opened
    await opened.close()


@pytest.fixture
async def reading(storage: Storage, http: Http) -> Reading:
    audience = Audience(await storage.run(subscriptions.every), {})
    return Reading(storage, http, audience=lambda: audience)


async def want(storage: Storage, url: str) -> int:
    def write(db: Database) -> int:
        entry = entries.remember(db, make_item(), now=NOW).entry
        texts.want(db, entry.id, url, silent=False, now=NOW)
        return entry.id

    return await storage.run(write)


async def due(storage: Storage, *, days: int = 0) -> list[int]:
    found = await storage.run(texts.due, now=NOW + days * DAY, limit=9)
    return [wanted.attempts for wanted in found]


async def test_a_text_is_read_kept_and_told(
    host: ScriptedHost, storage: Storage, reading: Reading
) -> None:
    wrapped = "<html><body><pre>\nIt concerns Megacorp &amp; others.\n</pre></body></html>"
    url = host.on("/1.txt", reply(wrapped, content_type="text/plain; charset=utf-8"))
    entry_id = await want(storage, url)

    asked_for = await reading.read_due(now=NOW)

    assert asked_for == 1
    assert await storage.run(texts.body, entry_id) == "It concerns Megacorp & others."
    assert (await storage.run(outbox.counts))[deliveries.State.PENDING] == 1
    assert await due(storage, days=9) == []


async def test_a_wall_is_no_text_and_is_tried_again(
    host: ScriptedHost, storage: Storage, reading: Reading
) -> None:
    host.on("/unblock", reply("<html>Request Access</html>", content_type="text/html"))
    entry_id = await want(storage, host.on("/1.txt", redirect("/unblock")))

    await reading.read_due(now=NOW)

    assert await storage.run(texts.body, entry_id) == ""
    assert await due(storage) == []
    assert await due(storage, days=1) == [1]


async def test_a_text_that_is_gone_is_left(
    host: ScriptedHost, storage: Storage, reading: Reading
) -> None:
    await want(storage, host.on("/1.txt", reply("gone", status=404)))

    await reading.read_due(now=NOW)

    assert await due(storage, days=365) == []


async def test_a_server_that_stays_broken_is_left_in_the_end(
    host: ScriptedHost, storage: Storage, reading: Reading
) -> None:
    await want(storage, host.on("/1.txt", reply("", status=503)))

    for day in range(ATTEMPTS + 3):
        await reading.read_due(now=NOW + day * DAY)

    assert len(host.asked) == ATTEMPTS
