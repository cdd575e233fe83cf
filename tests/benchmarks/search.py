"""How long a search of a large archive takes, beside a bare FTS5 `ORDER BY rank LIMIT 20`.

    python -m tests.benchmarks.search [--quick]

Ours gives a page of 20 whole entries, how many there are in all (counted up to 1,000), and where the
next page begins. The bare statement gives 20 rowids of the same index by FTS5's own rank. Queries of
a kind differ in their words, which are drawn by how many entries hold them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlite_utils import Database

from bot.ingest import archive
from feeds import query
from feeds.query import Query
from storage import condition
from storage.database import open_database, transaction
from storage.search import Order, search
from tests.benchmarks.measured import machine, options, percentile, ratio, table
from tests.benchmarks.texts import START, WORDS, Prose, items

#: Ranks in the vocabulary: from a word in a third of all entries to one in a few.
COMMON, MIDDLING, RARE = range(45, 90), range(600, 1_000), range(WORDS // 6, WORDS // 5)
LIMIT = 20
BATCH = 1_000


def kinds(prose: Prose, many: int) -> dict[str, list[str]]:
    """Queries of each kind."""

    def some(ranks: range) -> list[str]:
        return [prose.vocabulary[rank] for rank in prose.random.sample(ranks, many)]

    common, middling, rare = some(COMMON), some(MIDDLING), some(RARE)
    return {
        "rare word": rare,
        "middling word": middling,
        "common word": common,
        "two words": [f"{a} {b}" for a, b in zip(common, middling, strict=True)],
        "phrase": [f'"of {a}"' for a in middling],
        "phrase of common words": [f'"the {a}"' for a in common],
        "OR of three": [
            f"{a} OR {b} OR {c}" for a, b, c in zip(rare, middling, common, strict=True)
        ],
        "prefix": [f"{a[:4]}*" for a in middling],
        "title: word": [f"title:{a}" for a in common],
        "word, agency:": [f"{a} agency:bis" for a in common],
        "word, cfr:, after:": [f"{a} cfr:15/744 after:2020-01-01" for a in middling],
        "agency: type: alone": ["agency:fcc type:rule"] * many,
    }


def fill(db: Database, prose: Prose, count: int) -> None:
    """Let the archive hold so many entries, remembered as `backfill` does."""
    made = items(prose)
    for start in range(0, count, BATCH):
        with transaction(db):
            archive(db, islice(made, min(BATCH, count - start)), now=START)


def bare(db: Database, asked: Query) -> Callable[[], object] | None:
    """FTS5 by itself, asked the same; None for a query that is not text alone."""
    expression = condition.fts(asked.root)
    sql = "SELECT rowid FROM entries_fts WHERE entries_fts MATCH ? ORDER BY rank LIMIT ?"
    return (lambda: db.execute(sql, [expression, LIMIT]).fetchall()) if expression else None


def timed(calls: Sequence[Callable[[], object]], repeats: int) -> list[float]:
    """Milliseconds of each call, all of them in turn; a first round warms the cache."""
    for call in calls:
        call()
    taken = []
    for _ in range(repeats):
        for call in calls:
            start = time.perf_counter()
            call()
            taken.append((time.perf_counter() - start) * 1_000)
    return taken


def row(db: Database, kind: str, texts: Sequence[str], repeats: int) -> list[str]:
    """One line of the table."""
    asked = [query.parse(text, topics={}) for text in texts]
    newest = timed(
        [lambda q=q: search(db, q, order=Order.NEWEST, limit=LIMIT) for q in asked],  # type: ignore[misc]  # a default binds it
        repeats,
    )
    best = timed(
        [lambda q=q: search(db, q, order=Order.BEST, limit=LIMIT) for q in asked],  # type: ignore[misc]  # as above
        repeats,
    )
    theirs = timed([call for q in asked if (call := bare(db, q))], repeats)
    totals = sorted(search(db, q).total for q in asked)
    return [
        kind,
        f"{totals[len(totals) // 2]:,}",
        *(_two(taken) for taken in (newest, best, theirs)),
        ratio(newest, theirs) if theirs else "",
        ratio(best, theirs) if theirs else "",
    ]


def _two(taken: Sequence[float]) -> str:
    return f"{percentile(taken, 0.5):.2f} / {percentile(taken, 0.99):.2f}" if taken else ""


def main() -> None:
    parser = options(__doc__.partition("\n")[0])
    parser.add_argument("--entries", type=int, default=100_000)
    given = parser.parse_args()
    count, many, repeats = (300, 2, 1) if given.quick else (given.entries, 20, 5)
    prose = Prose(3)
    with TemporaryDirectory() as folder, open_database(Path(folder) / "archive.db") as db:
        start = time.perf_counter()
        fill(db, prose, count)
        filled = time.perf_counter() - start
        rows = [row(db, kind, texts, repeats) for kind, texts in kinds(prose, many).items()]
    head = ["kind", "found (to 1,000)", "newest ms", "best ms", "bare FTS5 ms", "newest", "best"]
    table(
        f"Search of {count:,} entries, p50 / p99, then how many times faster ({machine()})",
        head,
        rows,
    )
    print(f"The archive was filled in {filled:.0f} s.")


if __name__ == "__main__":
    main()
