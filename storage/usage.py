"""How often the words of a query are used, and so how far back to look for so many uses."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from feeds.terms import Prefix, Words
from storage import condition
from storage.condition import Span
from storage.matches import newest

#: How often a word is used is told from so many of its newest entries.
_SAMPLE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """About how many entries hold each word that is asked for."""

    held: Mapping[str, float]
    entries: int
    #: The first and last moment of the archive.
    first: int
    last: int

    def rarity(self, leaf: Words | Prefix) -> float:
        """How much the leaf weighs; a phrase as much as its words together."""
        if isinstance(leaf, Prefix):
            return 1.0
        held = [self.held[token] for token in leaf.tokens]
        return sum(math.log(1 + (self.entries - n + 0.5) / (n + 0.5)) for n in held)

    def since(self, uses: int, below: int) -> int:
        """The moment since which, up to another, the words together have about so many uses."""
        total = sum(self.held.values())
        if total <= uses:
            return 0
        return max(min(self.last, below) - int((self.last - self.first) * uses / total), 0)


def measure(db: Database, leaves: Sequence[Words | Prefix], mark: int) -> Usage:
    """Look the words up among the entries with an id up to `mark`."""
    ends = [
        db.execute(
            f"SELECT moment FROM entries WHERE id <= ? ORDER BY moment {order} LIMIT 1",  # noqa: S608  our text only
            [mark],
        ).fetchone()
        for order in ("ASC", "DESC")
    ]
    first, last = (end[0] if end else 0 for end in ends)
    words = [token for leaf in leaves if isinstance(leaf, Words) for token in leaf.tokens]
    return Usage(
        held={token: _held(db, token, last - first + 1, mark) for token in dict.fromkeys(words)},
        entries=mark,
        first=first,
        last=last,
    )


def _held(db: Database, token: str, age: int, mark: int) -> float:
    used = newest(db, [Span(0, condition.END, f'"{token}"')], limit=_SAMPLE, mark=mark)
    if len(used) < _SAMPLE:
        return float(len(used))
    return min(mark * 0.99, _SAMPLE * age / max(used[0] - used[-1], 1))
