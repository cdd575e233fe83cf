"""Does a query match an item, and why: the stored query's side of the one definition."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from feeds import entities
from feeds.model import Item
from feeds.prepared import TEXTS, Prepared, Text, prepare, text_of
from feeds.query import Query
from feeds.terms import (
    And,
    Day,
    Entity,
    Fact,
    Near,
    Node,
    Not,
    Or,
    Prefix,
    Topic,
    Words,
    cfr_range,
)
from feeds.text import clip, sentences
from feeds.words import stem

#: What people are told a text is.
_CALLED = {"title": "title", "summary": "abstract", "evidence": "full text"}
_LONGEST_SENTENCE = 300
#: A text longer than this (characters) is not cut into sentences whole.
_LONG = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One term of the query that an item has, and where."""

    #: As the canonical query writes it.
    term: str
    #: "title", "abstract", "full text", or the name of a field.
    where: str
    #: The sentence around it; empty for a field.
    sentence: str = ""
    #: Whose other name the term is, as people are told: "Huawei" for HiSilicon; mostly empty.
    entity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A query and an item that agree, and why: title first, then abstract, full text, fields."""

    reasons: tuple[Reason, ...]


def match(query: Query, item: Prepared | Item) -> Match | None:
    """Whether the item is what the query asks for; None when it is not.

    A search of the archive finds an entry exactly when this matches its item
    (tests/contract/test_query_agreement.py). Reasons come in a fixed order; a query of nothing but
    exclusions matches without any.
    """
    prepared = item if isinstance(item, Prepared) else prepare(item)
    if not _holds(query.root, prepared):
        return None
    found = dict.fromkeys(_reasons(query.root, prepared))
    return Match(reasons=tuple(sorted(found, key=_rank)))


def _rank(reason: Reason) -> int:
    called = list(_CALLED.values())
    return called.index(reason.where) if reason.where in called else len(called)


def _holds(node: Node, item: Prepared) -> bool:  # noqa: PLR0911  one a kind of node
    match node:
        case And(nodes):
            return all(_holds(part, item) for part in nodes)
        case Or(nodes):
            return any(_holds(part, item) for part in nodes)
        case Not(part):
            return not _holds(part, item)
        case Topic(_, part) | Entity(_, part):
            return _holds(part, item)
        case Fact(field, values):
            return any(_has(field, value, item) for value in values)
        case Day(after, day):
            return item.day is not None and (item.day >= day) == after
        case _:
            in_text = _TESTS[type(node)]
            return any(in_text(node, item.texts[name]) for name in _scope(node))


def _scope(node: Words | Prefix | Near) -> tuple[str, ...]:
    return TEXTS[:1] if node.title else TEXTS


def _has_words(node: Words, text: Text) -> bool:
    return bool(text.starts(node.tokens))


def _has_prefix(node: Prefix, text: Text) -> bool:
    return any(word.startswith(node.start) for word in (*text.written, *text.vocabulary))


def _has_near(node: Near, text: Text) -> bool:
    return any_near(sides_of(node), node.distance, text)


#: What may stand on one side of a NEAR, each as its words count.
Side = frozenset[tuple[str, ...]]


def sides_of(node: Near) -> tuple[Side, Side]:
    """What may stand on either side of a NEAR."""
    left, right = (frozenset(words.tokens for words in side) for side in (node.left, node.right))
    return left, right


def any_near(sides: tuple[Side, Side], distance: int, text: Text) -> bool:
    """Whether a text has something of each side, at most `distance` words apart, in either order.

    Each is looked for once, however many may stand on the other side.
    """
    left, right = (_spans(side, text) for side in sides)
    return _within(distance, left, right) or _within(distance, right, left)


def _spans(side: Side, text: Text) -> list[tuple[int, int]]:
    """Where something of a side stands, and how many words it has."""
    return [(start, len(tokens)) for tokens in side for start in text.starts(tokens)]


def _within(
    distance: int, firsts: Sequence[tuple[int, int]], seconds: Sequence[tuple[int, int]]
) -> bool:
    """Whether a second begins with or after some first, at most `distance` words past its end."""
    starts = sorted(start for start, _ in seconds)
    for first, length in firsts:
        following = bisect_left(starts, first)
        if following < len(starts) and starts[following] - first - length <= distance:
            return True
    return False


_TESTS: dict[type[Node], Callable[..., bool]] = {
    Words: _has_words,
    Prefix: _has_prefix,
    Near: _has_near,
}


def _has(field: str, value: str, item: Prepared) -> bool:
    span = cfr_range(value) if field == "cfr" else None
    if span is None:
        return (field, value) in item.facts
    title, first, last = span
    part = re.compile(rf"{title}/(\d+)", re.ASCII)
    found = (part.match(known) for name, known in item.facts if name == "cfr")
    return any(hit is not None and first <= int(hit[1]) <= last for hit in found)


def _reasons(node: Node, item: Prepared) -> Iterator[Reason]:
    """A reason for each positive term that the item has."""
    match node:
        case And(nodes) | Or(nodes):
            for part in nodes:
                if _holds(part, item):
                    yield from _reasons(part, item)
        case Topic(_, part):
            yield from _reasons(part, item)
        case Entity(name, part):
            title = entities.bundled()[name].title
            yield from (_alias(reason, title) for reason in _reasons(part, item))
        case Not() | Day():
            return
        case Fact(field, values):
            for value in values:
                if _has(field, value, item):
                    yield Reason(term=str(Fact(field, (value,))), where=field)
        case _:
            yield from _text_reasons(node, item)


def _alias(reason: Reason, title: str) -> Reason:
    """The name by itself, without what stands near it, and whose it is if that is not plain."""
    term = reason.term.partition(" NEAR/")[0].strip('"')
    return replace(reason, term=term, entity="" if term == title.casefold() else title)


def _text_reasons(node: Words | Prefix | Near, item: Prepared) -> Iterator[Reason]:
    in_text = _TESTS[type(node)]
    for name in _scope(node):
        text = item.texts[name]
        if in_text(node, text):
            term = str(node).removeprefix("title:").strip('"')
            yield Reason(term=term, where=_CALLED[name], sentence=_sentence(node, text.text))


def _passage(node: Words | Prefix | Near, text: str) -> str:
    """The part of a long text around the term, as far as it is found by its letters."""
    if len(text) <= _LONG:
        return text
    first = node.left[0] if isinstance(node, Near) else node
    words = first.words if isinstance(first, Words) else (first.start,)
    # Taking an ending off may change the letter before it: policies, policy.
    letters = (re.escape(word[: max(2, len(stem(word)) - 1)]) + r"\w*" for word in words)
    found = re.search(r"\b" + r"\W+".join(letters), text, re.IGNORECASE)
    at = found.start() if found else 0
    return text[max(0, at - _LONG // 4) : at + _LONG // 4]


def _sentence(node: Words | Prefix | Near, text: str) -> str:
    """The first sentence that has the term by itself, else the first with its first word."""
    in_text = _TESTS[type(node)]
    told = sentences(_passage(node, text))
    whole = next((said for said in told if in_text(node, text_of(said))), None)
    if whole is None:
        first = node.left[0] if isinstance(node, Near) else node
        start = Words(first.words[:1]) if isinstance(first, Words) else first
        test = _TESTS[type(start)]
        whole = next((said for said in told if test(start, text_of(said))), text)
    return clip(whole, _LONGEST_SENTENCE)
