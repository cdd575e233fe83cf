"""What opening, migrating, backing up and checking promise."""

from __future__ import annotations

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from feeds import query
from feeds.terms import Words
from storage import condition, entries, findings, search, search_index, upkeep
from storage.database import APPLICATION_ID, open_database, transaction
from storage.errors import DatabaseError
from storage.migrations import migrations
from tests.factories import NOW, make_item


def test_a_new_database_is_its_owners_and_carries_our_mark(tmp_path: Path) -> None:
    path = tmp_path / "rulewire.db"

    with open_database(path) as db:
        application_id = db.execute("PRAGMA application_id").fetchone()[0]
        journal = db.execute("PRAGMA journal_mode").fetchone()[0]

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (application_id, journal) == (APPLICATION_ID, "wal")


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE theirs (id)")
        other.commit()

    with pytest.raises(DatabaseError, match="not a Rulewire database"):
        open_database(path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are notes, not a database\n" * 100)

    with pytest.raises(DatabaseError, match="cannot be opened"):
        open_database(path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="missing"):
        open_database(tmp_path / "missing" / "rulewire.db")


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rulewire.db"
    with open_database(path) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('rulewire', 'm999_from_the_future', '')"
        )

    with pytest.raises(DatabaseError, match="newer Rulewire"):
        open_database(path)


def _names() -> list[str]:
    with Database(memory=True) as nothing:
        return [migration.name for migration in migrations.pending(nothing)]


@pytest.mark.parametrize("stop", _names())
def test_every_earlier_schema_arrives_at_the_same_one(tmp_path: Path, stop: str) -> None:
    old = Database(tmp_path / "old.db")
    old.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.apply(old, stop_before=stop)
    old.close()

    with open_database(tmp_path / "old.db") as upgraded, open_database(":memory:") as fresh:
        assert upgraded.schema == fresh.schema


def test_every_table_of_ours_is_strict(db: Database) -> None:
    rows = db.query(
        "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
    )
    loose = {row["name"] for row in rows if not row["strict"]}

    assert {name for name in loose if not name.startswith(("sqlite_", "_sqlite_"))} == set()


def test_a_failed_transaction_leaves_nothing(db: Database) -> None:
    def fail() -> None:
        with transaction(db):
            entries.remember(db, make_item(), now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert entries.count(db) == 0


def test_a_commit_that_fails_leaves_nothing_and_the_next_transaction_works(db: Database) -> None:
    def orphan() -> None:
        with transaction(db):
            db.execute("PRAGMA defer_foreign_keys = ON")
            db.execute("INSERT INTO entry_facts (field, value, entry_id) VALUES ('a', 'b', 99)")

    with pytest.raises(sqlite3.IntegrityError):
        orphan()

    with transaction(db):
        entries.remember(db, make_item(), now=NOW)
    assert entries.count(db) == 1
    assert findings.of_database(db) == []


def test_a_full_disk_is_named_and_the_next_transaction_works(db: Database) -> None:
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages}")

    def fill() -> None:
        with transaction(db):
            entries.remember(db, make_item(summary="standards " * 10_000), now=NOW)

    with pytest.raises(DatabaseError, match="the disk is full") as caught:
        fill()

    db.execute("PRAGMA max_page_count = 100000")
    with transaction(db):
        entries.remember(db, make_item(), now=NOW)
    assert caught.value.passing
    assert entries.count(db) == 1


def test_a_file_that_another_process_writes_to_is_busy_and_opens_all_the_same(
    tmp_path: Path,
) -> None:
    path = tmp_path / "rulewire.db"
    open_database(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with open_database(path) as db:
            db.execute("PRAGMA busy_timeout = 0")
            with pytest.raises(DatabaseError, match="is busy") as caught, transaction(db):
                pass

    assert caught.value.passing


def test_processes_that_open_a_new_file_at_once_all_get_the_whole_schema(tmp_path: Path) -> None:
    path = tmp_path / "rulewire.db"

    def tables(_: int) -> str:
        with open_database(path) as opened:
            return str(opened.schema)

    with ThreadPoolExecutor(4) as threads, open_database(":memory:") as fresh:
        assert set(threads.map(tables, range(4))) == {fresh.schema}


@pytest.mark.parametrize("attempt", range(12))
def test_processes_that_open_an_older_file_at_once_upgrade_it_once(
    tmp_path: Path, attempt: int
) -> None:
    path = tmp_path / f"{attempt}.db"
    with closing(Database(path)) as older:
        older.enable_wal()
        older.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrations.apply(older, stop_before="m024_floods_in_the_ledger")
        older.execute(
            "INSERT INTO floods (feed, title, reason, origin, state, known, told, began_at, grew_at,"
            " channel) VALUES ('one', 'One', 'old', '', 'held', 0, 0, '2026', '2026', 'C1')"
        )
        older.commit()

    def lines(_: int) -> int:
        with closing(open_database(path)) as opened:
            return int(opened.execute("SELECT count(*) FROM ledger").fetchone()[0])

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(lines, range(8))) == {1}


def test_an_upgrade_that_fails_leaves_the_older_schema_whole(tmp_path: Path) -> None:
    path = tmp_path / "older.db"
    with closing(Database(path)) as older:
        migrations.apply(older, stop_before="m022_home")
        older.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        older.execute("CREATE TABLE feedback (in_the_way TEXT)")  # m023 makes one, after m022
        older.commit()
        before = older.schema

    with pytest.raises(DatabaseError, match="already exists"):
        open_database(path)

    with closing(Database(path)) as after:
        assert after.schema == before


def test_a_backup_made_while_in_use_holds_everything(db: Database, tmp_path: Path) -> None:
    with transaction(db):
        kept = entries.remember(db, make_item(), now=NOW).entry
    target = tmp_path / "copy.db"

    upkeep.back_up(db, target, now=NOW)

    with open_database(target) as copy:
        assert entries.get(copy, kept.id) == kept
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_backup_inside_a_transaction_is_refused_rather_than_waited_for(
    db: Database, tmp_path: Path
) -> None:
    with transaction(db), pytest.raises(RuntimeError, match="for ever"):
        upkeep.back_up(db, tmp_path / "copy.db", now=NOW)


def test_a_backup_never_overwrites(db: Database, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("precious")

    with pytest.raises(FileExistsError):
        upkeep.back_up(db, target, now=NOW)

    assert target.read_text() == "precious"


def test_what_an_older_index_holds_is_found_by_title_and_fact(tmp_path: Path) -> None:
    old = Database(tmp_path / "old.db")
    old.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.apply(old, stop_before="m011_worth_in_the_index")
    with transaction(old):
        entry = entries.remember(old, make_item(title="Huawei rules"), now=NOW).entry
    fact = search_index.fact_token("source", "register").lstrip("§")
    old.execute(
        "UPDATE entries_fts SET title = ' huawei  rule  rules¹  ²huawei  ²rule  ²rules¹ ', facts = ?",
        [f"§every §{fact}"],
    )
    old.close()

    with open_database(tmp_path / "old.db") as upgraded:
        asked = query.parse("title:huawei source:register")
        page = search.search(upgraded, asked, order=search.Order.BEST)
        worth = upgraded.execute(
            "SELECT count(*) FROM entries_fts WHERE entries_fts MATCH ?",
            [condition.worth(Words(("huawei",)), 17)],
        ).fetchone()[0]

    assert [found.id for found in page.entries] == [entry.id]
    assert worth == 1
