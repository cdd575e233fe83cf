"""What waits to be told: for a digest, for the end of quiet hours or of a mute."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec
from sqlite_utils import Database

from storage.database import select, to_text

if TYPE_CHECKING:
    from storage.deliveries import Why


class Gate(StrEnum):
    """What keeps an event from being told now."""

    DIGEST = "digest"
    QUIET = "quiet hours"
    MUTED = "muted"
    PAUSED = "paused"


#: Whether something may keep an event from a channel: then it is held until that has been judged.
MAY_HOLD = """
    EXISTS (
        SELECT 1 FROM channels
        WHERE channel = :channel AND (quiet_from IS NOT NULL OR muted_until > :now)
    ) OR coalesce((
        SELECT min(cadence <> 'now' OR paused_by IS NOT NULL) FROM subscriptions
        WHERE channel = :channel AND query IN (SELECT value FROM json_each(:asked))
    ), 0)
"""
#: A digest waits while its channel is muted; what it tells was folded into it, and cannot be held.
HEARD = """
    NOT (
        bulletin_id IS NOT NULL
        AND EXISTS (SELECT 1 FROM channels WHERE channel = outbox.channel AND muted_until > :now)
        AND EXISTS (SELECT 1 FROM outbox AS told WHERE told.folded_into = outbox.id)
    )
"""
#: As the index outbox_held says it, word for word. From a moment that has not come yet, by a clock
#: that has gone back since, nothing can have been put off.
_DUE = "state = 'held' AND (due_at <= :now OR created_at > :now)"


def judge_again(db: Database, channel: str) -> None:
    """How a channel is told has changed: whatever waits for it is looked at anew."""
    db.execute(
        "UPDATE outbox SET due_at = created_at WHERE channel = ? AND state = 'held'", [channel]
    )


def take_back(db: Database, channel: str, *, number: int | None = None) -> None:
    """Steps that would be sent to a channel before its mute ends, and are not on their way, wait.

    Args:
        db: Inside a transaction.
        channel: Muted, or not.
        number: The one that came to be owed again; None when it is the channel that was muted.
    """
    db.execute(
        "UPDATE outbox SET state = 'held' WHERE channel = :channel AND state = 'pending'"
        " AND event_id IS NOT NULL AND coalesce(id = :number, 1)"
        " AND due_at < (SELECT muted_until FROM channels WHERE channel = :channel)",
        {"channel": channel, "number": number},
    )


def ask(db: Database, number: int, whys: Sequence[Why]) -> None:
    """Those who ask for one are others, or have other reasons. Of a row that is held."""
    db.execute(
        "UPDATE outbox SET whys = ? WHERE id = ? AND state = 'held'",
        [msgspec.json.encode(whys).decode(), number],
    )


def channels_due(db: Database, *, now: datetime) -> list[str]:
    """Channels for which something waits that is to be looked at now."""
    due = f"SELECT DISTINCT channel FROM outbox WHERE {_DUE} ORDER BY channel"  # noqa: S608  values are bound
    return [row["channel"] for row in select(db, due, {"now": to_text(now)})]


def date_back(db: Database, channel: str, *, now: datetime) -> None:
    """What came by a clock that has gone back since came now: it waits no longer than other things."""
    db.execute(
        "UPDATE outbox SET created_at = :now"
        " WHERE channel = :channel AND state = 'held' AND created_at > :now",
        {"channel": channel, "now": to_text(now)},
    )


def put_off(db: Database, number: int, *, gate: Gate, until: datetime) -> None:
    """Hold one, and say by what and until when."""
    db.execute(
        "UPDATE outbox SET gate = ?, due_at = ? WHERE id = ? AND state = 'held'",
        [gate.value, to_text(until), number],
    )


def release(db: Database, number: int, *, now: datetime) -> None:
    """Nothing holds one any more: it is owed as an alert of its own."""
    db.execute(
        "UPDATE outbox SET due_at = ?, state = 'pending' WHERE id = ? AND state = 'held'",
        [to_text(now), number],
    )


def try_again(db: Database, channel: str, *, now: datetime) -> int:
    """Owe anew the bulletins that wait in a channel that refuses, where it is time to; how many.

    No bulletin is held for anything else: see `storage.refusals`.
    """
    done = db.execute(
        "UPDATE outbox SET state = 'pending', due_at = :now WHERE channel = :channel"
        " AND state = 'held' AND bulletin_id IS NOT NULL AND due_at <= :now",
        {"channel": channel, "now": to_text(now)},
    )
    return done.rowcount


def may_hold(db: Database, channel: str, whys: Sequence[Why], *, now: datetime) -> bool:
    """Whether something may keep from a channel what these ask for."""
    asked = {
        "channel": channel,
        "asked": json.dumps([why.subscription for why in whys]),
        "now": to_text(now),
    }
    return bool(db.execute(f"SELECT {MAY_HOLD}", asked).fetchone()[0])


def fold(db: Database, number: int, *, into: int, now: datetime) -> None:
    """One is told by another message. Belongs in the transaction that owes that message."""
    db.execute(
        "UPDATE outbox SET state = 'sent', folded_into = ?, settled_at = ?"
        " WHERE id = ? AND state = 'held'",
        [into, to_text(now), number],
    )


def folded(db: Database, number: int) -> tuple[str, ...]:
    """Ids of the deliveries that a message of a number in the outbox tells besides its own, oldest first."""
    query = "SELECT delivery_id FROM outbox WHERE folded_into = ? ORDER BY id"
    return tuple(row["delivery_id"] for row in select(db, query, [number]))


def drop(db: Database, number: int, *, reason: str, now: datetime) -> None:
    """Nobody wants to be told of one any more."""
    db.execute(
        "UPDATE outbox SET state = 'dead', last_error = ?, settled_at = ?"
        " WHERE id = ? AND state = 'held'",
        [reason, to_text(now), number],
    )


def told_later(db: Database, number: int) -> int | None:
    """What has told the story of one since, newer than it and by a card of its own; None before."""
    rows = select(
        db,
        """
        SELECT later.id FROM outbox AS waiting
        JOIN events ON events.id = waiting.event_id JOIN entries ON entries.id = events.entry_id
        JOIN cards ON cards.story_id = entries.story_id AND cards.channel = waiting.channel
        JOIN outbox AS later ON later.channel = waiting.channel AND later.ts = cards.ts
        WHERE waiting.id = ? AND later.id > waiting.id
        """,
        [number],
    )
    return rows[0]["id"] if rows else None
