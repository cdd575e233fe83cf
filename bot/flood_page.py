"""The floods, and what one of them holds, as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.bulletin import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodRow:
    """A flood as it is listed."""

    id: int
    #: "SOTT.net: 12 items held back".
    title: str
    #: Why, in sentences.
    why: str
    began_at: datetime
    #: "Released" or "Dropped", and by whom and when; empty and None while nobody decided.
    decided: str = ""
    by: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Floods:
    """The latest floods: those that nobody decided about first."""

    floods: tuple[FloodRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPage:
    """A page of what a flood holds."""

    flood: FloodRow
    rows: tuple[Row, ...]
    #: Counted from 1.
    page: int
    #: Place of the first row in the whole list, from 1.
    first: int
    total: int

    @property
    def extent(self) -> str:
        """Which of how many: "1 to 10 of 37"."""
        return f"{self.first:,} to {self.first + len(self.rows) - 1:,} of {self.total:,}"

    @property
    def more(self) -> bool:
        """Whether another page follows."""
        return self.first + len(self.rows) <= self.total
