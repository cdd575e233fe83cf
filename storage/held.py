"""What waits to be told: for a digest, for the end of quiet hours, for a mute to end."""

from __future__ import annotations

from sqlite_utils import Database


def judge_again(db: Database, channel: str) -> None:
    """How the channel is told has changed: whatever waits for it is looked at anew."""
    db.execute(
        "UPDATE outbox SET due_at = created_at WHERE channel = ? AND state = 'held'", [channel]
    )
