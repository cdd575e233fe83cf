"""The documents that the Register lists for our feeds, and which of them the archive holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlite_utils import Database

from feeds.identity import document_key
from storage.database import select, to_text
from storage.issue_days import List

_HELD = """
    EXISTS (
        SELECT 1 FROM entries WHERE key = listed.key
            AND (list = 'inspection' OR published_on = listed.day)
    )
"""
_TOLD = """
    FROM outbox JOIN events ON events.id = outbox.event_id
        JOIN entries AS e ON e.id = events.entry_id WHERE e.key = listed.key
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueDocument:
    """A document that the Register lists for a feed."""

    list: List
    day: date
    number: str
    #: As of its entry.
    key: str
    feed: str


def keep(
    db: Database,
    kind: List,
    feed: str,
    found: Iterable[tuple[date, str]],
    *,
    since: date,
    until: date,
) -> None:
    """The numbers listed for a feed from one day to another, in place of what was listed before."""
    listed = {(day.isoformat(), document_key(number)): number for day, number in found}
    before = select(
        db,
        "SELECT day, key FROM issue_documents WHERE list = ? AND feed = ? AND day BETWEEN ? AND ?",
        [kind.value, feed, since.isoformat(), until.isoformat()],
    )
    db.conn.executemany(
        "DELETE FROM issue_documents WHERE list = ? AND day = ? AND key = ?",
        [
            (kind.value, row["day"], row["key"])
            for row in before
            if (row["day"], row["key"]) not in listed
        ],
    )
    db.conn.executemany(
        "INSERT OR IGNORE INTO issue_documents (list, day, key, number, feed) VALUES (?, ?, ?, ?, ?)",
        [(kind.value, day, key, number, feed) for (day, key), number in listed.items()],
    )


def drop_feeds(db: Database, known: Collection[str]) -> None:
    """Only what feeds of the catalog take in is expected."""
    for row in select(db, "SELECT DISTINCT feed FROM issue_documents"):
        if row["feed"] not in known:
            db.execute("DELETE FROM issue_documents WHERE feed = ?", [row["feed"]])


def missing(db: Database, first: date) -> list[IssueDocument]:
    """Documents listed for issue days from one on that the archive does not hold.

    A printed one is held as published on its day; for one on inspection any stage will do.
    """
    rows = select(
        db,
        f"SELECT list, day, number, key, feed FROM issue_documents AS listed"  # noqa: S608  clauses are ours
        f" WHERE day >= ? AND NOT {_HELD} ORDER BY day, number, list",
        [first.isoformat()],
    )
    return [
        IssueDocument(
            list=List(row["list"]),
            day=date.fromisoformat(row["day"]),
            number=row["number"],
            key=row["key"],
            feed=row["feed"],
        )
        for row in rows
    ]


def found_late(db: Database, found: Iterable[IssueDocument], *, now: datetime) -> None:
    """These were missing until now."""
    db.conn.executemany(
        "UPDATE issue_documents SET found_late_at = ? WHERE list = ? AND day = ? AND key = ?",
        [(to_text(now), each.list.value, each.day.isoformat(), each.key) for each in found],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLate(IssueDocument):
    """One that was missing, and is no more."""

    #: Title and address of what is held now.
    title: str
    url: str
    #: Somebody was, or is, to be told of it.
    owed: bool


def late_since(db: Database, then: datetime | None) -> list[FoundLate]:
    """Documents found late after a time, or ever; each once, oldest issue first."""
    rows = select(
        db,
        f"""
        SELECT list, min(day) AS day, number, listed.key, listed.feed, entries.item ->> 'title' AS title,
            entries.item ->> 'url' AS url, EXISTS (SELECT 1 {_TOLD}) AS owed
        FROM issue_documents AS listed JOIN entries ON entries.key = listed.key
        WHERE found_late_at > ? GROUP BY listed.key ORDER BY day, number
        """,  # noqa: S608  clauses are ours
        [to_text(then) if then else ""],
    )
    return [
        FoundLate(
            list=List(row["list"]),
            day=date.fromisoformat(row["day"]),
            number=row["number"],
            key=row["key"],
            feed=row["feed"],
            title=row["title"],
            url=row["url"],
            owed=bool(row["owed"]),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many documents the Register listed for feeds, and how far each came."""

    listed: int
    seen: int
    #: Somebody was, or is, to be told of it.
    matched: int
    told: int
    found_late: int


def count(db: Database, first: date) -> Counted:
    """Of the issue days from one on. A document on both lists counts once."""
    row = db.execute(
        f"""
        SELECT count(*), sum(seen), sum(matched), sum(told), sum(late) FROM (
            SELECT min({_HELD}) AS seen,
                max(EXISTS (SELECT 1 {_TOLD})) AS matched,
                max(EXISTS (SELECT 1 {_TOLD} AND state = 'sent')) AS told,
                max(found_late_at IS NOT NULL) AS late
            FROM issue_documents AS listed WHERE day >= ? GROUP BY key
        )
        """,  # noqa: S608  clauses are ours
        [first.isoformat()],
    ).fetchone()
    listed, seen, matched, told, late = (int(each or 0) for each in row)
    return Counted(listed=listed, seen=seen, matched=matched, told=told, found_late=late)
