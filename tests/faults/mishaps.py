"""What happens to machines, in the world in which everything happens; and count what is lost and doubled.

python -m tests.faults.mishaps --times 2
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import shutil
import signal
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

from storage.database import open_database
from storage.upkeep import back_up
from tests.faults.busy import BusyWorld, rest
from tests.faults.world import POST, Death, World, open_world, wait_for

HOUR, DAY = 3_600.0, 86_400.0
#: Longer than SQLite waits by itself, which does not hurry: several of the bot's minutes (our seconds).
LOCKED = 8.0


async def told(world: BusyWorld, *, seconds: float = 90) -> None:
    """Something happens, and all of it is told that no digest waits for."""
    world.happens()
    await world.told(seconds=seconds)


async def full_disk(world: BusyWorld) -> None:
    """The disk is full from the moment a message was taken, for some seconds."""
    await world.start()
    assert world.process
    bot, whole = world.process.pid, resource.prlimit(world.process.pid, resource.RLIMIT_FSIZE)
    filled = asyncio.Event()

    async def fill(method: str, _: object) -> None:
        if method == POST and not filled.is_set():
            resource.prlimit(bot, resource.RLIMIT_FSIZE, (4_096, whole[1]))
            filled.set()

    world.slack.after = fill
    world.happens()
    async with asyncio.timeout(60):
        await filled.wait()
    await asyncio.sleep(3)
    resource.prlimit(bot, resource.RLIMIT_FSIZE, whole)
    world.slack.after = world.after
    await told(world)


async def locked(world: BusyWorld) -> None:
    """Another process holds the database's lock, from the moment a message was taken."""
    await world.start()
    taken = asyncio.Event()

    async def see(method: str, _: object) -> None:
        if method == POST:
            taken.set()

    world.slack.after = see
    world.happens()
    async with asyncio.timeout(60):
        await taken.wait()
    with closing(sqlite3.connect(world.database, isolation_level=None, timeout=10)) as other:
        other.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(LOCKED)
        other.execute("ROLLBACK")
    world.slack.after = world.after
    await told(world)


def jump(seconds: float) -> Callable[[BusyWorld], Awaitable[None]]:
    async def jumped(world: BusyWorld) -> None:
        world.share = 1 / 3
        await world.start()
        await told(world)
        world.set_wrong(seconds)
        await told(world)
        world.set_wrong(0)
        await told(world)

    return jumped


async def frozen(world: BusyWorld) -> None:
    """Of two copies the leader is frozen while Slack answers, and killed when the other has led."""
    ice = asyncio.Event()

    async def freeze(method: str, _: object) -> None:
        if method == POST and not ice.is_set() and world.process:
            world.process.send_signal(signal.SIGSTOP)
            ice.set()

    await world.start()
    await wait_for(lambda: world.log().count("leading owner=") == 2, seconds=60)
    second = await world.launch()
    await wait_for(lambda: "waiting leader=" in world.log(), seconds=60)
    world.slack.after = freeze
    world.happens()
    async with asyncio.timeout(60):
        await ice.wait()
    try:
        await told(world)
        world.kill(Death.ANYWHEN)
        await told(world)
    finally:
        second.kill()
        await second.wait()


async def restored(world: BusyWorld) -> None:
    """A backup is put back: what came since is read again, what people did since is not known."""
    await world.start()
    await told(world)
    await told(world)
    world.announce()
    world.promise()
    with closing(open_database(world.database)) as db:
        back_up(db, world.folder / "backup.db", now=world.now())
    said = dict(world.said)
    for _ in range(2):
        World.happens(world)
        world.flood()
        await world.told(seconds=90)
    world.announce(old=True)
    await world.told(seconds=90)
    world.kill(Death.ANYWHEN)
    await world.ended()
    world.sleep(seconds=2 * HOUR)
    await world.start()
    await world.told(seconds=90, by=world.all_told)
    world.kill(Death.ANYWHEN)
    await world.ended()
    for name in ("rulewire.db-wal", "rulewire.db-shm"):
        (world.folder / name).unlink(missing_ok=True)
    shutil.move(world.folder / "backup.db", world.database)
    world.said = said
    world.make_due()
    await world.start()
    await told(world)
    world.promise()


MISHAPS: dict[str, Callable[[BusyWorld], Awaitable[None]]] = {
    "disk full": full_disk,
    "database locked": locked,
    "two copies, leader frozen, then killed": frozen,
    "clock 7 hours ahead and back": jump(7 * HOUR),
    "clock 7 hours back and ahead": jump(-7 * HOUR),
    "clock 3 days ahead and back": jump(3 * DAY),
    "clock 3 days back and ahead": jump(-3 * DAY),
    "backup put back": restored,
}


async def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--times", type=int, default=1)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", default="")
    options.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()))
    asked = options.parse_args()
    for name, mishap in MISHAPS.items():
        if asked.only not in name:
            continue
        counted: Counter[str] = Counter()
        for seed in range(asked.seed, asked.seed + asked.times):
            with tempfile.TemporaryDirectory() as folder:
                async with open_world(Path(folder), seed=seed, kind=BusyWorld) as world:
                    try:
                        await mishap(world)
                    except TimeoutError:
                        print(f"{name}: stalled", flush=True)
                    world.kill(Death.ANYWHEN)
                    await world.ended()
                    world.slack.after = world.after
                    finished = await rest(world, seconds=120)
                    perfect = report(world, counted)
                    if not (finished and perfect):
                        keep(
                            world, asked.keep / f"mishap-{name.replace(' ', '-')}-{seed}", finished
                        )
        print(f"{name}: {asked.times} times, {json.dumps(counted)}", flush=True)


def report(world: BusyWorld, counted: Counter[str]) -> bool:
    """Count what was owed, lost and doubled, and name it; whether all was told once."""
    perfect = True
    for name, tally in world.tallies().items():
        counted[f"{name} owed"] += tally.owed
        for what, problems in (("lost", tally.lost), ("doubled", tally.doubled)):
            counted[f"{name} {what}"] += len(problems)
            if problems:
                perfect = False
                print(f"{what} {name}: {problems[:10]}", flush=True)
    return perfect


def keep(world: BusyWorld, where: Path, finished: bool) -> None:
    """Put aside what a bug leaves behind."""
    where.mkdir(parents=True, exist_ok=True)
    (where / "run.err").write_bytes((world.folder / "run.err").read_bytes())
    (where / "slack.json").write_text(json.dumps(world.slack.requests), encoding="utf-8")
    with (
        closing(sqlite3.connect(world.database)) as db,
        closing(sqlite3.connect(where / "rulewire.db")) as copy,
    ):
        db.backup(copy)
    print(f"  settled={finished}, kept in {where}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
