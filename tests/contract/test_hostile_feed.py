"""A feed that breaks its parser: it alone fails, backs off and is shown; the others are read."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.audience import Audience
from bot.poll import Poller
from bot.storage_thread import Storage
from feeds.http import Http
from feeds.news import News
from feeds.worker import Limits, Worker
from storage import polls
from tests.contract.test_worker import GOOD, heavy
from tests.factories import NOW, make_feed
from tests.servers import ScriptedHost, reply, scripted_host


@pytest.fixture
async def storage() -> AsyncIterator[Storage]:
    storage = Storage(":memory:")
    await storage.open()
    yield storage
    await storage.close()


@pytest.fixture
async def host() -> AsyncIterator[ScriptedHost]:
    async with scripted_host() as running:
        yield running


async def test_a_feed_that_kills_its_worker_fails_alone(
    host: ScriptedHost, storage: Storage
) -> None:
    bad = make_feed(name="bad", url=host.on("/bad", reply(heavy(2_000, tags=600))))
    good = make_feed(name="good", url=host.on("/good", reply(GOOD)))

    async with (
        Http(user_agent="Rulewire/0.1", allow_private_addresses=True, spacing=0.0) as http,
        Worker(limits=Limits(cpu_seconds=1)) as worker,
    ):
        sources = {
            each.name: (each, News(feed=each, http=http, worker=worker)) for each in (bad, good)
        }
        poller = Poller(storage, sources, audience=lambda: Audience([], {}), jitter=lambda: 0.0)
        results = {result.feed: result for result in await poller.poll_due(now=NOW)}
    failed = await storage.run(polls.get, "bad")

    assert results["good"].error is None
    assert results["bad"].error == "takes more than 1 seconds of CPU time to parse"
    assert failed is not None
    assert failed.failures == 1
    assert failed.last_error == results["bad"].error
    assert failed.next_poll_at > NOW
