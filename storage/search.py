"""Search the archive: pages of the entries that a query matches, newest or best first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from feeds.query import Query
from storage import condition
from storage.condition import Sql
from storage.entries import COLUMNS, Entry, from_row

#: Beyond this many, entries are not counted.
COUNT_CAP = 1_000
#: What a word weighs in the title, the summary and the full-text evidence (FTS5's bm25).
_WEIGHTS = "10.0, 3.0, 1.0"
#: As the index entries_newest has it.
_MOMENT = "coalesce(event_at, first_seen_at)"


class Order(StrEnum):
    """Which entries come first."""

    NEWEST = "newest"
    BEST = "best"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where the next page begins. `str` writes it for a button, `read` takes it back."""

    order: Order
    #: Newest first: moment of the last entry shown. Best first: the newest id when the search
    #: began, so that what arrives meanwhile shifts no page.
    mark: str
    #: Newest first: id of the last entry shown. Best first: how many were shown.
    at: int

    def __str__(self) -> str:
        return f"{self.order.value}~{self.mark}~{self.at}"

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """The cursor that `str` wrote; None for anything else."""
        found = re.fullmatch(r"(newest~[0-9T:.Z-]{1,40}|best~\d{1,18})~(\d{1,18})", text, re.ASCII)
        if found is None:
            return None
        order, _, mark = found[1].partition("~")
        return cls(order=Order(order), mark=mark, at=int(found[2]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of the entries found."""

    entries: tuple[Entry, ...]
    #: How many there are in all; `COUNT_CAP` means that many or more.
    total: int
    #: None on the last page.
    next: Cursor | None


def search(
    db: Database,
    query: Query | None,
    *,
    order: Order = Order.NEWEST,
    limit: int = 5,
    after: Cursor | None = None,
) -> Page:
    """Find what a query matches, exactly as `feeds.matching.match` does.

    Args:
        db: Only read.
        query: None finds everything.
        order: Best first weighs words by rarity and place (title, summary, full text); a query
            without words to look for is answered newest first.
        limit: Entries on a page.
        after: `next` of the page before. Its order holds, and following it neither skips nor
            repeats an entry, whatever is remembered meanwhile.
    """
    wanted = condition.of(query.root) if query else condition.EVERYTHING
    ranking = condition.ranking(query.root) if query else ""
    if ranking and (after.order if after else order) is Order.BEST:
        rows, following = _best(db, wanted, ranking, limit, after)
    else:
        rows, following = _newest(db, wanted, limit, after)
    return Page(
        entries=tuple(from_row(row) for row in rows[:limit]),
        total=_count(db, wanted),
        next=following if len(rows) > limit else None,
    )


def _newest(
    db: Database, wanted: Sql, limit: int, after: Cursor | None
) -> tuple[list[dict[str, Any]], Cursor | None]:
    older = f"AND ({_MOMENT}, entries.id) < (?, ?)" if after else ""
    rows = list(
        db.query(
            f"SELECT {COLUMNS}, {_MOMENT} AS moment FROM entries WHERE {wanted.text} {older}"  # noqa: S608  values are bound
            f" ORDER BY {_MOMENT} DESC, entries.id DESC LIMIT ?",
            [*wanted.values, *((after.mark, after.at) if after else ()), limit + 1],
        )
    )
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows, Cursor(order=Order.NEWEST, mark=last["moment"], at=last["id"])


def _best(
    db: Database, wanted: Sql, ranking: str, limit: int, after: Cursor | None
) -> tuple[list[dict[str, Any]], Cursor | None]:
    newest = int(after.mark) if after else _newest_id(db)
    shown = after.at if after else 0
    rows = db.query(
        "WITH ranked AS MATERIALIZED ("  # noqa: S608  values are bound
        f" SELECT rowid AS id, bm25(entries_fts, {_WEIGHTS}) AS score"
        " FROM entries_fts WHERE entries_fts MATCH ?)"
        f" SELECT {COLUMNS} FROM entries LEFT JOIN ranked ON ranked.id = entries.id"
        f" WHERE {wanted.text} AND entries.id <= ?"
        f" ORDER BY score IS NULL, score, {_MOMENT} DESC, entries.id DESC LIMIT ? OFFSET ?",
        [ranking, *wanted.values, newest, limit + 1, shown],
    )
    return list(rows), Cursor(order=Order.BEST, mark=str(newest), at=shown + limit)


def _newest_id(db: Database) -> int:
    return int(db.execute("SELECT coalesce(max(id), 0) FROM entries").fetchone()[0])


def _count(db: Database, wanted: Sql) -> int:
    sql = f"SELECT count(*) FROM (SELECT 1 FROM entries WHERE {wanted.text} LIMIT {COUNT_CAP})"  # noqa: S608  values are bound
    return int(db.execute(sql, wanted.values).fetchone()[0])
