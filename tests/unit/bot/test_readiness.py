"""Whether the bot can do its job: jobs that end well, a database that takes what it is given."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot import readiness
from bot.readiness import PATIENCE, Jobs
from bot.storage_thread import Storage
from storage import polls
from tests.factories import NOW

RHYTHM = {"poll": timedelta(seconds=5), "upkeep": timedelta(hours=6)}


class Watch:
    """Seconds that pass when they are told to."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


async def nothing() -> None:
    pass


async def test_a_job_that_ends_well_now_and_then_is_no_trouble() -> None:
    watch = Watch()
    jobs = Jobs(RHYTHM, monotonic=watch)
    poll = jobs.watched("poll", nothing)

    for _ in range(10):
        watch.now += PATIENCE.total_seconds()
        await poll()

    assert await jobs.check() == ""


async def test_a_job_that_fails_or_hangs_for_too_long_is_named() -> None:
    watch = Watch()
    jobs = Jobs(RHYTHM, monotonic=watch)

    async def fail() -> None:
        raise RuntimeError("a bug")

    poll = jobs.watched("poll", fail)
    watch.now += PATIENCE.total_seconds() + 16
    with pytest.raises(RuntimeError):
        await poll()

    assert await jobs.check() == "poll did not end well for 316 s"


async def test_the_database_is_asked_to_keep_a_sign_of_life(tmp_path: Path) -> None:
    storage = Storage(tmp_path / "rulewire.db")
    await storage.open()

    said = await readiness.database(storage, lambda: NOW)()
    beat = await storage.run(polls.last_beat)
    await storage.close()

    assert (said, beat) == ("", NOW)
