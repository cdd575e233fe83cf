"""Which story's card stands where: the message that later steps update and reply to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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


#: What a story has become, which may have been merged while its card was on its way.
_CURRENT = "coalesce((SELECT merged_into FROM stories WHERE id = :story), :story)"


def put(db: Database, card: Standing) -> None:
    """A card stands, as it should; one of a story that was merged meanwhile is owed an edit."""
    db.execute(
        "INSERT OR REPLACE INTO cards (channel, story_id, entry_id, conversation, ts, outdated)"  # noqa: S608  ours
        f" VALUES (:channel, {_CURRENT}, :entry, :conversation, :ts,"
        " (SELECT count(merged_into) FROM stories WHERE id = :story))",
        {
            "channel": card.channel,
            "story": card.story_id,
            "entry": card.entry_id,
            "conversation": card.conversation,
            "ts": card.ts,
        },
    )


def standing(db: Database, *, channel: str, story_id: int) -> Standing | None:
    """The story's card in a channel, if it stands there."""
    rows = select(db, "SELECT * FROM cards WHERE channel = ? AND story_id = ?", [channel, story_id])
    return next(map(_from_row, rows), None)


def forget(db: Database, *, channel: str, story_id: int) -> None:
    """The card was deleted in Slack: the next alert of the story becomes its card."""
    db.execute("DELETE FROM cards WHERE channel = ? AND story_id = ?", [channel, story_id])


def outdate(db: Database, *, channel: str, story_id: int) -> None:
    """A card no longer shows how its story stands: an edit is owed to it."""
    db.execute(
        f"UPDATE cards SET outdated = outdated + 1 WHERE channel = :channel AND story_id = {_CURRENT}",  # noqa: S608  ours
        {"channel": channel, "story": story_id},
    )


def outdate_all(db: Database, story_id: int) -> None:
    """The same of a story's cards in every channel."""
    db.execute("UPDATE cards SET outdated = outdated + 1 WHERE story_id = ?", [story_id])


def outdated(db: Database) -> list[tuple[Standing, int]]:
    """Cards that are owed an edit, each with how many changes it does not show yet."""
    rows = select(db, "SELECT * FROM cards WHERE outdated > 0")
    return [(_from_row(row), row["outdated"]) for row in rows]


def owed(db: Database, card: Standing) -> int:
    """How many changes a card does not show yet."""
    found = db.execute(
        "SELECT outdated FROM cards WHERE channel = ? AND story_id = ?",
        [card.channel, card.story_id],
    ).fetchone()
    return int(found[0]) if found else 0


def renewed(db: Database, card: Standing, *, changes: int) -> None:
    """A card was edited and shows so many changes; those that came meanwhile are still owed."""
    db.execute(
        "UPDATE cards SET outdated = max(outdated - ?, 0), entry_id = ?"
        " WHERE channel = ? AND story_id = ? AND ts = ?",
        [changes, card.entry_id, card.channel, card.story_id, card.ts],
    )


def _from_row(row: Mapping[str, Any]) -> Standing:
    return Standing(
        channel=row["channel"],
        story_id=row["story_id"],
        entry_id=row["entry_id"],
        conversation=row["conversation"],
        ts=row["ts"],
    )
