"""One big story for many channels, against a Slack that keeps its limits: how fast, and how many 429s.

    python -m tests.benchmarks.deliver [--quick] [--channels 500]

The loopback Slack takes a message a second a channel, three at once; so many a minute from the whole
workspace, a fifth of them at once; and fifty edits a minute. Each answer takes a twentieth of a
second. The bot's own deliverer, editor and Slack client run against it in real time, beside
the same without a pace for the workspace.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from sqlite_utils import Database

from bot.deliver import Deliverer
from bot.edit import Editor
from bot.pace import FREE, Pace
from bot.slack.client import TIMEOUT, SlackPoster, web_client
from bot.storage_thread import Storage
from feeds.model import Item
from storage import entries, events, lease, outbox
from storage.deliveries import State
from tests.benchmarks.measured import machine, options, percentile, table
from tests.factories import make_filing, make_item, make_press
from tests.slack_server import TOKEN, Limits, SlackServer

ANSWER_SECONDS = 0.05
OWNER = "benchmark"


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Hall:
    """A Slack with its channels, and the deliverer before it."""

    server: SlackServer
    storage: Storage
    deliverer: Deliverer
    editor: Editor
    #: When each channel was told, and the 429s.
    told: dict[str, list[float]]
    refused: Counter[str]

    async def owe(self, item: Item, channels: list[str]) -> None:
        def write(db: Database) -> None:
            entry = entries.remember(db, item, now=now()).entry
            event = events.reach(db, entry, now=now())
            for channel in channels:
                outbox.enqueue(db, event, channel=channel, whys=[], now=now())

        await self.storage.run(write)

    async def deliver(self, *, but: int = 0, give_up: float = 900) -> float:
        """Deliver until all but so many are told; seconds it took."""
        begun = time.perf_counter()
        while time.perf_counter() < begun + give_up:
            await self.deliverer.deliver_due()
            await self.editor.edit_due() if not but else None
            counts = await self.storage.run(outbox.counts)
            if sum(counts.get(state, 0) for state in (State.PENDING, State.SENDING)) <= but:
                break
            await asyncio.sleep(0.1)
        return time.perf_counter() - begun


@asynccontextmanager
async def hall(
    channels: list[str], *, workspace: float, paced: bool = True, slow: str = "", broken: str = ""
) -> AsyncIterator[Hall]:
    limits = Limits(burst=3, workspace=workspace)
    server = SlackServer(channels={name: [] for name in channels}, limits=limits)
    told: dict[str, list[float]] = {name: [] for name in channels}
    refused: Counter[str] = Counter()
    let_in = limits.wait

    def wait(method: str, channel: str) -> int:
        seconds = (
            5 if channel == broken and method == "chat.postMessage" else let_in(method, channel)
        )
        refused[method] += seconds > 0
        return seconds

    async def answer(method: str, arguments: dict[str, Any]) -> None:
        await asyncio.sleep(20 if arguments.get("channel") == slow else ANSWER_SECONDS)
        if method == "chat.postMessage":
            told[arguments["channel"]].append(time.perf_counter())

    limits.wait = wait  # type: ignore[method-assign]  # counts what is turned away
    server.after = answer
    elapsed = asyncio.get_running_loop().time
    pace = Pace(elapsed=elapsed) if paced else Pace(elapsed=elapsed, posts=FREE, edits=FREE)
    with TemporaryDirectory() as folder:
        storage = Storage(Path(folder) / "rulewire.db")
        await storage.open()
        await storage.run(lease.take, OWNER, now=now())
        connector = aiohttp.TCPConnector(limit=100)
        async with (
            server.running(),
            aiohttp.ClientSession(timeout=TIMEOUT, connector=connector) as session,
        ):
            poster = SlackPoster(web_client(TOKEN, base_url=server.url, session=session))
            common: dict[str, Any] = {
                "clock": now,
                "elapsed": elapsed,
                "timezone": ZoneInfo("UTC"),
                "serves": lambda _: True,
                "pace": pace,
            }
            deliverer = Deliverer(storage, poster, owner=OWNER, **common)
            editor = Editor(storage, poster, **common)
            yield Hall(server, storage, deliverer, editor, told, refused)
            await deliverer.stop(seconds=0)
        await storage.close()


def lateness(told: dict[str, list[float]], begun: float, *, but: str = "") -> list[float]:
    return [times[-1] - begun for name, times in told.items() if times and name != but]


async def big_story(count: int, *, workspace: float, paced: bool) -> list[str]:
    """Everybody is told of a filing, and then of its publication in its thread."""
    channels = [f"C{number:04}" for number in range(count)]
    async with hall(channels, workspace=workspace, paced=paced) as there:
        await there.owe(make_filing(), channels)
        begun, cpu = time.perf_counter(), time.process_time()
        seconds = await there.deliver(but=0)
        cards = lateness(there.told, begun)
        spent = (time.process_time() - cpu) / count * 1_000
        refusals = there.refused["chat.postMessage"]
        standing = sum(map(len, there.server.channels.values()))
    return [
        f"{'paced' if paced else 'not paced'}, workspace takes {workspace:.0f} a minute",
        f"{standing}",
        f"{seconds:.0f}",
        f"{percentile(cards, 0.5):.0f} / {max(cards):.0f}",
        f"{standing / seconds:.1f}",
        f"{refusals}",
        f"{spent:.1f}",
    ]


async def steps(count: int) -> list[str]:
    """A story's next step in every channel: the posts do not wait for the edits."""
    channels = [f"C{number:04}" for number in range(count)]
    async with hall(channels, workspace=6_000) as there:
        await there.owe(make_filing(), channels)
        await there.deliver()
        await there.owe(make_item(), channels)
        begun = time.perf_counter()
        while (await there.storage.run(outbox.counts)).get(State.SENT, 0) < 2 * count:
            await there.deliverer.deliver_due()
            await asyncio.sleep(0.1)
        posted = time.perf_counter() - begun
        await there.editor.edit_due()
        edited = time.perf_counter() - begun
        refusals = there.refused
    return [
        f"{count}",
        f"{posted:.0f}",
        f"{edited:.0f}",
        f"{refusals['chat.postMessage']}",
        f"{refusals['chat.update']}",
    ]


