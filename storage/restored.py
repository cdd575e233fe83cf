"""That this database is a backup put back: what was told since may stand in Slack, unknown to us."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from storage.database import select, to_instant, to_text

#: What turns up so long after a restore may have been told before the file was lost: by then every
#: feed has been read again.
DOUBTFUL_FOR = timedelta(days=1)
#: Bulletins that were made so long before the backup may have been edited after it.
EDITED_WITHIN = timedelta(days=7)


def stamp(db: Database, *, now: datetime) -> None:
    """Mark a file as a backup made now."""
    db.execute(
        "INSERT OR REPLACE INTO restored (id, backed_up_at, noticed_at) VALUES (1, ?, NULL)",
        [to_text(now)],
    )


def notice(db: Database, *, now: datetime) -> datetime | None:
    """Take note, once, that the bot runs on a backup; returns when that was made.

    What it still owes or holds may have been told since: it is uncertain until its channels are read
    back.
    Bulletins may have been edited since: they are edited once more.
    """
    rows = select(db, "SELECT backed_up_at FROM restored WHERE noticed_at IS NULL")
    if not rows:
        return None
    db.execute("UPDATE restored SET noticed_at = ?", [to_text(now)])
    db.execute(
        "UPDATE outbox SET state = 'uncertain', last_error = ?, settled_at = ?"
        " WHERE state IN ('held', 'pending', 'sending')",
        [_reason(rows[0]["backed_up_at"]), to_text(now)],
    )
    backed_up_at = to_instant(rows[0]["backed_up_at"])
    db.execute(
        "UPDATE bulletins SET outdated = outdated + 1 WHERE made_at >= ?",
        [to_text(backed_up_at - EDITED_WITHIN)],
    )
    return backed_up_at


def backed_up_at(db: Database) -> datetime | None:
    """When the backup was made that this database was restored from; None when it never was."""
    rows = select(db, "SELECT backed_up_at FROM restored WHERE noticed_at IS NOT NULL")
    return to_instant(rows[0]["backed_up_at"]) if rows else None


def doubt(db: Database, *, now: datetime) -> str | None:
    """Why what is owed now may have been told before; None when it was not."""
    since = to_text(now - DOUBTFUL_FOR)
    rows = select(db, "SELECT backed_up_at FROM restored WHERE noticed_at > ?", [since])
    return _reason(rows[0]["backed_up_at"]) if rows else None


def _reason(backed_up_at: str) -> str:
    return (
        f"restored from a backup of {backed_up_at[:16].replace('T', ' ')} UTC: perhaps told since"
    )
