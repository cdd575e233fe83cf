"""The jobs and their rhythm; holds no state: what is due stands in rows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from storage.errors import DatabaseError

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[object]]

#: How long each job rests before it looks again for rows that are due.
RHYTHM: dict[str, timedelta] = {
    "poll": timedelta(seconds=5),
    "read": timedelta(seconds=5),
    "deliver": timedelta(seconds=2),
    "edit": timedelta(seconds=5),
    "settle": timedelta(seconds=5),
    "remind": timedelta(minutes=1),
    "heartbeat": timedelta(seconds=15),
    "law": timedelta(minutes=10),
    "upkeep": timedelta(hours=6),
}


class Schedule:
    """Runs each job at once and then again after its rest, until stopped.

    It goes by the event loop's clock, which no change of the time of day moves: a clock that jumps
    neither floods nor starves a job.
    """

    def __init__(
        self, jobs: Mapping[str, Job], *, rhythm: Mapping[str, timedelta] = RHYTHM
    ) -> None:
        """Make the schedule; nothing runs before `start`.

        Args:
            jobs: One for each name of the rhythm.
            rhythm: Rest between the end of a job and its next start.
        """
        self._jobs = jobs
        self._rhythm = rhythm
        self._running: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin. Needs a running event loop."""
        self._running = [
            asyncio.create_task(_repeat(name, self._jobs[name], rest.total_seconds()), name=name)
            for name, rest in self._rhythm.items()
        ]

    async def stop(self) -> None:
        """Cut off what is running, start nothing more and wait for the end.

        What a job has handed to the storage thread is still kept: see `Storage.run`.
        """
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


async def _repeat(name: str, job: Job, rest: float) -> None:
    while True:
        await _survive(name, job)
        await asyncio.sleep(rest)


async def _survive(name: str, job: Job) -> None:
    try:
        await job()
    except DatabaseError as error:
        log.error("job failed job=%s reason=%s", name, error)  # noqa: TRY400  no bug: it says it all
    except Exception:  # a bug in one job is loud and leaves the others running
        log.exception("job failed job=%s", name)
