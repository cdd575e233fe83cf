"""Where each feed was left off and when it is next due."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

import msgspec
from sqlite_utils import Database

from feeds.model import Feed
from feeds.source import Bookmark
from storage.database import select, to_instant, to_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What is known of visits to one feed."""

    feed: str
    bookmark: Bookmark | None
    next_poll_at: datetime
    #: When the first successful poll ended; None until then.
    baselined_at: datetime | None
    polled_at: datetime | None
    succeeded_at: datetime | None
    #: Failed visits in a row, and when the first of them was; None without any.
    failures: int
    failing_since: datetime | None
    #: The last answer was that there is nothing here any more (410).
    gone: bool
    last_error: str | None
    warning: str | None
    #: A permanent redirect that was seen: from which address to which.
    moved: tuple[str, str] | None


def schedule(db: Database, names: Iterable[str], *, now: datetime) -> None:
    """Give every feed of the catalog a row; one not yet known is due at once."""
    db.conn.executemany(
        "INSERT OR IGNORE INTO polls (feed, next_poll_at) VALUES (?, ?)",
        [(name, to_text(now)) for name in names],
    )


def due(db: Database, *, now: datetime) -> list[Poll]:
    """Feeds to visit now, longest overdue first.

    One that was visited at a time that has not come yet is due: the clock has gone back since.
    """
    at = to_text(now)
    return _read(db, "WHERE next_poll_at <= ? OR polled_at > ? ORDER BY next_poll_at, feed", at, at)


def every(db: Database) -> list[Poll]:
    """All feeds ever scheduled, by name."""
    return _read(db, "ORDER BY feed")


def get(db: Database, feed: str) -> Poll | None:
    """One feed's row."""
    return next(iter(_read(db, "WHERE feed = ?", feed)), None)


def record_success(
    db: Database,
    feed: str,
    *,
    bookmark: Bookmark,
    next_poll_at: datetime,
    now: datetime,
    partial: bool = False,
    warning: str | None = None,
    moved: tuple[str, str] | None = None,
) -> None:
    """A visit worked. Belongs in the transaction that remembers its items.

    A partial one leaves a feed without baseline, so that what it did not show is no news later.
    """
    db.execute(
        """
        UPDATE polls SET bookmark = :bookmark, next_poll_at = :next, polled_at = :now,
            succeeded_at = :now, baselined_at = coalesce(baselined_at, :baselined), failures = 0,
            failing_since = NULL, gone = 0, last_error = NULL, warning = :warning,
            -- moved on from where it had moved to, it has moved from where it was at first
            moved_from = CASE WHEN moved_to = :moved_from THEN moved_from
                ELSE coalesce(:moved_from, moved_from) END,
            moved_to = coalesce(:moved_to, moved_to)
        WHERE feed = :feed
        """,
        {
            "feed": feed,
            "bookmark": json.dumps(bookmark),
            "next": to_text(next_poll_at),
            "now": to_text(now),
            "baselined": None if partial else to_text(now),
            "warning": warning,
            "moved_from": moved[0] if moved else None,
            "moved_to": moved[1] if moved else None,
        },
    )


def record_failure(
    db: Database,
    feed: str,
    *,
    reason: str,
    next_poll_at: datetime,
    now: datetime,
    gone: bool = False,
) -> None:
    """A visit failed; the bookmark stays.

    Args:
        db: Inside a transaction.
        feed: Its name.
        reason: In words.
        next_poll_at: When to try again.
        now: Time of the visit.
        gone: The server said that there is nothing there any more.
    """
    db.execute(
        """
        UPDATE polls SET next_poll_at = :next, polled_at = :now, failures = failures + 1,
            failing_since = coalesce(failing_since, :now), gone = :gone, last_error = :reason
        WHERE feed = :feed
        """,
        {
            "feed": feed,
            "next": to_text(next_poll_at),
            "now": to_text(now),
            "gone": gone,
            "reason": reason,
        },
    )


def change_feed(db: Database, name: str, feed: Feed | None, *, now: datetime) -> None:
    """Add a feed to the catalog, or with None take one out of it."""
    definition = msgspec.json.encode(feed).decode() if feed else None
    db.execute(
        "INSERT OR REPLACE INTO feed_changes (name, definition, changed_at) VALUES (?, ?, ?)",
        [name, definition, to_text(now)],
    )
    if feed is None:
        db.execute("DELETE FROM polls WHERE feed = ?", [name])


def catalog(db: Database, shipped: Iterable[Feed]) -> tuple[Feed, ...]:
    """The feeds to poll: those of `feeds.toml` with people's additions and removals.

    Each is at the address it has moved to for good.
    """
    feeds = {feed.name: feed for feed in shipped}
    for row in select(db, "SELECT name, definition FROM feed_changes ORDER BY changed_at"):
        feeds.pop(row["name"], None)
        if row["definition"]:
            feeds[row["name"]] = msgspec.json.decode(row["definition"], type=Feed)
    rows = select(db, "SELECT feed, moved_from, moved_to FROM polls WHERE moved_to IS NOT NULL")
    moved = {row["feed"]: (row["moved_from"], row["moved_to"]) for row in rows}
    return tuple(_moved(feed, moved.get(feed.name)) for feed in feeds.values())


def backfilled(db: Database, feed: str) -> set[tuple[date, date]]:
    """Windows (first day, last day) of a feed's history already read."""
    rows = select(db, "SELECT day, until FROM backfilled WHERE feed = ?", [feed])
    return {(date.fromisoformat(row["day"]), date.fromisoformat(row["until"])) for row in rows}


def record_backfill(db: Database, feed: str, *, day: date, until: date) -> None:
    """A window of a feed's history is read. Belongs in the transaction that remembers its items."""
    db.execute(
        "INSERT OR IGNORE INTO backfilled (feed, day, until) VALUES (?, ?, ?)",
        [feed, day.isoformat(), until.isoformat()],
    )


def beat(db: Database, *, now: datetime) -> None:
    """Say that the process is alive and can write."""
    db.execute("INSERT OR REPLACE INTO heartbeat (id, at) VALUES (1, ?)", [to_text(now)])


def last_beat(db: Database) -> datetime | None:
    """When a process last said so."""
    row = db.execute("SELECT at FROM heartbeat").fetchone()
    return to_instant(row[0]) if row else None


def _read(db: Database, where: str, *parameters: str) -> list[Poll]:
    return [
        Poll(
            feed=row["feed"],
            bookmark=json.loads(row["bookmark"]) if row["bookmark"] else None,
            next_poll_at=to_instant(row["next_poll_at"]),
            baselined_at=_optional(row["baselined_at"]),
            polled_at=_optional(row["polled_at"]),
            succeeded_at=_optional(row["succeeded_at"]),
            failures=row["failures"],
            failing_since=_optional(row["failing_since"]),
            gone=bool(row["gone"]),
            last_error=row["last_error"],
            warning=row["warning"],
            moved=(row["moved_from"], row["moved_to"]) if row["moved_to"] else None,
        )
        for row in select(db, f"SELECT * FROM polls {where}", list(parameters))  # noqa: S608  clauses are ours
    ]


def _moved(feed: Feed, move: tuple[str, str] | None) -> Feed:
    """The feed at its new address, unless a person has given it another since."""
    return replace(feed, url=move[1]) if move and move[0] == feed.url else feed


def _optional(text: str | None) -> datetime | None:
    return to_instant(text) if text else None
