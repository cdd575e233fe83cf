"""What is done once, whoever asks again and whatever was restarted meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from sqlite_utils import Database

from storage.database import to_text


class Done(StrEnum):
    """What is done once, each with what names one of it; a name begins with the address it concerns."""

    GREETED = "greeted"  # a person
    WELCOMED = "welcomed"  # a channel
    OBJECTION_TOLD = "objection told"  # a subscriber, and what somebody objected to
    STORY_SHARED = "story shared"  # a person and a modal
    PAGE_SHARED = "page shared"  # a channel, an answer and a page
    UNFURLED = "unfurled"  # a channel and a document


#: So long after, it may be done again, and is known no more; what has no rest is done once for good.
#: No alert and no step of a story depends on one: that each is told once is the outbox's promise.
#: Objections are read of the last 30 days only (`bot.commands_feedback.DAYS`), and told after they are
#: made. A modal or a page is sent twice by a double click, by a retry within the day, or by one left open
#: over a weekend; who shares after a month wants it shown. An unfurled link is a courtesy.
RESTS: Mapping[Done, timedelta] = {
    Done.OBJECTION_TOLD: timedelta(days=31),
    Done.STORY_SHARED: timedelta(days=31),
    Done.PAGE_SHARED: timedelta(days=31),
    Done.UNFURLED: timedelta(minutes=30),
}


def first(db: Database, done: Done, name: str, *, now: datetime) -> bool:
    """Note that something is done now; False when it was done already, and its rest is not over.

    Args:
        db: Inside a transaction: who rolls it back has not done it.
        done: The kind of thing.
        name: Which one; it begins with the address of whom it concerns, with whom it is forgotten.
        now: When.
    """
    rest = RESTS.get(done)
    noted = db.execute(
        "INSERT INTO once (what, name, at) VALUES (:what, :name, :now)"
        " ON CONFLICT DO UPDATE SET at = :now WHERE at <= :again",
        {
            "what": done.value,
            "name": name,
            "now": to_text(now),
            "again": to_text(now - rest) if rest else "",
        },
    )
    return noted.rowcount > 0


def prune(db: Database, *, now: datetime) -> None:
    """Let go of what may be done again: `first` answers the same without it."""
    for done, rest in RESTS.items():
        db.execute("DELETE FROM once WHERE what = ? AND at <= ?", [done.value, to_text(now - rest)])
