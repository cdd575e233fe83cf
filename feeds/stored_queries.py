"""Stored queries that a new item matches, found by what the item has, not by asking each of them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from feeds.anchor_index import AnchorIndex
from feeds.anchors import anchors
from feeds.feature_finder import Finder
from feeds.features import every
from feeds.prepared import Prepared
from feeds.query import Query
from feeds.query_checks import Asked, Check, Checks
from feeds.terms import Node

Key = TypeVar("Key", bound=Hashable)


@dataclass(slots=True)
class _Stored:
    """One query, and where the index has it."""

    root: Node
    #: Under a first feature beside a second one; none before it is anchored.
    anchors: frozenset[tuple[str, str]] = frozenset()


class StoredQueries(Generic[Key]):
    """Queries by key, asked all at once which of them an item matches.

    A match must have certain features (`feeds.features`) of the item. Each query is anchored at
    the two rarest of them (at several such pairs for what OR joins), so that an item meets those
    queries only that have both; what is left to ask of these is compiled (`feeds.query_checks`).
    A query of nothing but exclusions and days is met by every item.

    An item is taken through in steps that do not depend on how many queries there are: its
    features (`feeds.feature_finder`), what is anchored at them (`feeds.anchor_index`), and the
    checks of what is not settled by that; each step is a few operations on whole sets. Which
    features are rare is guessed from the queries at first, then learned from the items.
    """

    def __init__(self) -> None:
        self._stored: dict[Key, _Stored] = {}
        self._index: AnchorIndex[Key] = AnchorIndex()
        #: Of the queries that an item with both features of an anchor need not match yet.
        self._checks: dict[Key, Check] = {}
        self._finder = Finder()
        self._compiler = Checks()

    def __len__(self) -> int:
        """How many keys there are."""
        return len(self._stored)

    def add(self, key: Key, query: Query) -> None:
        """Store a query, in the place of the one that had this key. Nothing else is touched."""
        if key in self._stored:
            self.remove(key)
        self._finder.ask(every(query.root))
        self._stored[key] = _Stored(query.root)
        self._anchor(key)

    def remove(self, key: Key) -> None:
        """Drop the query of a key. Nothing else is touched.

        Raises:
            KeyError: no query has this key.
        """
        self._unanchor(key)
        self._finder.forget(every(self._stored.pop(key).root))

    def matching(self, item: Prepared) -> set[Key]:
        """Keys of the queries that match, just those for which `feeds.matching.match` has a match."""
        found = self._finder.of(item)
        matched = self._index.met(found)
        if unsettled := self._checks.keys() & matched:
            asked = Asked(item, found)
            matched -= {key for key in unsettled if not self._checks[key](asked)}
        for feature in self._finder.learn(found):
            for key in self._index.under(feature):
                self._anchor(key)
        return matched

    def _anchor(self, key: Key) -> None:
        """Put a query under the features that are rarest as far as is known now."""
        stored = self._stored[key]
        chosen = anchors(stored.root, self._finder.share)
        if chosen.pairs == stored.anchors:
            return
        self._unanchor(key)
        stored.anchors = chosen.pairs
        self._index.add(stored.anchors, key)
        if not chosen.settled:
            self._checks[key] = self._compiler.of(stored.root)

    def _unanchor(self, key: Key) -> None:
        self._index.remove(self._stored[key].anchors, key)
        self._checks.pop(key, None)
