"""What we owe Slack: enqueue, claim, settle, recover."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlite_utils import Database

from storage import bulletins, deliveries, held, restored
from storage.bulletins import BulletinDelivery
from storage.database import select, to_instant, to_text
from storage.deliveries import Delivery, OutboxRow, State, Why
from storage.events import Event
from storage.workspaces import owned, prefix

#: As the index outbox_owed says it, word for word: only then is it used, so that what was sent long
#: ago is not read again every few seconds (sqlite.org/partialindex.html, 3).
_OWED = "state IN ('pending', 'sending')"
#: Put off from a moment that has not come yet, it was put off by a clock that has gone back since.
_DUE = "state = 'pending' AND (due_at <= :now OR coalesce(started_at, created_at) > :now)"
#: Another step of its story may stand in the channel or not: which message is the story's card, and
#: so where this step belongs, is not known before the channel was read back.
_CLEAR = """
    NOT EXISTS (
        SELECT 1 FROM outbox AS doubt
        JOIN events AS e ON e.id = doubt.event_id JOIN entries AS told ON told.id = e.entry_id
        WHERE doubt.state = 'uncertain' AND doubt.unreadable IS NULL
            AND doubt.channel = outbox.channel AND told.story_id = (
                SELECT story_id FROM entries JOIN events ON events.entry_id = entries.id
                WHERE events.id = outbox.event_id
            )
    )
"""
#: Namespace of the delivery ids.
_IDS = uuid.UUID("5b0c9c4e-6d0a-4a55-9a3f-6a2f1d8f6c11")


def enqueue(
    db: Database,
    event: Event,
    *,
    channel: str,
    whys: Sequence[Why],
    now: datetime,
    wait: timedelta = timedelta(),
) -> bool:
    """Owe a channel this event, to be sent after `wait` at the latest unless something may hold it.

    Whether that does hold it, and until when, is for `bot.fold` to judge.

    False when it already is, or was, owed, or when the story is muted there. While it is held for
    some subscriptions and others ask, too, it is held for all of them and judged anew. In a database that was
    restored of late it may have been told before: it is uncertain until the channel is read back.
    """
    doubt = restored.doubt(db, now=now)
    done = db.execute(
        f"""
        INSERT INTO outbox
            (delivery_id, channel, event_id, whys, state, due_at, created_at, last_error)
        SELECT :delivery_id, :channel, :event, :whys,
            CASE WHEN :doubt IS NOT NULL THEN 'uncertain' WHEN {held.MAY_HOLD} THEN 'held'
                ELSE 'pending' END,
            :due_at, :now, :doubt
        WHERE NOT EXISTS (
            SELECT 1 FROM marks WHERE story_id = :story AND holder = :channel AND mark = 'muted'
        )
        ON CONFLICT DO UPDATE SET whys = excluded.whys, due_at = created_at
            WHERE state = 'held' AND whys <> excluded.whys
        """,  # noqa: S608  values are bound
        {
            "delivery_id": _delivery_id(db, event, channel),
            "channel": channel,
            "event": event.id,
            "story": event.story_id,
            "whys": msgspec.json.encode(whys).decode(),
            "asked": json.dumps([why.subscription for why in whys]),
            "due_at": to_text(now + wait),
            "now": to_text(now),
            "doubt": doubt,
        },
    )
    return done.rowcount > 0


def _delivery_id(db: Database, event: Event, channel: str) -> str:
    """The same for the same event and channel in any copy of the database: a restored one, too."""
    query = "SELECT key, published_on FROM entries WHERE id = ?"
    key, published_on = db.execute(query, [event.entry_id]).fetchone()
    named = (channel, key, published_on, event.step.value, event.occasion)
    return str(uuid.uuid5(_IDS, "\n".join(named)))


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
        SELECT channel FROM outbox WHERE {_OWED} AND {_DUE} AND {held.HEARD} AND {_CLEAR}
            AND channel NOT IN (SELECT channel FROM outbox WHERE {_OWED} AND state = 'sending')
        GROUP BY channel ORDER BY min(id)
        """,  # noqa: S608  values are bound
        {"now": to_text(now)},
    )
    return [row["channel"] for row in rows]


def claim(db: Database, channel: str, *, now: datetime) -> Delivery | BulletinDelivery | None:
    """Take the oldest delivery owed to a channel; commit before calling Slack.

    None when nothing is due, or when another delivery of this channel is in flight. Whoever claims
    settles; when it cannot, `recover` calls the outcome uncertain.
    """
    rows = db.query(
        f"""
        UPDATE outbox SET state = 'sending', started_at = :now, attempts = attempts + 1
        WHERE id = (
            SELECT min(id) FROM outbox INDEXED BY outbox_owed
            WHERE {_OWED} AND channel = :channel AND {_DUE} AND {held.HEARD} AND {_CLEAR}
        ) AND NOT EXISTS (
            SELECT 1 FROM outbox INDEXED BY outbox_owed
            WHERE {_OWED} AND channel = :channel AND state = 'sending'
        )
        RETURNING id
        """,  # noqa: S608  values are bound
        {"channel": channel, "now": to_text(now)},
    )
    claimed = next(iter(rows), None)
    return get(db, claimed["id"]) if claimed else None


