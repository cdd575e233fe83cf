"""Feeds that cannot be read or fell silent: who was out since when, told once and once when back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from storage.database import select, to_instant, to_text


class Trouble(StrEnum):
    """What can be wrong with a feed for long."""

    FAILING = "failing"
    GONE = "gone"  # the server says that there is nothing there any more
    SILENT = "silent"  # it answers, and publishes nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Out:
    """One feed of an outage."""

    feed: str
    since: datetime
    #: What was wrong, in words.
    reason: str
    #: None while it lasts.
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """What was told in one message: feeds that are out by one cause."""

    id: int
    kind: Trouble
    #: What they have in common: a host, or `NETWORK`; empty when nothing is known.
    scope: str
    #: Names it wherever it is told; the same in any copy of the database.
    key: str
    told_at: datetime
    feeds: tuple[Out, ...]

    @property
    def lasting(self) -> tuple[Out, ...]:
        """Those that are out still."""
        return tuple(each for each in self.feeds if each.ended_at is None)

    @property
    def since(self) -> datetime:
        """When the first of them went out."""
        return min(each.since for each in self.feeds)


#: The scope of an outage that is ours, not theirs.
NETWORK = "network"


def begin(db: Database, kind: Trouble, *, scope: str, feeds: Sequence[Out], now: datetime) -> str:
    """An outage that is told now; returns its key. Each feed may be in one at a time."""
    first = min(feeds, key=lambda each: (each.since, each.feed))
    key = f"{kind.value} {first.feed} {to_text(first.since)}"
    cursor = db.execute(
        "INSERT INTO outages (kind, scope, key, told_at) VALUES (?, ?, ?, ?)",
        [kind.value, scope, key, to_text(now)],
    )
    join(db, int(cursor.lastrowid or 0), feeds)
    return key


def join(db: Database, outage_id: int, feeds: Sequence[Out]) -> None:
    """More feeds are out by the same cause, or one of them is out again."""
    db.conn.executemany(
        "INSERT OR REPLACE INTO outage_feeds (outage_id, feed, since, reason) VALUES (?, ?, ?, ?)",
        [(outage_id, each.feed, to_text(each.since), each.reason) for each in feeds],
    )


def leave(db: Database, outage_id: int, feed: str, *, now: datetime) -> None:
    """A feed is not out any more."""
    db.execute(
        "UPDATE outage_feeds SET ended_at = ? WHERE outage_id = ? AND feed = ?",
        [to_text(now), outage_id, feed],
    )


def end(db: Database, outage_id: int, *, now: datetime) -> None:
    """It is over, for every feed that was still in it."""
    at = to_text(now)
    db.execute("UPDATE outages SET ended_at = ? WHERE id = ?", [at, outage_id])
    db.execute(
        "UPDATE outage_feeds SET ended_at = ? WHERE outage_id = ? AND ended_at IS NULL",
        [at, outage_id],
    )


def lasting(db: Database) -> list[Outage]:
    """Outages that are not over, first told first."""
    rows = select(
        db,
        """
        SELECT id, kind, scope, key, told_at, feed, since, reason, outage_feeds.ended_at
        FROM outages JOIN outage_feeds ON outage_id = id
        WHERE outages.ended_at IS NULL ORDER BY id, feed
        """,
    )
    feeds: dict[int, list[Out]] = {}
    for row in rows:
        out = Out(
            feed=row["feed"],
            since=to_instant(row["since"]),
            reason=row["reason"],
            ended_at=to_instant(row["ended_at"]) if row["ended_at"] else None,
        )
        feeds.setdefault(row["id"], []).append(out)
    return [
        Outage(
            id=row["id"],
            kind=Trouble(row["kind"]),
            scope=row["scope"],
            key=row["key"],
            told_at=to_instant(row["told_at"]),
            feeds=tuple(feeds[row["id"]]),
        )
        for row in {row["id"]: row for row in rows}.values()
    ]


def last_end(db: Database) -> dict[str, datetime]:
    """When each feed that ever was out was last back."""
    rows = select(
        db,
        "SELECT feed, max(ended_at) AS at FROM outage_feeds WHERE ended_at IS NOT NULL GROUP BY feed",
    )
    return {row["feed"]: to_instant(row["at"]) for row in rows}
