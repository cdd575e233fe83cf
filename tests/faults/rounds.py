"""Kill the real bot again and again while Slack fails, and count what is lost and what is doubled.

python -m tests.faults.rounds --rounds 500
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from tests.faults.busy import BusyWorld, busy_round, rest
from tests.faults.world import Death, open_world

#: Rounds in one installation; then all must have been told, and another begins.
EACH = 25
#: How long a bot that meets none of its deaths may live (seconds of ours, twenty of its own each).
PATIENCE = 6.0


async def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--share", type=float, default=1 / 3, help="of Slack's calls that fail")
    options.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()))
    asked = options.parse_args()
    begun, done = time.monotonic(), 0
    counted: Counter[str] = Counter()
    deaths: Counter[Death] = Counter()
    for seed in range(asked.seed, asked.seed + -(-asked.rounds // EACH)):
        with tempfile.TemporaryDirectory() as folder:
            async with open_world(Path(folder), seed=seed, kind=BusyWorld) as world:
                for _ in range(min(EACH, asked.rounds - done)):
                    world.share = asked.share
                    await busy_round(world, world.draw.choice(list(Death)), patience=PATIENCE)
                    done += 1
                finished = await rest(world, seconds=120)
                _count(counted, deaths, world)
                if not (finished and _report(world)):
                    _keep(world, asked.keep / f"rulewire-round-{seed}", finished=finished)
        said = " ".join(f"{name}={count}" for name, count in sorted(counted.items()))
        print(f"rounds {done} {said} in {time.monotonic() - begun:.0f} s", flush=True)
    for each, count in deaths.items():
        print(f"  killed {count:4}  {each.value}")


def _count(counted: Counter[str], deaths: Counter[Death], world: BusyWorld) -> None:
    deaths.update(world.deaths)
    counted["faults"] += world.met.total()
    counted["floods"] += world.floods
    counted["workers killed"] += world.workers
    counted["reminders"] += world.promised
    for name, tally in world.tallies().items():
        counted[f"{name} owed"] += tally.owed
        counted[f"{name} lost"] += len(tally.lost)
        counted[f"{name} doubled"] += len(tally.doubled)


def _report(world: BusyWorld) -> bool:
    """Whether all was told once; else says what was not."""
    perfect = True
    for name, tally in world.tallies().items():
        for what, problems in (("lost", tally.lost), ("doubled", tally.doubled)):
            if problems:
                perfect = False
                print(f"{what} {name}: {problems[:10]}", flush=True)
    return perfect


def _keep(world: BusyWorld, where: Path, *, finished: bool) -> None:
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
