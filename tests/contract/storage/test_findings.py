"""Every way in which a database can be ill is found, and told with what to do."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage import entries, findings
from storage.database import open_database, transaction
from storage.errors import DatabaseError
from tests.factories import NOW, make_item, make_press

ME, PLENTY = os.geteuid(), 10**12


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with two entries, closed."""
    path = tmp_path / "rulewire.db"
    with open_database(path) as db, transaction(db):
        entries.remember(db, make_item(), now=NOW)
        entries.remember(db, make_press(), now=NOW)
    return path


def test_a_sound_database_has_none_and_looking_changes_nothing(path: Path) -> None:
    with open_database(path) as db:
        before = list(db.iterdump())
        found = findings.of_database(db) + findings.of_files(path, user=ME, free=PLENTY)
        after = list(db.iterdump())

    assert found == []
    assert before == after


def row_to_nowhere(db: Database) -> None:
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute("DELETE FROM stories")


def index_without_an_entry(db: Database) -> None:
    db.execute("DELETE FROM entries_fts WHERE rowid = (SELECT min(moment) FROM entries)")


def index_with_one_too_many(db: Database) -> None:
    db.execute("INSERT INTO entries_fts (rowid, title) VALUES (1, 'stray')")


def index_that_is_damaged(db: Database) -> None:
    db.execute("UPDATE entries_fts_data SET block = x'00ff' WHERE id > 10")


def nothing_can_be_written(db: Database) -> None:
    db.execute("PRAGMA query_only = ON")


def held_by_another(db: Database) -> None:
    db.execute("PRAGMA busy_timeout = 0")
    other = open_database(db.execute("PRAGMA database_list").fetchone()[2])
    other.execute("BEGIN IMMEDIATE")
    _HELD.append(other)


_HELD: list[Database] = []


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (row_to_nowhere, "points to a missing stories; stop the bot and restore a backup"),
        (index_without_an_entry, "lacks 1 entries and has 0 too many"),
        (index_with_one_too_many, "lacks 0 entries and has 1 too many"),
        (index_that_is_damaged, "the search index is damaged; stop the bot and restore a backup"),
        (nothing_can_be_written, "cannot be written: attempt to write a readonly database"),
        (held_by_another, "cannot be written: database is locked"),
    ],
)
def test_what_is_wrong_inside_is_found(
    path: Path, harm: Callable[[Database], None], said: str
) -> None:
    with open_database(path) as db:
        harm(db)
        found = findings.of_database(db)
        for other in _HELD:
            other.close()
        _HELD.clear()

    assert said in "\n".join(found)


def test_overwritten_pages_are_found(path: Path) -> None:
    with open_database(path) as db:
        size = db.execute("PRAGMA page_size").fetchone()[0]
        root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'outbox'").fetchone()[0]
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[(root - 1) * size : root * size] = b"\x2a" * size
    path.write_bytes(content)

    with open_database(path) as db:
        found = findings.of_database(db)

    assert found[0].startswith("the database is damaged: ")
    assert "restore a backup" in found[0]


def test_a_file_cut_short_is_found(path: Path) -> None:
    with open_database(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path.write_bytes(path.read_bytes()[:50_000])

    def look() -> list[str]:
        with open_database(path) as db:
            return findings.of_database(db)

    try:
        found = "\n".join(look())
    except DatabaseError as error:
        found = str(error)
    assert "damaged" in found


def test_a_newer_schema_says_to_upgrade(path: Path) -> None:
    with open_database(path) as db:
        db.execute("UPDATE _sqlite_migrations SET name = 'm999_later' WHERE id = 1")

    with pytest.raises(DatabaseError, match=r"newer Rulewire .*upgrade, or restore a backup"):
        open_database(path)


@pytest.mark.parametrize("end", ["", "-wal", "-shm"])
def test_a_file_that_others_can_read_is_found(path: Path, end: str) -> None:
    with open_database(path) as db:
        db.execute("UPDATE lease SET beat = 3")
        other = path.with_name(path.name + end)
        other.chmod(0o640)
        found = findings.of_files(path, user=ME, free=PLENTY)

    assert found == [f"{other} can be read by others; run: chmod 600 {other}"]


def test_a_file_of_another_user_is_found(path: Path) -> None:
    found = findings.of_files(path, user=ME + 1, free=PLENTY)

    assert found == [f"{path} belongs to another user (id {ME}); run: chown {ME + 1} {path}"]


def test_a_disk_that_is_nearly_full_is_found(path: Path) -> None:
    (found,) = findings.of_files(path, user=ME, free=findings.LEAST_FREE - 1)

    assert "has 199 MB left; make room for 200 MB" in found


def test_a_log_that_is_not_folded_is_found(path: Path) -> None:
    log = path.with_name(path.name + "-wal")
    log.touch(mode=0o600)
    os.truncate(log, findings.LONG_LOG + 1)

    (found,) = findings.of_files(path, user=ME, free=PLENTY)

    assert "has grown to 64 MB" in found
