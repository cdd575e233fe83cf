"""What a thread in Slack is about: the story whose card it is below, or what was last asked in it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from storage.database import select, to_text

#: For so long after the last question in a thread the next may leave unsaid what it is about: it comes
#: within the conversation, or days later, when somebody is back. After that it has to say so, which is
#: what the answer asks for. Where a story's steps go does not depend on it: that is in `cards` and
#: `outbox`, and below a card a question is of the card's story for ever.
KEPT = timedelta(days=90)


def story_below(db: Database, channel: str, thread: str) -> int | None:
    """The story whose card stands at the head of a thread."""
    rows = select(db, "SELECT story_id FROM cards WHERE channel = ? AND ts = ?", [channel, thread])
    return rows[0]["story_id"] if rows else None


def asked(db: Database, channel: str, thread: str) -> str:
    """What was last asked in a thread; empty when nothing was, or long ago."""
    rows = select(
        db, "SELECT asked FROM threads WHERE channel = ? AND thread = ?", [channel, thread]
    )
    return rows[0]["asked"] if rows else ""


def ask(db: Database, channel: str, thread: str, text: str, *, now: datetime) -> None:
    """This was asked in a thread."""
    db.execute(
        "INSERT OR REPLACE INTO threads (channel, thread, asked, asked_at) VALUES (?, ?, ?, ?)",
        [channel, thread, text, to_text(now)],
    )


def prune(db: Database, *, now: datetime) -> None:
    """Let go of what was last asked longer ago than `KEPT`."""
    db.execute("DELETE FROM threads WHERE asked_at <= ?", [to_text(now - KEPT)])
