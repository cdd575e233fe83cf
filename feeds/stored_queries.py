"""Stored queries that a new item matches, found by what the item has, not by asking each of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from itertools import filterfalse
from typing import Generic, TypeVar

from feeds.anchors import anchors
from feeds.feature_finder import Finder
from feeds.features import every
from feeds.prepared import Prepared
from feeds.query import Query
from feeds.query_checks import Asked, Check, Checks
from feeds.terms import Node

Key = TypeVar("Key", bound=Hashable)

#: A query so often looked at in vain since it was anchored is anchored anew, then after twice as often.
_VAIN = 64


@dataclass(slots=True, eq=False)
class _Stored(Generic[Key]):
    """One query, under the keys of all who asked for it."""

    #: None when an item with both features of an anchor matches without further look.
    check: Check | None
    root: Node
    keys: tuple[Key, ...] = ()
    #: Where the index has it: under a first feature by a second one.
    anchors: tuple[tuple[str, str], ...] = ()
    vain: int = 0
    patience: int = _VAIN


class StoredQueries(Generic[Key]):
    """Queries by key, asked all at once which of them an item matches.

    A match must have certain features (`feeds.features`) of the item. Each query is anchored at
    the two rarest of them (at several such pairs for what OR joins), so that an item meets those
    queries only that have both. A query of nothing but exclusions and days is met by every item.
    """

    def __init__(self) -> None:
        self._stored: dict[Node, _Stored[Key]] = {}
        self._by_key: dict[Key, _Stored[Key]] = {}
        self._index: dict[str, dict[str, list[_Stored[Key]]]] = {}
        self._finder = Finder()
        self._checks = Checks()

    def __len__(self) -> int:
        """How many keys there are."""
        return len(self._by_key)

    def add(self, key: Key, query: Query) -> None:
        """Store a query, in the place of the one that had this key. Nothing else is touched."""
        if key in self._by_key:
            self.remove(key)
        stored = self._stored.get(query.root)
        if stored is None:
            stored = self._stored[query.root] = self._new(query.root)
        stored.keys += (key,)
        self._by_key[key] = stored

    def remove(self, key: Key) -> None:
        """Drop the query of a key. Nothing else is touched.

        Raises:
            KeyError: no query has this key.
        """
        stored = self._by_key.pop(key)
        stored.keys = tuple(kept for kept in stored.keys if kept != key)
        if not stored.keys:
            del self._stored[stored.root]
            self._unanchor(stored)
            self._finder.forget(every(stored.root))

    def matching(self, item: Prepared) -> set[Key]:
        """Keys of the queries that match, just those for which `feeds.matching.match` has a match."""
        found = self._finder.of(item)
        asked = Asked(item, found)
        matched: set[Key] = set()
        checked: set[_Stored[Key]] = set()
        buckets = map(self._index.__getitem__, self._index.keys() & found)
        for bucket in filterfalse(found.isdisjoint, buckets):
            for second in bucket.keys() & found:
                for stored in bucket[second]:
                    if stored.check is None:
                        matched.update(stored.keys)
                    elif stored not in checked:
                        checked.add(stored)
                        if stored.check(asked):
                            matched.update(stored.keys)
                        else:
                            stored.vain += 1
        self._finder.learn(found)
        self._anchor_anew(checked)
        return matched

    def _new(self, root: Node) -> _Stored[Key]:
        self._finder.ask(every(root))
        stored: _Stored[Key] = _Stored(None, root)
        self._anchor(stored)
        return stored

    def _anchor(self, stored: _Stored[Key]) -> None:
        chosen = anchors(stored.root, self._finder.share)
        stored.anchors = tuple(chosen.pairs)
        stored.check = None if chosen.settled else self._checks.of(stored.root)
        for first, second in chosen.pairs:
            self._index.setdefault(first, {}).setdefault(second, []).append(stored)

    def _unanchor(self, stored: _Stored[Key]) -> None:
        for first, second in stored.anchors:
            bucket = self._index[first]
            bucket[second].remove(stored)
            if not bucket[second]:
                del bucket[second]
            if not bucket:
                del self._index[first]

    def _anchor_anew(self, met: Iterable[_Stored[Key]]) -> None:
        """Move queries that are met too often, by what was learned of items since."""
        for stored in met:
            if stored.vain >= stored.patience:
                self._unanchor(stored)
                self._anchor(stored)
                stored.vain, stored.patience = 0, 2 * stored.patience
