"""Which story's card stands where: the message that later steps update and reply to."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from storage.database import select


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A story's card as it stands in a channel."""

    channel: str
    story_id: int
    entry_id: int
    #: Where Slack put it: the channel, or a direct message's own id.
    conversation: str
    ts: str


def put(db: Database, card: Standing) -> None:
    """A card stands, or shows another entry of its story now.

    The story may have been merged while the card was on its way.
    """
    db.execute(
        "INSERT OR REPLACE INTO cards (channel, story_id, entry_id, conversation, ts)"
        " VALUES (?, coalesce((SELECT merged_into FROM stories WHERE id = ?), ?), ?, ?, ?)",
        [card.channel, card.story_id, card.story_id, card.entry_id, card.conversation, card.ts],
    )


def standing(db: Database, *, channel: str, story_id: int) -> Standing | None:
    """The story's card in a channel, if it stands there."""
    rows = select(db, "SELECT * FROM cards WHERE channel = ? AND story_id = ?", [channel, story_id])
    return next((Standing(**row) for row in rows), None)


def forget(db: Database, *, channel: str, story_id: int) -> None:
    """The card was deleted in Slack: the next alert of the story becomes its card."""
    db.execute("DELETE FROM cards WHERE channel = ? AND story_id = ?", [channel, story_id])
