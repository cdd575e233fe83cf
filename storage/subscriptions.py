"""Which channel wants what, and when it is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from storage import held
from storage.database import select, to_instant, to_text

#: How many days before comments close a new subscription reminds; also for a story that is followed.
REMINDERS = (14, 3, 1)
#: Longest note (characters).
NOTE = 300


class Cadence(StrEnum):
    """How often a subscription speaks."""

    NOW = "now"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On what terms a subscription speaks: all of it that a person can change."""

    cadence: Cadence = Cadence.NOW
    #: The local time of a daily or weekly digest.
    at: time = time(9)
    #: The day of a weekly digest: 0 is Monday, 6 Sunday.
    weekday: int = 0
    #: None: the channel's.
    timezone: ZoneInfo | None = None
    #: Why the channel follows this, at most `NOTE` characters; printed on its alerts.
    note: str = ""
    #: Steps that matter are told at once, whatever the cadence and in quiet hours.
    urgent: bool = False
    #: How many days before comments close it reminds, most first. Without any it does not, nor does
    #: it tell that a rule takes effect today.
    reminders: tuple[int, ...] = REMINDERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription(Terms):
    """A channel, a query, and the terms on which it speaks."""

    id: int
    #: A Slack conversation or user id, or "terminal".
    channel: str
    #: Canonical text; a topic is the query "topic:NAME".
    query: str
    created_by: str
    created_at: datetime
    #: Why we stopped it; None while it works.
    disabled_reason: str | None
    #: Who paused it; None while it is not paused.
    paused_by: str | None

    @property
    def works(self) -> bool:
        """Whether it tells anything: it is neither disabled nor paused."""
        return self.disabled_reason is None and self.paused_by is None


def add(
    db: Database,
    *,
    channel: str,
    query: str,
    created_by: str,
    now: datetime,
    terms: Terms | None = None,
) -> tuple[Subscription, bool]:
    """Subscribe a channel; the flag is False when it already was, and its terms are as they were.

    Wakes one that was disabled or paused; a channel that refused messages is tried at once.
    """
    db.execute(
        "UPDATE subscriptions SET disabled_reason = NULL WHERE channel = ? AND query = ?",
        [channel, query],
    )
    db.execute("INSERT OR IGNORE INTO subscribers (channel) VALUES (?)", [channel])
    done = db.execute(
        "INSERT OR IGNORE INTO subscriptions (channel, query, created_by, created_at)"
        " VALUES (?, ?, ?, ?)",
        [channel, query, created_by, to_text(now)],
    )
    found = next(s for s in of_channel(db, channel) if s.query == query)
    new = done.rowcount > 0
    if new and terms:
        change(db, found.id, terms)
    elif not new:
        resume(db, found.id)
    held.judge_again(db, channel)
    return get(db, found.id) or found, new


def change(db: Database, subscription_id: int, terms: Terms) -> bool:
    """Set a subscription's terms, which may be a changed subscription; False when there is none.

    What is held for its channel is judged anew by them.
    """
    zone = terms.timezone.key if terms.timezone else None
    done = db.execute(
        "UPDATE subscriptions SET cadence = :cadence, at = :at, weekday = :weekday,"
        " timezone = :timezone, note = :note, urgent = :urgent, reminders = :reminders,"
        " silent_since = CASE WHEN cadence = :cadence THEN silent_since END WHERE id = :id",
        {
            "id": subscription_id,
            "cadence": terms.cadence.value,
            "at": f"{terms.at:%H:%M}",
            "weekday": terms.weekday,
            "timezone": zone,
            "note": terms.note[:NOTE],
            "urgent": int(terms.urgent),
            "reminders": _reminders(terms.reminders),
        },
    )
    _judge_again(db, subscription_id)
    return done.rowcount > 0


