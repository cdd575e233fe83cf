"""What a channel chose for itself: its time zone, where steps are told, when it wants quiet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from storage import held
from storage.database import select, to_instant, to_text


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
    #: Local times between which nothing is told, over midnight when the second is the earlier; both
    #: None without quiet hours.
    quiet_from: time | None = None
    quiet_until: time | None = None
    #: Nothing is told before; None while it is not muted. It may have passed.
    muted_until: datetime | None = None
    muted_by: str | None = None


def get(db: Database, channel: str) -> Channel:
    """What a channel chose."""
    rows = select(db, "SELECT * FROM channels WHERE channel = ?", [channel])
    if not rows:
        return Channel()
    row = rows[0]
    return Channel(
        timezone=ZoneInfo(row["timezone"]) if row["timezone"] else None,
        steps=Place(row["steps"]),
        quiet_from=time.fromisoformat(row["quiet_from"]) if row["quiet_from"] else None,
        quiet_until=time.fromisoformat(row["quiet_until"]) if row["quiet_until"] else None,
        muted_until=to_instant(row["muted_until"]) if row["muted_until"] else None,
        muted_by=row["muted_by"],
    )


def put(db: Database, channel: str, chosen: Channel) -> None:
    """Keep what a channel chose; what is held for it is judged anew by that."""
    db.execute(
        "INSERT OR REPLACE INTO channels"
        " (channel, timezone, steps, quiet_from, quiet_until, muted_until, muted_by)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            channel,
            chosen.timezone.key if chosen.timezone else None,
            chosen.steps.value,
            f"{chosen.quiet_from:%H:%M}" if chosen.quiet_from else None,
            f"{chosen.quiet_until:%H:%M}" if chosen.quiet_until else None,
            to_text(chosen.muted_until) if chosen.muted_until else None,
            chosen.muted_by,
        ],
    )
    held.take_back(db, channel)
    held.judge_again(db, channel)
