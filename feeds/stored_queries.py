"""Stored queries that a new item matches, found by what the item has, not by asking each of them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from feeds.anchor_index import AnchorIndex
from feeds.anchors import NOWHERE, Anchors, Chooser
from feeds.feature_finder import Finder
from feeds.features import every
from feeds.prepared import Prepared
from feeds.query import Query
from feeds.query_checks import Asked, Check, Checks
from feeds.terms import Node

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, eq=False, slots=True)
class _Question(Generic[Key]):
    """What is left to ask of an item that has an unsettled anchor of a query."""

    key: Key
    holds: Check


@dataclass(slots=True)
class _Stored(Generic[Key]):
    """One query, and where the index has it."""

    root: Node
    anchors: Anchors = NOWHERE
    #: What is kept under its unsettled anchors.
    question: _Question[Key] | None = None


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
        self._stored: dict[Key, _Stored[Key]] = {}
        #: Under settled anchors the key itself.
        self._index: AnchorIndex[Key | _Question[Key]] = AnchorIndex()
        self._questions: set[_Question[Key]] = set()
        self._finder = Finder()
        self._chooser = Chooser(self._finder.share)
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
        met = self._index.met(found)
        questions = self._questions & met
        matched = cast("set[Key]", met)
        if questions:
            matched = cast("set[Key]", met - questions)
            asked = Asked(item, found)
            matched.update([one.key for one in questions if one.holds(asked)])
        common = self._finder.learn(found)
        if common:
            self._chooser.weigh_again()
        for feature in common:
            for answer in self._index.under(feature):
                self._anchor(answer.key if isinstance(answer, _Question) else answer)
        return matched

    def _anchor(self, key: Key) -> None:
        """Put a query under the features that are rarest as far as is known now."""
        stored = self._stored[key]
        chosen = self._chooser.anchors(stored.root)
        if chosen == stored.anchors:
            return
        self._unanchor(key)
        stored.anchors = chosen
        self._index.add(chosen.settled, key)
        if chosen.unsettled:
            known = frozenset[str].intersection(*map(frozenset, chosen.unsettled))
            stored.question = _Question(key, self._compiler.of(stored.root, known))
            self._questions.add(stored.question)
            self._index.add(chosen.unsettled, stored.question)

    def _unanchor(self, key: Key) -> None:
        stored = self._stored[key]
        self._index.remove(stored.anchors.settled, key)
        if stored.question is not None:
            self._index.remove(stored.anchors.unsettled, stored.question)
            self._questions.remove(stored.question)
            stored.question = None
