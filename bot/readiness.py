"""Whether the bot is able to do its job, and what keeps it from it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from bot.schedule import Job
from bot.storage_thread import Storage
from storage import polls
from storage.errors import DatabaseError

#: Says what is wrong, in a few words; empty when nothing is.
Check = Callable[[], Awaitable[str]]

#: A job may take so long, beside three times its rhythm, until it counts as stuck.
PATIENCE = timedelta(minutes=5)
#: The database has so long to keep something (seconds).
DATABASE_SECONDS = 5.0


class Jobs:
    """When each job of the schedule last came to a good end."""

    def __init__(self, rhythm: Mapping[str, timedelta], *, monotonic: Callable[[], float]) -> None:
        """Each has its whole patience from now on.

        Args:
            rhythm: How often each runs.
            monotonic: Seconds that never go back.
        """
        self._rhythm = rhythm
        self._monotonic = monotonic
        self._ended = dict.fromkeys(rhythm, monotonic())

    def watched(self, name: str, job: Job) -> Job:
        """The job, whose good ends are noted."""

        async def run() -> None:
            await job()
            self._ended[name] = self._monotonic()

        return run

    async def check(self) -> str:
        """Which jobs have failed, or hung, for too long."""
        now = self._monotonic()
        late = [
            f"{name} did not end well for {now - ended:.0f} s"
            for name, ended in self._ended.items()
            if now - ended > (3 * self._rhythm[name] + PATIENCE).total_seconds()
        ]
        return ", ".join(late)


def database(
    storage: Storage, clock: Callable[[], datetime], *, seconds: float = DATABASE_SECONDS
) -> Check:
    """Whether the database can be written: a sign of life is."""

    async def check() -> str:
        try:
            async with asyncio.timeout(seconds):
                await storage.run(polls.beat, now=clock())
        except DatabaseError as error:
            return str(error)
        except TimeoutError:
            return f"did not answer within {seconds:g} s"
        return ""

    return check


async def findings(checks: Mapping[str, Check]) -> dict[str, str]:
    """What each check says, all asked at once."""
    said = await asyncio.gather(*(check() for check in checks.values()))
    return dict(zip(checks, said, strict=True))
