"""How long a search of a large archive takes, beside FTS5 as people set it up, and tantivy.

    python -m tests.benchmarks.search [--entries 1000000] [--keep FOLDER] [--quick]

Ours gives a page of 20 whole entries, how many there are in all (counted up to 300), and where the
next page begins. FTS5 gives 20 rowids by `ORDER BY rank` or by time, facts joined from a table;
tantivy gives 20 addresses. Queries of a kind differ in their words, which are drawn by how many entries
hold them. Times are of the processor, so that other work on the machine is not measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlite_utils import Database

from bot.ingest import archive
from feeds import query
from feeds.model import Item
from feeds.query import Query
from storage import entries
from storage.database import open_database, transaction
from storage.search import COUNT_CAP, Order, search
from tests.benchmarks import search_peers as peers
from tests.benchmarks.measured import machine, options, percentile, ratio, table
from tests.benchmarks.texts import START, WORDS, Prose, items

#: Ranks in the vocabulary: from a word in nearly every entry, over one in a third of them, to one in a
#: few.
STOP, COMMON, MIDDLING = range(24), range(45, 90), range(600, 1_000)
RARE = range(WORDS // 6, WORDS // 5)
LIMIT = 20
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Case:
    """One question in the words of each engine; empty where an engine cannot be asked."""

    ours: str
    fts5: str = ""
    tantivy: str = ""
    #: What FTS5's joined table has to hold.
    where: str = ""


def kinds(prose: Prose, many: int) -> dict[str, list[Case]]:
    """Questions of each kind."""

    def some(ranks: range) -> list[str]:
        words = [prose.vocabulary[rank] for rank in ranks]
        return prose.random.sample([word for word in words if len(word) > 3] or words, many)

    stop = [prose.vocabulary[rank] for rank in prose.random.choices(STOP, k=many)]
    common, middling, rare = some(COMMON), some(MIDDLING), some(RARE)
    pairs = list(zip(common, middling, strict=True))
    said = [prose.words(2) for _ in range(many)]
    return {
        "rare word": [Case(a, f'"{a}"', a) for a in rare],
        "middling word": [Case(a, f'"{a}"', a) for a in middling],
        "common word": [Case(a, f'"{a}"', a) for a in common],
        "stopword": [Case(f'"{a}"', f'"{a}"', f'"{a}"') for a in stop],
        "two words": [Case(f"{a} {b}", f'"{a}" "{b}"', f"+{a} +{b}") for a, b in pairs],
        "two common words": [
            Case(f"{a} {b}", f'"{a}" "{b}"', f"+{a} +{b}")
            for a, b in zip(common, common[1:] + common[:1], strict=True)
        ],
        "phrase": [_phrase("of", a) for a in middling],
        "phrase of common words": [_phrase("the", a) for a in common],
        "any two words side by side": [_phrase(a, b) for a, b in said],
        "NEAR": [
            Case(f"{a} NEAR/10 {b}", f'NEAR("{a}" "{b}", 10)', f'"{a} {b}"~10') for a, b in pairs
        ],
        "OR of three": [
            Case(f"{a} OR {b} OR {c}", f'"{a}" OR "{b}" OR "{c}"', f"{a} {b} {c}")
            for a, b, c in zip(rare, middling, common, strict=True)
        ],
        "prefix of three": [Case(f"{a[:3]}*", f'"{a[:3]}" *') for a in middling],
        "prefix of four": [Case(f"{a[:4]}*", f'"{a[:4]}" *') for a in middling],
        "title: word": [Case(f"title:{a}", f'title : "{a}"', f"title:{a}") for a in common],
        "without a word": [Case(f"{b} -{a}", f'"{b}" NOT "{a}"', f"+{b} -{a}") for a, b in pairs],
        "rare publisher, type:": [
            Case(f"publisher:wire-{300 + n} -type:rule", "", "", f"publisher = 'Wire {300 + n}'")
            for n in range(many)
        ],
        "agency: type: alone": [
            Case(
                "agency:fcc type:rule",
                where="agency = 'federal-communications-commission' AND type = 'rule'",
            )
        ]
        * many,
        "word, agency:": [
            Case(f"{a} agency:bis", f'"{a}"', where="agency = 'industry-and-security-bureau'")
            for a in common
        ],
        "word, publisher:": [
            Case(f"{a} publisher:wire-20", f'"{a}"', where="publisher = 'Wire 20'") for a in common
        ],
        "word, after: before:": [
            Case(
                f"{a} after:2018-01-01 before:2018-03-01",
                f'"{a}"',
                where="day >= '2018-01-01' AND day < '2018-03-01'",
            )
            for a in common
        ],
        "word, cfr range, after:": [Case(f"{a} cfr:15/730-774 after:2018-01-01") for a in middling],
    }


def _phrase(first: str, second: str) -> Case:
    text = f'"{first} {second}"'
    return Case(text, text, text)


def spread(made: Item, number: int, prose: Prose) -> Item:
    """An entry every five minutes, and press of four hundred publications, few of them big."""
    moment = START + timedelta(minutes=5 * number)
    if made.document:
        return replace(made, event_at=moment.replace(hour=10, minute=0))
    big = int(400 ** prose.random.random()) - 1
    return replace(made, event_at=moment, publisher=f"Wire {big}")


def fill(db: Database, prose: Prose, count: int) -> None:
    """Let the archive hold so many entries, remembered as `backfill` does."""
    made = (spread(item, number, prose) for number, item in enumerate(items(prose)))
    for start in range(0, count, BATCH):
        with transaction(db):
            archive(db, islice(made, min(BATCH, count - start)), now=START)


def timed(calls: Sequence[Callable[[], object]], repeats: int) -> list[float]:
    """Milliseconds of CPU of each call, all in turn; a first round warms the cache, so nothing waits."""
    for call in calls:
        call()
    taken = []
    for _ in range(repeats):
        for call in calls:
            start = time.process_time()
            call()
            taken.append((time.process_time() - start) * 1_000)
    return taken


def later(db: Database, asked: Query, order: Order) -> Callable[[], object]:
    """The tenth page, or the last before it."""
    page = search(db, asked, order=order, limit=LIMIT)
    after = None
    for _ in range(9):
        if page.next is None:
            break
        after = page.next
        page = search(db, asked, order=order, limit=LIMIT, after=after)
    return partial(search, db, asked, order=order, limit=LIMIT, after=after)


def row(
    db: Database, plain: Any, tantivy: Any | None, *, kind: str, cases: Sequence[Case], repeats: int
) -> list[str]:
    """One line of the table."""
    asked = [query.parse(case.ours, topics={}) for case in cases]
    ours = {
        order: timed([partial(search, db, q, order=order, limit=LIMIT) for q in asked], repeats)
        for order in Order
    }
    tenth = timed([later(db, q, Order.BEST) for q in asked], repeats)
    peer = {}
    for ranked in (False, True):
        calls = [
            peers.fts5_call(plain, case.fts5, case.where, ranked=ranked, limit=LIMIT)
            for case in cases
            if case.fts5 or case.where
        ]
        peer[ranked] = timed(calls, 1)
    theirs = [case.tantivy for case in cases if case.tantivy and tantivy]
    other = timed(
        [peers.tantivy_call(tantivy, t, ranked=True, limit=LIMIT) for t in theirs], repeats
    )
    by_time = timed(
        [peers.tantivy_call(tantivy, t, ranked=False, limit=LIMIT) for t in theirs], repeats
    )
    totals = sorted(search(db, q).total for q in asked)
    figures = (ours[Order.NEWEST], peer[False], by_time, ours[Order.BEST], tenth, peer[True], other)
    return [
        kind,
        f"{totals[len(totals) // 2]:,}",
        *map(_two, figures),
        ratio(ours[Order.BEST], peer[True]) if peer[True] else "",
    ]


def _two(taken: Sequence[float]) -> str:
    return f"{percentile(taken, 0.5):.2f} / {percentile(taken, 0.99):.2f}" if taken else ""


def main() -> None:
    parser = options(__doc__.partition("\n")[0])
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="a folder whose archive is used again")
    given = parser.parse_args()
    count, many, repeats = (300, 2, 1) if given.quick else (given.entries, 20, 3)
    prose = Prose(3)
    with TemporaryDirectory() as passing:
        folder = given.keep or Path(passing)
        with open_database(folder / "archive.db") as db:
            if not entries.count(db):
                fill(db, prose, count)
            with closing(peers.fts5(db, folder / "fts5.db")) as plain:
                tantivy = peers.tantivy_index(db, folder / "tantivy")
                rows = [
                    row(db, plain, tantivy, kind=kind, cases=cases, repeats=repeats)
                    for kind, cases in kinds(prose, many).items()
                ]
            held = entries.count(db)
        sizes = {
            path.name: sum(f.stat().st_size for f in [path, *path.rglob("*")] if f.is_file())
            for path in sorted(folder.iterdir())
        }
    table(
        f"Search of {held:,} entries, ms of CPU, p50 / p99 ({machine()})",
        [
            *("kind", f"found (to {COUNT_CAP})", "newest", "FTS5 by rowid", "tantivy by time"),
            *("best", "best, page 10", "FTS5 by rank", "tantivy by score", "best to rank"),
        ],
        rows,
    )
    print(", ".join(f"{name} {size / 1e6:,.0f} MB" for name, size in sizes.items()))


if __name__ == "__main__":
    main()
