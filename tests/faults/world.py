"""A loopback Register, a loopback Slack that fails at random, and the real bot, killed at chosen moments."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any, ClassVar

from aiohttp import web

from storage import channels, subscriptions
from storage.channels import Channel
from storage.database import open_database, transaction
from tests.e2e.documents import filed, published
from tests.faults.hurried import HASTE, hurried
from tests.servers import LoopbackRegister, loopback_register
from tests.slack_server import TOKEN, Fault, SlackServer, When

ROOT = Path(__file__).resolve().parents[2]
INSPECTION = "/api/v1/public-inspection-documents/current.json"
POST, UPDATE, HISTORY = "chat.postMessage", "chat.update", "conversations.history"
REPLIES = "conversations.replies"
HOLDERS = ("C01", "C02", "C03", "U01")
FEEDS = """
[[feed]]
name = "register"
kind = "federal-register"
agencies = ["industry-and-security-bureau"]
every = "10m"

[[feed]]
name = "inspection"
kind = "public-inspection"
agencies = ["industry-and-security-bureau"]
every = "5m"
"""


class Death(Enum):
    """Between which two steps the bot is killed."""

    FETCH = "asked for a feed, not answered"
    INGEST = "a feed answered, at once or while it is kept"
    CLAIM = "somewhere between ingest, claim and post"
    POST = "a message on its way, not taken"
    ANSWER = "a message taken, not answered"
    SETTLE = "a message answered, at once or while it is settled"
    EDIT = "a card edited, not answered"
    READ = "a channel read back, not answered"
    ANYWHEN = "any moment"


class Bad(StrEnum):
    """How Slack fails."""

    CUT_BEFORE = "cut before"
    CUT_AFTER = "cut after it was done"
    ERROR_500 = "HTTP 500 after it was done"
    INTERNAL = "internal_error after it was done"
    HELD = "done, and never answered"
    BUSY = "429"


_FAULTS = {
    Bad.CUT_BEFORE: Fault(drop=True),
    Bad.CUT_AFTER: Fault(when=When.AFTER, drop=True),
    Bad.ERROR_500: Fault(when=When.AFTER, status=500),
    Bad.INTERNAL: Fault(when=When.AFTER, error="internal_error"),
    Bad.BUSY: Fault(error="ratelimited", status=429, retry_after=1),
}


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of everything that was owed."""

    owed: int
    lost: list[str]
    doubled: list[str]
    unsettled: int

    @property
    def perfect(self) -> bool:
        return not (self.lost or self.doubled or self.unsettled)


