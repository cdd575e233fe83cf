"""Parts of the Code of Federal Regulations that moved: one part under its old and its new number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from feeds.terms import cfr_range


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A part that was given another number, its contents being the same."""

    #: As `feeds.facts` has them: "15/7".
    old: str
    new: str
    #: Where the rule that did it is printed, and since when it holds.
    citation: str
    effective: date


#: A line for each. The old number is vacant since, so that it names nothing else.
MOVES = (Move(old="15/7", new="15/791", citation="89 FR 58263", effective=date(2024, 7, 18)),)


def names(*values: str) -> tuple[str, ...]:
    """Titles, parts and ranges of parts, and the other numbers of those parts among them that moved.

    >>> names("15/791"), names("15/790-799"), names("15/0-999"), names("15/791", "15/7")
    (('15/791', '15/7'), ('15/790-799', '15/7'), ('15/0-999',), ('15/791', '15/7'))
    """
    others = []
    for move in MOVES:
        old, new = (any(_holds(value, part) for value in values) for part in (move.old, move.new))
        if old != new:
            others.append(move.new if old else move.old)
    return (*values, *others)


def _holds(value: str, part: str) -> bool:
    span = cfr_range(value)
    if span is None:
        return value == part
    title, _, number = part.partition("/")
    return title == span[0] and number.isdecimal() and span[1] <= int(number) <= span[2]
