"""An item taken apart once: its words in their places, its facts, its day; what queries are asked of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from sys import intern

from feeds import facts
from feeds.model import Item
from feeds.words import stems, written

#: The texts of an item, first the one that says most; also the columns of the search index.
TEXTS = ("title", "summary", "evidence")


@dataclass(frozen=True, slots=True)
class Text:
    """One text of an item, ready to be asked."""

    text: str
    #: What its words count as, in order.
    tokens: tuple[str, ...]
    #: Every token.
    vocabulary: frozenset[str]
    #: Each word as written, once, where that is not its token; in order.
    written: tuple[str, ...]

    def starts(self, tokens: tuple[str, ...]) -> list[int]:
        """Places where these tokens stand side by side."""
        if not self.vocabulary.issuperset(tokens):
            return []
        found, at = [], -1
        for _ in range(self.tokens.count(tokens[0])):
            at = self.tokens.index(tokens[0], at + 1)
            if self.tokens[at : at + len(tokens)] == tokens:
                found.append(at)
        return found


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
    tokens = stems(spelled)
    pairs = zip(spelled, tokens, strict=True)
    differing = dict.fromkeys([word for word, token in pairs if word != token])
    return Text(text, tuple(tokens), frozenset(tokens), tuple(map(intern, differing)))
