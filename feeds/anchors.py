"""Which features an item must have to match a query: where stored queries are looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import prod

from feeds.features import ALWAYS, alternatives, pairs, sides
from feeds.terms import And, Entity, Near, Node, Or, Topic, Words

#: In which share of items a feature is expected.
Share = Callable[[str], float]
#: So many matches in vain would cost as much as one more place in the index.
_PLACE = 0.000_01


@dataclass(frozen=True, slots=True)
class Anchors:
    """Pairs of features such that a match has both of at least one pair."""

    pairs: frozenset[tuple[str, str]]
    #: Whether whatever has both of one pair is a match.
    settled: bool


@dataclass(frozen=True, slots=True)
class _Necessary:
    """Sets of features such that a match has all of at least one set."""

    sets: tuple[frozenset[str], ...]
    #: Whether whatever has all of one set is a match.
    sufficient: bool


_NOTHING = _Necessary((frozenset(),), sufficient=False)


def anchors(node: Node, share: Share) -> Anchors:
    """Where to look a query up; rare features serve best.

    A feature alone stands beside `ALWAYS`, and where there is none, `ALWAYS` stands twice.
    """
    necessary = _necessary(node, share)
    chosen = [
        [*sorted(some, key=lambda feature: (share(feature), feature))[:2], ALWAYS, ALWAYS]
        for some in necessary.sets
    ]
    whole = all(len(some) <= 2 for some in necessary.sets)
    return Anchors(
        frozenset((first, second) for first, second, *_ in chosen),
        settled=necessary.sufficient and whole,
    )


def _necessary(node: Node, share: Share) -> _Necessary:
    some = alternatives(node)
    if some is not None:
        return _Necessary(tuple(frozenset((one,)) for one in some), sufficient=True)
    match node:
        case Words():
            needed = _Necessary((frozenset(pairs(node)),), sufficient=False)
        case Near():
            needed = replace(_necessary(sides(node), share), sufficient=False)
        case Topic(_, part) | Entity(_, part):
            needed = _necessary(part, share)
        case Or(nodes):
            needed = _union([_necessary(part, share) for part in nodes])
        case And(nodes):
            needed = _joined([_necessary(part, share) for part in nodes], share)
        case _:
            needed = _NOTHING
    return needed


def _union(parts: list[_Necessary]) -> _Necessary:
    sets = [some for part in parts for some in part.sets]
    if not all(sets):
        return _NOTHING
    return _Necessary(tuple(sets), sufficient=all(part.sufficient for part in parts))


def _joined(parts: list[_Necessary], share: Share) -> _Necessary:
    """What is needed in any case, alone or beside the alternatives of one part."""
    certain = frozenset().union(*(part.sets[0] for part in parts if len(part.sets) == 1))
    ways: list[tuple[frozenset[str], ...]] = [(certain,)]
    ways += (tuple(some | certain for some in part.sets) for part in parts if len(part.sets) > 1)
    cheapest = min(ways, key=lambda sets: _price(sets, share))
    whole = len(ways) == 1 or (len(ways) == 2 and cheapest is ways[1])
    return _Necessary(cheapest, sufficient=whole and all(part.sufficient for part in parts))


def _price(sets: Iterable[frozenset[str]], share: Share) -> float:
    """The share of items that have what is looked for, and a little for each place to look."""
    return sum(prod(sorted(map(share, some))[:2]) + _PLACE for some in sets)
