"""Made-up stored queries: each distinct, each matching about one item of a thousand."""

from __future__ import annotations

from collections.abc import Iterator

from feeds import query
from feeds.model import Item
from feeds.query import Query
from feeds.words import tokens
from tests.benchmarks.texts import Prose, items

#: Of the vocabulary, most used first: words in one text of three to thirty, of thirty to three hundred,
#: and rarer.
COMMON, MIDDLE, RARE = (60, 1_000), (1_000, 12_000), (8_000, 60_000)
_FIELDS = (
    "agency:bis", "agency:fcc", "agency:ofac", "agency:nist", "type:rule", "type:notice", "source:register",
    "source:news", "cfr:15/744", "cfr:47", "cfr:15/730-774", "cfr:31/500-599|48/4", "stage:published",
)  # fmt: skip


def queries(seed: int) -> Iterator[Query]:
    """Endless distinct queries of every kind; the same seed gives the same queries."""
    writer = _Writer(Prose(seed))
    known: set[str] = set()
    while True:
        asked = query.parse(writer.text())
        if str(asked) not in known:
            known.add(str(asked))
            yield asked


class _Writer:
    def __init__(self, prose: Prose) -> None:
        self._random = prose.random
        self._vocabulary = prose.vocabulary
        self._read = items(prose)
        self._spoken: list[str] = []

    def text(self) -> str:
        (kind,) = self._random.choices(
            [self._word, self._phrase, self._both, self._without, self._either, self._filtered,
             self._beginning, self._near, self._title],
            weights=[20, 20, 20, 10, 10, 12, 3, 3, 2],
        )  # fmt: skip
        return kind()

    def _a(self, ranks: tuple[int, int]) -> str:
        """A word, each power of ten of the ranks as likely as the others."""
        low, high = ranks
        return self._vocabulary[int(low * (high / low) ** self._random.random())]

    def _word(self) -> str:
        return self._a(RARE)

    def _phrase(self) -> str:
        """Two or three words that stood so in some text."""
        while True:
            if len(self._spoken) < 4:
                self._spoken = _said(next(self._read))
            many = self._random.choice((2, 2, 3))
            said, self._spoken = self._spoken[:many], self._spoken[many + 12 :]
            if len(tokens(" ".join(said))) == many:
                return f'"{" ".join(said)}"'

    def _both(self) -> str:
        return f"{self._a(COMMON)} {self._a(MIDDLE)}"

    def _without(self) -> str:
        return f"{self._a(COMMON)} {self._a(MIDDLE)} -{self._a(COMMON)} -{self._phrase()}"

    def _either(self) -> str:
        return f"({self._a(MIDDLE)} OR {self._a(MIDDLE)} OR {self._phrase()}) {self._a(COMMON)}"

    def _filtered(self) -> str:
        return f"{self._random.choice(_FIELDS)} {self._a(MIDDLE)}"

    def _beginning(self) -> str:
        return f"{self._a(RARE)[:6]}* {self._a(COMMON)}"

    def _near(self) -> str:
        return f"{self._a(COMMON)} NEAR/8 {self._a(MIDDLE)}"

    def _title(self) -> str:
        return f"title:{self._a(MIDDLE)}"


def _said(item: Item) -> list[str]:
    return item.summary.replace(".", "").lower().split()
