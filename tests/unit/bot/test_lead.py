"""Of several copies one leads; another takes over when it is gone, whatever the clocks say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.lead import BEAT_SECONDS, EXPIRES_SECONDS, Leader, owner_name
from bot.storage_thread import Storage
from storage import lease
from tests.delivering import Clock, Elapsed


def copy(storage: Storage, name: str, *, elapsed: Elapsed, clock: Clock) -> Leader:
    return Leader(storage, owner=name, clock=clock, elapsed=elapsed)


async def test_one_of_two_copies_leads(storage: Storage, elapsed: Elapsed, clock: Clock) -> None:
    first = copy(storage, "a", elapsed=elapsed, clock=clock)
    second = copy(storage, "b", elapsed=elapsed, clock=clock)

    assert [await each.beat() for each in (first, second, first, second)] == [
        True,
        False,
        True,
        False,
    ]


async def test_a_copy_that_is_gone_is_replaced_within_thirty_seconds(
    storage: Storage, elapsed: Elapsed, clock: Clock
) -> None:
    await copy(storage, "dead", elapsed=elapsed, clock=clock).beat()
    gone_at = elapsed.seconds
    second = copy(storage, "b", elapsed=elapsed, clock=clock)

    elapsed.seconds += BEAT_SECONDS - 0.1  # it had just looked when the other died
    while not await second.beat():
        elapsed.seconds += BEAT_SECONDS

    assert EXPIRES_SECONDS <= elapsed.seconds - gone_at < 30


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(days=-400)])
async def test_a_clock_that_jumps_takes_the_lead_from_nobody_and_gives_it_to_nobody(
    storage: Storage, elapsed: Elapsed, clock: Clock, jump: timedelta
) -> None:
    first = copy(storage, "a", elapsed=elapsed, clock=clock)
    second = copy(storage, "b", elapsed=elapsed, clock=clock)
    await first.beat()
    await second.beat()

    clock.now += jump
    jumped = await second.beat()
    elapsed.seconds += EXPIRES_SECONDS - 1
    kept = [await first.beat(), await second.beat()]
    elapsed.seconds += EXPIRES_SECONDS
    taken = await second.beat()

    assert not jumped
    assert kept == [True, False]
    assert taken


async def test_a_copy_that_wakes_from_a_long_sleep_knows_that_it_no_longer_leads(
    storage: Storage, elapsed: Elapsed, clock: Clock
) -> None:
    first = copy(storage, "a", elapsed=elapsed, clock=clock)
    second = copy(storage, "b", elapsed=elapsed, clock=clock)
    await first.beat()
    await second.beat()
    elapsed.seconds += EXPIRES_SECONDS
    await second.beat()

    assert not await first.beat()
    assert await storage.run(lease.held, "b")


async def test_who_stops_hands_the_lead_over_at_once(
    storage: Storage, elapsed: Elapsed, clock: Clock
) -> None:
    terms: list[str] = []
    began = asyncio.Event()

    @asynccontextmanager
    async def term() -> AsyncIterator[None]:
        terms.append("begun")
        began.set()
        try:
            yield
        finally:
            terms.append("ended")

    leading = asyncio.create_task(copy(storage, "a", elapsed=elapsed, clock=clock).lead(term))
    async with asyncio.timeout(5):
        await began.wait()
        leading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leading
    second = copy(storage, "b", elapsed=elapsed, clock=clock)

    assert await second.beat()
    assert terms == ["begun", "ended"]


async def test_one_round_leads_for_its_time_and_leaves_a_free_lease(
    storage: Storage, elapsed: Elapsed, clock: Clock
) -> None:
    async with copy(storage, "round", elapsed=elapsed, clock=clock).once() as leads:
        other = await copy(storage, "b", elapsed=elapsed, clock=clock).beat()

    assert (leads, other) == (True, False)
    assert await copy(storage, "b", elapsed=elapsed, clock=clock).beat()


def test_no_two_copies_have_one_name() -> None:
    assert owner_name() != owner_name()
