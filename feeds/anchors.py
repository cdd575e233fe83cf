"""Which features an item must have to match a query: where stored queries are looked up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod

from feeds.features import ALWAYS, alternatives, pairs, sides
from feeds.terms import And, Entity, Near, Node, Or, Topic, Words

#: In which share of items a feature is expected.
Share = Callable[[str], float]
#: So many matches in vain would cost as much as one more place in the index.
_PLACE = 0.000_01


#: Two features of a match, the rarer first.
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Anchors:
    """Pairs of features such that a match has both of at least one pair."""

    #: Whatever has both of one of these is a match.
    settled: frozenset[Pair]
    #: Whatever has both of one of these may be a match.
    unsettled: frozenset[Pair]


NOWHERE = Anchors(frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class _Way:
    """Features that go together: a match has all of at least one of its ways."""

    features: frozenset[str]
    #: Whether whatever has all of them is a match.
    enough: bool


_Ways = tuple[_Way, ...]
_NOTHING = (_Way(frozenset(), enough=False),)


class Chooser:
    """Chooses where to look queries up; rare features serve best.

    What is named in many queries, a topic or an entity, is weighed once for all of them, until its
    features prove to be other than they were taken for.
    """

    def __init__(self, share: Share) -> None:
        self._share = share
        self._named: dict[Node, _Ways] = {}

    def weigh_again(self) -> None:
        """Some features are far more common than `share` had it before."""
        self._named.clear()

    def anchors(self, node: Node) -> Anchors:
        """Where to look a query up.

        A feature alone stands beside `ALWAYS`, and where there is none, `ALWAYS` stands twice.
        """
        settled, unsettled = set[Pair](), set[Pair]()
        for way in self._ways(node):
            rarest = sorted(way.features, key=lambda feature: (self._share(feature), feature))
            first, second, *_ = *rarest[:2], ALWAYS, ALWAYS
            (settled if way.enough and len(rarest) <= 2 else unsettled).add((first, second))
        return Anchors(frozenset(settled), frozenset(unsettled - settled))

    def _ways(self, node: Node) -> _Ways:
        if isinstance(node, Topic | Entity):
            if node not in self._named:
                self._named[node] = self._ways(node.node)
            return self._named[node]
        some = alternatives(node)
        if some is not None:
            return tuple(_Way(frozenset((one,)), enough=True) for one in some)
        match node:
            case Words():
                ways: _Ways = (_Way(frozenset(pairs(node)), enough=False),)
            case Near():
                ways = tuple(replace(way, enough=False) for way in self._ways(sides(node)))
            case Or(nodes):
                ways = tuple(way for part in nodes for way in self._ways(part))
            case And(nodes):
                ways = _joined(list(map(self._ways, nodes)), self._share)
            case _:
                ways = _NOTHING
        return ways if all(way.features for way in ways) else _NOTHING


def _joined(parts: list[_Ways], share: Share) -> _Ways:
    """What is needed in any case, alone or beside the ways of one part."""
    only = [ways[0] for ways in parts if len(ways) == 1]
    several = [ways for ways in parts if len(ways) > 1]
    certain = frozenset[str]().union(*(way.features for way in only))
    sure = all(way.enough for way in only)
    choices: list[_Ways] = [(_Way(certain, enough=sure and not several),)]
    for ways in several:
        alone = sure and len(several) == 1
        choices.append(
            tuple(_Way(way.features | certain, enough=alone and way.enough) for way in ways)
        )
    return min(choices, key=lambda ways: _price(ways, share))


def _price(ways: _Ways, share: Share) -> float:
    """The share of items that have what is looked for, and a little for each place to look."""
    return sum(prod(sorted(map(share, way.features))[:2]) + _PLACE for way in ways)
