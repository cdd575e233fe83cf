"""What someone wants to hear, or to find: parse a query, print it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from feeds import entities, fields, signs, terms
from feeds.errors import QueryError
from feeds.signs import Problem, Sign, words_of
from feeds.terms import Near, Node, Or, Prefix, Topic, Words, both, either, is_positive, negated
from feeds.words import is_ideograph


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query. `str` prints its canonical form, which parses to an equal query."""

    root: Node

    @property
    def has_positive(self) -> bool:
        """Whether a match has a word or fact that was asked for.

        `-notice` and `after:2020-01-01` alone have not: fine for a search, too much to subscribe to.
        """
        return is_positive(self.root)

    def __str__(self) -> str:
        return str(self.root)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a query may cost. Characters hold for the canonical form, too."""

    chars: int = 2_000
    depth: int = 20
    terms: int = 200


TYPED = Limits()
#: As how many terms more a topic or an entity counts, as it stands for many.
_NAMED_TERMS = 9
#: For topics, which their operator writes.
SHIPPED = Limits(chars=20_000, depth=20, terms=1_500)


def parse(text: str, *, topics: Mapping[str, str] | None = None, limits: Limits = TYPED) -> Query:
    """Understand a query; docs/query-language.md has the grammar.

    Args:
        text: What a person typed.
        topics: Query of each topic, by name, for `topic:`.
        limits: Beyond these it is refused, so that a hostile query costs nothing.

    Raises:
        QueryError: with the place in `text`, what was expected there, and a corrected query (one
            that parses) when there is a good guess.
    """
    try:
        return _parse(text, topics or {}, limits, ())
    except Problem as problem:
        hint = problem.better(text)
        if hint:
            try:
                _parse(hint, topics or {}, limits, ())
            except Problem:
                hint = ""
        raise QueryError(problem.message, position=problem.position, hint=hint) from problem


def _parse(text: str, topics: Mapping[str, str], limits: Limits, within: tuple[str, ...]) -> Query:
    if len(text) > limits.chars:
        raise Problem(f"The query is longer than {limits.chars:,} characters.", limits.chars)
    query = Query(_Parser(text, topics, limits, within).query())
    if len(str(query)) > limits.chars:
        raise Problem(f"Written out, the query is longer than {limits.chars:,} characters.", 0)
    return query


class _Parser:
    def __init__(
        self, text: str, topics: Mapping[str, str], limits: Limits, within: tuple[str, ...]
    ) -> None:
        self._signs = signs.cut(text)
        self._at = self._depth = self._terms = 0
        self._topics = topics
        self._limits = limits
        self._within = within
        self._title = False

    @property
    def _next(self) -> Sign:
        return self._signs[self._at]

    def _take(self) -> Sign:
        sign = self._next
        self._at += sign.kind != "end"
        return sign

    def query(self) -> Node:
        if self._next.kind == "end":
            raise Problem('The query is empty: expected words, such as huawei "entity list".', 0)
        node = self._either()
        if (sign := self._next).kind == ")":
            raise Problem('This ")" has no "(".', sign.start, drop=1)
        return node

    def _either(self) -> Node:
        nodes = [self._all()]
        while self._next.kind == "OR":
            self._take()
            nodes.append(self._all())
        return either(nodes)

    def _all(self) -> Node:
        nodes = [self._one()]
        while self._next.kind not in ("OR", ")", "end"):
            if self._next.kind == "AND":
                self._take()
            nodes.append(self._one())
        return both(nodes)

    def _one(self) -> Node:
        if self._next.kind in ("-", "NOT"):
            self._deeper(self._take())
            node = negated(self._one())
            self._depth -= 1
            return node
        left = self._term()
        if self._next.kind != "NEAR":
            return left
        return self._near(left, self._take(), self._term())

    def _deeper(self, sign: Sign) -> None:
        self._depth += 1
        if self._depth > self._limits.depth:
            raise Problem(f"Nested deeper than {self._limits.depth} levels.", sign.start)

    def _near(self, left: Node, sign: Sign, right: Node) -> Near:
        sides = [side.nodes if isinstance(side, Or) else (side,) for side in (left, right)]
        words = [tuple(node for node in side if isinstance(node, Words)) for side in sides]
        if [len(side) for side in words] != [len(side) for side in sides]:
            raise Problem("NEAR stands between words, phrases, or (words OR phrases).", sign.start)
        if self._next.kind == "NEAR":
            raise Problem("NEAR joins two sides, not three.", self._next.start)
        titles = {word.title for side in words for word in side}
        if len(titles) > 1:
            raise Problem(
                "Write title:(… NEAR …), so that both sides are in the title.", sign.start
            )
        found = signs.NEAR.fullmatch(sign.text)
        distance = int(found["distance"] or 10) if found else 10
        bare = [tuple(replace(word, title=False) for word in side) for side in words]
        return Near(bare[0], bare[1], distance, titles.pop())

    def _term(self) -> Node:
        sign = self._take()
        if sign.kind in ("(", "phrase", "chunk"):
            self._terms += 1
            if self._terms > self._limits.terms:
                raise Problem(f"The query has more than {self._limits.terms} terms.", sign.start)
        if sign.kind == "(":
            return self._group(sign)
        if sign.kind == "phrase":
            return Words(words_of(sign), self._title)
        if sign.kind == "chunk":
            field = signs.FIELD.fullmatch(sign.text)
            return self._field(sign, field["name"], field["value"]) if field else self._chunk(sign)
        raise signs.no_term(sign, self._signs)

    def _group(self, opening: Sign) -> Node:
        self._deeper(opening)
        node = self._either()
        if self._next.kind != ")":
            raise Problem('This "(" is never closed.', opening.start, add=")")
        self._take()
        self._depth -= 1
        return node

    def _chunk(self, sign: Sign) -> Words | Prefix:
        words = words_of(sign)
        if not sign.text.endswith("*") or is_ideograph(words[-1]):
            return Words(words, self._title)
        if len(words) > 1:
            better = " ".join(words) + "*"
            raise Problem("A prefix is one word.", sign.start, drop=len(sign.text), add=better)
        if len(words[0]) < 2:
            raise Problem("A prefix has at least 2 letters.", sign.start)
        return Prefix(words[0], self._title)

    def _field(self, sign: Sign, name: str, value: str) -> Node:
        name = fields.name(name, value, sign.start)
        follows = self._next.kind if self._next.start == sign.end and not value else ""
        if name == "title":
            return self._in_title(sign, value, grouped=follows in ("(", "phrase"))
        if follows == "phrase":
            sign = self._take()
            value = sign.text
        place = sign.end - len(value) - (sign.kind == "phrase")
        if not value.strip():
            raise Problem(
                f"Expected a value right after {name}:, {fields.example(name)}",
                place,
                drop=self._next.start - sign.end if self._next.kind in ("chunk", "phrase") else 0,
            )
        if name == "topic":
            return self._topic(value.strip().casefold(), place)
        if name == "entity":
            return self._entities(value, place)
        return fields.term(name, value, place)

    def _in_title(self, sign: Sign, value: str, *, grouped: bool) -> Node:
        if not grouped and not value:
            shown = fields.example("title")
            raise Problem(f"Expected a word right after title:, {shown}", sign.end)
        outer, self._title = self._title, True
        rest = replace(sign, text=value, start=sign.end - len(value))
        node = self._term() if grouped else self._chunk(rest)
        self._title = outer
        return node

    def _entities(self, value: str, place: int) -> Node:
        found: list[Node] = []
        for name in value.split("|"):
            entity = entities.find(name)
            if entity is None:
                start = place + value.index(name)
                raise fields.unknown("entity", name.casefold(), entities.bundled(), start)
            self._terms += _NAMED_TERMS
            found.append(terms.Entity(entity.name, entity.node(title=self._title), self._title))
        return either(found)

    def _topic(self, name: str, place: int) -> Topic:
        self._terms += _NAMED_TERMS
        if name in self._within:
            raise Problem(f"The topic {name} is made of itself.", place)
        if name not in self._topics:
            raise fields.unknown("topic", name, self._topics, place)
        try:
            return _topic(name, tuple(self._topics.items()), self._within)
        except Problem as problem:
            raise Problem(f"In the topic {name}: {problem.message}", place) from problem


@lru_cache(maxsize=128)  # many queries name the same few
def _topic(name: str, topics: tuple[tuple[str, str], ...], within: tuple[str, ...]) -> Topic:
    return Topic(name, _parse(dict(topics)[name], dict(topics), SHIPPED, (*within, name)).root)
