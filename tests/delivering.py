"""Those who deliver, as tests use them: they lead, go as fast as they can, and wait by a moved clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.deliver import Deliverer
from bot.edit import Editor
from bot.pace import Pace
from bot.poster import Poster
from bot.settle import SETTLE_AFTER_SECONDS, Settler
from bot.storage_thread import Storage
from storage import lease
from tests.factories import NOW

OWNER = "this copy"


class Clock:
    """A time of day that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Elapsed:
    """Seconds of a clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds

    def until_settled(self) -> None:
        """Wait until a lost answer may be looked for."""
        self.seconds += SETTLE_AFTER_SECONDS


async def make_deliverer(
    storage: Storage,
    poster: Poster,
    *,
    clock: Callable[[], datetime] = lambda: NOW,
    elapsed: Elapsed | None = None,
    **but: Any,
) -> Deliverer:
    """A deliverer that leads."""
    await lead(storage)
    return new_deliverer(storage, poster, clock=clock, elapsed=elapsed, **but)


async def lead(storage: Storage) -> None:
    """Take the lease for the deliverers of these tests."""
    await storage.run(lease.take, OWNER, now=NOW)


def new_deliverer(
    storage: Storage,
    poster: Poster,
    *,
    clock: Callable[[], datetime] = lambda: NOW,
    elapsed: Elapsed | None = None,
    **but: Any,
) -> Deliverer:
    """A deliverer that does not lead yet."""
    passed = elapsed or Elapsed()
    values: dict[str, Any] = {
        "owner": OWNER,
        "elapsed": passed,
        "timezone": ZoneInfo("UTC"),
        "serves": lambda channel: channel != "elsewhere",
        "pace": Pace.free(elapsed=passed),
        "pace_seconds": 0,
        "settle_again_seconds": 0.01,
    }
    return Deliverer(storage, poster, clock=clock, **(values | but))


def make_settler(
    storage: Storage,
    poster: Poster,
    *,
    elapsed: Elapsed,
    clock: Callable[[], datetime] = lambda: NOW,
    deliverer: Deliverer | None = None,
) -> Settler:
    """A settler beside a deliverer."""
    return Settler(
        storage,
        poster,
        clock=clock,
        elapsed=elapsed,
        serves=lambda channel: channel != "elsewhere",
        sending=lambda: deliverer.sending if deliverer else frozenset(),
        pace=Pace.free(elapsed=elapsed),
    )


def make_editor(
    storage: Storage, poster: Poster, *, pace: Pace, elapsed: Elapsed | None = None
) -> Editor:
    """An editor of cards."""
    return Editor(
        storage,
        poster,
        clock=lambda: NOW,
        elapsed=elapsed or Elapsed(),
        timezone=ZoneInfo("UTC"),
        serves=lambda _: True,
        pace=pace,
    )
