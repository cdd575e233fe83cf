"""What we owe Slack: enqueue, claim, settle, recover."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlite_utils import Database

from storage import cards, deliveries
from storage.cards import Standing
from storage.database import select, to_instant, to_text
from storage.deliveries import Delivery, State, Why
from storage.events import Event

#: As the index outbox_owed says it, word for word: only then is it used, so that what was sent long
#: ago is not read again every few seconds (sqlite.org/partialindex.html, 3).
_OWED = "state IN ('pending', 'sending')"


def enqueue(
    db: Database,
    event: Event,
    *,
    channel: str,
    whys: Sequence[Why],
    now: datetime,
    wait: timedelta = timedelta(),
) -> bool:
    """Owe a channel this event, to be sent after `wait` at the latest.

    False when it already is, or was, owed, or when the story is muted there.
    """
    done = db.execute(
        """
        INSERT OR IGNORE INTO outbox
            (delivery_id, channel, event_id, whys, state, due_at, created_at)
        SELECT :delivery_id, :channel, :event, :whys, 'pending', :due_at, :now
        WHERE NOT EXISTS (
            SELECT 1 FROM marks WHERE story_id = :story AND holder = :channel AND mark = 'muted'
        )
        """,
        {
            "delivery_id": str(uuid.uuid4()),
            "channel": channel,
            "event": event.id,
            "story": event.story_id,
            "whys": msgspec.json.encode(whys).decode(),
            "due_at": to_text(now + wait),
            "now": to_text(now),
        },
    )
    return done.rowcount > 0


def hasten(db: Database, entry_id: int, *, now: datetime) -> None:
    """What waited for more to be known of an entry is due now."""
    db.execute(
        f"UPDATE outbox SET due_at = :now WHERE {_OWED} AND state = 'pending' AND attempts = 0"  # noqa: S608  values are bound
        " AND due_at > :now AND event_id IN (SELECT id FROM events WHERE entry_id = :entry)",
        {"now": to_text(now), "entry": entry_id},
    )


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
        RETURNING id
        """,  # noqa: S608  values are bound
        {"channel": channel, "now": to_text(now), "until": to_text(now + lease)},
    )
    claimed = next(iter(rows), None)
    return deliveries.get(db, claimed["id"]) if claimed else None


def settle_sent(
    db: Database,
    delivery: Delivery,
    *,
    ts: str | None,
    now: datetime,
    card: Standing | None,
) -> None:
    """It was told: by a message, or without `ts` by the card alone, which stands as `card` says."""
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
