"""Open, merge and split stories, and keep what people marked on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from storage import cards, joins
from storage.database import select, to_instant, to_text
from storage.joins import Because


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


def open_story(db: Database, *, now: datetime) -> int:
    """Begin a story; its entries follow."""
    opened = db.execute("INSERT INTO stories (opened_at) VALUES (?)", [to_text(now)])
    return int(opened.lastrowid or 0)


def current(db: Database, story_id: int) -> int:
    """The story that this one has become: itself, unless it was merged."""
    found = db.execute("SELECT merged_into FROM stories WHERE id = ?", [story_id]).fetchone()
    return int(found[0]) if found and found[0] else story_id


def follow(db: Database, story_id: int, earlier_id: int, *, reason: str) -> None:
    """An older story told before what this one tells: they are two events, and one names the other."""
    db.execute(
        "INSERT OR IGNORE INTO earlier (story_id, earlier_id, reason) VALUES (?, ?, ?)",
        [story_id, earlier_id, reason],
    )


def earlier(db: Database, story_id: int) -> int | None:
    """The story that came before; None when none is known, or they have become one."""
    found = db.execute(
        "SELECT earlier_id FROM earlier JOIN stories ON stories.id = earlier.story_id"
        " WHERE coalesce(merged_into, story_id) = ? ORDER BY earlier.story_id",
        [story_id],
    ).fetchall()
    known = (current(db, before) for (before,) in found)
    return next((before for before in known if before != story_id), None)


def merge(db: Database, story_id: int, *, into: int, because: Because, now: datetime) -> bool:
    """Make two stories one: all that hangs on the first moves to the second.

    Where a card of each stands, that of the second stays; each is owed an edit. False, and nothing
    changes, when a rule wants what a person undid.
    """
    if story_id == into or (because.made_by == joins.RULE and joins.apart(db, story_id, into)):
        return False
    for row in select(db, "SELECT id FROM entries WHERE story_id = ?", [story_id]):
        joins.keep(db, row["id"], into, because, now=now, from_story=story_id)
    db.execute("UPDATE entries SET story_id = ? WHERE story_id = ?", [into, story_id])
    for table in ("cards", "marks", "feedback"):
        move = f"UPDATE OR IGNORE {table} SET story_id = ? WHERE story_id = ?"  # noqa: S608  ours
        db.execute(move, [into, story_id])
    for table in ("cards", "marks"):  # only now: a mark takes what hangs on it along
        db.execute(f"DELETE FROM {table} WHERE story_id = ?", [story_id])  # noqa: S608  as above
    db.execute(
        "UPDATE stories SET merged_into = :into WHERE id = :gone OR merged_into = :gone",
        {"into": into, "gone": story_id},
    )
    cards.outdate_all(db, into)
    return True


def split(db: Database, entry_id: int, *, by: str, now: datetime) -> int | None:
    """Take an entry out of its story, as a person asked; no rule puts it back.

    It returns to the story that it came from, else it opens one of its own. Its deliveries go with
    it, and what people objected to in it; the card stays where it stands and shows another entry.

    Returns:
        Its story now; None when the entry is alone in its story, or gone.
    """
    told = "SELECT id FROM entries WHERE story_id = (SELECT story_id FROM entries WHERE id = ?)"
    others = [row["id"] for row in select(db, told, [entry_id]) if row["id"] != entry_id]
    if not others:
        return None
    was = int(db.execute("SELECT story_id FROM entries WHERE id = ?", [entry_id]).fetchone()[0])
    join = joins.of_entry(db, entry_id)
    story_id = join.from_story if join and join.from_story else open_story(db, now=now)
    db.execute("UPDATE stories SET merged_into = NULL WHERE id = ?", [story_id])
    db.execute("UPDATE entries SET story_id = ? WHERE id = ?", [story_id, entry_id])
    db.execute(
        "UPDATE cards SET entry_id = ? WHERE story_id = ? AND entry_id = ?",
        [others[-1], was, entry_id],
    )
    db.execute(
        "INSERT OR IGNORE INTO marks (story_id, holder, mark, made_by, made_at)"
        " SELECT ?, holder, mark, holder, made_at FROM feedback WHERE entry_id = ?",
        [story_id, entry_id],
    )
    db.execute("UPDATE feedback SET story_id = ? WHERE entry_id = ?", [story_id, entry_id])
    joins.undo(db, entry_id, was, by=by, now=now)
    cards.outdate_all(db, was)
    return story_id


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
