"""What we owe Slack: enqueue, claim, settle, recover."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec
from sqlite_utils import Database

from feeds.matching import Reason
from feeds.model import Stage
from storage import cards
from storage.cards import Standing
from storage.database import select, to_instant, to_text
from storage.entries import Entry


class State(StrEnum):
    """Where a delivery stands."""

    HELD = "held"  # waits for a digest or a person
    PENDING = "pending"
    SENDING = "sending"  # claimed: Slack may be answering right now
    SENT = "sent"
    UNCERTAIN = "uncertain"  # the answer was lost: may stand in the channel, never resent blind
    DEAD = "dead"  # refused for good; the reason is kept


#: As the index outbox_owed says it, word for word: only then is it used, so that what was sent long
#: ago is not read again every few seconds (sqlite.org/partialindex.html, 3).
_OWED = "state IN ('pending', 'sending')"
#: The subscription of a person who follows a story.
FOLLOWED = "followed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Who asked for an alert, and what made it match."""

    #: The subscription's query: "topic:huawei", "huawei standards"; `FOLLOWED` for a person's story.
    subscription: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One alert owed to one channel."""

    id: int
    #: Travels with the message, so that a lost answer can be settled by reading the channel back.
    delivery_id: str
    channel: str
    entry_id: int
    story_id: int
    #: The stage that is told.
    kind: Stage
    whys: tuple[Why, ...]
    state: State
    attempts: int
    last_error: str | None
    #: The message's name in its channel; None until sent.
    ts: str | None
    created_at: datetime
    settled_at: datetime | None


def enqueue(
    db: Database, entry: Entry, *, channel: str, whys: Sequence[Why], now: datetime
) -> bool:
    """Owe a channel this entry at its present stage; False when it already is, or was, owed."""
    done = db.execute(
        """
        INSERT OR IGNORE INTO outbox
            (delivery_id, channel, entry_id, story_id, kind, whys, state, due_at, created_at)
        VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, ?)
        """,
        [
            str(uuid.uuid4()),
            channel,
            entry.id,
            entry.story_id,
            entry.item.stage.value,
            msgspec.json.encode(whys).decode(),
            to_text(now),
            to_text(now),
        ],
    )
    return done.rowcount > 0


def channels_due(db: Database, *, now: datetime) -> list[str]:
    """Channels that are owed something now and have nothing in flight, longest waiting first."""
    rows = select(
        db,
        f"""
        SELECT channel FROM outbox WHERE {_OWED} AND state = 'pending' AND due_at <= ?
            AND channel NOT IN (SELECT channel FROM outbox WHERE {_OWED} AND state = 'sending')
        GROUP BY channel ORDER BY min(id)
        """,  # noqa: S608  values are bound
        [to_text(now)],
    )
    return [row["channel"] for row in rows]


def claim(db: Database, channel: str, *, now: datetime, lease: timedelta) -> Delivery | None:
    """Take the oldest delivery owed to a channel; commit before calling Slack.

    None when nothing is due, or when another delivery of this channel is in flight. Whoever claims
    settles within the lease; after it `recover` calls the outcome uncertain.
    """
    rows = db.query(
        f"""
        UPDATE outbox SET state = 'sending', started_at = :now, lease_until = :until,
            attempts = attempts + 1
        WHERE id = (
            SELECT min(id) FROM outbox INDEXED BY outbox_owed
            WHERE {_OWED} AND channel = :channel AND state = 'pending' AND due_at <= :now
        ) AND NOT EXISTS (
            SELECT 1 FROM outbox INDEXED BY outbox_owed
            WHERE {_OWED} AND channel = :channel AND state = 'sending'
        )
        RETURNING *
        """,  # noqa: S608  values are bound
        {"channel": channel, "now": to_text(now), "until": to_text(now + lease)},
    )
    return next(map(_from_row, rows), None)


def settle_sent(
    db: Database,
    delivery: Delivery,
    *,
    ts: str,
    now: datetime,
    card: Standing | None,
) -> None:
    """The message stands. `card` is given when it is, or changed, its story's card."""
    _settle(db, delivery, State.SENT, now=now, ts=ts)
    if card:
        cards.put(db, card)


