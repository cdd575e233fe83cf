"""Put an entry with the entries that tell the same story, and keep what people marked on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlite_utils import Database

from storage.database import select, to_instant, to_text

#: A public-inspection row is the document printed under its number within this time of its filing;
#: special filings stay listed for days, re-used numbers lie years apart
#: (api-core commit 245fb5b4b; reference/federal_register.md §5, §7).
SAME_DOCUMENT = timedelta(days=90)
#: Copies of one press report appear within days; the same headline years later is another event.
SAME_HEADLINE = timedelta(days=7)


class Mark(StrEnum):
    """What a person can put on a story."""

    FOLLOWED = "followed"  # the person is told its steps in a direct message
    MUTED = "muted"  # the channel is told no further step
    SAVED = "saved"
    IRRELEVANT = "irrelevant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A mark with who made it and when."""

    mark: Mark
    holder: str
    made_by: str
    made_at: datetime


def place(
    db: Database,
    *,
    register_key: str | None,
    headline: str | None,
    passed_on: str | None,
    event_at: datetime | None,
    now: datetime,
) -> int:
    """Choose the story of a new entry.

    That of the document it is or links to (numbers are used again after years, so one of about its
    time), or of the same headline (or one an aggregator passed on) seen within `SAME_HEADLINE`,
    else a new one. Conservative: a wrong join is worse than a missed one.
    """
    at = event_at or now
    found = db.execute(
        """
        SELECT story_id FROM (
            SELECT story_id, id FROM entries WHERE register_key = :register_key
                AND coalesce(event_at, first_seen_at) BETWEEN :earliest AND :latest
            UNION ALL
            SELECT story_id, id FROM entries
            WHERE headline IN (:headline, :passed_on) AND first_seen_at >= :since
            UNION ALL
            SELECT story_id, id FROM entries
            WHERE passed_on = :headline AND first_seen_at >= :since
        ) ORDER BY id LIMIT 1
        """,
        {
            "register_key": register_key,
            "earliest": to_text(at - SAME_DOCUMENT),
            "latest": to_text(at + SAME_DOCUMENT),
            "headline": headline,
            "passed_on": passed_on,
            "since": to_text(now - SAME_HEADLINE),
        },
    ).fetchone()
    if found:
        return int(found[0])
    opened = db.execute("INSERT INTO stories (opened_at) VALUES (?)", [to_text(now)])
    return int(opened.lastrowid or 0)


def mark(
    db: Database, story_id: int, mark: Mark, *, holder: str, made_by: str, now: datetime
) -> bool:
    """Put a mark; False when the holder had it already (a double click)."""
    done = db.execute(
        "INSERT OR IGNORE INTO marks (story_id, holder, mark, made_by, made_at) VALUES (?, ?, ?, ?, ?)",
        [story_id, holder, mark.value, made_by, to_text(now)],
    )
    return done.rowcount > 0


def unmark(db: Database, story_id: int, mark: Mark, *, holder: str) -> bool:
    """Take a mark off; False when there was none."""
    done = db.execute(
        "DELETE FROM marks WHERE story_id = ? AND holder = ? AND mark = ?",
        [story_id, holder, mark.value],
    )
    return done.rowcount > 0


def marks(db: Database, story_id: int) -> list[Marked]:
    """Every mark on a story, oldest first."""
    rows = select(
        db,
        "SELECT mark, holder, made_by, made_at FROM marks WHERE story_id = ? ORDER BY made_at",
        [story_id],
    )
    return [
        Marked(
            mark=Mark(row["mark"]),
            holder=row["holder"],
            made_by=row["made_by"],
            made_at=to_instant(row["made_at"]),
        )
        for row in rows
    ]
