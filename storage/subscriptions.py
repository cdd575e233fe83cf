"""Which channel wants what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from storage.database import select, to_instant, to_text

#: How many days before comments close a new subscription reminds; also for a story that is followed.
REMINDERS = (14, 3, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A channel and a query."""

    id: int
    #: A Slack conversation or user id, or "terminal".
    channel: str
    #: Canonical text; a topic is the query "topic:NAME".
    query: str
    created_by: str
    created_at: datetime
    #: Why we stopped it; None while it works.
    disabled_reason: str | None
    #: How many days before comments close it reminds, most first. Without any it does not, nor does
    #: it tell that a rule takes effect today.
    reminders: tuple[int, ...]


def add(
    db: Database, *, channel: str, query: str, created_by: str, now: datetime
) -> tuple[Subscription, bool]:
    """Subscribe a channel; the flag is False when it already was. Wakes one that was disabled."""
    db.execute(
        "UPDATE subscriptions SET disabled_reason = NULL WHERE channel = ? AND query = ?",
        [channel, query],
    )
    db.execute("INSERT OR IGNORE INTO subscribers (channel) VALUES (?)", [channel])
    done = db.execute(
        "INSERT OR IGNORE INTO subscriptions (channel, query, created_by, created_at, reminders)"
        " VALUES (?, ?, ?, ?, ?)",
        [channel, query, created_by, to_text(now), " ".join(map(str, REMINDERS))],
    )
    return next(s for s in of_channel(db, channel) if s.query == query), done.rowcount > 0


def remove(db: Database, *, channel: str, query: str) -> bool:
    """Unsubscribe a channel; False when it was not subscribed."""
    done = db.execute("DELETE FROM subscriptions WHERE channel = ? AND query = ?", [channel, query])
    return done.rowcount > 0


def get(db: Database, subscription_id: int) -> Subscription | None:
    """One subscription."""
    rows = select(db, "SELECT * FROM subscriptions WHERE id = ?", [subscription_id])
    return next(map(_from_row, rows), None)


def of_channel(db: Database, channel: str) -> list[Subscription]:
    """A channel's subscriptions, oldest first."""
    rows = select(db, "SELECT * FROM subscriptions WHERE channel = ? ORDER BY id", [channel])
    return [_from_row(row) for row in rows]


def every(db: Database) -> list[Subscription]:
    """All subscriptions, disabled ones too, oldest first."""
    return [_from_row(row) for row in select(db, "SELECT * FROM subscriptions ORDER BY id")]


def ever(db: Database, channel: str) -> bool:
    """Whether the channel has, or once had, a subscription."""
    return bool(db.execute("SELECT 1 FROM subscribers WHERE channel = ?", [channel]).fetchone())


def remind(db: Database, channel: str, *, query: str | None, days: Sequence[int]) -> int:
    """Set when a channel's subscription, or each of them, reminds; returns how many it has set."""
    done = db.execute(
        "UPDATE subscriptions SET reminders = ? WHERE channel = ? AND query = coalesce(?, query)",
        [" ".join(map(str, sorted(set(days), reverse=True))), channel, query],
    )
    return done.rowcount


def disable(db: Database, channel: str, *, reason: str) -> None:
    """Stop a channel's subscriptions because it refuses messages; the reason is shown in status."""
    db.execute(
        "UPDATE subscriptions SET disabled_reason = ? WHERE channel = ? AND disabled_reason IS NULL",
        [reason, channel],
    )


def _from_row(row: Mapping[str, Any]) -> Subscription:
    return Subscription(
        id=row["id"],
        channel=row["channel"],
        query=row["query"],
        created_by=row["created_by"],
        created_at=to_instant(row["created_at"]),
        disabled_reason=row["disabled_reason"],
        reminders=tuple(map(int, row["reminders"].split())),
    )
