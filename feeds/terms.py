"""The tree of a query: words, phrases, distances, facts, days, and how they are joined."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from feeds.words import is_ideograph, stem

# Nodes take their few parts by position, as they are built and taken apart by pattern.


@dataclass(frozen=True, slots=True)
class Words:
    """A word, or a phrase: words in this order, side by side, in one text."""

    #: As `feeds.words.written` gives them; never empty.
    words: tuple[str, ...]
    #: Only in the title.
    title: bool = False

    @property
    def tokens(self) -> tuple[str, ...]:
        """What the words count as."""
        return tuple(map(stem, self.words))

    def __str__(self) -> str:
        text = self.words[0]
        for before, word in zip(self.words, self.words[1:], strict=False):
            joined = is_ideograph(before) and is_ideograph(word)
            text += word if joined else f" {word}"
        return _scope(self.title) + (f'"{text}"' if " " in text else text)


@dataclass(frozen=True, slots=True)
class Prefix:
    """Words that begin so, as written or without their ending."""

    start: str
    title: bool = False

    def __str__(self) -> str:
        return f"{_scope(self.title)}{self.start}*"


@dataclass(frozen=True, slots=True)
class Near:
    """One of the left and one of the right in one text, at most `distance` words between them."""

    left: tuple[Words, ...]
    right: tuple[Words, ...]
    distance: int
    title: bool = False

    def __str__(self) -> str:
        text = f"{self._side(self.left)} NEAR/{self.distance} {self._side(self.right)}"
        return f"title:({text})" if self.title else text

    @staticmethod
    def _side(terms: tuple[Words, ...]) -> str:
        text = " OR ".join(map(str, terms))
        return f"({text})" if len(terms) > 1 else text


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of `feeds.facts` with one of these values; a CFR value may be a range of parts."""

    field: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.field}:{'|'.join(self.values)}"


@dataclass(frozen=True, slots=True)
class Day:
    """The Eastern day of the event: on or after, or before; never true of an undated item."""

    after: bool
    day: date

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'}:{self.day.isoformat()}"


@dataclass(frozen=True, slots=True)
class Topic:
    """A named query."""

    name: str
    node: Node

    def __str__(self) -> str:
        return f"topic:{self.name}"


@dataclass(frozen=True, slots=True)
class Entity:
    """Any name of a company (`feeds.entities`)."""

    name: str
    node: Node
    #: Only in the title.
    title: bool = False

    def __str__(self) -> str:
        text = f"entity:{self.name}"
        return f"title:({text})" if self.title else text


@dataclass(frozen=True, slots=True)
class Not:
    """What the node does not match."""

    node: Node

    def __str__(self) -> str:
        return "-" + _grouped(self.node, (And, Or, Near))


@dataclass(frozen=True, slots=True)
class And:
    """What every node matches."""

    nodes: tuple[Node, ...]

    def __str__(self) -> str:
        return " ".join(_grouped(node, (Or,)) for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Or:
    """What some node matches."""

    nodes: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(_grouped(node, (And,)) for node in self.nodes)


Leaf = Words | Prefix | Near | Fact | Day
Node = Leaf | Topic | Entity | Not | And | Or


def both(nodes: list[Node]) -> Node:
    """Join by AND; nested ANDs become one."""
    flat: list[Node] = []
    for node in nodes:
        flat.extend(node.nodes if isinstance(node, And) else (node,))
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def either(nodes: list[Node]) -> Node:
    """Join by OR; nested ORs become one."""
    flat: list[Node] = []
    for node in nodes:
        flat.extend(node.nodes if isinstance(node, Or) else (node,))
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def negated(node: Node) -> Node:
    """The opposite; of an opposite, the thing itself."""
    return node.node if isinstance(node, Not) else Not(node)


def spelled_out(node: Node) -> Node:
    """The same with what each topic stands for in its place; `str` then names no topic."""
    match node:
        case Topic(_, inner):
            return spelled_out(inner)
        case Not(inner):
            return negated(spelled_out(inner))
        case And(nodes):
            return both(list(map(spelled_out, nodes)))
        case Or(nodes):
            return either(list(map(spelled_out, nodes)))
        case _:
            return node


def is_positive(node: Node) -> bool:
    """Whether whatever matches has some word or fact that was asked for; a day alone is not one."""
    match node:
        case Not() | Day():
            return False
        case And(nodes):
            return any(map(is_positive, nodes))
        case Or(nodes):
            return all(map(is_positive, nodes))
        case Topic(_, inner) | Entity(_, inner):
            return is_positive(inner)
        case _:
            return True


def cfr_range(value: str) -> tuple[str, int, int] | None:
    """Title, first and last part of a CFR value that is a range of parts; None for any other.

    In title 41 a hyphen belongs to the name of a part ("41 CFR 102-3"), and never makes a range.
    """
    found = re.fullmatch(r"(\d{1,2})/(\d{1,5})-(\d{1,5})", value, re.ASCII)
    if found is None or found[1] == "41" or int(found[2]) > int(found[3]):
        return None
    return found[1], int(found[2]), int(found[3])


def _scope(title: bool) -> str:  # noqa: FBT001  the one caller is a field of this name
    return "title:" if title else ""


def _grouped(node: Node, kinds: tuple[type[Node], ...]) -> str:
    return f"({node})" if isinstance(node, kinds) else str(node)
