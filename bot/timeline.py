"""A story in the order of time, and the days ahead, as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.card import Card


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of a timeline."""

    at: datetime
    #: "On public inspection"; what a line without a title counts.
    what: str
    #: Who reported it, or what changed; empty when there is nothing to add.
    detail: str = ""
    title: str = ""
    url: str = ""
    #: The entry it tells of; None for a line that counts.
    entry_id: int | None = None
    press: bool = False
    #: It concerns the whole Eastern day on which `at` lies.
    whole_day: bool = False
    #: It is still to come.
    ahead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A story in the order of time."""

    card: Card
    happenings: tuple[Happening, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAhead:
    """A day that a document sets."""

    day: date
    #: "Comments close", "Takes effect".
    what: str
    #: "in 3 days", "today"; "provisional"; "moved from 17 August 2020".
    detail: str
    title: str
    url: str
    entry_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysAhead:
    """The days that documents set, soonest first."""

    #: Canonical; empty for the stories that the channel was told of.
    query: str
    days: tuple[DayAhead, ...]
    #: Opens the next page; None on the last.
    next: str | None
