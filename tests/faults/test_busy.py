"""Digests, floods, bulletins and reminders among faults: each is told once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.faults.busy import BusyWorld, busy_round, rest
from tests.faults.mishaps import locked, restored
from tests.faults.world import Death, open_world

#: Too slow for every run of the tests: `make faults`.
pytestmark = pytest.mark.e2e


async def rounds(world: BusyWorld) -> None:
    """A few lives, cut off while a message is on its way and while a card is edited."""
    world.flood()
    world.announce()
    world.promise()
    for death in (Death.INGEST, Death.POST, Death.ANSWER, Death.EDIT):
        world.share = 1 / 3
        await busy_round(world, death, patience=6)


@pytest.mark.parametrize("what", [rounds, locked, restored], ids=lambda what: what.__name__)
async def test_all_is_told_and_nothing_twice(
    tmp_path: Path, what: Callable[[BusyWorld], Awaitable[None]]
) -> None:
    async with open_world(tmp_path, seed=5, kind=BusyWorld) as world:
        await what(world)
        world.kill(Death.ANYWHEN)
        await world.ended()
        finished = await rest(world, seconds=60)
        told = world.tallies()

    assert finished
    assert {name: tally.lost for name, tally in told.items() if tally.lost} == {}
    assert {name: tally.doubled for name, tally in told.items() if tally.doubled} == {}
    assert all(tally.owed for name, tally in told.items() if name != "steps")
