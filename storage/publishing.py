"""On which days each feed published something: its rhythm, whoever else carries the same items."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlite_utils import Database

from feeds.model import EASTERN, Item
from feeds.silence import MOST
from storage import entries
from storage.database import select, to_text

#: Days of a feed that are read: `MOST` pauses between working days, of a feed that never rests.
_ENOUGH = 2 * MOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """What is known of when one feed publishes."""

    #: The last days of its items, by their own dates, oldest first.
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
    """Every feed that has published anything, with the last of its days: enough for a rhythm."""
    feeds = select(
        db,
        "SELECT feed, max(max(day, coalesce(seen_on, ''))) AS last FROM publishing_days GROUP BY feed",
    )
    return {
        row["feed"]: Publishing(days=_days(db, row["feed"]), last=date.fromisoformat(row["last"]))
        for row in feeds
    }


def _days(db: Database, feed: str) -> tuple[date, ...]:
    rows = select(
        db,
        "SELECT day FROM publishing_days WHERE feed = ? ORDER BY day DESC LIMIT ?",
        [feed, _ENOUGH],
    )
    return tuple(date.fromisoformat(row["day"]) for row in reversed(rows))


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
