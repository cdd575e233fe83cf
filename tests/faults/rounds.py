"""Kill the real bot again and again while Slack fails, and count what is lost and what is doubled.

python -m tests.faults.rounds --rounds 500
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from tests.faults.world import Death, one_round, open_world, settle

#: Rounds in one installation; then all must have been told, and another begins.
EACH = 25
#: How long a bot that meets none of its deaths may live (seconds of ours, twenty of its own each).
PATIENCE = 6.0


async def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--share", type=float, default=1 / 3, help="of Slack's calls that fail")
    asked = options.parse_args()
    begun, done, failed = time.monotonic(), 0, 0
    owed = lost = doubled = unsettled = 0
    deaths: dict[Death, int] = dict.fromkeys(Death, 0)
    faults = 0
    for seed in range(asked.seed, asked.seed + -(-asked.rounds // EACH)):
        with tempfile.TemporaryDirectory() as folder:
            async with open_world(Path(folder), seed=seed) as world:
                for _ in range(min(EACH, asked.rounds - done)):
                    world.share = asked.share
                    death = world.draw.choice(list(Death))
                    await one_round(world, death, patience=PATIENCE)
                    done += 1
                finished = await settle(world, seconds=120)
                found = world.outcome()
                if not (finished and found.perfect):
                    failed += 1
                    print(f"seed {seed}: settled={finished} {found}", flush=True)
                    kept = Path(tempfile.mkdtemp(prefix="rulewire-round-"))
                    (kept / "run.err").write_bytes((world.folder / "run.err").read_bytes())
                    (kept / "rulewire.db").write_bytes(world.database.read_bytes())
                    print(f"  kept in {kept}", flush=True)
                owed, lost = owed + found.owed, lost + len(found.lost)
                doubled, unsettled = doubled + len(found.doubled), unsettled + found.unsettled
                faults += world.met.total()
                for each, count in world.deaths.items():
                    deaths[each] += count
        print(
            f"rounds {done} owed {owed} lost {lost} doubled {doubled} unsettled {unsettled}"
            f" faults {faults} in {time.monotonic() - begun:.0f} s",
            flush=True,
        )
    for each, count in deaths.items():
        print(f"  killed {count:4}  {each.value}")


if __name__ == "__main__":
    asyncio.run(main())
