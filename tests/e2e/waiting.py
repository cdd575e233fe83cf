"""Wait for what a promise says will happen, and say what did not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

#: Far more than anything here takes on an idle machine: it only ends a test that has failed.
PATIENCE = 30.0


async def until(look: Callable[[], Awaitable[T]], *, what: str) -> T:
    """The first answer of `look` that is true, or not empty.

    Raises:
        AssertionError: none came in time; it names what was waited for and the last answer.
    """
    end = time.monotonic() + PATIENCE
    while not (found := await look()):
        assert time.monotonic() < end, f"no {what} in {PATIENCE:.0f} s; last seen: {found!r}"
        await asyncio.sleep(0.05)
    return found


async def until_true(holds: Callable[[], bool], *, what: str) -> None:
    """Wait until something holds.

    Raises:
        AssertionError: it did not in time; it names what was waited for.
    """

    async def look() -> bool:
        return holds()

    await until(look, what=what)
