"""The entries that belong to floods: held, let go when they are news after all, released or dropped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlite_utils import Database

from feeds.flood import Reason
from storage import entries as archive
from storage import events, floods, outbox
from storage.database import select, to_text
from storage.deliveries import Why, working
from storage.entries import Entry
from storage.events import Event
from storage.floods import Held, State


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldEntry:
    """An entry that belongs to a flood."""

    entry: Entry
    #: What is told when it is released.
    event_id: int
    reason: Reason
    #: The channels that asked for it when it came, each with every subscription that says so.
    wanted: Mapping[str, Sequence[Why]]


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
    return floods.get(db, row[0]) if row else None


def let_go(db: Database, entry_id: int) -> bool:
    """Take out of its flood an entry that turned out to be news; False when nobody waits for that."""
    done = db.execute(
        "DELETE FROM flood_entries WHERE entry_id = ? AND flood_id IN"
        " (SELECT id FROM floods WHERE state = 'held')",
        [entry_id],
    )
    return done.rowcount > 0


def entries(db: Database, flood_id: int, *, first: int = 0, limit: int = -1) -> list[HeldEntry]:
    """What a flood holds: what subscriptions ask for first, then in the order in which it came."""
    rows = select(
        db,
        "SELECT * FROM flood_entries WHERE flood_id = ?"
        " ORDER BY wanted = '{}', entry_id LIMIT ? OFFSET ?",
        [flood_id, limit, first],
    )
    return _read(db, rows)


def wanted_in(db: Database, channel: str) -> list[HeldEntry]:
    """What a channel asked for and nobody has decided about."""
    rows = select(
        db,
        "SELECT flood_entries.* FROM flood_entries JOIN floods ON floods.id = flood_id"
        " WHERE state = 'held' AND EXISTS (SELECT 1 FROM json_each(wanted) WHERE key = ?)",
        [channel],
    )
    return _read(db, rows)


def ask(db: Database, held: HeldEntry, *, channel: str, whys: Sequence[Why]) -> None:
    """A channel asks for an entry for other reasons, or for none any more."""
    others = {name: each for name, each in held.wanted.items() if name != channel}
    wanted = {**others, channel: whys} if whys else others
    db.execute(
        "UPDATE flood_entries SET wanted = ? WHERE entry_id = ?",
        [msgspec.json.encode(wanted).decode(), held.entry.id],
    )


def _read(db: Database, rows: Iterable[Mapping[str, Any]]) -> list[HeldEntry]:
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
    held = entries(db, flood_id)
    # A pause holds it in the outbox.
    still = working(db, {channel for each in held for channel in each.wanted}, paused=True)
    return sum(_owe(db, each, still, now=now) for each in held)


def _owe(db: Database, held: HeldEntry, still: set[tuple[str, str]], *, now: datetime) -> int:
    event = events.get(db, held.event_id)
    if event is None:
        return 0
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
