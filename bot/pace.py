"""How fast each workspace may be written to, and that nobody writes there while Slack asks for a pause."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from aiolimiter import AsyncLimiter

from storage.workspaces import workspace_of

T = TypeVar("T")

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
#: Until a channel that refused to be read back or edited is asked again: somebody may have invited
#: the bot.
REFUSED_SECONDS = 3600.0


async def side_by_side(works: Iterable[Awaitable[T]]) -> list[T]:
    """Let each workspace's work go on by itself, to its end; then raise what ended one, if any did."""
    return or_raised(await asyncio.gather(*works, return_exceptions=True))


def or_raised(done: Sequence[T | BaseException]) -> list[T]:
    """What came of works that all went on to their end; raises the first thing that ended one."""
    for each in done:
        if isinstance(each, BaseException):
            raise each
    return [each for each in done if not isinstance(each, BaseException)]


class Pace:
    """Shared by all who write to Slack, which counts each workspace by itself.

    Made within a running event loop.
    """

    def __init__(
        self,
        *,
        elapsed: Callable[[], float],
        posts: tuple[float, float] = POSTS,
        edits: tuple[float, float] = EDITS,
    ) -> None:
        """Pace every workspace alike.

        Args:
            elapsed: Seconds of a clock that never jumps.
            posts: How many messages in how many seconds.
            edits: How many edits, and how many reads, in how many seconds.
        """
        self._elapsed = elapsed
        self._posts, self._edits = posts, edits
        self._lanes: dict[str, _Lane] = {}

    @classmethod
    def free(cls, *, elapsed: Callable[[], float]) -> Pace:
        """As fast as can be: for a terminal."""
        return cls(elapsed=elapsed, posts=FREE, edits=FREE)

    async def post_turn(self, channel: str) -> None:
        """Wait until a message may be posted in a channel's workspace."""
        lane = self._lane(channel)
        await lane.posts.acquire()
        await asyncio.sleep(lane.posts_from - self._elapsed())

    def can_edit(self, channel: str) -> bool:
        """Whether an edit may be made now, without making others wait."""
        lane = self._lane(channel)
        return self._elapsed() >= lane.edits_from and lane.edits.has_capacity()

    async def edit_turn(self, channel: str) -> None:
        """Wait until a card may be edited."""
        lane = self._lane(channel)
        await lane.edits.acquire()
        await asyncio.sleep(lane.edits_from - self._elapsed())

    def can_read(self, channel: str) -> bool:
        """Whether a channel may be read back now."""
        return self._lane(channel).reads.has_capacity()

    async def read_turn(self, channel: str) -> None:
        """Wait until a channel may be read back."""
        await self._lane(channel).reads.acquire()

    def post_refused(self, channel: str, *, seconds: float | None) -> None:
        """Slack asks for a pause. When it says so to two channels in a row, it means the workspace.

        One alone waits by itself: it holds up nobody else.
        """
        lane = self._lane(channel)
        lane.refused.add(channel)
        if len(lane.refused) > 1:
            lane.posts_from = max(lane.posts_from, self._elapsed() + (seconds or SHORT_PAUSE))

    def post_taken(self, channel: str) -> None:
        """Slack took a message."""
        self._lane(channel).refused.clear()

    def edit_refused(self, channel: str, *, seconds: float | None) -> None:
        """Slack asks for a pause between edits, which it counts by workspace."""
        lane = self._lane(channel)
        lane.edits_from = max(lane.edits_from, self._elapsed() + (seconds or SHORT_PAUSE))

    def _lane(self, channel: str) -> _Lane:
        workspace = workspace_of(channel)
        if workspace not in self._lanes:
            self._lanes[workspace] = _Lane(
                posts=AsyncLimiter(*self._posts),
                edits=AsyncLimiter(*self._edits),
                reads=AsyncLimiter(*self._edits),
            )
        return self._lanes[workspace]


@dataclass(slots=True, kw_only=True)
class _Lane:
    """One workspace."""

    posts: AsyncLimiter
    edits: AsyncLimiter
    reads: AsyncLimiter
    #: From when on messages, and edits, are taken again.
    posts_from: float = 0.0
    edits_from: float = 0.0
    #: Channels refused since a message was taken.
    refused: set[str] = field(default_factory=set)
