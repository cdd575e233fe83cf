"""Find the features of an item that stored queries ask for, and learn how common they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import Protocol, TypeVar

from feeds.features import ALWAYS, TITLE, blocks, is_block
from feeds.prepared import Prepared, Text

#: Of so many items in a row all are learned from, then one of sixty-four.
_FIRST_LEARNED, _THEN_EVERY = 256, 64
_MOST_WORDS = 65_536
#: How common a feature is taken to be before items were seen.
_FACT_SHARE, _TEXT_SHARE = 0.05, 0.02
#: A feature is far more common than it was taken for if it is twice as common, and not by accident.
_FAR_MORE, _ACCIDENT = 2, 8

Name = TypeVar("Name", bound=Hashable)


class _Change(Protocol):
    """`set.add` or `set.discard`."""

    def __call__(self, names: set[Name], name: Name, /) -> None: ...


class Finder:
    """What queries ask for now, and what items had until now."""

    def __init__(self) -> None:
        #: How many queries ask for each feature.
        self._asked: Counter[str] = Counter()
        self._anywhere = _Scope("")
        self._title = _Scope(TITLE)
        self._facts: set[tuple[str, str]] = set()
        self._blocks: set[str] = set()
        #: How many items had each feature, as far as they were learned from.
        self._seen: Counter[str] = Counter()
        #: What the share of a feature was when it was last found far more common than before.
        self._taken_for: dict[str, float] = {}
        self._items = self._learned = 0

    def ask(self, features: Iterable[str]) -> None:
        """Find these from now on."""
        for feature in features:
            self._asked[feature] += 1
            if self._asked[feature] == 1:
                self._change(feature, set.add)

    def forget(self, features: Iterable[str]) -> None:
        """Take back that these were asked for, once; nobody looks for what nobody asks for."""
        for feature in features:
            self._asked[feature] -= 1
            if not self._asked[feature]:
                del self._asked[feature]
                self._seen.pop(feature, None)
                self._taken_for.pop(feature, None)
                self._change(feature, set.discard)

    def of(self, item: Prepared) -> set[str]:
        """The features of an item: every token, and whatever else is asked for."""
        texts = [text for text in item.texts.values() if text.tokens]
        found = self._anywhere.of(texts) | self._title.of([item.texts["title"]])
        found.add(ALWAYS)
        for field, value in self._facts & item.facts:
            found.add(f"{field}:{value}")
        if self._blocks:
            for field, value in item.facts:
                if field == "cfr":
                    found |= self._blocks & blocks(value)
        return found

    def learn(self, found: set[str]) -> list[str]:
        """Count the features of an item, unless enough were counted; chance has no part in it.

        Returns:
            Those found to be far more common than `share` had it when they were last returned.
        """
        self._items += 1
        if self._items > _FIRST_LEARNED and self._items % _THEN_EVERY:
            return []
        self._learned += 1
        asked = self._asked.keys() & found
        self._seen.update(asked)
        more = [feature for feature in asked if self._seen[feature] > self._bound(feature)]
        self._taken_for.update((feature, self.share(feature)) for feature in more)
        return more

    def _bound(self, feature: str) -> float:
        """How many items may have had it before it is more common than it was taken for."""
        taken_for = self._taken_for.get(feature) or _guess(feature)
        return _ACCIDENT + _FAR_MORE * taken_for * self._learned

    def share(self, feature: str) -> float:
        """In which share of items a feature is expected: what is known of items, then of queries."""
        guess = _guess(feature)
        asked = self._asked[feature] / (self._asked[feature] + 1_000)
        return (self._seen[feature] + guess + guess * asked) / (self._learned + 1)

    def _change(self, feature: str, change: _Change) -> None:
        field, _, value = feature.partition(":")
        if not value:
            self._anywhere.change(feature, change)
        elif feature.startswith(TITLE):
            self._title.change(value, change)
        elif is_block(feature):
            change(self._blocks, feature)
        else:
            change(self._facts, (field, value))


def _guess(feature: str) -> float:
    return _FACT_SHARE if ":" in feature else _TEXT_SHARE


class _Scope:
    """The words, pairs and beginnings that are asked for in some texts."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._words: set[str] = set()
        self._pairs: set[tuple[str, str]] = set()
        self._starts: set[str] = set()
        #: Words met since a beginning came or went: those without one, and the features of the others.
        self._plain: set[str] = set()
        self._started: dict[str, list[str]] = {}
        #: Beginnings by their first letters, as many as the shortest has; made for the first word.
        self._by_head: dict[str, list[str]] = {}

    def change(self, feature: str, change: _Change) -> None:
        """Look for a feature, or no longer."""
        first, _, second = feature.partition(" ")
        if second:
            change(self._pairs, (first, second))
        elif feature.endswith("*"):
            change(self._starts, feature[:-1])
            self._forget_words()
        else:
            change(self._words, feature)

    def of(self, texts: Sequence[Text]) -> set[str]:
        """The features that some texts have."""
        found = set[str]().union(*(text.vocabulary for text in texts))
        started = self._started_by(found, texts) if self._starts else ()
        if self._name:
            found = {self._name + word for word in self._words & found}
        found.update(started)
        for text in texts:
            neighbours = zip(text.tokens, text.tokens[1:], strict=False)
            for first, second in self._pairs.intersection(neighbours):
                found.add(f"{self._name}{first} {second}")
        return found

    def _started_by(self, tokens: set[str], texts: Sequence[Text]) -> list[str]:
        """The beginnings of the tokens and of the words as written."""
        if len(self._plain) + len(self._started) >= _MOST_WORDS:
            self._forget_words()
        some = tokens.difference(self._plain).union(*(text.written - self._plain for text in texts))
        if new := some.difference(self._started):
            self._meet(new)
        return [feature for word in self._started.keys() & some for feature in self._started[word]]

    def _meet(self, words: set[str]) -> None:
        """Tell those that have a beginning from those that have none."""
        if not self._by_head:
            self._sort_starts()
        length = len(next(iter(self._by_head)))
        for word in words:
            # Whatever begins with one begins with its first letters, and few words do.
            if (starts := self._by_head.get(word[:length])) and (
                features := [f"{self._name}{one}*" for one in starts if word.startswith(one)]
            ):
                self._started[word] = features
            else:
                self._plain.add(word)

    def _sort_starts(self) -> None:
        length = min(map(len, self._starts))
        for start in self._starts:
            self._by_head.setdefault(start[:length], []).append(start)

    def _forget_words(self) -> None:
        self._plain.clear()
        self._started.clear()
        self._by_head.clear()