@dataclass(slots=True, kw_only=True)
class World:
    """One installation and what it talks to."""

    folder: Path
    register: LoopbackRegister
    slack: SlackServer
    epoch: float
    draw: random.Random
    #: Channels and people who are subscribed.
    holders: tuple[str, ...] = HOLDERS
    #: Share of Slack's calls that fail.
    share: float = 0.0
    met: Counter[str] = field(default_factory=Counter)
    #: Where the next bot dies, and how often it died there.
    death: Death | None = None
    deaths: Counter[Death] = field(default_factory=Counter)
    documents: int = 0
    #: Seconds during which no bot ran and that are left out: the machine was off.
    skipped: float = 0.0
    process: asyncio.subprocess.Process | None = None
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    #: What the bot is told beside where everything is.
    settings: ClassVar[Mapping[str, str]] = {}

    @property
    def database(self) -> Path:
        return self.folder / "rulewire.db"

    @property
    def feeds(self) -> str:
        return (self.folder / "feeds.toml").read_text(encoding="utf-8")

    def furnish(self) -> None:
        """Whatever there is beside the Register's feeds, before the first bot starts."""

    def now(self) -> datetime:
        """The right time of day in the hurried world."""
        return datetime.fromtimestamp(hurried(self.epoch)() + self.skipped, UTC)

    def sleep(self, *, seconds: float) -> None:
        """The machine is off for so long; no bot runs."""
        self.skipped += seconds
        self.set_wrong(0)

    async def start(self) -> None:
        """Start a bot."""
        self.gone.clear()
        self.process = await self.launch()

    async def launch(self) -> asyncio.subprocess.Process:
        """Start a copy of the bot."""
        settings = {
            "RULEWIRE_DATABASE": str(self.database),
            "RULEWIRE_FEEDS": str(self.folder / "feeds.toml"),
            "RULEWIRE_FEDERAL_REGISTER_URL": self.register.url,
            "RULEWIRE_ALLOW_PRIVATE_ADDRESSES": "1",
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_APP_TOKEN": "xapp-test-token",
            "SLACK_API_URL": self.slack.url,
            **self.settings,
        }
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        with (self.folder / "run.err").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.faults.hurried"),
                *(repr(self.epoch), str(self.folder / "wrong")),
                cwd=ROOT,
                env={**kept, **settings},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def set_wrong(self, seconds: float) -> None:
        """Let the bot's time of day jump, to be wrong by so much."""
        (self.folder / "unfinished").write_text(str(seconds + self.skipped), encoding="utf-8")
        (self.folder / "unfinished").replace(self.folder / "wrong")

    def log(self) -> str:
        """What the bots have logged since the world began."""
        return (self.folder / "run.err").read_text(encoding="utf-8")

    def kill(self, death: Death) -> None:
        """End the bot as a power cut would."""
        if self.process and self.process.returncode is None and not self.gone.is_set():
            self.process.kill()
            self.deaths[death] += 1
            self.death = None
            self.gone.set()

    def doom(self, death: Death, *, seconds: float) -> None:
        """End the bot that lives now as a power cut would, after so long; never one that is started meanwhile."""
        doomed = self.process

        def strike() -> None:
            if self.process is doomed:
                self.kill(death)

        asyncio.get_running_loop().call_later(seconds, strike)

    async def ended(self) -> None:
        """Wait for the end of the bot that was killed."""
        if self.process:
            await self.process.wait()
            self.process = None

    def happens(self) -> None:
        """A document is filed, or one that was filed is printed; the feeds are due."""
        if self.documents and self.draw.random() < 0.4:
            row = self.draw.choice(self.register.inspection[-4:])
            number, title = row["document_number"], row["title"]
            if all(each["document_number"] != number for each in self.register.documents):
                self.register.publish(published(number, title=title))
        self.documents += 1
        number = f"2026-{10_000 + self.documents}"
        title = f"Entity List Requirements for Huawei, Part {self.documents}"
        self.register.inspection.append(filed(number, title=title))
        self.make_due()

    def mute(self, *, seconds: float) -> None:
        """Everyone is muted for so many of the bot's seconds: what happens is told together then."""
        until = self.now() + timedelta(seconds=seconds)
        with open_database(self.database) as db, transaction(db):
            for holder in self.holders:
                channels.put(db, holder, Channel(muted_until=until, muted_by="test"))

    def held(self) -> int:
        """Deliveries that wait for the end of a mute."""
        return int(self.rows("SELECT count(*) FROM outbox WHERE state = 'held'")[0][0])

    def make_due(self) -> None:
        with closing(sqlite3.connect(self.database, timeout=10)) as db, db:
            db.execute("UPDATE polls SET next_poll_at = '2000-01-01T00:00:00.000Z'")

    def rows(self, sql: str) -> list[Any]:
        with closing(sqlite3.connect(self.database, timeout=10)) as db:
            return db.execute(sql).fetchall()

    def settled(self) -> bool:
        """Whether every document is known at its last stage and nothing is left to be told."""
        kept = self.rows("SELECT count(*) FROM entries WHERE key LIKE 'fr:%'")[0][0]
        printed = self.rows("SELECT count(*) FROM entries WHERE stage = 'published'")[0][0]
        open_ = "SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'dead')"
        return (kept, printed, self.rows(open_)[0][0]) == (
            self.documents,
            len(self.register.documents),
            0,
        )

    def outcome(self) -> Outcome:
        """Compare what is owed with what stands in Slack."""
        rows = self.rows(
            "SELECT coalesce(other.delivery_id, own.delivery_id), coalesce(other.state, own.state),"
            " step FROM outbox AS own JOIN events ON own.event_id = events.id"
            " LEFT JOIN outbox AS other ON other.id = own.folded_into"
        )
        standing = Counter(
            message["metadata"]["event_payload"]["delivery_id"]
            for messages in self.slack.channels.values()
            for message in messages
        )
        told = [key for key, _, step in rows if step not in {"dated", "comments closed"}]
        owed = {
            row[0]
            for row in self.rows(
                "SELECT DISTINCT entry_id || ' ' || channel FROM outbox JOIN events ON event_id = events.id"
            )
        }
        return Outcome(
            owed=len(told),
            lost=[key for key in told if not standing[key]]
            + ["never owed"] * (self.documents * len(self.holders) - len(owed)),
            doubled=[key for key, count in standing.items() if count > 1],
            unsettled=sum(state != "sent" for _, state, _ in rows),
        )

    async def before(self, method: str, _: dict[str, Any]) -> None:
        """A call has come to Slack and has had no effect."""
        if self.death is Death.POST and method == POST:
            self.kill(Death.POST)
        if method in {POST, UPDATE, HISTORY, REPLIES} and self.draw.random() < self.share:
            bad = self.draw.choice(list(Bad))
            self.met[f"{method} {bad}"] += 1
            if bad is not Bad.HELD:
                self.slack.fail(method, _FAULTS[bad])
            else:
                self._held = True

    _held: bool = False

    async def after(self, method: str, _: dict[str, Any]) -> None:
        """A call has had its effect and is not answered."""
        if self._held and method in {POST, UPDATE, HISTORY, REPLIES}:
            self._held = False
            await asyncio.sleep(45 / HASTE)  # longer than the client waits
            return
        deadly = {Death.ANSWER: {POST}, Death.EDIT: {UPDATE}, Death.READ: {HISTORY, REPLIES}}
        if self.death and method in deadly.get(self.death, set()):
            self.kill(self.death)
        if self.death is Death.SETTLE and method == POST:
            self.doom(Death.SETTLE, seconds=self.draw.uniform(0, 0.02))


