"""The four jobs and their rhythm; holds no state: what is due stands in rows."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[object]]

#: How often each job looks for rows that are due.
RHYTHM: dict[str, timedelta] = {
    "poll": timedelta(seconds=5),
    "deliver": timedelta(seconds=2),
    "heartbeat": timedelta(seconds=15),
    "upkeep": timedelta(hours=6),
}


def schedule(jobs: Mapping[str, Job], *, now: datetime) -> AsyncIOScheduler:
    """A scheduler for the jobs of `RHYTHM`, not started; the first round is due at once.

    A job that is still running is not started again, and a late tick runs when it can: APScheduler
    would skip one that is a second late (its default `misfire_grace_time`).
    """
    scheduler = AsyncIOScheduler(
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # "max instances reached" is by design
    for name, every in RHYTHM.items():
        scheduler.add_job(
            _guarded(name, jobs[name]),
            IntervalTrigger(seconds=int(every.total_seconds())),
            id=name,
            next_run_time=now,
        )
    return scheduler


def _guarded(name: str, job: Job) -> Job:
    async def run() -> None:
        try:
            await job()
        except Exception:
            log.exception("job failed job=%s", name)

    return run
