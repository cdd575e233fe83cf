"""How many new items a second are matched against stored queries, beside two ways without an index of them.

    python -m tests.benchmarks.match [--quick]

Items come in batches of 500, as after a long outage. Beside `feeds.stored_queries` every query is asked
in turn (of a part of the items, as it is slow), and every query is run over the batch in FTS5 in memory:
over the archive's own index, and over a bare FTS5 table of the same words, merged into one segment. All
must find the same. Normalising (text to words) is needed by every way, and counted separately. Times are
of the processor, so that other work on the machine is not measured.
"""

from __future__ import annotations

import sqlite3
import statistics
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from feeds import matching
from feeds.model import Item
from feeds.prepared import Prepared, prepare
from feeds.query import Query
from feeds.stored_queries import StoredQueries
from storage import condition
from storage.database import open_database, transaction
from storage.search_index import indexing
from tests.benchmarks.measured import machine, options, table
from tests.benchmarks.stored_workload import queries
from tests.benchmarks.texts import Prose, items

COUNTS = (100, 1_000, 10_000, 100_000)
BATCH, ROUNDS = 500, 5
#: A bot runs for months: what it knows of words and of how common features are is known after so many
#: batches. The first of them is told beside the others.
WARM_UP = 6
#: So many queries are asked in turn, in each round; that many divided by the queries are items.
IN_TURN = 200_000

#: For each item of a batch, the numbers of the queries that match.
Found = list[set[int]]


@dataclass(slots=True)
class Times:
    """Seconds an item, a figure for each batch, by what was done."""

    of: dict[str, list[float]] = field(default_factory=dict)

    def take(self, what: str, many: int, do: Callable[[], Found]) -> Found:
        """Do it for so many items, and note how long one took."""
        before = time.process_time()
        found = do()
        self.of.setdefault(what, []).append((time.process_time() - before) / many)
        return found

    def middle(self, *what: str) -> float:
        """The medians, one after the other."""
        return sum(statistics.median(self.of[one]) for one in what)


class Batch:
    """New items."""

    def __init__(self, some: Sequence[Item]) -> None:
        self._items = some
        self._prepared: list[Prepared] = []
        self._columns: list[str] = []
        self._rows: list[tuple[str, ...]] = []
        self._archive = open_database(":memory:").conn

    def normalise(self) -> Found:
        """Take the items apart for the matcher."""
        self._prepared = [prepare(item) for item in self._items]
        return []

    def normalise_for_fts5(self) -> Found:
        """Index the items as the archive does."""
        db = open_database(":memory:")
        db.execute("PRAGMA foreign_keys = OFF")  # the index alone, without entries
        with transaction(db), indexing(db) as index:
            for number, item in enumerate(self._items):
                index.add(number, number, prepare(item))
        cursor = db.execute("SELECT rowid, * FROM entries_fts")
        self._columns = [column[0] for column in cursor.description]
        self._rows = cursor.fetchall()
        return []

    def by_index(self, stored: StoredQueries[int]) -> Found:
        """Ask the stored queries."""
        return [stored.matching(item) for item in self._prepared]

    def in_turn(self, asked: Sequence[Query], many: int) -> Found:
        """Ask every query, of so many of the items."""
        return [
            {number for number, query in enumerate(asked) if matching.match(query, item)}
            for item in self._prepared[:many]
        ]

    def by_fts5(self, expressions: Sequence[str]) -> Found:
        """Run every query over rows in the archive's index."""
        return self._run(self._archive, "entries_fts", expressions)

    def by_bare_fts5(self, expressions: Sequence[str]) -> Found:
        """Run every query over rows in a table that has nothing but them, in one segment."""
        db = sqlite3.connect(":memory:")
        texts = ", ".join(self._columns[1:])
        db.execute(f"CREATE VIRTUAL TABLE bare USING fts5 ({texts}, tokenize = 'ascii')")
        return self._run(db, "bare", expressions)

    def _run(self, db: sqlite3.Connection, name: str, expressions: Sequence[str]) -> Found:
        marks = ", ".join("?" * len(self._columns))
        with db:
            db.executemany(
                f"INSERT INTO {name} ({', '.join(self._columns)}) VALUES ({marks})", self._rows
            )
            if name == "bare":
                db.execute("INSERT INTO bare (bare) VALUES ('optimize')")
        found: Found = [set() for _ in self._rows]
        for number, expression in enumerate(expressions):
            rows = db.execute(f"SELECT rowid FROM {name} WHERE {name} MATCH ?", (expression,))
            for (row,) in rows.fetchall():
                found[row].add(number)
        return found


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found out with one number of queries."""

    queries: int
    times: Times
    #: Seconds an item of the very first batch after storing.
    cold: float
    #: Of an item.
    matches: float
    #: Seconds to add one query.
    adding: float
    megabytes: float


def store(asked: Sequence[Query]) -> tuple[StoredQueries[int], float]:
    """Store all, and tell the seconds for one."""
    stored: StoredQueries[int] = StoredQueries()
    before = time.process_time()
    for number, query in enumerate(asked):
        stored.add(number, query)
    return stored, (time.process_time() - before) / len(asked)


def measure(
    asked: Sequence[Query], before: Sequence[Sequence[Item]], batches: Sequence[Sequence[Item]]
) -> Measured:
    """Match the batches in each way, in another order each time, once the ones before were matched."""
    expressions = [span.expression for query in asked for span in condition.spans(query.root)]
    assert len(expressions) == len(asked), "a query with days is more than one expression"
    stored, adding = store(asked)
    some = max(2, min(len(batches[0]), IN_TURN // len(asked)))
    times, warming = Times(), Times()
    for taken in before:
        warm = Batch(taken)
        warm.normalise()
        warming.take("stored", len(taken), partial(warm.by_index, stored))
    matches = []
    for number, taken in enumerate(batches):
        many, batch = len(taken), Batch(taken)
        times.take("normalising", many, batch.normalise)
        times.take("FTS5 normalising", many, batch.normalise_for_fts5)
        ways: list[tuple[str, int, Callable[[], Found]]] = [
            ("stored", many, partial(batch.by_index, stored)),
            ("in turn", some, partial(batch.in_turn, asked, some)),
            ("FTS5", many, partial(batch.by_fts5, expressions)),
            ("bare FTS5", many, partial(batch.by_bare_fts5, expressions)),
        ]
        found = {
            name: times.take(name, counted, do)
            for name, counted, do in (ways if number % 2 else reversed(ways))
        }
        ours = found["stored"]
        assert ours == found["FTS5"] == found["bare FTS5"], "they found different queries"
        assert ours[:some] == found["in turn"], "they found different queries"
        matches += [len(one) for one in ours]
    cold = warming.of["stored"][0]
    return Measured(len(asked), times, cold, statistics.mean(matches), adding, memory(asked))


def memory(asked: Sequence[Query]) -> float:
    """What storing the queries takes, in megabytes, beside the parsed queries themselves."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    stored, _ = store(asked)
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert len(stored) == len(asked)
    return taken / 1e6


