"""Which words have a beginning that queries ask for; what was found out of a word is remembered."""

from __future__ import annotations

from collections.abc import Iterable

#: So many words are remembered, some 13 MB, before all are forgotten.
_MOST_WORDS = 131_072


class Beginnings:
    """Beginnings that are asked for, each the name of its feature.

    Telling whether a word has one takes longer than all else that is done with the word, and nine
    words of ten were met before.
    """

    def __init__(self) -> None:
        self._asked: dict[str, str] = {}
        #: Words met that have none, and the features of the others.
        self._plain: set[str] = set()
        self._started: dict[str, list[str]] = {}
        #: Beginnings by their first letters, as many as the shortest has; made for the first word.
        self._by_head: dict[str, list[str]] = {}

    def __bool__(self) -> bool:
        """Whether any is asked for."""
        return bool(self._asked)

    def to_change(self) -> dict[str, str]:
        """What is asked for, to be changed: all words are looked at anew."""
        self._forget_words()
        self._by_head.clear()
        return self._asked

    def of(self, words: set[str], *others: Iterable[str]) -> list[str]:
        """The features of the beginnings that some words have."""
        if len(self._plain) + len(self._started) >= _MOST_WORDS:
            self._forget_words()
        some = words.union(*others).difference(self._plain)
        if new := some.difference(self._started):
            self._meet(new)
        return [feature for word in self._started.keys() & some for feature in self._started[word]]

    def _meet(self, words: set[str]) -> None:
        """Tell those that have a beginning from those that have none."""
        if not self._by_head:
            self._sort()
        length = len(next(iter(self._by_head)))
        # Whatever begins with one begins with its first letters, and few words do.
        for word in [word for word in words if word[:length] in self._by_head]:
            starts = self._by_head[word[:length]]
            if features := [self._asked[one] for one in starts if word.startswith(one)]:
                self._started[word] = features
        self._plain |= words.difference(self._started)

    def _sort(self) -> None:
        length = min(map(len, self._asked))
        for start in self._asked:
            self._by_head.setdefault(start[:length], []).append(start)

    def _forget_words(self) -> None:
        self._plain.clear()
        self._started.clear()
