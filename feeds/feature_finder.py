"""Find the features of an item that stored queries ask for, and learn how common they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from feeds.beginnings import Beginnings
from feeds.features import ALWAYS, TITLE, blocks, is_block
from feeds.prepared import Prepared, Text

#: Of so many items in a row all are learned from, then one of sixty-four.
_FIRST_LEARNED, _THEN_EVERY = 256, 64
#: How common a feature is taken to be before items were seen.
_FACT_SHARE, _TEXT_SHARE = 0.05, 0.02
#: A feature is far more common than it was taken for if it is twice as common, and not by accident.
_FAR_MORE, _ACCIDENT = 2, 8

#: Features that are asked for, each by what an item has: a word, two neighbours, a fact.
_Asked = dict[Any, str]


class Finder:
    """What queries ask for now, and what items had until now."""

    def __init__(self) -> None:
        #: How many queries ask for each feature.
        self._asked: Counter[str] = Counter()
        self._anywhere = _Scope(title=False)
        self._title = _Scope(title=True)
        self._facts: dict[tuple[str, str], str] = {}
        self._blocks: dict[str, str] = {}
        #: How many items had each feature, as far as they were learned from.
        self._seen: Counter[str] = Counter()
        #: How many items were learned from before it was asked for: they say nothing of it.
        self._before: dict[str, int] = {}
        #: What the share of a feature was when it was last found far more common than before.
        self._taken_for: dict[str, float] = {}
        self._items = self._learned = 0

    def ask(self, features: Iterable[str]) -> None:
        """Find these from now on."""
        for feature in features:
            self._asked[feature] += 1
            if self._asked[feature] == 1:
                self._before[feature] = self._learned
                table, key = self._place(feature)
                table[key] = feature

    def forget(self, features: Iterable[str]) -> None:
        """Take back that these were asked for, once; nobody looks for what nobody asks for."""
        for feature in features:
            self._asked[feature] -= 1
            if not self._asked[feature]:
                del self._asked[feature], self._before[feature]
                self._seen.pop(feature, None)
                self._taken_for.pop(feature, None)
                table, key = self._place(feature)
                del table[key]

    def of(self, item: Prepared) -> set[str]:
        """The features of an item: every token, and whatever else is asked for."""
        # The longest text mostly comes last, and a set grows best from its largest part.
        found = self._anywhere.of(reversed(item.texts.values()))
        found |= self._title.of([item.texts["title"]])
        found.add(ALWAYS)
        found.update(filter(None, map(self._facts.get, item.facts)))
        if self._blocks:
            for field, value in item.facts:
                if field == "cfr":
                    found |= self._blocks.keys() & blocks(value)
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
        return _ACCIDENT + _FAR_MORE * taken_for * (self._learned - self._before[feature])

    def share(self, feature: str) -> float:
        """In which share of items a feature that is asked for is expected.

        As far as items tell; before that, queries do.
        """
        guess = _guess(feature)
        asked = self._asked[feature] / (self._asked[feature] + 1_000)
        learned = self._learned - self._before[feature]
        return (self._seen[feature] + guess + guess * asked) / (learned + 1)

    def _place(self, feature: str) -> tuple[_Asked, Any]:
        """Where a feature is looked for, and as what."""
        field, _, value = feature.partition(":")
        if not value:
            return self._anywhere.place(feature)
        if feature.startswith(TITLE):
            return self._title.place(value)
        if is_block(feature):
            return self._blocks, feature
        return self._facts, (field, value)


def _guess(feature: str) -> float:
    return _FACT_SHARE if ":" in feature else _TEXT_SHARE


class _Scope:
    """The words, pairs and beginnings that are asked for in some texts."""

    def __init__(self, *, title: bool) -> None:
        self._title = title
        self._words: dict[str, str] = {}
        self._pairs: dict[tuple[str, str], str] = {}
        self._beginnings = Beginnings()

    def place(self, asked: str, /) -> tuple[_Asked, Any]:
        """Where a word, two neighbours or a beginning is looked for, and as what."""
        first, _, second = asked.partition(" ")
        if second:
            return self._pairs, (first, second)
        if asked.endswith("*"):
            return self._beginnings.to_change(), asked[:-1]
        return self._words, asked

    def of(self, texts: Iterable[Text]) -> set[str]:
        """The features that some texts have, and outside titles every token."""
        some = [text for text in texts if text.tokens]
        found = set[str]()
        for text in some:
            found |= text.vocabulary
        started: list[str] = []
        if self._beginnings:
            started = self._beginnings.of(found, *(text.written for text in some))
        if self._title:
            found = set(filter(None, map(self._words.get, found)))
        found.update(started)
        pairs = self._pairs
        for text in some if pairs else ():
            neighbours = zip(text.tokens, text.tokens[1:], strict=False)
            found.update([pairs[two] for two in neighbours if two in pairs])
        return found
