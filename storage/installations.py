"""Which workspaces installed the app, with their sealed tokens; and the installs that were begun."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from storage import workspaces
from storage.database import select, to_instant, to_text

#: Whoever asks Slack for the next token has so long, then another may.
RENEWING = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """One workspace, or one organisation, that installed the app."""

    #: What its addresses begin with: "T…" or "E…".
    workspace: str
    #: As its people call it.
    name: str
    #: Its tokens; empty once it has ended.
    sealed: str = field(repr=False)
    #: When its token ends; None for one that does not.
    expires_at: datetime | None
    #: Slack's id of the person.
    installed_by: str
    installed_at: datetime
    ended_at: datetime | None = None
    ended_reason: str | None = None


def put(db: Database, new: Installation) -> int:
    """Keep an installation, the first or a later one; returns how many subscriptions it woke."""
    db.execute(
        "INSERT OR REPLACE INTO installations"
        " (workspace, name, sealed, expires_at, installed_by, installed_at) VALUES (?, ?, ?, ?, ?, ?)",
        [
            new.workspace,
            new.name,
            new.sealed,
            to_text(new.expires_at) if new.expires_at else None,
            new.installed_by,
            to_text(new.installed_at),
        ],
    )
    return workspaces.wake(db, new.workspace)


def get(db: Database, workspace: str) -> Installation | None:
    """An installation, also one that has ended."""
    rows = select(db, "SELECT * FROM installations WHERE workspace = ?", [workspace])
    return next(map(_from_row, rows), None)


def every(db: Database) -> list[Installation]:
    """All of them, also those that have ended, first installed first."""
    rows = select(db, "SELECT * FROM installations ORDER BY installed_at, workspace")
    return [_from_row(row) for row in rows]


def end(db: Database, workspace: str, *, reason: str, now: datetime) -> bool:
    """Its token is of no use any more: it is thrown away, and nothing is owed there.

    False when there is none, or it has ended before.
    """
    done = db.execute(
        "UPDATE installations SET sealed = '', expires_at = NULL, ended_at = ?, ended_reason = ?"
        " WHERE workspace = ? AND ended_at IS NULL",
        [to_text(now), reason, workspace],
    )
    if done.rowcount:
        workspaces.stop(db, workspace, reason=reason, now=now)
    return done.rowcount > 0


def begin_renewal(db: Database, before: Installation, *, now: datetime) -> bool:
    """Whether the caller is the one who asks for the next token; `renew` ends it.

    False, too, when the tokens are others than the caller has read: each is renewed once.
    """
    done = db.execute(
        "UPDATE installations SET renewing_until = ?"
        " WHERE workspace = ? AND sealed = ? AND ended_at IS NULL"
        " AND (renewing_until IS NULL OR renewing_until <= ? OR renewing_until > ?)",
        [
            to_text(now + RENEWING),
            before.workspace,
            before.sealed,
            to_text(now),
            to_text(now + RENEWING),  # by a clock that has gone back since
        ],
    )
    return done.rowcount > 0


def renew(db: Database, before: Installation, *, sealed: str, expires_at: datetime) -> bool:
    """The next token; False when the app was installed anew, or removed, meanwhile."""
    done = db.execute(
        "UPDATE installations SET sealed = ?, expires_at = ?, renewing_until = NULL"
        " WHERE workspace = ? AND installed_at = ? AND ended_at IS NULL",
        [sealed, to_text(expires_at), before.workspace, to_text(before.installed_at)],
    )
    return done.rowcount > 0


def expire(db: Database, workspace: str, *, now: datetime) -> None:
    """A token that can be renewed has ended, whatever was foreseen."""
    db.execute(
        "UPDATE installations SET expires_at = ? WHERE workspace = ? AND expires_at IS NOT NULL",
        [to_text(now), workspace],
    )


def reseal(db: Database, before: Installation, sealed: str) -> None:
    """The same tokens under another key."""
    db.execute(
        "UPDATE installations SET sealed = ? WHERE workspace = ? AND sealed = ?",
        [sealed, before.workspace, before.sealed],
    )


def begin_install(db: Database, state: str, *, expires_at: datetime, now: datetime) -> None:
    """Somebody was sent to Slack with this state."""
    db.execute("DELETE FROM install_states WHERE expires_at <= ?", [to_text(now)])
    db.execute(
        "INSERT INTO install_states (state, expires_at) VALUES (?, ?)",
        [_hash(state), to_text(expires_at)],
    )


def come_back(db: Database, state: str, *, now: datetime) -> bool:
    """Whether somebody was sent with this state of late; once for each."""
    done = db.execute(
        "DELETE FROM install_states WHERE state = ? AND expires_at > ?",
        [_hash(state), to_text(now)],
    )
    return done.rowcount > 0


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def _from_row(row: Mapping[str, Any]) -> Installation:
    return Installation(
        workspace=row["workspace"],
        name=row["name"],
        sealed=row["sealed"],
        expires_at=to_instant(row["expires_at"]) if row["expires_at"] else None,
        installed_by=row["installed_by"],
        installed_at=to_instant(row["installed_at"]),
        ended_at=to_instant(row["ended_at"]) if row["ended_at"] else None,
        ended_reason=row["ended_reason"],
    )
