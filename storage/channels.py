"""What a channel chose for itself: its time zone, and where the steps of a story are told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from storage.database import select


class Place(StrEnum):
    """Where a step that matters is told once the story's card stands."""

    CHANNEL = "channel"  # in the thread, and shown in the channel as well
    THREAD = "thread"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel's choices; those of a channel that never chose are the defaults."""

    #: None: the one that the operator set.
    timezone: ZoneInfo | None = None
    steps: Place = Place.CHANNEL


def get(db: Database, channel: str) -> Channel:
    """What a channel chose."""
    rows = select(db, "SELECT timezone, steps FROM channels WHERE channel = ?", [channel])
    if not rows:
        return Channel()
    zone = rows[0]["timezone"]
    return Channel(timezone=ZoneInfo(zone) if zone else None, steps=Place(rows[0]["steps"]))


def put(db: Database, channel: str, chosen: Channel) -> None:
    """Keep what a channel chose."""
    db.execute(
        "INSERT OR REPLACE INTO channels (channel, timezone, steps) VALUES (?, ?, ?)",
        [channel, chosen.timezone.key if chosen.timezone else None, chosen.steps.value],
    )
