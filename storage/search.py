"""Search the archive: pages of the entries that a query matches, newest or best first."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlite_utils import Database

from feeds.query import Query
from storage import condition, ranking
from storage.condition import Span
from storage.entries import COLUMNS, Entry, from_row
from storage.matches import newest, newest_id

#: Beyond this many, entries are not counted.
COUNT_CAP = ranking.WHOLE


class Order(StrEnum):
    """Which entries come first."""

    NEWEST = "newest"
    BEST = "best"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where the next page begins. `str` writes it for a button, `read` takes it back."""

    order: Order
    #: Best first: the newest id when the search began, so that what arrives meanwhile shifts no
    #: page. Newest first: 0.
    mark: int
    #: Best first: how many were shown. Otherwise: moment of the last entry shown.
    at: int
    #: Best first, and past the entries that are ranked: the others follow, newest first.
    rest: bool = False

    def __str__(self) -> str:
        return f"{'rest' if self.rest else self.order.value}~{self.mark}~{self.at}"

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """The cursor that `str` wrote; None for anything else."""
        found = re.fullmatch(r"(newest|best|rest)~(\d{1,18})~(\d{1,18})", text, re.ASCII)
        if found is None:
            return None
        order = Order.NEWEST if found[1] == "newest" else Order.BEST
        return cls(order=order, mark=int(found[2]), at=int(found[3]), rest=found[1] == "rest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of the entries found."""

    entries: tuple[Entry, ...]
    #: How many there are in all; `COUNT_CAP` means that many or more.
    total: int
    #: None on the last page.
    next: Cursor | None
    #: Best first, but of more than `COUNT_CAP`: only the newest and those likely to be best
    #: were ranked; the others follow them, newest first.
    bounded: bool = False


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
        order: Best first weighs words by rarity and place (title, summary, full text), and at equal
            merit the newer comes first; a query without words to look for is answered newest first.
        limit: Entries on a page.
        after: `next` of the page before. Its order holds, and following it neither skips nor
            repeats an entry, whatever is remembered meanwhile.
    """
    wanted = condition.spans(query.root if query else None)
    found = newest(db, wanted, limit=COUNT_CAP + 1)
    total = min(len(found), COUNT_CAP)
    leaves = condition.leaves(query.root) if query else []
    if query and leaves and (after.order if after else order) is Order.BEST:
        last = newest_id(db)
        mark = after.mark if after else last
        if mark != last:
            found = newest(db, wanted, limit=COUNT_CAP + 1, mark=mark)
        ranked = ranking.rank(
            db, wanted, leaves, found=found, mark=mark, choice=condition.has_choice(query.root)
        )
        shown, following = _best(db, wanted, ranked, limit=limit, after=after, mark=mark)
        bounded = ranked.floor > 0
    else:
        shown, following = _newest(db, wanted, found, limit, after)
        bounded = False
    return Page(entries=_read(db, shown), total=total, next=following, bounded=bounded)


def _newest(
    db: Database, wanted: Sequence[Span], found: Sequence[int], limit: int, after: Cursor | None
) -> tuple[Sequence[int], Cursor | None]:
    if after:
        found = newest(db, wanted, limit=limit + 1, below=after.at)
    shown = found[:limit]
    if len(found) <= limit:
        return shown, None
    return shown, Cursor(order=Order.NEWEST, mark=0, at=shown[-1])


def _best(
    db: Database,
    wanted: Sequence[Span],
    ranked: ranking.Ranked,
    *,
    limit: int,
    after: Cursor | None,
    mark: int,
) -> tuple[Sequence[int], Cursor | None]:
    at = len(ranked.moments) if after and after.rest else after.at if after else 0
    shown = list(ranked.moments[at : at + limit + 1])
    below = after.at if after and after.rest else ranked.floor
    if below and len(shown) <= limit:
        # Some of what is older was ranked as well, and is passed over.
        beside = {moment for moment in ranked.moments if moment < ranked.floor}
        more = newest(db, wanted, limit=limit + 1 + len(beside), below=below, mark=mark)
        shown += [moment for moment in more if moment not in beside]
    if len(shown) <= limit:
        return shown, None
    shown = shown[:limit]
    if at + limit <= len(ranked.moments):
        return shown, Cursor(order=Order.BEST, mark=mark, at=at + limit)
    return shown, Cursor(order=Order.BEST, mark=mark, at=shown[-1], rest=True)


def _read(db: Database, moments: Sequence[int]) -> tuple[Entry, ...]:
    rows = db.query(
        f"SELECT {COLUMNS}, moment FROM entries WHERE moment IN (SELECT value FROM json_each(?))",  # noqa: S608  the columns are ours
        [json.dumps(list(moments))],
    )
    by_moment = {row["moment"]: from_row(row) for row in rows}
    return tuple(by_moment[moment] for moment in moments)
