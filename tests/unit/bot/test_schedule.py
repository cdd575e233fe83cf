"""The rhythm of the jobs."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from bot.schedule import Rest, Schedule
from storage.errors import DatabaseError

ONCE = timedelta(hours=1)


async def test_every_job_runs_at_once_and_a_failing_one_leaves_the_others_running(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done = asyncio.Event()

    async def fail() -> None:
        message = "a bug"
        raise RuntimeError(message)

    async def work() -> None:
        done.set()

    schedule = Schedule({"fail": fail, "work": work}, rhythm={"fail": ONCE, "work": ONCE})
    with caplog.at_level(logging.ERROR):
        schedule.start()
        async with asyncio.timeout(5):
            await done.wait()
        await schedule.stop()

    assert "job failed job=fail" in caplog.text
    assert "a bug" in caplog.text


async def test_a_database_that_fails_is_one_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done = asyncio.Event()

    async def fail() -> None:
        done.set()
        raise DatabaseError("rulewire.db", "is busy", passing=True)

    schedule = Schedule({"fail": fail}, rhythm={"fail": ONCE})
    with caplog.at_level(logging.ERROR):
        schedule.start()
        async with asyncio.timeout(5):
            await done.wait()
        await schedule.stop()

    assert [(record.getMessage(), record.exc_info) for record in caplog.records] == [
        ("job failed job=fail reason=rulewire.db: is busy", None)
    ]


async def test_stopping_cuts_off_a_running_job_and_waits_for_its_end() -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def endless() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    schedule = Schedule({"endless": endless}, rhythm={"endless": ONCE})
    schedule.start()
    async with asyncio.timeout(5):
        await started.wait()
        await schedule.stop()

    assert ended.is_set()


async def test_a_job_runs_again_after_its_rest() -> None:
    runs, third = 0, asyncio.Event()

    async def count() -> None:
        nonlocal runs
        runs += 1
        if runs == 3:
            third.set()

    schedule = Schedule({"count": count}, rhythm={"count": timedelta(microseconds=1)})
    schedule.start()
    async with asyncio.timeout(5):
        await third.wait()
    await schedule.stop()

    assert runs >= 3


async def test_a_clock_that_goes_back_starves_no_job() -> None:
    runs, again = 0, asyncio.Event()

    async def count() -> None:
        nonlocal runs
        runs += 1
        if runs == 2:
            again.set()

    rest = timedelta(milliseconds=1)
    schedule = Schedule({"count": count}, rhythm={"count": rest}, glance_seconds=0.005)
    schedule.start()
    # To a clock that went back, the next look lies as far ahead.
    schedule._scheduler.modify_job("count", next_run_time=datetime(2200, 1, 1, tzinfo=UTC))
    schedule._started["count"] = 0.0
    async with asyncio.timeout(5):
        await again.wait()
    await schedule.stop()


def test_a_clock_that_jumps_ahead_leaves_one_look_to_make() -> None:
    now = datetime(2200, 1, 1, tzinfo=UTC)
    missed = datetime(1970, 1, 1, tzinfo=UTC)

    assert Rest(timedelta(seconds=2)).get_next_fire_time(missed, now) == now + timedelta(seconds=2)
