"""How fast a workspace is written to."""

from __future__ import annotations

import asyncio

import pytest

from bot.pace import Pace, side_by_side
from tests.delivering import Elapsed


async def is_free(pace: Pace, channel: str = "C9") -> bool:
    """Whether a message may be posted now."""
    turn = asyncio.create_task(pace.post_turn(channel))
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
    pace.post_taken("C2")
    pace.post_refused("C2", seconds=30)

    assert await is_free(pace)


@pytest.mark.parametrize("seconds", [30.0, None])
async def test_edits_pause_for_all_and_posts_go_on(seconds: float | None) -> None:
    pace = Pace.free(elapsed=Elapsed())

    pace.edit_refused("C1", seconds=seconds)

    assert not pace.can_edit("C2")
    assert await is_free(pace)


async def test_no_more_messages_than_the_workspace_takes_go_out_at_once() -> None:
    pace = Pace(elapsed=Elapsed(), posts=(3.0, 3600.0))

    free = [await is_free(pace) for _ in range(5)]

    assert free == [True, True, True, False, False]


async def test_a_workspace_that_wants_a_pause_holds_up_no_other() -> None:
    pace = Pace(elapsed=Elapsed(), posts=(2.0, 3600.0), edits=(1.0, 3600.0))

    for channel in ("T1/C1", "T1/C2"):
        pace.post_refused(channel, seconds=30)
    pace.edit_refused("T1/C1", seconds=30)
    await pace.read_turn("T1/C1")

    assert not await is_free(pace, "T1/C3")
    assert (pace.can_edit("T1/C3"), pace.can_read("T1/C3")) == (False, False)
    for other in ("T2/C1", "C1"):
        assert await is_free(pace, other)
        assert (pace.can_edit(other), pace.can_read(other)) == (True, True)


async def test_two_workspaces_that_are_refused_are_no_sign_for_a_third() -> None:
    pace = Pace.free(elapsed=Elapsed())

    for channel in ("T1/C1", "T2/C1", "C1"):
        pace.post_refused(channel, seconds=30)

    assert await is_free(pace, "T1/C1")


async def test_what_ends_one_workspaces_work_is_raised_after_the_others_are_done() -> None:
    done: list[str] = []

    async def works() -> None:
        await asyncio.sleep(0)
        done.append("done")

    async def fails() -> None:
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011  its type is all there is to it
        await side_by_side([fails(), works()])

    assert done == ["done"]
