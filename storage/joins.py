"""Why each entry is in its story: joins with reason and confidence, and those that people undid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from storage.database import select, to_instant, to_text

#: Who makes a join that no person made.
RULE = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """What speaks for a join."""

    #: In words, as `why` shows it: "same headline".
    reason: str
    #: 0 to 1.
    confidence: float
    #: `RULE`, or the person who said so.
    made_by: str = RULE


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """An entry's joining of a story."""

    id: int
    entry_id: int
    story_id: int
    #: Where it was before; None for an entry that came new.
    from_story: int | None
    because: Because
    made_at: datetime


def keep(
    db: Database,
    entry_id: int,
    story_id: int,
    because: Because,
    *,
    now: datetime,
    from_story: int | None = None,
) -> None:
    """An entry joined a story."""
    db.execute(
        "INSERT INTO joins (entry_id, story_id, from_story, reason, confidence, made_by, made_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            entry_id,
            story_id,
            from_story,
            because.reason,
            round(because.confidence, 2),
            because.made_by,
            to_text(now),
        ],
    )


def of_entry(db: Database, entry_id: int) -> Join | None:
    """Why an entry is where it is; None for one that opened its story."""
    rows = select(
        db,
        "SELECT * FROM joins WHERE entry_id = ? AND undone_at IS NULL ORDER BY id DESC LIMIT 1",
        [entry_id],
    )
    return next(
        (
            Join(
                id=row["id"],
                entry_id=row["entry_id"],
                story_id=row["story_id"],
                from_story=row["from_story"],
                because=Because(
                    reason=row["reason"], confidence=row["confidence"], made_by=row["made_by"]
                ),
                made_at=to_instant(row["made_at"]),
            )
            for row in rows
        ),
        None,
    )


def undo(db: Database, entry_id: int, story_id: int, *, by: str, now: datetime) -> None:
    """A person said that an entry is not of this story: no rule puts it there again."""
    done = db.execute(
        "UPDATE joins SET undone_by = ?, undone_at = ?"
        " WHERE entry_id = ? AND story_id = ? AND undone_at IS NULL",
        [by, to_text(now), entry_id, story_id],
    )
    if done.rowcount == 0:  # it opened the story, so there was no join to undo
        db.execute(
            "INSERT INTO joins"
            " (entry_id, story_id, reason, confidence, made_by, made_at, undone_by, undone_at)"
            " VALUES (?, ?, 'it opened the story', 1, ?, ?, ?, ?)",
            [entry_id, story_id, RULE, to_text(now), by, to_text(now)],
        )


def apart(db: Database, one: int, other: int) -> bool:
    """Whether a person took an entry of one of two stories out of the other, or of what became it."""
    return bool(
        db.execute(
            """
            SELECT EXISTS (
                SELECT 1 FROM joins JOIN entries ON entries.id = joins.entry_id
                    JOIN stories ON stories.id = joins.story_id
                WHERE undone_at IS NOT NULL
                    AND (coalesce(merged_into, joins.story_id), entries.story_id)
                        IN ((:one, :other), (:other, :one))
            )
            """,
            {"one": one, "other": other},
        ).fetchone()[0]
    )
