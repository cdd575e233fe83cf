"""Politeness to each host: so many requests at once, and not too close behind each other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache

from aiolimiter import AsyncLimiter

#: Hosts whose pace is remembered; the longest unused are forgotten first.
_REMEMBERED = 1024


class Lanes:
    """One lane to each host.

    Args:
        per_host: Requests at once.
        spacing: Seconds between the starts of two requests; 0 for none.
    """

    def __init__(self, *, per_host: int, spacing: float) -> None:
        self._lane = lru_cache(maxsize=_REMEMBERED)(lambda _: _Lane(per_host, spacing))

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for our turn with `host`, then hold a place until the block ends.

        Raises:
            TimeoutError: while we waited, the host did not answer another in time. One that hangs
                would otherwise hold up everyone who waits for one of its many feeds.
        """
        lane, asked_at = self._lane(host), _now()
        async with lane.places:
            if lane.hung_at > asked_at:
                raise TimeoutError
            if lane.pace is not None:
                await lane.pace.acquire()
            try:
                yield
            except TimeoutError:
                lane.hung_at = _now()
                raise


class _Lane:
    def __init__(self, per_host: int, spacing: float) -> None:
        self.places = asyncio.Semaphore(per_host)
        self.pace = AsyncLimiter(1, spacing) if spacing > 0 else None
        #: When somebody's patience ended last.
        self.hung_at = float("-inf")


def _now() -> float:
    return asyncio.get_running_loop().time()
