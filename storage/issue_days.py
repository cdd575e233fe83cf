"""The Register's issue days: what it lists of each, and whether we have it all."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlite_utils import Database

from feeds.identity import document_key
from storage.database import select, to_instant, to_text


class List(StrEnum):
    """Which list of a day's documents."""

    PRINTED = "printed"
    INSPECTION = "inspection"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueDay:
    """One list of one day."""

    list: List
    day: date
    #: Documents of the whole issue; None while the Register has not told.
    listed: int | None
    #: When every document of it that feeds take in was last asked for; None for never.
    verified_at: datetime | None
    #: Why that could not be done the last time.
    problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueDocument:
    """A document that the Register lists for a feed."""

    list: List
    day: date
    number: str
    feed: str


def asked_since(db: Database, feed: str, question: str, *, today: date) -> date | None:
    """Since which day a feed has asked its question; None when it is a new one, asked from today."""
    row = db.execute("SELECT question, since FROM questions WHERE feed = ?", [feed]).fetchone()
    if row and row[0] == question:
        return date.fromisoformat(row[1])
    db.execute(
        "INSERT OR REPLACE INTO questions (feed, question, since) VALUES (?, ?, ?)",
        [feed, question, today.isoformat()],
    )
    return None


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


def write(db: Database, day: IssueDay) -> None:
    """What came of asking for a list of a day. A failure takes nothing back."""
    db.execute(
        """
        INSERT INTO issue_days (list, day, listed, verified_at, problem)
        VALUES (:list, :day, :listed, :verified_at, :problem)
        ON CONFLICT (list, day) DO UPDATE SET listed = coalesce(excluded.listed, listed),
            verified_at = coalesce(excluded.verified_at, verified_at), problem = excluded.problem
        """,
        {
            "list": day.list.value,
            "day": day.day.isoformat(),
            "listed": day.listed,
            "verified_at": to_text(day.verified_at) if day.verified_at else None,
            "problem": day.problem,
        },
    )


def since(db: Database, first: date) -> list[IssueDay]:
    """Both lists of each issue day from one on, oldest first."""
    rows = select(
        db, "SELECT * FROM issue_days WHERE day >= ? ORDER BY day, list DESC", [first.isoformat()]
    )
    return [
        IssueDay(
            list=List(row["list"]),
            day=date.fromisoformat(row["day"]),
            listed=row["listed"],
            verified_at=to_instant(row["verified_at"]) if row["verified_at"] else None,
            problem=row["problem"],
        )
        for row in rows
    ]


def missing(db: Database, first: date) -> list[IssueDocument]:
    """Documents listed for issue days from one on that the archive does not hold.

    A printed one is held as published on its day; for one on inspection any stage will do.
    """
    rows = select(
        db,
        f"SELECT list, day, number, feed FROM issue_documents AS listed"  # noqa: S608  clauses are ours
        f" WHERE day >= ? AND NOT {_HELD} ORDER BY day, number, list",
        [first.isoformat()],
    )
    return [
        IssueDocument(
            list=List(row["list"]),
            day=date.fromisoformat(row["day"]),
            number=row["number"],
            feed=row["feed"],
        )
        for row in rows
    ]


def found_late(db: Database, found: Iterable[IssueDocument], *, now: datetime) -> None:
    """These were missing until now."""
    db.conn.executemany(
        "UPDATE issue_documents SET found_late_at = ? WHERE list = ? AND day = ? AND key = ?",
        [
            (to_text(now), each.list.value, each.day.isoformat(), document_key(each.number))
            for each in found
        ],
    )


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


def begin(db: Database, *, now: datetime) -> None:
    """A back-check starts."""
    db.execute("UPDATE back_check SET started_at = ?", [to_text(now)])


def finish(db: Database, *, now: datetime) -> None:
    """It has done what it can."""
    db.execute("UPDATE back_check SET done_at = ?", [to_text(now)])


def last(db: Database) -> tuple[datetime | None, datetime | None]:
    """When the last back-check started, and when one was last done."""
    row = db.execute("SELECT started_at, done_at FROM back_check").fetchone()
    started, done = (to_instant(each) if each else None for each in row)
    return started, done


_HELD = """
    EXISTS (
        SELECT 1 FROM entries WHERE key = listed.key
            AND (list = 'inspection' OR published_on = listed.day)
    )
"""
_TOLD = """
    FROM outbox JOIN events ON events.id = outbox.event_id
        JOIN entries ON entries.id = events.entry_id WHERE entries.key = listed.key
"""
