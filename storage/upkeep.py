"""Keep the database well: back up, let go of what only a while is good for, tidy."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from storage import once, restored, threads


def back_up(db: Database, target: Path, *, now: datetime) -> None:
    """Copy the whole database to a file while it is in use (sqlite.org/backup.html).

    The file appears under its name only once it is complete, readable by its owner only. It says of
    itself that it is a backup, so that a bot which runs from it knows that it has missed something.

    Raises:
        FileExistsError: the target exists; a backup never overwrites.
        OSError: the target cannot be written.
    """
    if db.conn.in_transaction:
        message = "a backup would wait for ever for the transaction it is called in"
        raise RuntimeError(message)
    if target.exists():
        raise FileExistsError(f"{target} exists; a backup never overwrites, name another file")
    unfinished = target.with_name(target.name + ".unfinished")
    os.close(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
    with closing(sqlite3.connect(unfinished)) as copy:
        db.conn.backup(copy, pages=1_000)
        with copy:
            restored.stamp(Database(copy), now=now)
    unfinished.replace(target)


def prune(db: Database, *, now: datetime) -> None:
    """Let go of what nothing reads any more, in a transaction: each table says how long it is read."""
    once.prune(db, now=now)
    threads.prune(db, now=now)


def tidy(db: Database) -> None:
    """Let SQLite refresh its statistics and fold the write-ahead log into the file."""
    db.execute("PRAGMA optimize").fetchall()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
