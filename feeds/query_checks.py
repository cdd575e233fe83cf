"""A stored query as a check of an item, compiled once; same answers as `feeds.matching`, no reasons."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from feeds.features import alternatives, pairs, sides
from feeds.prepared import TEXTS, Prepared
from feeds.terms import And, Day, Entity, Near, Node, Not, Or, Topic, Words


@dataclass(slots=True)
class Asked:
    """An item while queries are asked of it."""

    item: Prepared
    #: As `feeds.feature_finder` found them.
    features: set[str]
    #: What was found out already.
    known: dict[Check, bool] = field(default_factory=dict)


Check = Callable[[Asked], bool]


class Checks:
    """Compiles queries. Phrases, distances and topics are shared, and looked at once an item."""

    def __init__(self) -> None:
        self._shared: WeakValueDictionary[Node, Check] = WeakValueDictionary()

    def of(self, node: Node) -> Check:
        """The check that holds for the items that the node matches.

        It relies on `Asked.features` having those of `features.every(node)` that the item has.
        """
        if (some := alternatives(node)) is not None:
            return lambda asked: not some.isdisjoint(asked.features)
        match node:
            case And(nodes):
                return self._all(nodes)
            case Or(nodes):
                return self._any(nodes)
            case Not(part):
                check = self.of(part)
                return lambda asked: not check(asked)
            case Day(after, day):
                return lambda asked: asked.item.day is not None and (asked.item.day >= day) == after
            case _:
                return self._once(node)

    def _all(self, nodes: Sequence[Node]) -> Check:
        needed: set[str] = set()
        barred: set[str] = set()
        rest: list[Node] = []
        for node in nodes:
            some = alternatives(node)
            if some is not None and len(some) == 1:
                needed |= some
            elif isinstance(node, Not) and (none_of := alternatives(node.node)) is not None:
                barred |= none_of
            else:
                rest.append(node)
                # Cheap to see, and most often missing.
                needed.update(pairs(node) if isinstance(node, Words) else ())
        has, has_not = frozenset(needed), frozenset(barred)
        checks = tuple(map(self.of, sorted(rest, key=_is_costly)))
        if not checks:
            return lambda asked: has <= asked.features and has_not.isdisjoint(asked.features)
        return lambda asked: (
            has <= asked.features
            and has_not.isdisjoint(asked.features)
            and all(check(asked) for check in checks)
        )

    def _any(self, nodes: Sequence[Node]) -> Check:
        features: set[str] = set()
        rest: list[Node] = []
        for node in nodes:
            some = alternatives(node)
            if some is None:
                rest.append(node)
            else:
                features |= some
        one_of = frozenset(features)
        checks = tuple(map(self.of, sorted(rest, key=_is_costly)))
        return lambda asked: (
            not one_of.isdisjoint(asked.features) or any(check(asked) for check in checks)
        )

    def _once(self, node: Node) -> Check:
        shared = self._shared.get(node)
        if shared is not None:
            return shared
        look = self._look(node)

        def once(asked: Asked) -> bool:
            known = asked.known.get(once)
            if known is None:
                known = asked.known[once] = look(asked)
            return known

        self._shared[node] = once
        return once

    def _look(self, node: Node) -> Check:
        match node:
            case Topic(_, part) | Entity(_, part):
                return self.of(part)
            case Near():
                return _near(node, self.of(sides(node)))
            case Words(_, title):
                tokens, has = node.tokens, frozenset(pairs(node))
                names = _scope(title=title)
                return lambda asked: (
                    has <= asked.features
                    and any(asked.item.texts[name].starts(tokens) for name in names)
                )
            case _:
                raise AssertionError(node)  # every other kind is told by features or its parts


def _near(node: Near, has_sides: Check) -> Check:
    ways = [
        (a.tokens, b.tokens)
        for left in node.left
        for right in node.right
        for a, b in ((left, right), (right, left))
    ]
    names = _scope(title=node.title)

    def check(asked: Asked) -> bool:
        if not has_sides(asked):
            return False
        texts = [asked.item.texts[name] for name in names]
        return any(
            _follows(text.starts(a), text.starts(b), len(a), node.distance)
            for text in texts
            for a, b in ways
        )

    return check


def _follows(firsts: Iterable[int], seconds: Sequence[int], length: int, distance: int) -> bool:
    """Whether a second begins with or after some first, at most `distance` words past its end."""
    for first in firsts:
        following = bisect_left(seconds, first)
        if following < len(seconds) and seconds[following] - first - length <= distance:
            return True
    return False


def _scope(*, title: bool) -> tuple[str, ...]:
    return TEXTS[:1] if title else TEXTS


def _is_costly(node: Node) -> bool:
    return isinstance(node, Words | Near | Topic | Entity) and alternatives(node) is None
