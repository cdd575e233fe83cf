"""The full text of documents: which are still to be read, and what was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from feeds.preamble import REACH
from storage.database import select, to_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A text to be read."""

    entry_id: int
    url: str
    #: Failed visits so far.
    attempts: int
    #: For the archive only: what it shows is told to nobody.
    silent: bool


def want(db: Database, entry_id: int, url: str, *, silent: bool, now: datetime) -> None:
    """Have a text read, at once; nothing to do when the one at this address is held or awaited."""
    db.execute(
        """
        INSERT INTO texts (entry_id, url, silent, due_at) VALUES (:entry, :url, :silent, :now)
        ON CONFLICT (entry_id) DO UPDATE
            SET url = :url, silent = :silent, due_at = :now, attempts = 0, last_error = NULL
            WHERE url <> :url
        """,
        {"entry": entry_id, "url": url, "silent": int(silent), "now": to_text(now)},
    )


def awaited(db: Database, entry_id: int) -> bool:
    """Whether an entry's text is to be read now, and was not tried yet."""
    query = "SELECT 1 FROM texts WHERE entry_id = ? AND due_at IS NOT NULL AND attempts = 0"
    return db.execute(query, [entry_id]).fetchone() is not None


#: An alert that is owed waits for the text.
_ALERT_WAITS = (
    "EXISTS (SELECT 1 FROM events JOIN outbox ON outbox.event_id = events.id"
    " WHERE events.entry_id = texts.entry_id AND outbox.state = 'pending')"
)


def alerts_wait(db: Database, *, now: datetime) -> bool:
    """Whether an alert waits for a text that is to be read now."""
    query = f"SELECT EXISTS (SELECT 1 FROM texts WHERE due_at <= ? AND {_ALERT_WAITS})"  # noqa: S608  ours
    return bool(db.execute(query, [to_text(now)]).fetchone()[0])


def due(db: Database, *, now: datetime, limit: int) -> list[Wanted]:
    """Texts to be read now: first those that an alert waits for, then those that may be told.

    Of these the longest waiting first.
    """
    rows = select(
        db,
        "SELECT entry_id, url, attempts, silent FROM texts WHERE due_at <= ?"  # noqa: S608  ours
        f" ORDER BY {_ALERT_WAITS} DESC, silent, due_at LIMIT ?",
        [to_text(now), limit],
    )
    return [
        Wanted(
            entry_id=row["entry_id"],
            url=row["url"],
            attempts=row["attempts"],
            silent=bool(row["silent"]),
        )
        for row in rows
    ]


def keep(db: Database, entry_id: int, body: str, *, now: datetime) -> None:
    """The text was read. Belongs in the transaction that indexes it."""
    db.execute(
        "UPDATE texts SET body = ?, read_at = ?, due_at = NULL, last_error = NULL"
        " WHERE entry_id = ?",
        [body, to_text(now), entry_id],
    )


def fail(db: Database, entry_id: int, *, reason: str, due_at: datetime | None) -> None:
    """The text could not be read; try again then, or never with None."""
    db.execute(
        "UPDATE texts SET attempts = attempts + 1, last_error = ?, due_at = ? WHERE entry_id = ?",
        [reason, to_text(due_at) if due_at else None, entry_id],
    )


def body(db: Database, entry_id: int) -> str:
    """What was read of an entry's text; empty when nothing was."""
    row = db.execute("SELECT body FROM texts WHERE entry_id = ?", [entry_id]).fetchone()
    return str(row[0]) if row and row[0] else ""


def preamble(db: Database, entry_id: int) -> str:
    """The beginning of an entry's text, as far as a preamble reaches; empty when none was read."""
    row = db.execute(
        "SELECT substr(body, 1, ?) FROM texts WHERE entry_id = ?", [REACH, entry_id]
    ).fetchone()
    return str(row[0]) if row and row[0] else ""
