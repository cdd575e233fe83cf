"""Search the archive: pages of the entries that a query matches, newest or best first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlite_utils import Database

from feeds.query import Query
from feeds.terms import Node, Prefix, Words
from storage import condition, ranking
from storage.condition import Span
from storage.entries import Entry
from storage.matches import newest, newest_id, read
from storage.usage import Usage, measure

#: Beyond this many, entries are not counted; nor far back where counting them takes long.
COUNT_CAP = 300


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
    #: How many there are in all; when they were not `counted`, at least so many.
    total: int
    counted: bool
    #: None on the last page.
    next: Cursor | None
    #: Best first, but of so many that only the newest and those likely to be best were ranked; the
    #: others follow them, newest first.
    bounded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A search under way."""

    wanted: Sequence[Span]
    usage: Usage
    #: Entries with a higher id are left out.
    mark: int
    #: The newest matches, so far as they are counted.
    found: Sequence[int]
    #: Before this moment none was looked for; 0 when all were found.
    end: int


def search(
    db: Database,
    query: Query | None,
    *,
    order: Order = Order.NEWEST,
    limit: int = 5,
    after: Cursor | None = None,
    reach: int = ranking.WALK,
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
        reach: Entries are counted as far back as the words have about so many uses, as to put
            words together takes time. The same for all pages.
    """
    root = query.root if query else None
    leaves = condition.leaves(root)[: ranking.WEIGHED] if root else []
    best = bool(leaves) and (after.order if after else order) is Order.BEST
    mark = after.mark if best and after else newest_id(db)
    asked = _ask(db, root, leaves, mark=mark, reach=reach)
    bounded = False
    if root and best:
        shown, following, bounded = _best(db, asked, root, limit, after)
    else:
        shown, following = _newest(db, asked, limit, after)
    return Page(
        entries=tuple(read(db, shown)),
        total=max(min(len(asked.found), COUNT_CAP), len(shown)),
        counted=not asked.end or not (after or following),
        next=following,
        bounded=bounded,
    )


def _ask(
    db: Database, root: Node | None, leaves: Sequence[Words | Prefix], *, mark: int, reach: int
) -> _Asked:
    wanted = condition.spans(root)
    usage = measure(db, leaves, mark)
    since = usage.since(reach, wanted[0].high) if wanted else 0
    found = newest(db, wanted, limit=COUNT_CAP + 1, since=since, mark=mark)
    end = found[-1] if len(found) > COUNT_CAP else since
    return _Asked(wanted=wanted, usage=usage, mark=mark, found=found, end=end)


def _newest(
    db: Database, asked: _Asked, limit: int, after: Cursor | None
) -> tuple[list[int], Cursor | None]:
    shown = [] if after else list(asked.found[: limit + 1])
    below = after.at if after else asked.end
    if below and len(shown) <= limit:
        shown += newest(db, asked.wanted, limit=limit + 1 - len(shown), below=below)
    if len(shown) <= limit:
        return shown, None
    return shown[:limit], Cursor(order=Order.NEWEST, mark=0, at=shown[limit - 1])


def _best(
    db: Database, asked: _Asked, root: Node, limit: int, after: Cursor | None
) -> tuple[list[int], Cursor | None, bool]:
    """Those chosen for ranking in their order, then the others, newest first."""
    mark = asked.mark
    chosen = ranking.choose(
        db, asked.wanted, root, asked.usage, found=asked.found, end=asked.end, mark=mark
    )
    many, floor = len(chosen.moments), chosen.floor
    at = many if after and after.rest else after.at if after else 0
    ranked = ranking.ordered(db, chosen.moments, root, asked.usage) if at < many else []
    shown = ranked[at : at + limit + 1]
    below = after.at if after and after.rest else floor
    if below and len(shown) <= limit:
        # Some of what is older was ranked as well, and is passed over.
        beside = {moment for moment in chosen.moments if moment < floor}
        wide = limit + 1 - len(shown) + len(beside)
        more = newest(db, asked.wanted, limit=wide, below=below, mark=mark)
        shown += [moment for moment in more if moment not in beside]
    if len(shown) <= limit:
        return shown, None, floor > 0
    shown = shown[:limit]
    if at + limit <= many:
        return shown, Cursor(order=Order.BEST, mark=mark, at=at + limit), floor > 0
    return shown, Cursor(order=Order.BEST, mark=mark, at=shown[-1], rest=True), floor > 0
