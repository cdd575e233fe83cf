"""Best first: what an entry says of the words asked for, weighed by rarity and place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from feeds.terms import Node, Prefix, Words
from storage import condition, merit
from storage.condition import Span, all_of, any_of
from storage.matches import newest
from storage.search_index import WORTH
from storage.usage import Usage

#: So many matches are all ranked. Of more, so many that are likely to be best are, and at least so
#: many of the newest.
WHOLE, LIKELY, NEWEST = 250, 120, 40
#: So many of the words asked for are weighed; a topic may ask for hundreds.
WEIGHED = 24
#: How far back matches are looked for: so many uses of the words; and of the words in entries that
#: they are worth much in.
WALK, _FAR = 60_000, 200_000
#: Each way of being likely may fill half of what is wanted yet, and at least so many.
_LEAST = 20
#: Of words any of which is enough, so many may be looked for in one entry, and so many in pairs; those
#: that weigh less than half of the rarest are not.
_TOGETHER, _PAIRED = 4, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Matches that are ranked."""

    moments: list[int]
    #: All matches from this moment on are among them; 0 when all matches are.
    floor: int


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A word that is asked for: what stands for it in the tokens of a text, and its weight."""

    plain: bytes
    #: In those of a title.
    spaced: bytes
    in_title: bool
    weight: float


def choose(
    db: Database,
    wanted: Sequence[Span],
    root: Node,
    usage: Usage,
    *,
    found: Sequence[int],
    end: int,
    mark: int,
) -> Chosen:
    """Which matches are ranked: all when they are few, else the newest and the likely.

    Args:
        db: Only read.
        wanted: What matches.
        root: The same, as it was asked.
        usage: Of the words asked for.
        found: The newest matches.
        end: Before this moment none was looked for; 0 when all were found.
        mark: Entries with a higher id are left out, so that the choice stays as it was.
    """
    if not end and len(found) <= WHOLE:
        return Chosen(moments=list(found), floor=0)
    likely = _likely(db, wanted, root, usage=usage, mark=mark)
    newest_ones = found[: NEWEST + max(LIKELY - len(likely), 0)]
    floor = newest_ones[-1] if len(newest_ones) < len(found) else end
    return Chosen(moments=list(dict.fromkeys([*newest_ones, *likely])), floor=floor)


def ordered(db: Database, moments: Sequence[int], root: Node, usage: Usage) -> list[int]:
    """The matches by merit, and by time at equal merit."""
    leaves = condition.leaves(root)[:WEIGHED]
    weighed = [_weighed(leaf, usage.rarity(leaf)) for leaf in leaves]
    merits = sorted(_merits(db, moments, weighed), reverse=True)
    return [moment for _, moment in merits]


def _likely(
    db: Database, wanted: Sequence[Span], root: Node, *, usage: Usage, mark: int
) -> list[int]:
    """Matches that are likely to be best."""
    plain = condition.is_plain(root) and len(condition.leaves(root)) <= WEIGHED
    found: dict[int, None] = {}
    for expression, reach in _ways(root, usage, plain=plain):
        if len(found) >= LIKELY:
            break
        some = condition.narrowed(
            wanted, expression, alone=plain, since=usage.since(reach, wanted[0].high)
        )
        limit = max((LIKELY - len(found)) // 2, _LEAST)
        found.update(dict.fromkeys(newest(db, some, limit=limit, mark=mark)))
    return list(found)


def _ways(root: Node, usage: Usage, *, plain: bool) -> Iterator[tuple[str, int]]:
    """What the best matches are likely to have, the likeliest first, and how far back to look for it.

    With `plain`, whatever has it matches.
    """
    choice = condition.has_choice(root)
    leaves = sorted(condition.leaves(root)[:WEIGHED], key=usage.rarity, reverse=True)
    if choice:
        least = usage.rarity(leaves[0]) / 2
        leaves = [leaf for leaf in leaves if usage.rarity(leaf) >= least]
    words = [condition.anywhere(leaf) for leaf in leaves]
    most, much, some = ([condition.worth(leaf, steps) for leaf in leaves] for steps in WORTH)
    near = _FAR if plain else WALK
    if len(leaves) == 1:
        first = [(most[0], _FAR), (much[0], _FAR)] if plain else []
        yield from dict.fromkeys([*first, (some[0], near)])
    elif not choice or len(leaves) <= _TOGETHER:
        yield all_of(much), _FAR
        yield all_of(some), near
    if choice:
        yield from ((pair, _FAR) for pair in _pairs(some))
    if (plain or choice) and len(leaves) > 1:
        join = any_of if choice else all_of
        for parts in (some,) if choice else (much, some):
            for n, part in enumerate(parts[:_PAIRED]):
                yield all_of([part, join([*words[:n], *words[n + 1 :]])]), WALK
    if choice:
        yield from ((pair, WALK) for pair in _pairs(words))
        yield much[0], _FAR
        yield some[0], _FAR
        yield words[0], WALK
        yield any_of(much), _FAR


def _pairs(parts: Sequence[str]) -> Iterator[str]:
    """What has one of the first parts and one of those after it."""
    for n, part in enumerate(parts[:-1][:_PAIRED]):
        yield all_of([part, any_of(parts[n + 1 :])])


def _merits(
    db: Database, moments: Sequence[int], weighed: Sequence[_Weighed]
) -> list[tuple[int, int]]:
    # The tokens as FTS5 keeps them (sqlite.org/fts5.html, appendix B); asking FTS5 takes longer.
    rows = db.execute(
        "SELECT id, CAST(c0 AS BLOB), CAST(c1 AS BLOB), CAST(c2 AS BLOB) FROM entries_fts_content"
        " WHERE id IN (SELECT value FROM json_each(?))",
        [json.dumps(moments)],
    )
    most = sum(word.weight for word in weighed)
    return [
        (merit.steps(_merit(weighed, title, summary, head) / most), moment)
        for moment, title, summary, head in rows.fetchall()
    ]


def _merit(weighed: Sequence[_Weighed], title: bytes, summary: bytes, head: bytes) -> float:
    slack = merit.slack(len(title) + len(summary))
    merits = 0.0
    for word in weighed:
        uses = merit.TITLE * title.count(word.spaced)
        if not word.in_title:
            uses += merit.SUMMARY * summary.count(word.plain)
            if head:
                uses += merit.EVIDENCE * head.count(word.plain)
        if uses:
            merits += word.weight * merit.of(uses, slack)
    return merits


def _weighed(leaf: Words | Prefix, weight: float) -> _Weighed:
    if isinstance(leaf, Prefix):
        start = f" {leaf.start}".encode()
        return _Weighed(start, start, leaf.title, weight)
    plain, spaced = (f" {gap.join(leaf.tokens)} ".encode() for gap in (" ", "  "))
    return _Weighed(plain, spaced, leaf.title, weight)
