"""A story in the order of time, as it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A story in the order of time."""

    card: Card
    happenings: tuple[Happening, ...]
