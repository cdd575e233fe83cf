"""What a thread in Slack is about: the story whose card it is below, or what was last asked in it."""

from __future__ import annotations

from sqlite_utils import Database

from storage.database import select


def story_below(db: Database, channel: str, thread: str) -> int | None:
    """The story whose card stands at the head of a thread."""
    rows = select(db, "SELECT story_id FROM cards WHERE channel = ? AND ts = ?", [channel, thread])
    return rows[0]["story_id"] if rows else None


def asked(db: Database, channel: str, thread: str) -> str:
    """What was last asked in a thread; empty when nothing was."""
    rows = select(
        db, "SELECT asked FROM threads WHERE channel = ? AND thread = ?", [channel, thread]
    )
    return rows[0]["asked"] if rows else ""


def ask(db: Database, channel: str, thread: str, text: str) -> None:
    """This was asked in a thread."""
    db.execute(
        "INSERT OR REPLACE INTO threads (channel, thread, asked) VALUES (?, ?, ?)",
        [channel, thread, text],
    )
