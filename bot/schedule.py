"""The jobs and their rhythm; holds no state: what is due stands in rows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

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
    "fold": timedelta(seconds=2),
    "remind": timedelta(minutes=1),
    "heartbeat": timedelta(seconds=15),
    "law": timedelta(minutes=10),
    "health": timedelta(minutes=1),
    "compare": timedelta(minutes=10),
    "renew": timedelta(minutes=5),
    "upkeep": timedelta(hours=6),
}
#: How often it is seen to that no job rests for longer than it should.
GLANCE_SECONDS = 5.0
#: A time of day that has come, whatever the clock says.
_DUE = datetime(1970, 1, 1, tzinfo=UTC)


class Schedule:
    """Runs each job at once and then again after its rest, until stopped.

    A job that is still running is not started again. A clock that jumps neither floods nor starves
    a job: APScheduler goes by the time of day, and would list each tick that a jump ahead has
    missed, or wait until the clock has caught up with a jump back.
    """

    def __init__(
        self,
        jobs: Mapping[str, Job],
        *,
        rhythm: Mapping[str, timedelta] = RHYTHM,
        glance_seconds: float = GLANCE_SECONDS,
    ) -> None:
        """Make the schedule; nothing runs before `start`.

        Args:
            jobs: One for each name of the rhythm.
            rhythm: Rest between two starts of a job.
            glance_seconds: Between two looks for jobs that a jump of the clock would starve.
        """
        # "maximum number of running instances reached" is by design; a bug is logged below.
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        self._rhythm = rhythm
        self._glance = glance_seconds
        self._running: dict[str, asyncio.Task[None]] = {}
        #: When each job was started last, by the event loop's clock, which nobody sets.
        self._started: dict[str, float] = {}
        self._watch: asyncio.Task[None] | None = None
        self._scheduler = AsyncIOScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for name, rest in rhythm.items():
            run = self._guarded(name, jobs[name])
            self._scheduler.add_job(run, Rest(rest), id=name, next_run_time=_DUE)

    def start(self) -> None:
        """Begin. Needs a running event loop."""
        self._scheduler.start()
        self._watch = asyncio.create_task(self._keep_going(), name="schedule")

    async def stop(self) -> None:
        """Start nothing more, cut off what is running and wait for its end.

        What a job has handed to the storage thread is still kept: see `Storage.run`.
        """
        self._scheduler.pause()
        tasks = [*self._running.values(), *([self._watch] if self._watch else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._scheduler.shutdown(wait=False)

    def _guarded(self, name: str, job: Job) -> Job:
        async def run() -> None:
            self._started[name] = asyncio.get_running_loop().time()
            task = asyncio.create_task(_survive(name, job), name=name)
            self._running[name] = task
            await asyncio.wait([task])
            self._running.pop(name, None)

        return run

    async def _keep_going(self) -> None:
        """Wake jobs that have rested for longer than they should: the clock went back."""
        while True:
            await asyncio.sleep(self._glance)
            now = asyncio.get_running_loop().time()
            for name, started in list(self._started.items()):
                rested = now - started > self._rhythm[name].total_seconds() + self._glance
                if rested and name not in self._running:
                    self._scheduler.modify_job(name, next_run_time=_DUE)


class Rest(BaseTrigger):  # type: ignore[misc]  # APScheduler ships no types
    """Due so long after the last look, however far the clock has jumped meanwhile."""

    def __init__(self, rest: timedelta) -> None:
        """Between two looks."""
        self._rest = rest

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        """Always one look ahead, so that a jump leaves no list of missed ones."""
        return now + self._rest


async def _survive(name: str, job: Job) -> None:
    try:
        await job()
    except DatabaseError as error:
        log.error("job failed job=%s reason=%s", name, error)  # noqa: TRY400  no bug: it says it all
    except Exception:  # a bug in one job is loud and leaves the others running
        log.exception("job failed job=%s", name)
