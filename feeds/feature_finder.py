"""Find the features of an item that stored queries ask for, and learn how common they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

from feeds.features import ALWAYS, TITLE, blocks, is_block
from feeds.prepared import Prepared
from feeds.words import stem

#: Of so many items in a row all are learned from, then one of sixteen.
_FIRST_LEARNED, _THEN_EVERY = 256, 16
_MOST_WORDS = 65_536
#: How common a feature is taken to be before items were seen.
_FACT_SHARE, _TEXT_SHARE = 0.05, 0.02

Name = TypeVar("Name", bound=Hashable)


class Finder:
    """What queries ask for now, and what items had until now."""

    def __init__(self) -> None:
        #: How many queries ask for each feature.
        self._asked: Counter[str] = Counter()
        self._anywhere = _Scope("")
        self._title = _Scope(TITLE)
        self._facts: dict[tuple[str, str], str] = {}
        self._blocks = 0
        #: How many items had each feature, as far as they were learned from.
        self._seen: Counter[str] = Counter()
        self._items = self._learned = 0

    def ask(self, features: Iterable[str]) -> None:
        """Find these from now on."""
        for feature in features:
            self._asked[feature] += 1
            if self._asked[feature] == 1:
                self._change(feature, 1)

    def forget(self, features: Iterable[str]) -> None:
        """Take back that these were asked for, once; nobody looks for what nobody asks for."""
        for feature in features:
            self._asked[feature] -= 1
            if not self._asked[feature]:
                del self._asked[feature]
                self._seen.pop(feature, None)
                self._change(feature, -1)

    def of(self, item: Prepared) -> set[str]:
        """The features of an item that are asked for."""
        found = {ALWAYS}
        for fact in self._facts.keys() & item.facts:
            found.add(self._facts[fact])
        if self._blocks:
            found.update(*(blocks(value) for field, value in item.facts if field == "cfr"))
        for text in item.texts.values():
            if text.places:
                self._anywhere.find(text.places, text.written, found)
        title = item.texts["title"]
        self._title.find(title.places, title.written, found)
        return found

    def learn(self, found: set[str]) -> None:
        """Count the features of an item; chance has no part in which items are counted."""
        self._items += 1
        if self._items <= _FIRST_LEARNED or not self._items % _THEN_EVERY:
            self._learned += 1
            self._seen.update(found)

    def share(self, feature: str) -> float:
        """In which share of items a feature is expected: what is known of items, then of queries."""
        guess = _FACT_SHARE if ":" in feature else _TEXT_SHARE
        asked = self._asked[feature] / (self._asked[feature] + 1_000)
        return (self._seen[feature] + guess + guess * asked) / (self._learned + 1)

    def _change(self, feature: str, by: int) -> None:
        field, _, value = feature.partition(":")
        if not value:
            self._anywhere.change(feature, by)
        elif feature.startswith(TITLE):
            self._title.change(feature, by)
        elif is_block(feature):
            self._blocks += by
        else:
            _change(self._facts, (field, value), feature, by)


class _Scope:
    """The words, pairs and beginnings that are asked for in some texts."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._words: dict[str, str] = {}
        self._pairs: dict[tuple[str, str], str] = {}
        self._starts: dict[str, str] = {}
        #: How many beginnings have this length.
        self._lengths: Counter[int] = Counter()
        #: Words met since a beginning came or went, and the features of those that begin so.
        self._met: set[str] = set()
        self._started: dict[str, list[str]] = {}

    def change(self, feature: str, by: int) -> None:
        """Look for a feature (1), or no longer (-1)."""
        bare = feature.removeprefix(self._name)
        first, _, second = bare.partition(" ")
        if second:
            _change(self._pairs, (first, second), feature, by)
        elif bare.endswith("*"):
            _change(self._starts, bare[:-1], feature, by)
            self._lengths += Counter({len(bare) - 1: by})
            self._forget_words()
        else:
            _change(self._words, bare, feature, by)

    def find(
        self, places: Mapping[str, Sequence[int]], written: frozenset[str], found: set[str]
    ) -> None:
        """Add what a text has of them."""
        words = self._words.keys() & places.keys()
        found.update([self._words[word] for word in words] if self._name else words)
        if self._pairs:
            pairs = self._pairs.keys() & pairwise(_in_order(places))
            found.update([self._pairs[pair] for pair in pairs])
        if self._starts:
            self._meet(written - self._met)
            for word in self._started.keys() & written:
                found.update(self._started[word])

    def _meet(self, words: frozenset[str]) -> None:
        if len(self._met) + len(words) > _MOST_WORDS:
            self._forget_words()
        self._met |= words
        for word in words:
            token = stem(word)
            # Mostly a token is the beginning of its word, and begins with nothing else.
            forms = (word,) if word.startswith(token) else (word, token)
            features = [
                self._starts[start]
                for form in forms
                for length in self._lengths
                if (start := form[:length]) in self._starts
            ]
            if features:
                self._started[word] = features

    def _forget_words(self) -> None:
        self._met.clear()
        self._started.clear()


def _in_order(places: Mapping[str, Sequence[int]]) -> list[str]:
    """The words of a text, one after the other."""
    order = [""] * sum(map(len, places.values()))
    for word, at in places.items():
        for place in at:
            order[place] = word
    return order


def _change(features: dict[Name, str], name: Name, feature: str, by: int) -> None:
    if by > 0:
        features[name] = feature
    else:
        del features[name]