async def busy_channels(count: int, messages: int) -> list[str]:
    """Many messages for each of a few channels: a second each is the limit."""
    channels = [f"C{number:04}" for number in range(count)]
    async with hall(channels, workspace=6_000) as there:
        for number in range(messages):
            title = f"Huawei report number {number} of its own kind {number * 7919}"
            url = f"https://news.example/{number}"
            await there.owe(make_press(key=f"news:{url}", url=url, title=title), channels)
        seconds = await there.deliver()
    limit = messages - 1.0
    refusals = there.refused["chat.postMessage"]
    return [f"{count} x {messages}", f"{seconds:.1f}", f"{limit / seconds:.0%}", f"{refusals}"]


async def one_bad_channel(count: int, *, kind: str) -> list[str]:
    """One channel never gets through; how late are the others?"""
    channels = [f"C{number:04}" for number in range(count)]
    bad = channels[0]
    slow, broken = (bad if kind == each else "" for each in ("slow", "broken"))
    async with hall(channels, workspace=6_000, slow=slow, broken=broken) as there:
        await there.owe(make_filing(), channels)
        begun = time.perf_counter()
        await there.deliver(but=int(kind != "none"))
        late = lateness(there.told, begun, but=bad)
    return [kind, f"{len(late)}", f"{percentile(late, 0.5):.1f}", f"{max(late):.1f}"]


async def main() -> None:
    parser = options("How fast one story reaches many channels.")
    parser.add_argument("--channels", type=int, default=500)
    asked = parser.parse_args()
    count = 8 if asked.quick else asked.channels
    few, messages = (2, 2) if asked.quick else (4, 30)

    print(machine())
    table(
        f"One story, {count} channels",
        ["", "told", "s", "half / last told after, s", "messages/s", "429s", "CPU ms each"],
        [
            await big_story(count, workspace=workspace, paced=paced)
            for workspace, paced in ((600, True), (600, False), (240, True), (240, False))
        ],
    )
    table(
        "Its next step, in threads",
        [
            "channels",
            "all posted after, s",
            "all cards edited after, s",
            "429s to posts",
            "to edits",
        ],
        [await steps(8 if asked.quick else min(count, 150))],
    )
    table(
        "Many messages a channel",
        ["channels x messages", "s", "of a message a second", "429s"],
        [await busy_channels(few, messages)],
    )
    table(
        "One bad channel among many",
        ["", "others told", "half after, s", "last after, s"],
        [await one_bad_channel(min(count, 60), kind=kind) for kind in ("none", "slow", "broken")],
    )


if __name__ == "__main__":
    asyncio.run(main())
