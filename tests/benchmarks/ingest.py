"""Items a second through `ingest`, beside sqlite-utils' insert into a plain table with FTS5.

    python -m tests.benchmarks.ingest [--quick]

Ours decides who an item is, which story it tells and who wants it (the default subscription), keeps
its facts, and indexes stemmed words and written forms. sqlite-utils inserts the same items' key, title
and summary, with triggers that index both under FTS5's `porter`. One transaction a batch. "seen again"
is a second time with the same items: nothing changes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlite_utils import Database

from bot.audience import Audience
from bot.ingest import ingest
from feeds.model import Item
from storage.database import open_database, transaction
from tests.benchmarks.measured import machine, options, ratio, spread
from tests.benchmarks.measured import table as print_table
from tests.benchmarks.rulewire_worker import subscribed
from tests.benchmarks.texts import START, Prose, items

BATCHES = (30, 500)
Insert = Callable[[Sequence[Item]], None]
Rates = dict[str, list[float]]


def ours(db: Database, audience: Audience) -> Insert:
    """Everything that a visit to a feed does with its items."""

    def insert(batch: Sequence[Item]) -> None:
        last = batch[-1].event_at or START
        with transaction(db):
            ingest(db, batch, audience=audience, now=last + timedelta(hours=1))

    return insert


def plain_table(db: Database) -> Insert:
    """What sqlite-utils makes of a table with full-text search."""
    db.enable_wal()
    db.execute("PRAGMA synchronous = NORMAL")
    table = db.table("entries")
    table.create({"key": str, "title": str, "summary": str}, pk="key")
    table.enable_fts(["title", "summary"], create_triggers=True, tokenize="porter")

    def insert(batch: Sequence[Item]) -> None:
        rows = ({"key": i.key, "title": i.title, "summary": i.summary} for i in batch)
        table.insert_all(rows, ignore=True)

    return insert


def rates(insert: Insert, made: Sequence[Item], size: int) -> tuple[float, float]:
    """Items a second of CPU time: new, then seen again."""
    found = []
    for _ in range(2):
        start = time.process_time()
        for at in range(0, len(made), size):
            insert(made[at : at + size])
        found.append(len(made) / (time.process_time() - start))
    return found[0], found[1]


def once(folder: Path, made: Sequence[Item], size: int, rates_of: dict[str, Rates]) -> None:
    """Both, each with a database of its own."""
    with open_database(folder / "ours.db") as db:
        with transaction(db):
            audience = subscribed(db)
        mine = rates(ours(db, audience), made, size)
    with Database(folder / "plain.db") as db:
        theirs = rates(plain_table(db), made, size)
    for who, (new, again) in (("ours", mine), ("theirs", theirs)):
        rates_of["new"].setdefault(f"{who}{size}", []).append(new)
        rates_of["seen again"].setdefault(f"{who}{size}", []).append(again)


def main() -> None:
    parser = options(__doc__.partition("\n")[0])
    given = parser.parse_args()
    count, pairs = (120, 1) if given.quick else (6_000, 3)
    made = list(islice(items(Prose(2)), count))
    measured: dict[str, Rates] = {"new": {}, "seen again": {}}
    for _ in range(pairs):
        for size in BATCHES:
            with TemporaryDirectory() as folder:
                once(Path(folder), made, size, measured)
    rows = [
        [
            f"{size} {which}",
            spread(figures[f"ours{size}"], ",.0f"),
            spread(figures[f"theirs{size}"], ",.0f"),
            ratio(figures[f"ours{size}"], figures[f"theirs{size}"], more_is_better=True),
        ]
        for which, figures in measured.items()
        for size in BATCHES
    ]
    size = sum(len(item.title) + len(item.summary) for item in made) // count
    head = ["items at once", "Rulewire items/s", "sqlite-utils items/s", "ratio"]
    print_table(f"Ingest of {count:,} items of {size} characters ({machine()})", head, rows)


if __name__ == "__main__":
    main()
