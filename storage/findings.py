"""What is wrong with the database and its files, each with what to do about it."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

from sqlite_utils import Database

#: Less room than this beside the database is too little to go on for long (bytes).
LEAST_FREE = 200_000_000
#: A write-ahead log that has grown so far is not folded into the file any more (bytes).
LONG_LOG = 64_000_000
_RESTORE = "stop the bot and restore a backup (docs/operations.md)"
#: Lines of one kind that are told.
_MOST = 5


def of_files(database: Path, *, user: int, free: int) -> list[str]:
    """What is wrong with the files: who owns and reads them, how long the log is, how much room is left.

    Args:
        database: The file of an open database.
        user: The id of whoever runs us.
        free: Bytes that are left beside it.
    """
    found = []
    files = [database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))]
    for path in (path for path in files if path.exists()):
        facts = path.stat()
        if facts.st_uid != user:
            found.append(
                f"{path} belongs to another user (id {facts.st_uid}); run: chown {user} {path}"
            )
        if stat.S_IMODE(facts.st_mode) & 0o077:
            found.append(f"{path} can be read by others; run: chmod 600 {path}")
    log = files[1]
    if log.exists() and (length := log.stat().st_size) > LONG_LOG:
        found.append(
            f"{log} has grown to {length // 1_000_000} MB: something reads the database without end;"
            " stop what does, and start the bot anew"
        )
    if free < max(LEAST_FREE, database.stat().st_size):
        found.append(
            f"the disk of {database} has {free // 1_000_000} MB left; make room for"
            f" {max(LEAST_FREE, database.stat().st_size) // 1_000_000} MB"
        )
    return found


def of_database(db: Database) -> list[str]:
    """What is wrong inside: damage, rows that point nowhere, an index that differs, no writing.

    Takes time in proportion to the file. Changes nothing.
    """
    found = [f"the database is damaged: {each}; {_RESTORE}" for each in _integrity(db)[:_MOST]]
    if found:  # then the rest cannot be relied on
        return found
    broken = db.execute("PRAGMA foreign_key_check").fetchall()
    found += [
        f"{row[0]} row {row[1]} points to a missing {row[2]}; {_RESTORE}" for row in broken[:_MOST]
    ]
    if len(broken) > _MOST:
        found.append(f"{len(broken) - _MOST} more rows point to what is missing")
    return [*found, *_writing(db), *_search_index(db)]


def _integrity(db: Database) -> list[str]:
    try:
        said = [str(row[0]) for row in db.execute("PRAGMA integrity_check").fetchall()]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [each for each in said if each != "ok"]


def _writing(db: Database) -> list[str]:
    """Whether a row can be written; it is taken back."""
    try:
        db.execute("BEGIN IMMEDIATE")
        try:
            db.execute("INSERT OR REPLACE INTO heartbeat (id, at) VALUES (1, '')")
        finally:
            db.rollback()
    except sqlite3.OperationalError as error:
        mend = "mend the file's owner, mode or disk, or stop what holds it"
        return [f"the database cannot be written: {error}; {mend}"]
    return []


def _search_index(db: Database) -> list[str]:
    """Whether the search index is sound, and has each entry (sqlite.org/fts5.html, 6.3)."""
    damaged = f"the search index is damaged; {_RESTORE}"
    try:
        db.execute("BEGIN")
        try:
            db.execute("INSERT INTO entries_fts (entries_fts) VALUES ('integrity-check')")
        finally:
            db.rollback()
        row = db.execute(
            "SELECT (SELECT count(*) FROM entries WHERE moment NOT IN (SELECT rowid FROM entries_fts)),"
            " (SELECT count(*) FROM entries_fts WHERE rowid NOT IN (SELECT moment FROM entries))"
        ).fetchone()
    except sqlite3.OperationalError:
        return []  # told already: it cannot be written
    except sqlite3.DatabaseError:
        return [damaged]
    if not any(row):
        return []
    return [f"the search index lacks {row[0]} entries and has {row[1]} too many; {_RESTORE}"]
