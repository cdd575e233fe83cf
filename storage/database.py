"""Open the database: pragmas, application id, migrations; refuse what is not ours or is newer."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from storage.errors import DatabaseError
from storage.migrations import migrations
from storage.watch import watch

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
            _create(name)
        with ExitStack() as unless_it_opens:
            # Recursive triggers and plugins are sqlite-utils' defaults; this schema uses neither.
            db = Database(name, recursive_triggers=False, execute_plugins=False)
            unless_it_opens.callback(db.close)
            _check_ours(db, name)
            _set_up(db)
            watch(db)
            unless_it_opens.pop_all()
    except sqlite3.DatabaseError as error:
        raise _failure(name, error) or DatabaseError(name, f"cannot be opened: {error}") from error
    except OSError as error:
        raise DatabaseError(name, f"cannot be opened: {error}") from error
    return db


def open_reader(path: Path | str) -> Database:
    """A second connection to a file that `open_database` has opened: it cannot write.

    It sees what was committed when its transaction began, and waits for no writer
    (sqlite.org/wal.html, "Concurrency").
    """
    db = Database(str(path), recursive_triggers=False, execute_plugins=False)
    db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    db.execute("PRAGMA query_only = ON")
    return db


def _create(name: str) -> None:
    """Make the file its owner's before SQLite makes it everybody's."""
    # One that exists is left alone: closing it would end the locks that this process has on it
    # (sqlite.org/howtocorrupt.html, 2.2).
    with suppress(FileExistsError):
        os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _check_ours(db: Database, name: str) -> None:
    # In this order, because another process that makes the file marks it before it fills it.
    empty = not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    found = db.execute("PRAGMA application_id").fetchone()[0]
    if found != APPLICATION_ID and not (found == 0 and empty):
        raise DatabaseError(
            name, "is not a Rulewire database; set RULEWIRE_DATABASE to another path"
        )
    with Database(memory=True) as nothing:
        known = {migration.name for migration in migrations.pending(nothing)}
    unknown = sorted({applied.name for applied in migrations.applied(db)} - known)
    if unknown:
        raise DatabaseError(
            name,
            f"was written by a newer Rulewire (it has {unknown[0]}); upgrade, or restore a backup",
        )


def _set_up(db: Database) -> None:
    db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    # In WAL mode a crash loses no commit so; a power cut may.
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA foreign_keys = ON")
    # A file that is up to date is only read here, so that it opens while another process writes.
    give_up = time.monotonic() + BUSY_TIMEOUT_MS / 1_000
    while migrations.pending(db) or db.journal_mode == "delete":
        try:
            db.enable_wal()
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            _migrate(db)
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > give_up:
                raise
            time.sleep(0.05)  # another process, started at the same time, is at it


def _migrate(db: Database) -> None:
    """Bring the schema up to date in one piece: which migrations are due is read behind the lock."""
    db.execute("BEGIN IMMEDIATE")
    try:
        migrations.apply(db)
        db.commit()
    except BaseException:
        db.rollback()
        raise


@contextmanager
def transaction(db: Database, *, reads: bool = False) -> Iterator[Database]:
    """All or nothing. Takes the write lock at once, so a reader never fails half-way to a write.

    Args:
        db: In no transaction.
        reads: Nothing is written, so no lock is taken.

    Raises:
        DatabaseError: the file is locked by another process for longer than `BUSY_TIMEOUT_MS`, the
            disk is full, or the like; nothing is kept, and the next transaction may work.
    """
    try:
        db.execute("BEGIN" if reads else "BEGIN IMMEDIATE")
        try:
            yield db
            db.commit()
        except BaseException:
            db.rollback()  # a commit that fails may leave the transaction open
            raise
    except sqlite3.DatabaseError as error:
        failure = _failure(_path(db), error)
        if failure is None:
            raise
        raise failure from error


#: What is no bug of ours (sqlite.org/rescode.html): in our words, and whether it passes by itself.
_FAILURES = {
    sqlite3.SQLITE_BUSY: ("is busy: another process is writing to it", True),
    sqlite3.SQLITE_FULL: ("cannot be written: the disk is full", True),
    sqlite3.SQLITE_IOERR: ("cannot be read or written: the disk fails", False),
    sqlite3.SQLITE_READONLY: ("cannot be written: it is read-only", False),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", False),
    sqlite3.SQLITE_CORRUPT: ("is damaged; restore a backup", False),
    sqlite3.SQLITE_NOTADB: ("cannot be opened: it is not a database", False),
}


def _failure(path: str, error: sqlite3.DatabaseError) -> DatabaseError | None:
    """The error as ours; None when it is a bug's."""
    # The low byte is the kind of failure, the rest its details.
    known = _FAILURES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    return DatabaseError(path, f"{known[0]} ({error})", passing=known[1]) if known else None


def _path(db: Database) -> str:
    return str(db.execute("PRAGMA database_list").fetchone()[2]) or ":memory:"


def to_text(instant: datetime) -> str:
    """UTC, fixed width, so that text order is time order: "2020-06-18T10:00:00.000Z"."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_instant(text: str) -> datetime:
    """Read back what `to_text` wrote."""
    return datetime.fromisoformat(text)


def select(
    db: Database, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()
) -> list[dict[str, Any]]:
    """What a SELECT finds, each row by its columns' names.

    Beside writes this is much cheaper than `db.query`, which opens a savepoint for each call: at a
    savepoint FTS5 writes out all that it has gathered in the transaction (ext/fts5/fts5_main.c,
    fts5SavepointMethod).
    """
    found = db.execute(sql, parameters)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found]


def stream(
    db: Database, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()
) -> Iterator[dict[str, Any]]:
    """As `select`, one row at a time: however many there are, they are not held together.

    All are as they were when the first was read, whatever another connection writes meanwhile
    (sqlite.org/isolation.html).
    """
    found = db.execute(sql, parameters)
    names = [column[0] for column in found.description]
    for row in found:
        yield dict(zip(names, row, strict=True))
