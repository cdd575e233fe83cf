"""What people want and saved, and the ledger of both, as rows of a table: out, and in again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlite_utils import Database

from bot.commands_settings import EARLIEST, MOST_REMINDERS
from bot.table import Row
from bot.terms import DAYS
from feeds import query as queries
from feeds.errors import ConfigError
from storage import exports, ledger, stories, subscriptions
from storage.database import to_instant
from storage.ledger import Line
from storage.stories import Mark
from storage.subscriptions import NOTE, Cadence, Subscription, Terms


def subscription_rows(db: Database) -> Iterator[Row]:
    """Every subscription with its terms, oldest first."""
    return map(_subscription, subscriptions.every(db))


def saved_rows(db: Database) -> Iterator[Row]:
    """Every story that somebody saved, oldest first, by the document or page that heads it."""
    for found in exports.every_saved(db):
        item = found.entry.item
        yield {
            "person": found.person,
            "saved_at": found.at,
            "key": item.key,
            "document": item.document.number if item.document else None,
            "title": item.title,
            "url": item.url,
        }


def ledger_rows(db: Database) -> Iterator[Row]:
    """Every line of the ledger, oldest first."""
    return map(_line, ledger.every(db))


def rows_as_of(db: Database, channel: str, at: datetime) -> Iterator[Row]:
    """How it was with a channel at a moment: what stood then, since when, and by whom."""
    return map(_line, ledger.as_of(db, channel, at))


def take_subscriptions(
    db: Database, rows: list[dict[str, str]], *, topics: Mapping[str, str], now: datetime
) -> int:
    """Subscribe as a table says; returns how many are new. One that is there gets the table's terms.

    Args:
        db: In a transaction: all of it is taken, or nothing.
        rows: With `channel` and `query`, and as many of the other cells of `subscription_rows` as
            there are.
        topics: Query of each topic, by name.
        now: For those that do not say since when they are.

    Raises:
        ConfigError: every row that cannot be taken, by its number.
    """
    problems: list[str] = []
    new = 0
    for number, row in enumerate(rows, start=1):
        try:
            query, terms, since = _query(row, topics), _terms(row), _moment(row, "created_at", now)
        except (ValueError, ZoneInfoNotFoundError) as error:
            problems.append(f"row {number}: {error}")
            continue
        kept, is_new = subscriptions.add(
            db,
            channel=row["channel"],
            query=query,
            created_by=row.get("created_by") or "terminal",
            now=since,
        )
        subscriptions.change(db, kept.id, terms)
        if row.get("paused_by"):
            subscriptions.pause(db, kept.id, by=row["paused_by"])
        new += is_new
    if problems:
        raise ConfigError(problems)
    return new


def take_saved(db: Database, rows: list[dict[str, str]], *, now: datetime) -> tuple[int, list[str]]:
    """Save as a table says; returns how many are new, and the keys of what the archive lacks.

    Raises:
        ConfigError: a row without a person or key.
    """
    new, lacking = 0, []
    for number, row in enumerate(rows, start=1):
        if not row.get("person") or not row.get("key"):
            raise ConfigError([f"row {number}: it takes a person and a key"])
        entry = exports.by_key(db, row["key"])
        if entry is None:
            lacking.append(row["key"])
            continue
        person = row["person"]
        at = _moment(row, "saved_at", now)
        new += stories.mark(db, entry.story_id, Mark.SAVED, holder=person, made_by=person, now=at)
    return new, lacking


def _subscription(each: Subscription) -> Row:
    return {
        "channel": each.channel,
        "query": each.query,
        "created_by": each.created_by,
        "created_at": each.created_at,
        "stopped": each.disabled_reason,
        "paused_by": each.paused_by,
        "cadence": each.cadence,
        "at": f"{each.at:%H:%M}",
        "weekday": DAYS[each.weekday],
        "timezone": each.timezone.key if each.timezone else None,
        "note": each.note,
        "urgent": each.urgent,
        "reminders": list(map(str, each.reminders)),
    }


def _query(row: Mapping[str, str], topics: Mapping[str, str]) -> str:
    query = queries.parse(row.get("query", ""), topics=topics)
    if not row.get("channel") or not query.has_positive:
        raise ValueError("it takes a channel, and a query that says what to tell")
    return str(query)


def _moment(row: Mapping[str, str], name: str, now: datetime) -> datetime:
    moment = to_instant(row[name]) if row.get(name) else now
    if moment.tzinfo is None:
        raise ValueError(f"{name} is a time without a zone")
    return moment


def _terms(row: Mapping[str, str]) -> Terms:
    """A row's terms; cells that are missing are as for a new subscription."""
    usual = Terms()
    days = usual.reminders
    if "reminders" in row:
        days = tuple(
            sorted({int(day) for day in row["reminders"].split("; ") if day}, reverse=True)
        )
    weekday, note = row.get("weekday") or DAYS[0], row.get("note", "")
    if len(days) > MOST_REMINDERS or not all(0 < day <= EARLIEST for day in days):
        raise ValueError(
            f"reminders are up to {MOST_REMINDERS} numbers of days, at most {EARLIEST}"
        )
    if weekday not in DAYS:
        raise ValueError(f"{weekday} is none of {', '.join(DAYS)}")
    if len(note) > NOTE:
        raise ValueError(f"a note has {NOTE} characters at most")
    zone = row.get("timezone")
    return Terms(
        cadence=Cadence(row.get("cadence") or usual.cadence),
        at=time.fromisoformat(row.get("at") or "09:00"),
        weekday=DAYS.index(weekday),
        timezone=ZoneInfo(zone) if zone else None,
        note=note,
        urgent=row.get("urgent", "") in {"1", "True", "true"},
        reminders=days,
    )


def _line(line: Line) -> Row:
    return {
        "at": line.at,
        "by": line.made_by,
        "channel": line.channel,
        "fact": line.fact,
        "key": line.key,
        "value": None if line.value is None else json.dumps(line.value, ensure_ascii=False),
    }
