"""An item taken apart once: its words in their places, its facts, its day; what queries are asked of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from feeds import facts
from feeds.model import Item
from feeds.words import stem, written

#: The texts of an item, first the one that says most; also the columns of the search index.
TEXTS = ("title", "summary", "evidence")


@dataclass(frozen=True, slots=True)
class Text:
    """One text of an item, ready to be asked."""

    text: str
    #: Places of each token.
    places: dict[str, list[int]]
    #: Every word as written.
    written: frozenset[str]

    def starts(self, tokens: Sequence[str]) -> list[int]:
        """Places where these tokens stand side by side."""
        first = self.places.get(tokens[0], [])
        if len(tokens) == 1:
            return first
        rest = [(n, set(self.places.get(token, ()))) for n, token in enumerate(tokens[1:], 1)]
        return [at for at in first if all(at + n in places for n, places in rest)]


@dataclass(frozen=True, slots=True)
class Prepared:
    """An item taken apart once, to be asked by many queries."""

    texts: dict[str, Text]
    facts: frozenset[tuple[str, str]]
    day: date | None


def prepare(item: Item, full_text: str = "") -> Prepared:
    """Take an item, and as much of its full text as was read, apart once for all queries."""
    texts = {name: text_of(text) for name, text in texts_of(item, full_text).items()}
    return Prepared(texts, facts.of(item), item.event_day)


def texts_of(item: Item, full_text: str = "") -> dict[str, str]:
    """The item's texts by the names of `TEXTS`, as matched and indexed."""
    return {
        "title": item.title,
        "summary": item.summary,
        "evidence": "\n".join([*item.evidence, *([full_text] if full_text else [])]),
    }


def text_of(text: str) -> Text:
    """Take one text apart."""
    spelled = written(text)
    places: dict[str, list[int]] = {}
    for place, word in enumerate(spelled):
        places.setdefault(stem(word), []).append(place)
    return Text(text, places, frozenset(spelled))
