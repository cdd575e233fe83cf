"""On which days each feed published something: its rhythm, whoever else carries the same items."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlite_utils import Database

from feeds.model import EASTERN, Item
from storage import entries
from storage.database import select, to_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """What is known of when one feed publishes."""

    #: Days of its items, by their own dates, oldest first.
    days: tuple[date, ...]
    #: The last day on which something of it was new: seen, or else dated.
    last: date


def note(db: Database, feed: str, items: Iterable[Item], *, first: bool, now: datetime) -> None:
    """A poll brought items that may be new.

    Args:
        db: Inside the transaction that remembers them.
        feed: Its name.
        items: An undated one is of today, unless it is history. None is of a day to come.
        first: With the first poll comes history.
        now: Time of the poll.
    """
    today = now.astimezone(EASTERN).date()
    dated = (item.event_day or (None if first else today) for item in items)
    days = sorted({min(day, today) for day in dated if day})
    seen_on = None if first else today.isoformat()
    db.conn.executemany(
        "INSERT OR IGNORE INTO publishing_days (feed, day, seen_on) VALUES (?, ?, ?)",
        [(feed, day.isoformat(), seen_on) for day in days],
    )


def known(db: Database) -> dict[str, Publishing]:
    """Every feed that has published anything."""
    rows = select(db, "SELECT feed, day, seen_on FROM publishing_days ORDER BY feed, day")
    days: dict[str, list[date]] = {}
    last: dict[str, str] = {}
    for row in rows:
        days.setdefault(row["feed"], []).append(date.fromisoformat(row["day"]))
        last[row["feed"]] = max(last.get(row["feed"], ""), row["day"], row["seen_on"] or "")
    return {
        feed: Publishing(days=tuple(its), last=date.fromisoformat(last[feed]))
        for feed, its in days.items()
    }


def came_in(
    db: Database, feeds: Collection[str], *, since: datetime, limit: int
) -> tuple[int, list[Item]]:
    """What these feeds brought from a time on: how many entries, and the newest of them."""
    marks = ", ".join("?" * len(feeds))
    which = f"FROM entries WHERE feed IN ({marks}) AND first_seen_at >= ?"
    bound = [*feeds, to_text(since)]
    count = int(db.execute(f"SELECT count(*) {which}", bound).fetchone()[0])
    newest = f"SELECT {entries.COLUMNS} {which} ORDER BY id DESC LIMIT ?"
    rows = select(db, newest, [*bound, limit])
    return count, [entries.from_row(row).item for row in rows]
