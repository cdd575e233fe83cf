"""Open the database: pragmas, application id, migrations; refuse what is not ours or is newer."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from storage.errors import DatabaseError
from storage.migrations import migrations

#: "RLWR" in SQLite's header (sqlite.org/pragma.html#pragma_application_id), so that `file` and we know it.
APPLICATION_ID = 0x524C5752
BUSY_TIMEOUT_MS = 5_000


def open_database(path: Path | str) -> Database:
    """Open or create the database and bring its schema up to date.

    A new file is readable by its owner only. The connection belongs to the calling thread.

    Args:
        path: A file, or ":memory:".

    Raises:
        DatabaseError: not a database, another program's, damaged, unreachable, or written by a
            newer Rulewire.
    """
    name = str(path)
    try:
        if name != ":memory:":
            os.close(os.open(name, os.O_CREAT | os.O_RDWR, 0o600))
        # Recursive triggers and plugins are sqlite-utils' defaults; this schema uses neither.
        db = Database(name, recursive_triggers=False, execute_plugins=False)
        _check_ours(db, name)
        _set_up(db)
    except (sqlite3.DatabaseError, OSError) as error:
        raise DatabaseError(name, f"cannot be opened: {error}") from error
    return db


def _check_ours(db: Database, name: str) -> None:
    found = db.execute("PRAGMA application_id").fetchone()[0]
    empty = not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if found != APPLICATION_ID and not (found == 0 and empty):
        raise DatabaseError(
            name, "is not a Rulewire database; set RULEWIRE_DATABASE to another path"
        )
    known = {migration.name for migration in migrations.pending(Database(memory=True))}
    unknown = sorted({applied.name for applied in migrations.applied(db)} - known)
    if unknown:
        raise DatabaseError(
            name,
            f"was written by a newer Rulewire (it has {unknown[0]}); upgrade, or restore a backup",
        )


def _set_up(db: Database) -> None:
    db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    db.enable_wal()
    db.execute(
        "PRAGMA synchronous = NORMAL"
    )  # in WAL mode a crash loses no commit, a power cut may
    db.execute("PRAGMA foreign_keys = ON")
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.apply(db)


@contextmanager
def transaction(db: Database) -> Iterator[Database]:
    """All or nothing. Takes the write lock at once, so a reader never fails half-way to a write."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
    except BaseException:
        db.rollback()
        raise
    db.commit()


def to_text(instant: datetime) -> str:
    """UTC, fixed width, so that text order is time order: "2020-06-18T10:00:00.000Z"."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_instant(text: str) -> datetime:
    """Read back what `to_text` wrote."""
    return datetime.fromisoformat(text)
