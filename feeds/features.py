"""What an item can be looked up by: its words, pairs of words, beginnings and facts, as short texts.

`huawei` is a word, `entiti list` two words side by side, `standard*` a beginning, `type:rule` a fact,
`cfr-block:15/744/8` the CFR parts from 744 to 751. With `title:` before it, a word, a pair or a beginning
is one of the title. Words are tokens (`feeds.words.stem`), beginnings are as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from sys import intern

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

#: Every item has it.
ALWAYS = ""
TITLE = "title:"
_BLOCK = "cfr-block:"
#: A range of CFR parts ends at 99999 at the latest.
_LARGEST_BLOCK = 1 << 17


def alternatives(node: Node) -> frozenset[str] | None:
    """Features of which an item has one exactly when the node matches it; None when none tell."""
    match node:
        case Words() if len(node.words) <= 2:
            return frozenset(pairs(node))
        case Prefix(start, title):
            return frozenset((f"{TITLE if title else ''}{start}*",))
        case Fact(field, values):
            return frozenset(part for value in values for part in _of_fact(field, value))
        case Topic(_, part) | Entity(_, part):
            return alternatives(part)
        case Or(nodes):
            parts = [alternatives(part) for part in nodes]
            known = [part for part in parts if part is not None]
            return frozenset().union(*known) if len(known) == len(parts) else None
        case _:
            return None


def pairs(node: Words) -> list[str]:
    """The features that a text with these words has: each two neighbours, or the only word."""
    scope = TITLE if node.title else ""
    tokens = node.tokens
    if len(tokens) == 1:
        return [intern(scope + tokens[0])]
    return [intern(f"{scope}{a} {b}") for a, b in pairwise(tokens)]


def sides(node: Near) -> And:
    """What an item must match at least for a NEAR: something of each side."""
    both = (
        Or(tuple(Words(words.words, node.title) for words in side))
        for side in (node.left, node.right)
    )
    return And(tuple(both))


def every(node: Node) -> frozenset[str]:  # noqa: PLR0911  one a kind of node
    """Every feature that is looked at to tell whether the node matches."""
    match node:
        case And(nodes) | Or(nodes):
            return frozenset().union(*map(every, nodes))
        case Not(part):
            return every(part)
        case Topic(_, part) | Entity(_, part):
            return _every_named(part)
        case Near():
            return every(sides(node))
        case Words():
            return frozenset(pairs(node))
        case Day():
            return frozenset()
        case _:
            return alternatives(node) or frozenset()


@lru_cache(maxsize=256)
def _every_named(node: Node) -> frozenset[str]:
    """As `every`, of what many queries name."""
    return every(node)


@lru_cache(maxsize=4_096)
def blocks(value: str) -> frozenset[str]:
    """The blocks of parts that hold a CFR value; few, as each is twice as large as the one before."""
    found = re.match(r"(\d+)/(\d+)", value, re.ASCII)
    if found is None or (part := int(found[2])) >= _LARGEST_BLOCK:
        return frozenset()
    sizes = [1 << power for power in range(_LARGEST_BLOCK.bit_length())]
    return frozenset(f"{_BLOCK}{found[1]}/{part & -size}/{size}" for size in sizes)


def is_block(feature: str) -> bool:
    """Whether it is of a block of CFR parts, and not what `facts.of` says by itself."""
    return feature.startswith(_BLOCK)


def _of_fact(field: str, value: str) -> Iterator[str]:
    span = cfr_range(value) if field == "cfr" else None
    if span is None:
        yield intern(f"{field}:{value}")
        return
    title, first, last = span
    while first <= last:
        # The largest block that begins here and does not reach past the end.
        size = first & -first or _LARGEST_BLOCK
        while first + size - 1 > last:
            size //= 2
        yield f"{_BLOCK}{title}/{first}/{size}"
        first += size
