"""The secret addresses of calendars, and the deadlines that a subscription's calendar shows."""

from __future__ import annotations

import hmac
import json
import secrets
from datetime import date, datetime

from sqlite_utils import Database

from feeds.query import Query
from storage import deadlines, subscriptions
from storage.condition import spans
from storage.database import select, to_text
from storage.deadlines import Dated
from storage.matches import newest
from storage.subscriptions import Subscription

#: Of what a query matches, so many of the latest are looked at for days ahead.
_LATEST = 5_000
_SECRET_BYTES = 32


def address(
    db: Database, subscription_id: int, *, made_by: str, now: datetime, renew: bool = False
) -> str:
    """The last part of a subscription's calendar address, made when it is asked for first.

    It is a secret of 256 bits: whoever has it can read the calendar.

    Args:
        db: Inside a transaction.
        subscription_id: One that exists.
        made_by: Who asks.
        now: Time of the question.
        renew: Make a new one; the old one is nobody's from now on.
    """
    if renew:
        db.execute("DELETE FROM calendars WHERE subscription_id = ?", [subscription_id])
    db.execute(
        "INSERT OR IGNORE INTO calendars (subscription_id, secret, made_by, made_at) VALUES (?, ?, ?, ?)",
        [subscription_id, secrets.token_urlsafe(_SECRET_BYTES), made_by, to_text(now)],
    )
    return f"{subscription_id}-{_secret(db, subscription_id)}"


def at(db: Database, name: str) -> Subscription | None:
    """The subscription whose calendar has this address; None when there is none.

    The time that this takes tells nothing of a secret.
    """
    number, _, given = name.partition("-")
    subscription_id = int(number[:18]) if number.isascii() and number.isdecimal() else 0
    kept = _secret(db, subscription_id)
    same = hmac.compare_digest(
        (kept or secrets.token_urlsafe()).encode(), given.encode(errors="replace")
    )
    return subscriptions.get(db, subscription_id) if kept and same else None


def shown(
    db: Database,
    subscription: Subscription,
    query: Query | None,
    *,
    first: date,
    today: date,
    last: date,
    limit: int,
) -> list[Dated]:
    """The deadlines of a subscription's calendar, by day.

    Those of stories that it told its channel of, from `first` through `last`, also those that lost
    their day; and of everything else that its query matches, those ahead.

    Args:
        db: Only read.
        subscription: Whose channel and query they are.
        query: The subscription's, parsed; None for one that cannot be.
        first: Eastern, as the others.
        today: Where what is ahead begins.
        last: How far ahead it looks.
        limit: How many at most; the latest are kept.
    """
    found = {
        each.deadline.id: each
        for each in (*_told(db, subscription), *(_matched(db, query, today) if query else ()))
        if each.day and first <= each.day <= last
    }
    in_order = sorted(found.values(), key=lambda each: (each.day or first, each.deadline.id))
    return in_order[-limit:]


def _told(db: Database, subscription: Subscription) -> list[Dated]:
    rows = select(
        db,
        f"{deadlines.DATED} WHERE story_id IN ("  # noqa: S608  the columns are ours
        " SELECT DISTINCT told.story_id FROM outbox JOIN events ON events.id = event_id"
        " JOIN entries AS told ON told.id = events.entry_id"
        " WHERE outbox.channel = ? AND EXISTS (SELECT 1 FROM json_each(whys)"
        " WHERE json_extract(value, '$.subscription') = ?))",
        [subscription.channel, subscription.query],
    )
    return [deadlines.dated(db, row) for row in rows]


def _matched(db: Database, query: Query, today: date) -> list[Dated]:
    moments = newest(db, spans(query.root), limit=_LATEST)
    rows = select(
        db,
        f"{deadlines.DATED} WHERE day >= ? AND moment IN (SELECT value FROM json_each(?))",  # noqa: S608  as above
        [today.isoformat(), json.dumps(moments)],
    )
    return [deadlines.dated(db, row) for row in rows]


def _secret(db: Database, subscription_id: int) -> str | None:
    rows = select(db, "SELECT secret FROM calendars WHERE subscription_id = ?", [subscription_id])
    return str(rows[0]["secret"]) if rows else None
