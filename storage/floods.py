"""Floods: what a feed brought that is held back, why, and what a person decided about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from feeds.flood import Flood, Reason
from storage.database import select, to_instant, to_text

#: What a feed floods within this time of the last time is one flood; later, it is another.
GOES_ON = timedelta(hours=24)


class State(StrEnum):
    """What became of a flood."""

    HELD = "held"  # nobody decided yet
    RELEASED = "released"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A flood as it is remembered."""

    id: int
    feed: str
    #: The feed's, as it was.
    title: str
    #: Of most of it.
    reason: Reason
    #: The other feed or the host from which foreign items are; empty when there are none.
    origin: str
    state: State
    #: Items of one visit that came again and were known for what they are: told to nobody again.
    known: int
    #: New items of its visits that were told as ever.
    told: int
    began_at: datetime
    grew_at: datetime
    #: In which its card stands.
    channel: str
    settled_by: str | None
    settled_at: datetime | None
    #: Entries that belong to it, and those of them that some subscription asks for.
    entries: int
    wanted: int


_SELECT = """
    SELECT floods.*, count(entry_id) AS entries, coalesce(sum(wanted <> '{}'), 0) AS wanted
    FROM floods LEFT JOIN flood_entries ON flood_id = floods.id
"""


def grow(
    db: Database, feed: str, flood: Flood, *, title: str, told: int, channel: str, now: datetime
) -> int:
    """Keep what a visit found as part of the feed's flood that goes on, or of a new one.

    One that a person decided about holds nothing more: what is held after that is theirs to decide
    again.

    Args:
        db: Inside the transaction that remembers the entries.
        feed: Whose visit it was.
        flood: What is held.
        title: The feed's.
        told: New items of the visit that are told as ever.
        channel: In which the card of a new one is shown.
        now: Time of the visit.
    """
    row = db.execute(
        "SELECT id FROM floods WHERE feed = ? AND grew_at >= ? AND (state = 'held' OR ?)"
        " ORDER BY state = 'held' DESC, id DESC LIMIT 1",
        [feed, to_text(now - GOES_ON), not flood.held],
    ).fetchone()
    if row is None:
        made = db.execute(
            "INSERT INTO floods (feed, title, reason, origin, state, known, told, began_at,"
            " grew_at, channel) VALUES (?, ?, ?, ?, 'held', ?, ?, ?, ?, ?)",
            [
                feed,
                title,
                flood.reason.value,
                flood.origin,
                flood.known,
                told,
                to_text(now),
                to_text(now),
                channel,
            ],
        )
        return int(made.lastrowid or 0)
    db.execute(
        "UPDATE floods SET grew_at = ?, told = told + ?, known = max(known, ?) WHERE id = ?",
        [to_text(now), told, flood.known, row[0]],
    )
    return int(row[0])


def get(db: Database, flood_id: int) -> Held | None:
    """One flood."""
    return next(_read(db, f"{_SELECT} WHERE floods.id = ? GROUP BY floods.id", [flood_id]), None)


def newest(db: Database, *, limit: int) -> list[Held]:
    """The latest floods: those that nobody decided about first."""
    order = "GROUP BY floods.id ORDER BY floods.state <> 'held', floods.id DESC LIMIT ?"
    return list(_read(db, f"{_SELECT} {order}", [limit]))


def undecided(db: Database) -> list[Held]:
    """The floods that hold something and wait for a person, oldest first."""
    where = "WHERE floods.state = 'held' GROUP BY floods.id HAVING entries > 0 ORDER BY floods.id"
    return list(_read(db, f"{_SELECT} {where}", []))


def _read(db: Database, query: str, parameters: Sequence[Any]) -> Iterator[Held]:
    for row in select(db, query, parameters):
        yield Held(
            id=row["id"],
            feed=row["feed"],
            title=row["title"],
            reason=Reason(row["reason"]),
            origin=row["origin"],
            state=State(row["state"]),
            known=row["known"],
            told=row["told"],
            began_at=to_instant(row["began_at"]),
            grew_at=to_instant(row["grew_at"]),
            channel=row["channel"],
            settled_by=row["settled_by"],
            settled_at=to_instant(row["settled_at"]) if row["settled_at"] else None,
            entries=row["entries"],
            wanted=row["wanted"],
        )
