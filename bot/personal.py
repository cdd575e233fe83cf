"""What is answered when a person does something with one story: noted, offered, promised."""

from __future__ import annotations

from dataclasses import dataclass

from bot.card import Card


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrower:
    """A subscription's query without what was objected to."""

    query: str
    #: How many entries the subscription told, or would have told, in so many days; how many of them
    #: the narrower query leaves out, what was objected to included.
    days: int
    told: int
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """An objection was kept."""

    story_id: int
    #: In a word or two: "wrong subject".
    objection: str
    #: It had been kept before.
    already: bool
    #: The story is told here, and not muted: it could be.
    mutable: bool
    #: None when no word of the title would do.
    narrower: Narrower | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """When somebody can be reminded of a story, and that it can be shared."""

    entry_id: int
    title: str
    #: The story's next deadline, "Comments close 17 August 2020"; empty when it is too near, or there
    #: is none.
    deadline: str
    #: When they are to be reminded already: "19 June 2020, 10:00 a.m. EDT"; empty when they are not.
    waiting: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """Somebody will be reminded, or will not any more."""

    text: str
    #: The reminder that can be taken back; None when there is none any more.
    reminder_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """What the archive has on a message, best first, each with why in its card."""

    cards: tuple[Card, ...]
    #: What was looked for: "85 FR 36719", "entity:huawei"; empty when nothing in it tells.
    sought: tuple[str, ...]
    #: A query for more of it; empty when there is none.
    query: str