def settle_later(db: Database, delivery: Delivery, *, reason: str, due_at: datetime) -> None:
    """Nothing was posted; try again then."""
    db.execute(
        "UPDATE outbox SET state = 'pending', due_at = ?, last_error = ?, lease_until = NULL"
        " WHERE id = ? AND state = 'sending'",
        [to_text(due_at), reason, delivery.id],
    )


def settle_uncertain(db: Database, delivery: Delivery, *, reason: str, now: datetime) -> None:
    """The answer was lost. Stays so until the channel is read back or a person decides."""
    _settle(db, delivery, State.UNCERTAIN, now=now, reason=reason)


def settle_dead(db: Database, delivery: Delivery, *, reason: str, now: datetime) -> None:
    """Slack refused this message for good."""
    _settle(db, delivery, State.DEAD, now=now, reason=reason)


def bury(db: Database, channel: str, *, reason: str, now: datetime) -> None:
    """A channel refuses every message: what it is still owed is dead."""
    db.execute(
        "UPDATE outbox SET state = 'dead', last_error = ?, settled_at = ?"
        " WHERE channel = ? AND state = 'pending'",
        [reason, to_text(now), channel],
    )


def recover(db: Database, *, now: datetime) -> int:
    """Deliveries whose sender died between claim and settle become uncertain; returns how many."""
    done = db.execute(
        "UPDATE outbox SET state = 'uncertain', settled_at = ?, lease_until = NULL,"  # noqa: S608  values are bound
        " last_error = 'stopped while posting'"
        f" WHERE {_OWED} AND state = 'sending' AND lease_until <= ?",
        [to_text(now), to_text(now)],
    )
    return done.rowcount


def of_story(db: Database, story_id: int) -> list[Delivery]:
    """Everything ever owed about a story, oldest first."""
    rows = select(db, "SELECT * FROM outbox WHERE story_id = ? ORDER BY id", [story_id])
    return [_from_row(row) for row in rows]


def in_state(db: Database, state: State) -> list[Delivery]:
    """Deliveries in one state, oldest first."""
    rows = select(db, "SELECT * FROM outbox WHERE state = ? ORDER BY id", [state.value])
    return [_from_row(row) for row in rows]


def counts(db: Database) -> dict[State, int]:
    """How many deliveries are in each state."""
    rows = select(db, "SELECT state, count(*) AS n FROM outbox GROUP BY state")
    return {State(row["state"]): row["n"] for row in rows}


def next_due(db: Database) -> datetime | None:
    """When the next pending delivery is due; None when nothing is pending."""
    due = f"SELECT min(due_at) FROM outbox WHERE {_OWED} AND state = 'pending'"  # noqa: S608  no value
    found = db.execute(due).fetchone()[0]
    return to_instant(found) if found else None


def _settle(
    db: Database,
    delivery: Delivery,
    state: State,
    *,
    now: datetime,
    reason: str | None = None,
    ts: str | None = None,
) -> None:
    db.execute(
        "UPDATE outbox SET state = ?, settled_at = ?, last_error = ?, ts = coalesce(?, ts),"
        " lease_until = NULL WHERE id = ?",
        [state.value, to_text(now), reason, ts, delivery.id],
    )


_whys = msgspec.json.Decoder(tuple[Why, ...])


def _from_row(row: Mapping[str, Any]) -> Delivery:
    return Delivery(
        id=row["id"],
        delivery_id=row["delivery_id"],
        channel=row["channel"],
        entry_id=row["entry_id"],
        story_id=row["story_id"],
        kind=Stage(row["kind"]),
        whys=_whys.decode(row["whys"]),
        state=State(row["state"]),
        attempts=row["attempts"],
        last_error=row["last_error"],
        ts=row["ts"],
        created_at=to_instant(row["created_at"]),
        settled_at=to_instant(row["settled_at"]) if row["settled_at"] else None,
    )
