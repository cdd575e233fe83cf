"""The bots of the benchmark `answer`: Rulewire as it runs, or an app of Bolt's that only acknowledges.

It reads words from its standard input. `poll` begins rounds of polling, `rest` ends them; each `rest`
is answered with a line of JSON: the rounds, the event loop's delays, and how long storage kept a
question of nothing waiting (seconds).
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from aiohttp import web as aiohttp_web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from sqlite_utils import Database

from bot import web
from bot.app import App, Speaker, open_app
from bot.commands import Commands
from bot.config import Settings
from bot.connect import poster_of
from bot.environment import Listen
from bot.fold import fold_due
from bot.ingest import archive
from bot.question import Question
from bot.slack import connection
from storage import lease, subscriptions
from tests.benchmarks.answer_slack import CHANNELS, SECRET
from tests.benchmarks.texts import PHRASES, Prose, items
from tests.slack_server import TOKEN

ANYWHERE = Listen(host="127.0.0.1", port=0)
#: Between two looks at the event loop, and at storage (seconds).
EVERY = 0.02


@dataclass(slots=True)
class Watch:
    """How late the event loop wakes a sleeper, and how long storage takes to do nothing."""

    ask: Callable[[], Awaitable[object]] | None = None
    loop: list[float] = field(default_factory=list)
    storage: list[float] = field(default_factory=list)

    async def look_at_loop(self) -> None:
        while True:
            due = time.perf_counter() + EVERY
            await asyncio.sleep(EVERY)
            self.loop.append(max(0.0, time.perf_counter() - due))

    async def look_at_storage(self) -> None:
        while self.ask:
            begun = time.perf_counter()
            await self.ask()
            self.storage.append(time.perf_counter() - begun)
            await asyncio.sleep(EVERY)

    def taken(self) -> dict[str, list[float]]:
        """What was seen since the last time."""
        seen = {"loop": self.loop, "storage": self.storage}
        self.loop, self.storage = [], []
        return seen


@dataclass(slots=True)
class Clock:
    """Time that jumps ahead from round to round."""

    ahead: timedelta = datetime(2026, 1, 10, 6, tzinfo=UTC) - datetime.now(UTC)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def fill(db: Database, entries: int) -> None:
    """An archive, and what each channel wants."""
    prose = Prose(3)
    archive(db, islice(items(prose), entries), now=datetime(2026, 1, 9, tzinfo=UTC))
    for number, channel in enumerate(CHANNELS):
        query = f'"{PHRASES[number % len(PHRASES)]}"'
        now = datetime(2026, 1, 9, tzinfo=UTC)
        subscriptions.add(db, channel=channel, query=query, created_by="U0001", now=now)


@dataclass(slots=True)
class Rounds:
    """Polls again and again, every feed each time, and sends what that owes."""

    app: App
    speaker: Speaker
    clock: Clock
    base: str
    cycle: int = 0
    new: int = 0
    ending: bool = False

    async def poll(self) -> None:
        """Until `ending`, and then to the end of the round."""
        self.ending, poller = False, self.app.poller()
        while not self.ending:
            self.cycle += 1
            await asyncio.to_thread(urllib.request.urlopen, f"{self.base}/cycle/{self.cycle}")
            self.clock.ahead += timedelta(hours=4)
            now = self.clock()
            await self.app.storage.run(lease.take, self.app.owner, now=now)
            await self.app.refresh()
            results = await poller.poll_due(now=now)
            failed = [result.error for result in results if result.error]
            assert not failed, failed[0]
            self.new += sum(sum(each.report.counts.values()) for each in results if each.report)
            await fold_due(self.app.storage, now=now, timezone=self.app.settings.timezone)
            await self.speaker.deliverer.deliver_due()


@asynccontextmanager
async def rulewire(given: dict[str, Any]) -> AsyncIterator[tuple[str, Watch, Rounds]]:
    """The whole bot, by socket and over HTTP."""
    clock = Clock()
    settings = Settings(
        bot_token=TOKEN,
        app_token="xapp-benchmark",
        signing_secret=SECRET,
        slack_api_url=given["slack"],
        database=Path(given["database"]),
        channel=CHANNELS[0],
        feeds_file=Path(given["feeds"]),
        allow_private_addresses=True,
    )
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(open_app(settings, clock=clock))
        await app.storage.run(fill, given["entries"])
        await app.refresh()
        poster = await stack.enter_async_context(poster_of(app))
        commands, speaker = app.commands(), app.speaker(poster)
        stack.push_async_callback(speaker.deliverer.stop, seconds=0)
        by_socket = connection.socket(settings, app.storage, commands, clock=clock)
        await stack.enter_async_context(by_socket)
        over_http = connection.http(
            settings, app.storage, commands, clock=lambda: datetime.now(UTC)
        )
        application = aiohttp_web.Application()
        application.router.add_routes(await stack.enter_async_context(over_http))
        there = await stack.enter_async_context(web.serving(application, ANYWHERE))
        yield (
            f"http://{there}/slack/events",
            Watch(_nothing(commands)),
            Rounds(app, speaker, clock, given["base"]),
        )


def _nothing(commands: Commands) -> Callable[[], Awaitable[object]]:
    def nothing(_db: Database, _question: Question) -> None:
        return None

    return lambda: commands.run(nothing, channel=CHANNELS[0], user="U0001")


@asynccontextmanager
async def bare(given: dict[str, Any]) -> AsyncIterator[tuple[str, Watch, None]]:
    """An app that acknowledges and does nothing."""
    client = AsyncWebClient(token=TOKEN, base_url=given["slack"])
    app = AsyncApp(client=client, signing_secret=SECRET)

    async def handler(ack: Callable[[], Awaitable[object]]) -> None:
        await ack()

    app.command("/rulewire")(handler)
    app.action(re.compile(".*"))(handler)
    app.event(re.compile(".*"))(handler)

    async def events(request: aiohttp_web.Request) -> aiohttp_web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    socket = AsyncSocketModeHandler(app, "xapp-benchmark", ping_interval=5)
    await socket.connect_async()  # type: ignore[no-untyped-call]  # bolt leaves it untyped
    application = aiohttp_web.Application()
    application.router.add_post("/slack/events", events)
    async with web.serving(application, ANYWHERE) as there:
        yield f"http://{there}/slack/events", Watch(), None
        await socket.close_async()  # type: ignore[no-untyped-call]  # as above


async def main(given: dict[str, Any]) -> None:
    way: Callable[[dict[str, Any]], Any] = bare if given["way"] == "bare" else rulewire
    async with way(given) as (address, watch, rounds):
        print(json.dumps({"http": address}), flush=True)
        looks = [
            asyncio.create_task(each()) for each in (watch.look_at_loop, watch.look_at_storage)
        ]
        while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
            seen: dict[str, Any] = watch.taken()
            if line == "poll":
                polling = asyncio.create_task(rounds.poll())
                begun = (rounds.cycle, rounds.new)
                await asyncio.to_thread(sys.stdin.readline)
                seen = watch.taken()
                rounds.ending = True
                await polling
                seen |= {"rounds": rounds.cycle - begun[0], "items": rounds.new - begun[1]}
            else:
                await asyncio.to_thread(sys.stdin.readline)
                seen = watch.taken() | {"rounds": 0, "items": 0}
            print(json.dumps(seen), flush=True)
        for look in looks:
            look.cancel()


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
