"""How fast one workspace may be written to, and that nobody writes while Slack asks for a pause."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiolimiter import AsyncLimiter

#: Messages to all channels together, and the seconds in which they may follow: "several hundred a
#: minute" is all that Slack says (docs.slack.dev/reference/methods/chat.postMessage). Five a second,
#: after sixty at once.
POSTS = (60.0, 12.0)
#: Edits are of tier 3, and so are reads: fifty a minute of each (docs.slack.dev/apis/web-api/rate-limits).
EDITS = (50.0, 60.0)
#: More than anybody writes.
FREE = (1e6, 1.0)
#: One of two refusals that come without a wait (seconds).
SHORT_PAUSE = 5.0


class Pace:
    """Shared by all who write to one workspace. Made within a running event loop."""

    def __init__(
        self,
        *,
        elapsed: Callable[[], float],
        posts: tuple[float, float] = POSTS,
        edits: tuple[float, float] = EDITS,
    ) -> None:
        """Pace one workspace.

        Args:
            elapsed: Seconds of a clock that never jumps.
            posts: How many messages in how many seconds.
            edits: How many edits, and how many reads, in how many seconds.
        """
        self._elapsed = elapsed
        self._posts, self._edits = AsyncLimiter(*posts), AsyncLimiter(*edits)
        self._reads = AsyncLimiter(*edits)
        self._refused: set[str] = set()
        self._posts_from = self._edits_from = 0.0

    @classmethod
    def free(cls, *, elapsed: Callable[[], float]) -> Pace:
        """As fast as can be: for a terminal."""
        return cls(elapsed=elapsed, posts=FREE, edits=FREE)

    async def post_turn(self) -> None:
        """Wait until a message may be posted."""
        await self._posts.acquire()
        await asyncio.sleep(self._posts_from - self._elapsed())

    def can_edit(self) -> bool:
        """Whether an edit may be made now, without making others wait."""
        return self._elapsed() >= self._edits_from and self._edits.has_capacity()

    async def edit_turn(self) -> None:
        """Wait until a card may be edited."""
        await self._edits.acquire()
        await asyncio.sleep(self._edits_from - self._elapsed())

    async def read_turn(self) -> None:
        """Wait until a channel may be read back."""
        await self._reads.acquire()

    def post_refused(self, channel: str, *, seconds: float | None) -> None:
        """Slack asks for a pause. When it says so to two channels in a row, it means all of them.

        One alone waits by itself: it holds up nobody else.
        """
        self._refused.add(channel)
        if len(self._refused) > 1:
            self._posts_from = max(self._posts_from, self._elapsed() + (seconds or SHORT_PAUSE))

    def post_taken(self) -> None:
        """Slack took a message."""
        self._refused.clear()

    def edit_refused(self, *, seconds: float | None) -> None:
        """Slack asks for a pause between edits, which it counts by workspace."""
        self._edits_from = max(self._edits_from, self._elapsed() + (seconds or SHORT_PAUSE))
