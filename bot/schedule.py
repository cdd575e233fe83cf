"""The six jobs and their rhythm; holds no state: what is due stands in rows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from storage.errors import DatabaseError

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[object]]

#: How often each job looks for rows that are due.
RHYTHM: dict[str, timedelta] = {
    "poll": timedelta(seconds=5),
    "read": timedelta(seconds=5),
    "deliver": timedelta(seconds=2),
    "remind": timedelta(minutes=1),
    "law": timedelta(minutes=10),
    "heartbeat": timedelta(seconds=15),
    "upkeep": timedelta(hours=6),
}


class Schedule:
    """Runs each job at its rhythm until stopped; the first round is due at once.

    A job that is still running is not started again, and a late tick runs when it can: APScheduler
    would skip one that is a second late (its default `misfire_grace_time`).
    """

    def __init__(
        self, jobs: Mapping[str, Job], *, now: datetime, rhythm: Mapping[str, timedelta] = RHYTHM
    ) -> None:
        """Make the schedule; nothing runs before `start`.

        Args:
            jobs: One for each name of the rhythm.
            now: Time of the first round.
            rhythm: Whole seconds between two looks.
        """
        # "maximum number of running instances reached" is by design; a bug is logged below.
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        self._running: set[asyncio.Task[None]] = set()
        self._scheduler = AsyncIOScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for name, every in rhythm.items():
            self._scheduler.add_job(
                self._guarded(name, jobs[name]),
                IntervalTrigger(seconds=int(every.total_seconds())),
                id=name,
                next_run_time=now,
            )

    def start(self) -> None:
        """Begin. Needs a running event loop."""
        self._scheduler.start()

    async def stop(self) -> None:
        """Start nothing more, cut off what is running and wait for its end.

        What a job has handed to the storage thread is still kept: see `Storage.run`.
        """
        self._scheduler.pause()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._scheduler.shutdown(wait=False)

    def _guarded(self, name: str, job: Job) -> Job:
        async def run() -> None:
            task = asyncio.create_task(_survive(name, job), name=name)
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            await asyncio.wait([task])

        return run


async def _survive(name: str, job: Job) -> None:
    try:
        await job()
    except DatabaseError as error:
        log.error("job failed job=%s reason=%s", name, error)  # noqa: TRY400  no bug: it says it all
    except Exception:  # a bug in one job is loud and leaves the others running
        log.exception("job failed job=%s", name)
