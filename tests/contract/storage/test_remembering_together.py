"""Items that come together are kept as if one after the other, at a flat cost."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlite_utils import Database

from feeds.model import Item
from storage import entries
from storage.database import open_database, transaction
from storage.entries import Change
from tests.factories import HEADLINE_WORDS, NOW, make_document, make_filing, make_item, make_press


def kept(db: Database) -> dict[str, list[Any]]:
    """All that remembering writes."""
    return {
        table: db.execute(f"SELECT * FROM {table}").fetchall()
        for table in ("entries", "entries_fts", "entry_facts", "stories", "joins")
    }


def sightings(chance: random.Random) -> list[Item]:
    """Of a few things, each sighted more than once, in no order of time."""
    made = []
    for _ in range(25):
        number, copy = chance.randrange(6), chance.randrange(3)
        drawn = random.Random(number)
        title = " ".join(drawn.sample(HEADLINE_WORDS, 5))
        at = NOW - timedelta(hours=chance.choice((number, number, 30)))
        page = f"https://news.example/{number}"
        press = make_press(
            key=f"news:{page}/{copy}", url=page, title=title, summary=f"told {number}", event_at=at
        )
        document = make_document(number=f"2020-{number:05}", rins=(f"0694-AI{number:02}",))
        printed = make_item(key=f"fr:{document.number}", title=title.upper(), document=document)
        made.append(
            chance.choice(
                (
                    press,
                    make_press(key=press.key, url=page, title=title, summary=f"{number}, edited"),
                    make_press(key=f"{press.key}/other", feed="other-news", title=title),
                    printed,
                    make_filing() if number == 1 else printed,
                    make_item(key=printed.key, title=title, evidence=("Kirin",), document=document),
                )
            )
        )
    return made


def remembered_singly(items: Sequence[Item]) -> tuple[list[Change], dict[str, list[Any]]]:
    with open_database(":memory:") as db, transaction(db):
        changes = [entries.remember(db, item, now=NOW).change for item in items]
        return changes, kept(db)


@pytest.mark.parametrize("seed", range(20))
def test_together_or_one_by_one_the_same_is_kept(db: Database, seed: int) -> None:
    items = sightings(random.Random(seed))

    with transaction(db):
        found = entries.remember_all(db, items, now=NOW)

    changes, alone = remembered_singly(items)
    assert [each.change for each in found] == changes
    assert {*changes} > {Change.NEW, Change.SEEN}
    assert kept(db) == alone


@pytest.mark.parametrize("seed", range(5))
def test_only_what_is_new_is_kept_of_it(db: Database, seed: int) -> None:
    chance = random.Random(seed)
    known, items = sightings(chance)[:5], sightings(chance)

    with transaction(db):
        entries.remember_all(db, known, now=NOW)
        found = entries.remember_new(db, items, now=NOW)

    new = [item for item, each in zip(items, found, strict=True) if each]
    assert {each.change for each in found if each} == {Change.NEW}
    assert kept(db) == remembered_after(known, new)
    assert all(entries.remember(db, item, now=NOW).change is not Change.NEW for item in items)


def remembered_after(known: Sequence[Item], new: Sequence[Item]) -> dict[str, list[Any]]:
    with open_database(":memory:") as db, transaction(db):
        for item in (*known, *new):
            entries.remember(db, item, now=NOW)
        return kept(db)


def test_what_comes_together_newest_first_is_one_piece_of_the_index(db: Database) -> None:
    items = [
        make_press(
            key=f"news:{hour}", url="", title=f"{word} {hour}", event_at=NOW - timedelta(hours=hour)
        )
        for hour, word in enumerate(HEADLINE_WORDS)
    ]

    with transaction(db):
        entries.remember_all(db, items, now=NOW)

    assert db.execute("SELECT count(DISTINCT segid) FROM entries_fts_idx").fetchone()[0] == 1


def steps(db: Database, item: Item) -> int:
    """How much SQLite does to remember an item: its virtual machine's instructions."""
    taken = 0

    def count() -> int:
        nonlocal taken
        taken += 1
        return 0

    with transaction(db):
        db.conn.set_progress_handler(count, 1)
        entries.remember(db, item, now=NOW)
        db.conn.set_progress_handler(None, 0)
    return taken


def test_an_item_costs_no_more_when_its_feed_has_brought_hundreds(db: Database) -> None:
    items = [
        make_press(key=f"news:{number}", url=f"https://news.example/{number}", title=f"No {number}")
        for number in range(302)
    ]
    with transaction(db):
        entries.remember(db, items[0], now=NOW)
    alone = steps(db, items[1])

    with transaction(db):
        entries.remember_all(db, items[2:301], now=NOW)

    assert steps(db, items[301]) < 2 * alone
