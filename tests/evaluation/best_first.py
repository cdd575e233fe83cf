"""Does "best first", which ranks a bounded part of many matches, show what ranking all would?

    python -m tests.evaluation.best_first WORLD

For words that many entries of a world folder hold, by themselves and together: how many of the first
ten are also the first ten when every match is ranked by the same merit, and how many are among the
first ten of FTS5's own bm25 with the same weights.
"""

from __future__ import annotations

import argparse
import random
import statistics
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from feeds import query
from feeds.query import Query
from feeds.words import written
from storage import condition, entries, ranking
from storage.database import open_database, transaction
from storage.matches import newest, newest_id
from storage.search import Order, search
from storage.usage import measure
from tests.evaluation.world import cases

FIRST = 10
_UNDATED = datetime(2020, 6, 18, tzinfo=UTC)
#: Queries of each kind.
EACH = 60
#: Of so many of the commonest words, some are held together by many entries.
_USUAL = 120
_TYPED = (
    "huawei", "standards", "huawei standards", '"entity list"', "export OR import", "semiconductor*",
    "license exception", '"technology standards"', "china OR huawei OR zte", "telecommunications equipment",
    "rule source:register", "safety type:rule",
)  # fmt: skip


def fill(db: Database, world: Path) -> Counter[str]:
    """Remember everything in the world as last seen; how many entries hold each word."""
    held: Counter[str] = Counter()
    with transaction(db):
        for case in cases(world):
            last = case.sightings[-1]
            entries.remember(db, last, now=last.event_at or _UNDATED)
            held.update({*written(last.title), *written(last.summary)})
    return held


def queries(db: Database, held: Counter[str]) -> dict[str, list[str]]:
    """Queries of each kind, of words that more entries hold than are ranked."""
    # Not the seed whose queries the limits of `ranking` were tuned on.
    rng = random.Random(101)
    many = [
        word for word, n in held.items() if n > ranking.WHOLE and word.isalpha() and len(word) > 3
    ]
    some = [word for word, n in held.items() if 20 < n <= ranking.WHOLE and word.isalpha()]
    many.sort()
    some.sort()
    pairs = [rng.sample(many, 2) for _ in range(EACH)]
    mixed = [(rng.choice(many), rng.choice(some)) for _ in range(EACH)]
    usual = sorted(many, key=held.__getitem__)[-_USUAL:]
    return {
        "as people type them": list(_TYPED),
        "one common word": rng.sample(many, min(EACH, len(many))),
        "two common words": [" ".join(pair) for pair in pairs],
        "two of many matches": _of_many_matches(db, usual, 2, rng),
        "three of many matches": _of_many_matches(db, usual, 3, rng),
        "common OR rarer": [" OR ".join(pair) for pair in mixed],
        "common OR common": [" OR ".join(pair) for pair in pairs],
    }


def _of_many_matches(db: Database, words: list[str], size: int, rng: random.Random) -> list[str]:
    """Of words that entries hold together so often that only some of the matches are ranked."""
    found: dict[str, None] = {}
    while len(found) < EACH:
        text = " ".join(rng.sample(words, size))
        if search(db, query.parse(text), order=Order.BEST).bounded:
            found[text] = None
    return list(found)


def all_ranked(db: Database, asked: Query) -> list[int]:
    """The first ids when every match is ranked."""
    wanted = condition.spans(asked.root)
    usage = measure(db, condition.leaves(asked.root)[: ranking.WEIGHED], newest_id(db))
    found = newest(db, wanted, limit=1_000_000)
    return _ids(db, ranking.ordered(db, found, asked.root, usage)[:FIRST])


def by_bm25(db: Database, asked: Query) -> list[int]:
    """The first ids by FTS5's bm25 with the weights that ours has."""
    (span,) = condition.spans(asked.root)
    rows = db.execute(
        "SELECT rowid FROM entries_fts WHERE entries_fts MATCH ?"
        " ORDER BY bm25(entries_fts, 10.0, 3.0, 0.0, 0.0, 1.0), rowid DESC LIMIT ?",
        [span.expression, FIRST],
    )
    return _ids(db, [row[0] for row in rows.fetchall()])


def _ids(db: Database, moments: list[int]) -> list[int]:
    ids = (db.execute("SELECT id FROM entries WHERE moment = ?", [m]).fetchone() for m in moments)
    return [int(found[0]) for found in ids]


def overlap(db: Database, texts: list[str], full: Callable[[Database, Query], list[int]]) -> float:
    """The mean share of the first ten that are first in the full ranking too."""
    shares = []
    for text in texts:
        asked = query.parse(text)
        ours = {e.id for e in search(db, asked, order=Order.BEST, limit=FIRST).entries}
        theirs = full(db, asked)
        if theirs:
            shares.append(len(ours.intersection(theirs)) / len(theirs))
    return statistics.mean(shares) if shares else 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("world", type=Path)
    given = parser.parse_args()
    with open_database(":memory:") as db:
        held = fill(db, given.world)
        print(
            f"{entries.count(db):,} entries; of more than {ranking.WHOLE} matches some are ranked\n"
        )
        print(f"{'first ten in common with':22} {'all ranked':>12} {'bm25':>8} {'bounded':>9}")
        for kind, texts in queries(db, held).items():
            full = overlap(db, texts, all_ranked)
            bm25 = overlap(db, texts, by_bm25)
            bounded = sum(search(db, query.parse(t), order=Order.BEST).bounded for t in texts)
            print(f"{kind:24} {full:12.3f} {bm25:8.3f} {bounded:4} of {len(texts)}")


if __name__ == "__main__":
    main()
