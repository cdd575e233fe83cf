"""The Register's issue days: what it lists of each, and whether we have it all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlite_utils import Database

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


def asked_since(db: Database, feed: str, question: str, *, known: date, today: date) -> date | None:
    """Since which day a feed has asked its question; None when it is another than before.

    Args:
        db: Inside a transaction.
        feed: Its name.
        question: What it asks for now.
        known: Since when it is read, for a feed of which nothing else is known.
        today: Since when it asks what it did not ask before.
    """
    row = db.execute("SELECT question, since FROM questions WHERE feed = ?", [feed]).fetchone()
    if row and row[0] == question:
        return date.fromisoformat(row[1])
    since = today if row else known
    db.execute(
        "INSERT OR REPLACE INTO questions (feed, question, since) VALUES (?, ?, ?)",
        [feed, question, since.isoformat()],
    )
    return None if row else since


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
