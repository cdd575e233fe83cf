"""storage/heads.py, storage/feed_history.py: how SQLite tells what is held back as a flood."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlite_utils import Database

from storage import entries, feed_history, heads
from storage.database import transaction
from storage.entries import Entry
from tests.factories import NOW, make_press

ASKED: dict[str, Callable[[Database, Entry], object]] = {
    "head": lambda db, entry: heads.head(db, entry.story_id),
    "press": lambda db, entry: heads.press_of(db, entry.story_id),
    "copy": heads.is_copy,
    "story": lambda db, entry: feed_history.known_stories(db, [entry.id]),
    "feed": lambda db, entry: feed_history.of_feed(
        db, entry.item.feed, but=[], baselined_at=None, limit=10
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_was_ever_held_back_is_not_read_to_tell_of_one_entry(db: Database, name: str) -> None:
    with transaction(db):
        entry = entries.remember(db, make_press(), now=NOW).entry
    asked: list[str] = []

    with db.tracer(lambda sql, _: asked.append(sql)):
        ASKED[name](db, entry)

    looked = [sql for sql in asked if "withheld" in sql]
    assert looked
    for sql in looked:
        values = dict.fromkeys(("ids", "first")) if ":ids" in sql else [None] * sql.count("?")
        plan = [row[3] for row in db.conn.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
        assert not [step for step in plan if step.startswith("SCAN flood_entries")]
