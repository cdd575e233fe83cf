"""The stories that a person follows or saved, those with the next deadline first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlite_utils import Database

from storage import deadlines, heads
from storage.database import select
from storage.deadlines import Deadline
from storage.entries import Entry
from storage.stories import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A story that a person put a mark on."""

    story_id: int
    #: What its card shows.
    head: Entry
    #: Its next deadline; None when none is ahead.
    ahead: Deadline | None


#: The next deadline of a story: its id. A day that two set is the older deadline's.
_NEXT = """
    SELECT deadlines.id FROM deadlines JOIN entries ON entries.id = deadlines.entry_id
    WHERE entries.story_id = marks.story_id AND deadlines.day >= :today
    ORDER BY deadlines.day, deadlines.id LIMIT 1
"""


def stories(
    db: Database, holder: str, mark: Mark, *, today: date, skip: int, limit: int
) -> list[Kept]:
    """A part of the stories on which a person has a mark: by their next deadline, then newest mark.

    Args:
        db: Only read.
        holder: The person.
        mark: Which one.
        today: Eastern.
        skip: How many come before that part.
        limit: How many it has at most.
    """
    rows = select(
        db,
        f"SELECT story_id, ({_NEXT}) AS ahead FROM marks"  # noqa: S608  our text only
        " WHERE holder = :holder AND mark = :mark AND EXISTS"
        " (SELECT 1 FROM entries WHERE entries.story_id = marks.story_id)"
        " ORDER BY ahead IS NULL, (SELECT day FROM deadlines WHERE id = ahead), made_at DESC, story_id"
        " LIMIT :limit OFFSET :skip",
        {
            "today": today.isoformat(),
            "holder": holder,
            "mark": mark.value,
            "limit": limit,
            "skip": skip,
        },
    )
    return [
        Kept(
            story_id=row["story_id"],
            head=head,
            ahead=deadlines.get(db, row["ahead"]) if row["ahead"] else None,
        )
        for row in rows
        if (head := heads.head(db, row["story_id"]))
    ]


def count(db: Database, holder: str, mark: Mark) -> int:
    """On how many stories a person has a mark."""
    found = db.execute(
        "SELECT count(*) FROM marks WHERE holder = ? AND mark = ? AND EXISTS"
        " (SELECT 1 FROM entries WHERE entries.story_id = marks.story_id)",
        [holder, mark.value],
    )
    return int(found.fetchone()[0])