def get(db: Database, number: int) -> Delivery | BulletinDelivery | None:
    """What was owed under a number."""
    return deliveries.get(db, number) or bulletins.numbered(db, number)


def aim(db: Database, delivery: OutboxRow, *, conversation: str, thread: str | None) -> None:
    """Where a claimed delivery goes. Belongs in the transaction that claims it."""
    db.execute(
        "UPDATE outbox SET conversation = ?, thread = ?, unreadable = NULL WHERE id = ?",
        [conversation, thread, delivery.id],
    )


def settle_sent(db: Database, delivery: OutboxRow, *, ts: str | None, now: datetime) -> None:
    """It was told: by a message, or without `ts` by the story's card alone. An answer is never late."""
    db.execute(
        "UPDATE outbox SET state = 'sent', settled_at = ?, last_error = NULL, unreadable = NULL,"
        " ts = coalesce(?, ts) WHERE id = ?",
        [to_text(now), ts, delivery.id],
    )


def settle_later(db: Database, delivery: OutboxRow, *, reason: str, due_at: datetime) -> None:
    """Nothing was posted; try again then. A step whose channel is muted by then waits until it is not."""
    _settle(db, delivery, State.PENDING, reason=reason, due_at=to_text(due_at))
    held.take_back(db, delivery.channel, number=delivery.id)


def settle_uncertain(db: Database, delivery: OutboxRow, *, reason: str, now: datetime) -> None:
    """The answer was lost. Stays so until the channel is read back or a person decides."""
    _settle(db, delivery, State.UNCERTAIN, reason=reason, settled_at=to_text(now))


def settle_dead(db: Database, delivery: OutboxRow, *, reason: str, now: datetime) -> None:
    """Slack refused this message for good."""
    _settle(db, delivery, State.DEAD, reason=reason, settled_at=to_text(now))


def bury(db: Database, channel: str, *, reason: str, now: datetime) -> None:
    """A channel refuses every message: what it is still owed is dead."""
    db.execute(
        "UPDATE outbox SET state = 'dead', last_error = ?, settled_at = ?"
        " WHERE channel = ? AND state = 'pending'",
        [reason, to_text(now), channel],
    )


def recover(db: Database, *, sending: Collection[str], now: datetime) -> int:
    """Deliveries whose sender is gone between claim and settle become uncertain; returns how many.

    Args:
        db: Of whoever leads: nobody else sends.
        sending: The channels to which the leader itself is sending.
        now: Time of the call.
    """
    done = db.execute(
        "UPDATE outbox SET state = 'uncertain', settled_at = ?, last_error = 'stopped while posting'"  # noqa: S608  values are bound
        f" WHERE {_OWED} AND state = 'sending' AND channel NOT IN (SELECT value FROM json_each(?))",
        [to_text(now), json.dumps(list(sending))],
    )
    return done.rowcount


def counts(db: Database, workspace: str | None = None) -> dict[State, int]:
    """How many deliveries are in each state: of one workspace, or of all."""
    rows = select(
        db,
        "SELECT state, count(*) AS n FROM outbox"  # noqa: S608  the column is ours
        f" WHERE :mine IS NULL OR {owned('channel')} GROUP BY state",
        {"mine": None if workspace is None else prefix(workspace)},
    )
    return {State(row["state"]): row["n"] for row in rows}


def next_due(db: Database) -> datetime | None:
    """When the next pending delivery is due; None when nothing is pending."""
    due = f"SELECT min(due_at) FROM outbox WHERE {_OWED} AND state = 'pending'"  # noqa: S608  no value
    found = db.execute(due).fetchone()[0]
    return to_instant(found) if found else None


def owed_since(db: Database, channel: str, since: datetime) -> bool:
    """Whether a channel came to be owed a step of a story after a moment."""
    query = "SELECT 1 FROM outbox WHERE channel = ? AND created_at > ? AND event_id IS NOT NULL"
    return db.execute(f"{query} LIMIT 1", [channel, to_text(since)]).fetchone() is not None


def _settle(
    db: Database, delivery: OutboxRow, state: State, *, reason: str, **columns: str
) -> None:
    """Only of the attempt that the delivery stands for: another may have been made since."""
    named = "".join(f", {name} = :{name}" for name in columns)
    db.execute(
        f"UPDATE outbox SET state = :state, last_error = :reason{named}"  # noqa: S608  values are bound
        " WHERE id = :id AND state = 'sending' AND attempts = :attempts",
        {
            "state": state.value,
            "reason": reason,
            "id": delivery.id,
            "attempts": delivery.attempts,
            **columns,
        },
    )