def requery(db: Database, subscription_id: int, query: str) -> bool:
    """Give a subscription another query; False when its channel has one to that, or there is none.

    Use `bot.requery`, which also asks it of what is held by the old one.
    """
    done = db.execute(
        "UPDATE OR IGNORE subscriptions SET query = ?, disabled_reason = NULL WHERE id = ?",
        [query, subscription_id],
    )
    _judge_again(db, subscription_id)
    return done.rowcount > 0


def pause(db: Database, subscription_id: int, *, by: str) -> bool:
    """Have a subscription tell nothing until it is resumed; False when it is paused, or there is none."""
    done = db.execute(
        "UPDATE subscriptions SET paused_by = ? WHERE id = ? AND paused_by IS NULL",
        [by, subscription_id],
    )
    _judge_again(db, subscription_id)
    return done.rowcount > 0


def resume(db: Database, subscription_id: int) -> bool:
    """End a pause; False when there is none to end. What it held when it was paused is told."""
    done = db.execute(
        "UPDATE subscriptions SET paused_by = NULL, silent_since = NULL"
        " WHERE id = ? AND paused_by IS NOT NULL",
        [subscription_id],
    )
    _judge_again(db, subscription_id)
    return done.rowcount > 0


def _judge_again(db: Database, subscription_id: int) -> None:
    found = get(db, subscription_id)
    if found:
        held.judge_again(db, found.channel)


def remove(db: Database, *, channel: str, query: str) -> bool:
    """Unsubscribe a channel; False when it was not subscribed."""
    done = db.execute("DELETE FROM subscriptions WHERE channel = ? AND query = ?", [channel, query])
    held.judge_again(db, channel)
    return done.rowcount > 0


def get(db: Database, subscription_id: int) -> Subscription | None:
    """One subscription."""
    rows = select(db, "SELECT * FROM subscriptions WHERE id = ?", [subscription_id])
    return next(map(from_row, rows), None)


def of_channel(db: Database, channel: str) -> list[Subscription]:
    """A channel's subscriptions, oldest first."""
    rows = select(db, "SELECT * FROM subscriptions WHERE channel = ? ORDER BY id", [channel])
    return [from_row(row) for row in rows]


def every(db: Database) -> list[Subscription]:
    """All subscriptions, disabled ones too, oldest first."""
    return [from_row(row) for row in select(db, "SELECT * FROM subscriptions ORDER BY id")]


def ever(db: Database, channel: str) -> bool:
    """Whether the channel has, or once had, a subscription."""
    return bool(db.execute("SELECT 1 FROM subscribers WHERE channel = ?", [channel]).fetchone())


def remind(db: Database, channel: str, *, query: str | None, days: Sequence[int]) -> int:
    """Set when a channel's subscription, or each of them, reminds; returns how many it has set."""
    done = db.execute(
        "UPDATE subscriptions SET reminders = ? WHERE channel = ? AND query = coalesce(?, query)",
        [_reminders(days), channel, query],
    )
    return done.rowcount


def disable(db: Database, channel: str, *, reason: str) -> None:
    """Stop a channel's subscriptions because it refuses messages; the reason is shown in status."""
    db.execute(
        "UPDATE subscriptions SET disabled_reason = ? WHERE channel = ? AND disabled_reason IS NULL",
        [reason, channel],
    )


def _reminders(days: Sequence[int]) -> str:
    return " ".join(map(str, sorted(set(days), reverse=True)))


def from_row(row: Mapping[str, Any]) -> Subscription:
    """Read a subscription from a row of its table."""
    return Subscription(
        id=row["id"],
        channel=row["channel"],
        query=row["query"],
        created_by=row["created_by"],
        created_at=to_instant(row["created_at"]),
        disabled_reason=row["disabled_reason"],
        paused_by=row["paused_by"],
        cadence=Cadence(row["cadence"]),
        at=time.fromisoformat(row["at"]),
        weekday=row["weekday"],
        timezone=ZoneInfo(row["timezone"]) if row["timezone"] else None,
        note=row["note"],
        urgent=bool(row["urgent"]),
        reminders=tuple(map(int, row["reminders"].split())),
    )
