"""The real program, as a process of its own: started, asked, stopped and killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.waiting import PATIENCE, until_true
from tests.servers import LoopbackRegister

#: One feed of each kind: fewer visits, so quicker tests than with the feeds that ship.
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

[[feed]]
name = "wire"
kind = "news"
title = "Trade Wire"
url = "{press}"
every = "1h"
"""
#: What is promised of SIGTERM and Ctrl-C (seconds).
STOPS_WITHIN = 10.0


def world_settings(register: LoopbackRegister, folder: Path) -> dict[str, str]:
    """Settings that point to the loopback Register and the press feed beside it."""
    feeds = folder / "feeds.toml"
    feeds.write_text(FEEDS.format(press=f"{register.host.base}/wire"), encoding="utf-8")
    return {
        "RULEWIRE_FEDERAL_REGISTER_URL": register.url,
        "RULEWIRE_ECFR_URL": register.host.base,
        "RULEWIRE_FEEDS": str(feeds),
        "RULEWIRE_ALLOW_PRIVATE_ADDRESSES": "1",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A command that has run to its end."""

    code: int
    out: str
    err: str


@dataclass(slots=True, kw_only=True)
class Rulewire:
    """One installation: settings, a database, and at most one running bot."""

    folder: Path
    settings: Mapping[str, str]
    #: What it is started with, after "run".
    options: tuple[str, ...] = ()
    _running: asyncio.subprocess.Process | None = field(default=None, repr=False)
    #: Length of the log when the bot was started last.
    _start: int = 0

    @property
    def database(self) -> Path:
        return self.folder / "rulewire.db"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {**kept, "RULEWIRE_DATABASE": str(self.database), **self.settings}

    @property
    def log(self) -> str:
        """What the bot has logged since it was started last."""
        path = self.folder / "run.err"
        return path.read_text(encoding="utf-8")[self._start :] if path.exists() else ""

    @property
    def shown(self) -> str:
        """What the bot has printed for people."""
        path = self.folder / "run.out"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    async def command(self, *arguments: str, **settings: str) -> Ended:
        """Run `rulewire ARGUMENTS` to its end."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *arguments),
            cwd=self.folder,
            env={**self.environment, **settings},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            out, err = await asyncio.wait_for(process.communicate(), 2 * PATIENCE)
        except BaseException:
            process.kill()
            await process.wait()
            raise
        assert process.returncode is not None
        return Ended(code=process.returncode, out=out.decode(), err=err.decode())

    async def poll(self, feed: str) -> Ended:
        """Let a second process read a feed, due or not; nothing is owed to anyone then.

        What it finds is left to the bot that leads.
        """
        ended = await self.command("poll", "--feed", feed)
        assert ended.code == 0, ended.err
        await until_true(lambda: not self.owed(), what="outbox without debts")
        return ended

    def owed(self) -> int:
        """Deliveries that are still to be made or under way."""
        return self._count("'pending', 'sending'")

    def held(self) -> int:
        """Deliveries that wait for a digest, or for the end of quiet hours or a mute."""
        return self._count("'held'")

    def _count(self, states: str) -> int:
        asked = f"SELECT count(*) FROM outbox WHERE state IN ({states})"
        with closing(sqlite3.connect(self.database, timeout=10)) as db:
            return int(db.execute(asked).fetchone()[0])

    async def start(self) -> None:
        """Start `rulewire run` and wait until it has read every feed that is due and can answer."""
        assert self._running is None
        self._start += len(self.log)
        out, err = (self.folder / name for name in ("run.out", "run.err"))
        with out.open("ab") as shown, err.open("ab") as logged:
            self._running = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run", *self.options),
                cwd=self.folder,
                env=self.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=shown,
                stderr=logged,
            )
        ready = "slack connected=yes" if "SLACK_APP_TOKEN" in self.settings else "started feeds="
        await self.logged(ready)

    async def logged(self, words: str, *, times: int = 1) -> None:
        """Wait until the bot has logged something so many times since it was started."""
        await until_true(lambda: self.log.count(words) >= times, what=f"{words!r} in the log")

    async def read_now(self, *feeds: str) -> None:
        """Make feeds due in the rows that hold the schedule, and wait until the bot has read them."""
        polled = {feed: f"polled feed={feed} " for feed in feeds}
        before = {feed: self.log.count(words) for feed, words in polled.items()}
        with closing(sqlite3.connect(self.database, timeout=10)) as db, db:
            db.executemany(
                "UPDATE polls SET next_poll_at = '2000-01-01T00:00:00.000Z' WHERE feed = ?",
                [(feed,) for feed in feeds],
            )
        for feed, words in polled.items():
            await self.logged(words, times=before[feed] + 1)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask the bot to stop; its exit code. A bot that takes longer than promised fails the test."""
        assert self._running is not None
        process, self._running = self._running, None
        asked = time.monotonic()
        process.send_signal(number)
        try:
            return await asyncio.wait_for(process.wait(), STOPS_WITHIN)
        except TimeoutError:
            process.kill()
            await process.wait()
            waited = time.monotonic() - asked
            raise AssertionError(f"still running {waited:.0f} s after {number.name}") from None

    async def kill(self) -> None:
        """End the bot as a power cut would."""
        if self._running is not None:
            process, self._running = self._running, None
            process.kill()
            await process.wait()
