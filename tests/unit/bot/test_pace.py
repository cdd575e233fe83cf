"""How fast a workspace is written to."""

from __future__ import annotations

import asyncio

import pytest

from bot.pace import Pace
from tests.delivering import Elapsed


async def is_free(pace: Pace) -> bool:
    """Whether a message may be posted now."""
    turn = asyncio.create_task(pace.post_turn())
    for _ in range(5):
        await asyncio.sleep(0)
    free = turn.done()
    turn.cancel()
    return free


async def test_one_channel_that_is_refused_holds_up_nobody_else() -> None:
    pace = Pace.free(elapsed=Elapsed())

    for _ in range(3):
        pace.post_refused("C1", seconds=30)

    assert await is_free(pace)


async def test_two_channels_refused_in_a_row_mean_the_workspace_and_all_wait() -> None:
    elapsed = Elapsed()
    pace = Pace.free(elapsed=elapsed)

    pace.post_refused("C1", seconds=30)
    pace.post_refused("C2", seconds=10)
    at_once = await is_free(pace)
    elapsed.seconds += 9.9
    early = await is_free(pace)
    elapsed.seconds += 0.1

    assert (at_once, early) == (False, False)
    assert await is_free(pace)


async def test_a_message_that_is_taken_in_between_shows_that_others_are_free() -> None:
    pace = Pace.free(elapsed=Elapsed())

    pace.post_refused("C1", seconds=30)
    pace.post_taken()
    pace.post_refused("C2", seconds=30)

    assert await is_free(pace)


@pytest.mark.parametrize("seconds", [30.0, None])
async def test_edits_pause_for_all_and_posts_go_on(seconds: float | None) -> None:
    pace = Pace.free(elapsed=Elapsed())

    pace.edit_refused(seconds=seconds)

    assert not pace.can_edit()
    assert await is_free(pace)


async def test_no_more_messages_than_the_workspace_takes_go_out_at_once() -> None:
    pace = Pace(elapsed=Elapsed(), posts=(3.0, 3600.0))

    free = [await is_free(pace) for _ in range(5)]

    assert free == [True, True, True, False, False]
