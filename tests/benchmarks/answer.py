"""How soon what people do in Slack is acknowledged and answered, while feeds are polled.

    python -m tests.benchmarks.answer [--quick] [--entries 20000] [--feeds 300]

A loopback Slack asks 20 times a second, one by one or fifty at once: commands, a page turned, App Home;
by Socket Mode and over HTTP. It notes when each is acknowledged, and when the answer or the Home
comes. Rulewire is asked while it does nothing else, while it reads its feeds for the first time, and
while it polls round upon round and sends what that owes. An app of Bolt's that only acknowledges is
asked the same. The ways take turns. What was to be asked while the bot was busy counts as waiting.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks.answer_slack import KINDS, Line, Times, slack
from tests.benchmarks.feed_server import serving
from tests.benchmarks.measured import machine, options, percentile, table

RATE, AT_ONCE = 20.0, 50
BARE, IDLE, FIRST, POLLING = "only ack()", "Rulewire, idle", "first poll", "poll rounds"
#: How it is asked: by socket one by one, many at once, and over HTTP.
LOADS = {"socket": (1, False), f"socket, {AT_ONCE} at once": (AT_ONCE, False), "HTTP": (1, True)}


@dataclass(slots=True)
class Bot:
    """A bot in its own process, and the Slack that asks it."""

    process: Process
    line: Line

    async def tell(self, word: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{word}\n".encode())
        await self.process.stdin.drain()

    async def hear(self) -> dict[str, Any]:
        assert self.process.stdout
        line = await self.process.stdout.readline()
        if not line:
            raise SystemExit("a bot ended early")
        heard: dict[str, Any] = json.loads(line)
        return heard


@dataclass(slots=True)
class Seen:
    """What one way came to under one load, over all its turns."""

    times: list[Times] = field(default_factory=list)
    loop: list[float] = field(default_factory=list)
    storage: list[float] = field(default_factory=list)
    rounds: int = 0
    items: int = 0

    @property
    def acknowledged(self) -> list[float]:
        return [each.acknowledged for each in self.times]

    def add(self, times: list[Times], told: dict[str, Any]) -> None:
        self.times += times
        self.loop += told["loop"]
        self.storage += told["storage"]
        self.rounds += told["rounds"]
        self.items += told["items"]


Results = dict[tuple[str, str], Seen]


@asynccontextmanager
async def started(way: str, **given: Any) -> AsyncIterator[Bot]:
    async with slack(answers=way != "bare") as line:
        told = json.dumps({"way": way, "slack": line.server.url, **given})
        command = [sys.executable, "-m", "tests.benchmarks.answer_worker", told]
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, limit=1 << 24
        )
        bot = Bot(process, line)
        try:
            line.http = (await bot.hear())["http"]
            await line.connected.wait()
            yield bot
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def turn(bot: Bot, way: str, load: str, *, seconds: float, results: Results) -> None:
    at_once, http = LOADS[load]
    await bot.tell("poll" if way in {FIRST, POLLING} else "rest")
    times = await bot.line.offer(seconds=seconds, rate=RATE, at_once=at_once, http=http)
    await bot.tell("end")
    results.setdefault((way, load), Seen()).add(times, await bot.hear())


def feeds_file(folder: Path, base: str, feeds: int) -> Path:
    each = '[[feed]]\nname = "site-{0}"\nkind = "news"\ntitle = "Site {0}"\nurl = "{1}/feed/{0}"\n'
    path = folder / "feeds.toml"
    path.write_text("\n".join(each.format(number, base) for number in range(feeds)), "utf-8")
    return path


def shown(values: list[float], *, most: bool = True) -> str:
    """Median and p99, and the most, in milliseconds."""
    if not values:
        return ""
    told = [percentile(values, 0.5), percentile(values, 0.99), *([max(values)] if most else [])]
    return " / ".join(f"{value * 1_000:.0f}" for value in told)


def report(results: Results) -> None:
    rows = []
    for (way, load), seen in sorted(
        results.items(), key=lambda each: list(LOADS).index(each[0][1])
    ):
        peer = percentile(results[BARE, load].acknowledged, 0.99)
        times = percentile(seen.acknowledged, 0.99) / peer
        cells = [shown(seen.acknowledged), f"{times:.1f}x", shown(seen.loop), shown(seen.storage)]
        rows.append([load, way, f"{len(seen.times)}", f"{seen.rounds}", f"{seen.items}", *cells])
    head = [
        "asked by",
        "",
        "asked",
        "rounds",
        "items read",
        "acknowledged after, ms, p50 / p99 / most",
    ]
    head += [f"p99, of {BARE}", "event loop late", "storage waited for"]
    table(f"Acknowledgements ({machine()})", head, rows)
    asked = [key for key in results if key[0] != BARE]
    rows = []
    for kind in KINDS:
        answers = [
            [each.answered for each in results[key].times if each.kind == kind] for key in asked
        ]
        rows.append([kind, *(shown(each, most=False) for each in answers)])
    head = ["answered after, ms, p50 / p99", *(f"{way}: {load}" for way, load in asked)]
    table("Answers", head, rows)


async def main() -> None:
    parser = options(__doc__.partition("\n")[0])
    parser.add_argument("--entries", type=int, default=20_000, help="in the archive before")
    parser.add_argument("--feeds", type=int, default=300)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each turn")
    given = parser.parse_args()
    if given.quick:
        given.entries, given.feeds, given.turns, given.seconds = 50, 4, 1, 0.5
    results: Results = {}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        base = stack.enter_context(serving(entries=30, latency=0.05))
        peer = await stack.enter_async_context(started("bare"))
        ours = await stack.enter_async_context(
            started(
                "rulewire",
                database=str(folder / "rulewire.db"),
                feeds=str(feeds_file(folder, base, given.feeds)),
                base=base,
                entries=given.entries,
            )
        )
        await turn(ours, FIRST, "socket", seconds=given.seconds, results=results)
        ways = [(peer, BARE), (ours, IDLE), (ours, POLLING)]
        for number in range(given.turns):
            for load in LOADS:
                for bot, way in ways[number % 3 :] + ways[: number % 3]:
                    await turn(bot, way, load, seconds=given.seconds, results=results)
    report(results)


if __name__ == "__main__":
    asyncio.run(main())
