"""Kill the real bot again and again while Slack fails, and count what is lost and what is doubled.

python -m tests.faults.rounds --rounds 500
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.faults.busy import BusyWorld, busy_round, rest
from tests.faults.mishaps import keep, report
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
                perfect = report(world, counted)
                if not (finished and perfect):
                    keep(world, asked.keep / f"rulewire-round-{seed}", finished)
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


if __name__ == "__main__":
    asyncio.run(main())