def _deadly(world: World, answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Any:
    async def answered(request: web.Request) -> web.StreamResponse:
        if world.death is Death.FETCH:
            world.kill(Death.FETCH)
        if world.death is Death.INGEST:
            world.doom(Death.INGEST, seconds=world.draw.uniform(0, 0.06))
        if world.death is Death.CLAIM:
            world.doom(Death.CLAIM, seconds=world.draw.uniform(0.01, 0.2))
        return await answer(request)

    return answered


@asynccontextmanager
async def open_world(
    folder: Path, *, seed: int, holders: tuple[str, ...] = HOLDERS, kind: type[World] = World
) -> AsyncIterator[Any]:
    """An installation that has read its empty feeds, with some who are subscribed; no bot runs."""
    epoch = time.time()
    (folder / "feeds.toml").write_text(FEEDS, encoding="utf-8")
    slack = SlackServer(channels={name: [] for name in holders if name[0] == "C"})
    async with loopback_register() as register, slack.running():
        world = kind(
            folder=folder,
            register=register,
            slack=slack,
            epoch=epoch,
            draw=random.Random(seed),
            holders=holders,
        )
        world.set_wrong(0)
        slack.clock = lambda: world.now().timestamp()
        slack.before, slack.after = world.before, world.after
        register.host.on(INSPECTION, _deadly(world, register.list_inspection))
        with open_database(world.database) as db, transaction(db):
            for holder in holders:
                subscriptions.add(
                    db, channel=holder, query="huawei", created_by="test", now=datetime.now(UTC)
                )
        world.furnish()
        try:
            await world.start()
            await wait_for(lambda: _read(world), seconds=60)
            world.kill(Death.ANYWHEN)
            await world.ended()
            yield world
        finally:
            if world.process and world.process.returncode is None:
                world.process.kill()
                await world.process.wait()


def _read(world: World) -> bool:
    rows = world.rows("SELECT baselined_at FROM polls")
    return len(rows) == world.feeds.count("[[feed]]") and all(row[0] for row in rows)


async def wait_for(holds: Callable[[], bool], *, seconds: float) -> bool:
    """Whether something comes to hold within so many seconds."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.02)
    return True


async def wait_reading(world: World, holds: Callable[[], bool], *, seconds: float) -> bool:
    """The same, while feeds are due every second.

    A visit that was under way when something happened did not see it, and as it ends it puts the next
    one off: by half an hour at night, which is longer than anyone waits here.
    """
    end = time.monotonic() + seconds
    while not await wait_for(holds, seconds=1):
        if time.monotonic() > end:
            return False
        world.make_due()
    return True


async def one_round(world: World, death: Death, *, patience: float) -> None:
    """A life of the bot: something happens, and it dies at a moment, at the latest after `patience`."""
    world.happens()
    world.death = death
    await world.start()
    with_luck = patience if death is not Death.ANYWHEN else world.draw.uniform(0.6, patience)
    try:
        async with asyncio.timeout(with_luck):
            await world.gone.wait()
    except TimeoutError:
        world.kill(Death.ANYWHEN)
    await world.ended()


async def settle(world: World, *, seconds: float) -> bool:
    """A last life without faults, until all is told."""
    world.death, world.share = None, 0.0
    world.make_due()
    await world.start()
    done = await wait_reading(world, world.settled, seconds=seconds)
    if not done and world.process and world.process.returncode is None:
        world.process.send_signal(signal.SIGUSR1)
        await asyncio.sleep(0.5)
    if not done and world.process:
        print(f"not settled; the bot's exit code is {world.process.returncode}")
    world.kill(Death.ANYWHEN)
    await world.ended()
    return done
