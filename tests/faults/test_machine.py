"""A disk that fills, a clock that jumps, a backup put back: nothing is lost and nothing is doubled."""

from __future__ import annotations

import asyncio
import resource
import shutil
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.database import open_database
from storage.upkeep import back_up
from tests.faults.world import Death, World, open_world, wait_for

DAY = 86_400.0


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, seed=11) as opened:
        yield opened


async def told(world: World) -> None:
    """Something happens and is told."""
    world.happens()
    assert await wait_for(world.settled, seconds=60), world.log()[-3_000:]


async def test_a_disk_that_is_full_when_a_message_was_taken(world: World) -> None:
    await world.start()
    assert world.process
    bot, whole = world.process.pid, resource.prlimit(world.process.pid, resource.RLIMIT_FSIZE)
    filled = asyncio.Event()

    async def fill(method: str, _: object) -> None:
        if method == "chat.postMessage" and not filled.is_set():
            resource.prlimit(bot, resource.RLIMIT_FSIZE, (4_096, whole[1]))
            filled.set()

    world.slack.after = fill
    world.happens()
    async with asyncio.timeout(30):
        await filled.wait()
    kept = "SELECT count(*) FROM outbox WHERE state IN ('pending', 'sent')"
    settled_meanwhile = await wait_for(lambda: world.rows(kept)[0][0] == 4, seconds=1)
    resource.prlimit(bot, resource.RLIMIT_FSIZE, whole)
    recovered = await wait_for(world.settled, seconds=60)

    assert recovered, world.log()[-3_000:]
    assert world.outcome().perfect, world.outcome()
    assert not settled_meanwhile


@pytest.mark.parametrize("jump", [400 * DAY, -400 * DAY], ids=["forward", "back"])
async def test_a_clock_that_jumps_and_comes_back(world: World, jump: float) -> None:
    world.share = 1 / 3
    await world.start()

    await told(world)
    world.set_wrong(jump)
    await told(world)
    world.set_wrong(0)
    await told(world)

    assert world.outcome().perfect, world.outcome()


async def test_yesterdays_backup_put_back_repeats_nothing_and_says_so(world: World) -> None:
    await world.start()
    await told(world)
    with closing(open_database(world.database)) as db:
        back_up(db, world.folder / "backup.db", now=datetime.now(UTC))
    await told(world)
    await told(world)
    world.kill(Death.ANYWHEN)
    await world.ended()
    for name in ("rulewire.db-wal", "rulewire.db-shm"):
        (world.folder / name).unlink(missing_ok=True)
    shutil.move(world.folder / "backup.db", world.database)

    await world.start()
    await told(world)

    assert "restored from a backup" in world.log()
    assert world.outcome().perfect, world.outcome()
