"""The real bot, killed between every two steps, and two copies of it on one database."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.world import Death, World, one_round, open_world, settle, wait_for


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, seed=7) as opened:
        yield opened


async def test_a_bot_killed_between_any_two_steps_loses_nothing_and_repeats_nothing(
    world: World,
) -> None:
    deaths = [Death.FETCH, Death.INGEST, Death.CLAIM, Death.POST, Death.ANSWER, Death.SETTLE]

    for death in deaths:
        world.share = 0.2
        await one_round(world, death, patience=10)
    finished = await settle(world, seconds=60)

    assert sum(world.deaths[death] for death in deaths) >= len(deaths) - 1
    assert finished, world.rows("SELECT state, last_error, unreadable FROM outbox")
    assert world.outcome().perfect, world.outcome()


async def test_a_kill_that_was_meant_for_one_life_does_not_end_the_next(world: World) -> None:
    await world.start()
    for _ in range(2):
        world.doom(Death.SETTLE, seconds=0.1)
    world.kill(Death.SETTLE)
    await world.ended()
    await world.start()

    assert not await wait_for(world.gone.is_set, seconds=0.3)
    assert world.deaths[Death.SETTLE] == 1


async def test_a_bot_killed_around_a_digest_tells_all_of_it_once(world: World) -> None:
    deaths = [Death.POST, Death.ANSWER, Death.SETTLE, *[Death.ANYWHEN] * 5]

    for death in deaths:
        world.mute(seconds=86_400)
        world.share = 0.0
        for _ in range(3):
            world.happens()
        await world.start()
        held = await wait_for(lambda: world.held() >= 3 * len(world.holders), seconds=60)
        assert held, world.log()[-2_000:]
        world.death, world.share = death, 0.2
        world.mute(seconds=0)
        patience = world.draw.uniform(0, 1.5) if death is Death.ANYWHEN else 10
        await wait_for(world.gone.is_set, seconds=patience)
        world.kill(Death.ANYWHEN)
        await world.ended()
    finished = await settle(world, seconds=60)

    assert finished, world.rows("SELECT state, gate, last_error, unreadable FROM outbox")
    assert world.outcome().perfect, world.outcome()
    folded = "SELECT count(DISTINCT folded_into) FROM outbox WHERE folded_into IS NOT NULL"
    assert world.rows(folded)[0][0] >= len(world.holders)


async def test_a_second_copy_waits_and_takes_over_when_the_first_is_killed(world: World) -> None:
    await world.start()
    await wait_for(lambda: world.log().count("leading owner=") == 2, seconds=30)
    second = await world.launch()
    await wait_for(lambda: "waiting leader=" in world.log(), seconds=30)
    world.happens()
    world.kill(Death.ANYWHEN)
    try:
        took_over = await wait_for(world.settled, seconds=60)
    finally:
        second.send_signal(signal.SIGTERM)
        code = await second.wait()

    assert took_over
    assert world.outcome().perfect, world.outcome()
    assert code == 0
    assert world.rows("SELECT owner FROM lease") == [(None,)]


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_a_frozen_copy_that_wakes_after_another_took_over_doubles_nothing(
    tmp_path: Path, method: str
) -> None:
    """Frozen while Slack answers: a message stands by then, or is still to be posted after an edit."""
    async with open_world(tmp_path, seed=3, holders=("C01",)) as world:
        frozen = asyncio.Event()

        async def freeze(called: str, _: object) -> None:
            if called == method and not frozen.is_set() and world.process:
                world.process.send_signal(signal.SIGSTOP)
                frozen.set()

        world.slack.after = freeze
        await world.start()
        assert world.process
        while not frozen.is_set():
            world.happens()
            await wait_for(lambda: frozen.is_set() or world.settled(), seconds=30)
        second = await world.launch()
        try:
            took_over = await wait_for(world.settled, seconds=60)
            world.process.send_signal(signal.SIGCONT)
            world.happens()
            went_on = await wait_for(world.settled, seconds=60)
        finally:
            second.kill()
            await second.wait()

        assert (took_over, went_on) == (True, True)
        assert world.outcome().perfect, world.outcome()
