"""Since when each subscription's digests have had nothing to say."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from storage.database import select, to_instant, to_text
from storage.subscriptions import Subscription, from_row


def spoke(db: Database, channel: str, *, now: datetime) -> None:
    """A channel's digests have been told: their silence begins anew."""
    db.execute(
        "UPDATE subscriptions SET silent_since = ? WHERE channel = ? AND cadence <> 'now'",
        [to_text(now), channel],
    )


def silent(db: Database, *, since: datetime) -> list[tuple[Subscription, datetime | None]]:
    """Working subscriptions whose digests have said nothing since a moment, and since when that is.

    None for one whose silence is not counted yet.
    """
    rows = select(
        db,
        "SELECT * FROM subscriptions WHERE cadence <> 'now' AND paused_by IS NULL"
        " AND disabled_reason IS NULL AND (silent_since IS NULL OR silent_since <= ?) ORDER BY id",
        [to_text(since)],
    )
    return [
        (from_row(row), to_instant(row["silent_since"]) if row["silent_since"] else None)
        for row in rows
    ]