def report(found: Sequence[Measured]) -> None:
    rates, ratios = [], []
    for one in found:
        times, name = one.times, f"{one.queries:,}"
        rates.append(
            [
                name,
                f"{one.matches:.2f}",
                *(
                    f"{1 / times.middle(*what):,.0f}"
                    for what in (
                        ("stored",),
                        ("normalising", "stored"),
                        ("in turn",),
                        ("FTS5",),
                        ("bare FTS5",),
                    )
                ),
                f"{1 / one.cold:,.0f}",
                f"{one.adding * 1e6:.0f}",
                f"{one.megabytes:.1f}",
            ]
        )
        ratios.append(
            [
                name,
                *(
                    f"{times.middle(what) / times.middle('stored'):.1f}x"
                    for what in ("in turn", "FTS5", "bare FTS5")
                ),
                *(
                    f"{times.middle(*what) / times.middle('normalising', 'stored'):.1f}x"
                    for what in (("normalising", "in turn"), ("FTS5 normalising", "FTS5"))
                ),
            ]
        )
    table(
        f"Items a second ({machine()})",
        ["queries", "matches", "stored", "normalised too", "in turn", "FTS5", "bare FTS5", "stored, cold", "us to add", "MB"],
        rates,
    )  # fmt: skip
    table(
        "They take, of our time",
        ["queries", "in turn", "FTS5", "bare FTS5", "in turn, normalised too", "FTS5, normalised too"],
        ratios,
    )  # fmt: skip


def main() -> None:
    parser = options(__doc__.partition("\n")[0])
    counts: tuple[int, ...] = COUNTS
    size, rounds, warm = BATCH, ROUNDS, WARM_UP
    if parser.parse_args().quick:
        counts, size, rounds, warm = (100, 1_000), 20, 1, 1
    asked = list(islice(queries(seed=7), counts[-1]))
    new = items(Prose(1))
    before, batches = ([list(islice(new, size)) for _ in range(many)] for many in (warm, rounds))
    report([measure(asked[:many], before, batches) for many in counts])


if __name__ == "__main__":
    main()
