"""What we owe Slack, read back: Delivery, its State, and Why it is owed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlite_utils import Database

from feeds.matching import Reason
from storage import events
from storage.database import select, to_instant
from storage.events import Event
from storage.held import Gate

#: The subscription of a person who follows a story.
FOLLOWED = "followed"


class State(StrEnum):
    """Where a delivery stands."""

    HELD = "held"  # waits for a digest or a person
    PENDING = "pending"
    SENDING = "sending"  # claimed: Slack may be answering right now
    SENT = "sent"
    UNCERTAIN = "uncertain"  # the answer was lost: may stand in the channel, never resent blind
    DEAD = "dead"  # refused for good; the reason is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Who asked for an alert, and what made it match."""

    #: The subscription's query: "topic:huawei", "huawei standards"; `FOLLOWED` for a person's story.
    subscription: str
    reasons: tuple[Reason, ...]
    #: Which of its meanings the query had (storage/query_versions.py); empty for a followed story.
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One message that one channel is owed, whatever it says, and what became of it."""

    id: int
    #: Travels with the message, so that a lost answer can be settled by reading the channel back.
    delivery_id: str
    channel: str
    state: State
    attempts: int
    last_error: str | None
    #: The message's name in its channel; None until sent.
    ts: str | None
    created_at: datetime
    #: When it was last tried; None before the first time.
    started_at: datetime | None = None
    settled_at: datetime | None
    #: Where it was last tried: the channel or a direct message's own id, and of a reply the `ts` of
    #: its story's card.
    conversation: str | None = None
    thread: str | None = None
    #: Why it cannot be looked for there; None while it can, or was not yet.
    unreadable: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(OutboxRow):
    """One event that one channel is owed."""

    #: What is told.
    event: Event
    whys: tuple[Why, ...]
    #: What holds it, or held it last; None when nothing was found to.
    gate: Gate | None = None
    #: Until when it is held, as far as is known; None when it is not held.
    held_until: datetime | None = None
    #: The number in the outbox of what told it with others; None for one told by itself, or not yet.
    folded_into: int | None = None


#: Each delivery with its event, of the story that its entry tells now.
_SELECT = (
    f"SELECT outbox.*, {events.COLUMNS} FROM outbox"  # noqa: S608  the columns are ours
    " JOIN events ON events.id = outbox.event_id JOIN entries ON entries.id = events.entry_id"
)


def get(db: Database, number: int) -> Delivery | None:
    """One delivery."""
    return next(map(_from_row, select(db, f"{_SELECT} WHERE outbox.id = ?", [number])), None)


def of_story(db: Database, story_id: int) -> list[Delivery]:
    """Everything ever owed about a story, oldest first."""
    rows = select(db, f"{_SELECT} WHERE story_id = ? ORDER BY outbox.id", [story_id])
    return [_from_row(row) for row in rows]


def in_state(db: Database, state: State) -> list[Delivery]:
    """Deliveries in one state, oldest first."""
    return [_from_row(row) for row in select(db, f"{_SELECT} {where(state)}")]


def where(state: State) -> str:
    """The condition and order of rows in a state: as the indexes say it, word for word.

    Only then are they used (sqlite.org/partialindex.html, 3), so that what was told long ago is not
    read again every few seconds.
    """
    return f"WHERE state = '{state.value}' ORDER BY +outbox.id"


def held_for(db: Database, channel: str) -> list[Delivery]:
    """What is held for a channel, oldest first."""
    where = "WHERE state = 'held' AND channel = ? ORDER BY outbox.id"
    return [_from_row(row) for row in select(db, f"{_SELECT} {where}", [channel])]


def was_sent(db: Database, entry_id: int) -> bool:
    """Whether anything of an entry stands in a channel already."""
    query = (
        "SELECT 1 FROM outbox JOIN events ON events.id = event_id"
        " WHERE entry_id = ? AND state IN ('sending', 'sent', 'uncertain') LIMIT 1"
    )
    return db.execute(query, [entry_id]).fetchone() is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """The deliveries in one state."""

    count: int
    #: When the oldest of them came to be owed.
    since: datetime


def backlogs(db: Database) -> dict[State, Backlog]:
    """How many deliveries are in each state, and since when; states without any are left out."""
    rows = select(
        db, "SELECT state, count(*) AS n, min(created_at) AS since FROM outbox GROUP BY state"
    )
    return {
        State(row["state"]): Backlog(count=row["n"], since=to_instant(row["since"])) for row in rows
    }


def stories_of(db: Database, channel: str) -> set[int]:
    """The stories that a channel was ever told of."""
    rows = select(
        db,
        "SELECT DISTINCT story_id FROM outbox JOIN events ON events.id = event_id"
        " JOIN entries ON entries.id = entry_id WHERE channel = ?",
        [channel],
    )
    return {row["story_id"] for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowing:
    """That a channel knows a story."""

    #: The latest that hold.
    whys: tuple[Why, ...]
    since: datetime


def told(db: Database, story_id: int) -> dict[str, Knowing]:
    """Who knows a story and still wants to: each channel with the reasons that hold.

    A reason holds while its subscription works. Who follows the story knows it since then.
    """
    owed = select(
        db,
        """
        SELECT outbox.channel, whys, outbox.created_at FROM outbox
        JOIN events ON events.id = event_id JOIN entries ON entries.id = entry_id
        WHERE entries.story_id = ? ORDER BY outbox.id
        """,
        [story_id],
    )
    followers = select(
        db,
        "SELECT holder, made_at FROM marks WHERE story_id = ? AND mark = 'followed'",
        [story_id],
    )
    asking = working(db, {row["channel"] for row in owed})
    follows = (Why(subscription=FOLLOWED, reasons=()),)
    knowing = {
        row["holder"]: Knowing(whys=follows, since=to_instant(row["made_at"])) for row in followers
    }
    for row in owed:
        channel, at = row["channel"], to_instant(row["created_at"])
        held = tuple(w for w in _whys.decode(row["whys"]) if (channel, w.subscription) in asking)
        if held:
            since = min(knowing[channel].since, at) if channel in knowing else at
            knowing[channel] = Knowing(whys=held, since=since)
    return knowing


def working(
    db: Database, channels: Collection[str], *, paused: bool = False
) -> set[tuple[str, str]]:
    """Channels, each with the queries of its subscriptions that work; with `paused` also of those."""
    rows = select(
        db,
        "SELECT channel, query FROM subscriptions"
        " WHERE channel IN (SELECT value FROM json_each(?))"
        " AND disabled_reason IS NULL AND (? OR paused_by IS NULL)",
        [json.dumps(list(channels)), paused],
    )
    return {(row["channel"], row["query"]) for row in rows}


_whys = msgspec.json.Decoder(tuple[Why, ...])


def outbox_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that every `OutboxRow` has, of a row of the table."""
    return {
        "id": row["id"],
        "delivery_id": row["delivery_id"],
        "channel": row["channel"],
        "state": State(row["state"]),
        "attempts": row["attempts"],
        "last_error": row["last_error"],
        "ts": row["ts"],
        "created_at": to_instant(row["created_at"]),
        "started_at": to_instant(row["started_at"]) if row["started_at"] else None,
        "settled_at": to_instant(row["settled_at"]) if row["settled_at"] else None,
        "conversation": row["conversation"],
        "thread": row["thread"],
        "unreadable": row["unreadable"],
    }


def _from_row(row: Mapping[str, Any]) -> Delivery:
    return Delivery(
        **outbox_row(row),
        event=events.from_row(row),
        whys=_whys.decode(row["whys"]),
        gate=Gate(row["gate"]) if row["gate"] else None,
        held_until=to_instant(row["due_at"]) if row["state"] == State.HELD else None,
        folded_into=row["folded_into"],
    )
