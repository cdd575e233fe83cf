"""Who waits for whom at the database."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.storage_thread import Storage
from storage import entries, polls
from storage.errors import DatabaseError
from tests.factories import NOW, make_item


async def test_a_question_passes_the_feeds_that_wait_to_be_kept(storage: Storage) -> None:
    order: list[str] = []

    def note(_db: Database, what: str) -> None:
        order.append(what)

    async with asyncio.TaskGroup() as group:
        for number in range(3):
            group.create_task(storage.run_long(note, f"feed {number}"))
        group.create_task(storage.run(note, "question"))

    assert order == ["feed 0", "question", "feed 1", "feed 2"]


async def test_reading_sees_what_was_kept_and_waits_for_no_writer(
    storage: Storage, tmp_path: Path
) -> None:
    await storage.run(entries.remember, make_item(), now=NOW)

    with closing(sqlite3.connect(tmp_path / "rulewire.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        assert await storage.read(entries.count) == 1


async def test_what_reads_cannot_write(storage: Storage) -> None:
    with pytest.raises(DatabaseError, match="read-only"):
        await storage.read(polls.beat, now=NOW)


async def test_a_database_in_memory_is_read_where_it_is() -> None:
    storage = Storage(":memory:")
    await storage.open()
    await storage.run(entries.remember, make_item(), now=NOW)

    assert await storage.read(entries.count) == 1

    await storage.close()
