"""A stored query as a check of an item, compiled once; same answers as `feeds.matching`, no reasons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from feeds.features import alternatives, pairs, sides
from feeds.matching import any_near, sides_of
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

    def of(self, node: Node, known: frozenset[str] = frozenset()) -> Check:
        """The check that holds for the items that the node matches, of those with what is `known`.

        It relies on `Asked.features` having those of `features.every(node)` that the item has.
        """
        if (some := alternatives(node)) is not None:
            return lambda asked: not some.isdisjoint(asked.features)
        match node:
            case And(nodes):
                return self._all(nodes, known)
            case Or(nodes):
                return self._any(nodes)
            case Not(part):
                check = self.of(part)
                return lambda asked: not check(asked)
            case Day(after, day):
                return lambda asked: asked.item.day is not None and (asked.item.day >= day) == after
            case _:
                return self._once(node)

    def _all(self, nodes: Sequence[Node], known: frozenset[str]) -> Check:
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
        has, has_not = frozenset(needed - known), frozenset(barred)
        checks = tuple(map(self.of, sorted(rest, key=_is_costly)))
        if not checks and not has:
            return lambda asked: has_not.isdisjoint(asked.features)
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
                has_sides, names = self.of(sides(node)), _scope(title=node.title)
                both, distance = sides_of(node), node.distance
                return lambda asked: (
                    has_sides(asked)
                    and any(any_near(both, distance, asked.item.texts[name]) for name in names)
                )
            case Words(_, title):
                tokens, has = node.tokens, frozenset(pairs(node))
                names = _scope(title=title)
                return lambda asked: (
                    has <= asked.features
                    and any(asked.item.texts[name].starts(tokens) for name in names)
                )
            case _:
                raise AssertionError(node)  # every other kind is told by features or its parts


def _scope(*, title: bool) -> tuple[str, ...]:
    return TEXTS[:1] if title else TEXTS


def _is_costly(node: Node) -> bool:
    return isinstance(node, Words | Near | Topic | Entity) and alternatives(node) is None
