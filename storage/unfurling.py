"""Which workspaces had links to documents unfurled."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from storage.database import to_text


def is_on(db: Database, workspace: str) -> bool:
    """Whether a workspace turned it on; it is off unless somebody did."""
    found = db.execute("SELECT 1 FROM unfurling WHERE workspace = ?", [workspace])
    return found.fetchone() is not None


def turn_on(db: Database, workspace: str, *, by: str, now: datetime) -> None:
    """Unfurl there; who turned it on first is kept."""
    db.execute(
        "INSERT OR IGNORE INTO unfurling (workspace, chosen_by, chosen_at) VALUES (?, ?, ?)",
        [workspace, by, to_text(now)],
    )


def turn_off(db: Database, workspace: str) -> None:
    """Unfurl no more there."""
    db.execute("DELETE FROM unfurling WHERE workspace = ?", [workspace])
