"""What is held back: a flood, the entries that belong to it, and what a person decided about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec
from sqlite_utils import Database

from feeds.flood import Flood, Reason
from storage import entries as archive
from storage import events, outbox
from storage.database import select, to_instant, to_text
from storage.deliveries import Why, standing
from storage.entries import Entry
from storage.events import Event

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


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldEntry:
    """An entry that belongs to a flood."""

    entry: Entry
    #: What is told when it is released.
    event_id: int
    reason: Reason
    #: The channels that asked for it when it came, each with every subscription that says so.
    wanted: Mapping[str, Sequence[Why]]


_SELECT = """
    SELECT floods.*, count(entry_id) AS entries, coalesce(sum(wanted <> '{}'), 0) AS wanted
    FROM floods LEFT JOIN flood_entries ON flood_id = floods.id
"""


def grow(
    db: Database, feed: str, flood: Flood, *, title: str, told: int, channel: str, now: datetime
) -> int:
    """Keep what a visit found as part of the feed's flood that goes on, or of a new one.

    One that a person decided about does not go on: what comes after is theirs to decide again.

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
        "SELECT id FROM floods WHERE feed = ? AND state = 'held' AND grew_at >= ?"
        " ORDER BY id DESC LIMIT 1",
        [feed, to_text(now - GOES_ON)],
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


def hold(
    db: Database,
    flood_id: int,
    event: Event,
    reason: Reason,
    *,
    wanted: Mapping[str, Sequence[Why]],
    fresh: bool,
) -> None:
    """An entry belongs to a flood: nobody is told of it, until someone releases the flood.

    Args:
        db: As `grow`.
        flood_id: As `grow` gave it.
        event: What would have been told.
        reason: Why it is held.
        wanted: Who would have been told, and why.
        fresh: Nobody was told of the entry before.
    """
    db.execute(
        "INSERT INTO flood_entries (entry_id, flood_id, event_id, reason, wanted, fresh)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [
            event.entry_id,
            flood_id,
            event.id,
            reason.value,
            msgspec.json.encode(wanted).decode(),
            fresh,
        ],
    )


def holding(db: Database, entry_id: int) -> Held | None:
    """The flood that an entry belongs to, whatever became of it."""
    row = db.execute("SELECT flood_id FROM flood_entries WHERE entry_id = ?", [entry_id]).fetchone()
    return get(db, row[0]) if row else None


def let_go(db: Database, entry_id: int) -> bool:
    """Take out of its flood an entry that turned out to be news; False when nobody waits for that."""
    done = db.execute(
        "DELETE FROM flood_entries WHERE entry_id = ? AND flood_id IN"
        " (SELECT id FROM floods WHERE state = 'held')",
        [entry_id],
    )
    return done.rowcount > 0


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


def entries(db: Database, flood_id: int, *, first: int = 0, limit: int = -1) -> list[HeldEntry]:
    """What a flood holds: what subscriptions ask for first, then in the order in which it came."""
    rows = select(
        db,
        "SELECT * FROM flood_entries WHERE flood_id = ?"
        " ORDER BY wanted = '{}', entry_id LIMIT ? OFFSET ?",
        [flood_id, limit, first],
    )
    return [
        HeldEntry(
            entry=entry,
            event_id=row["event_id"],
            reason=Reason(row["reason"]),
            wanted=_wanted.decode(row["wanted"]),
        )
        for row in rows
        if (entry := archive.get(db, row["entry_id"]))
    ]


def tally(db: Database, flood_id: int) -> dict[Reason, int]:
    """How many entries a flood holds for each reason, the most first."""
    rows = select(
        db,
        "SELECT reason, count(*) AS n FROM flood_entries WHERE flood_id = ?"
        " GROUP BY reason ORDER BY n DESC, reason",
        [flood_id],
    )
    return {Reason(row["reason"]): row["n"] for row in rows}


def settle(db: Database, flood_id: int, state: State, *, by: str, now: datetime) -> int | None:
    """Release or drop a flood, once.

    Released, each channel is owed what it asked for when it came, if it still asks for it.

    Returns:
        How many deliveries came to be owed; None when someone decided before, or it is gone.
    """
    done = db.execute(
        "UPDATE floods SET state = ?, settled_by = ?, settled_at = ?"
        " WHERE id = ? AND state = 'held'",
        [state.value, by, to_text(now), flood_id],
    )
    if not done.rowcount:
        return None
    if state is State.DROPPED:
        return 0
    return sum(_owe(db, held, now=now) for held in entries(db, flood_id))


def _owe(db: Database, held: HeldEntry, *, now: datetime) -> int:
    event = events.get(db, held.event_id)
    if event is None or not held.wanted:
        return 0
    still = standing(db, event.story_id)
    asked = {
        channel: [why for why in whys if (channel, why.subscription) in still]
        for channel, whys in held.wanted.items()
    }
    return sum(
        outbox.enqueue(db, event, channel=channel, whys=whys, now=now)
        for channel, whys in asked.items()
        if whys
    )


_wanted = msgspec.json.Decoder(dict[str, tuple[Why, ...]])


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
