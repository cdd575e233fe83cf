"""A story as one channel sees it: its head, its press, why the channel is told, where its card stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot.card import Card, card
from feeds.standing import Later
from storage import (
    cards,
    channels,
    deliveries,
    entries,
    events,
    heads,
    relations,
    stories,
    subscriptions,
    texts,
)
from storage.cards import Standing
from storage.channels import Channel
from storage.deliveries import Why
from storage.entries import Entry
from storage.events import STEP_TO
from storage.stories import Mark, Marked

#: What a card says of itself; the others are a person's own business.
SHOWN_MARKS = frozenset({Mark.FOLLOWED, Mark.MUTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryHere:
    """What a story's card in one channel is made of."""

    #: Whose facts the card shows: the main document, else the press item that came first.
    head: Entry
    #: What was read of its text, as far as its preamble reaches; what later documents do to it.
    preamble: str
    later: tuple[Later, ...]
    #: What came before: the leak, weeks before the rule. None when nothing is known to have.
    earlier: Entry | None
    #: Press items of the story seen so far.
    press: int
    #: Why this channel is told: of the head when it was told of that, else of the latest step.
    whys: tuple[Why, ...]
    #: None while no card of the story stands in this channel.
    standing: Standing | None
    #: What the channel put on it; a direct message is its person's channel.
    marks: frozenset[Mark]
    #: Who muted it here, and when; None while it is not muted.
    muted: Marked | None
    #: When the head's stage was found late; None when a poll brought it.
    found_late: datetime | None
    chosen: Channel
    #: Why the channel follows what it does, by subscription.
    notes: Mapping[str, str]


def here(db: Database, story_id: int, *, channel: str) -> StoryHere | None:
    """Read a story for a channel; None when there is no such story."""
    head = heads.head(db, story_id)
    if head is None:
        return None
    held = [each for each in stories.marks(db, story_id) if each.holder == channel]
    return StoryHere(
        head=head,
        preamble=texts.preamble(db, head.id),
        later=relations.later(db, head.id),
        earlier=earlier_of(db, story_id),
        press=heads.press_of(db, story_id),
        whys=_whys(db, head, channel=channel),
        standing=cards.standing(db, channel=channel, story_id=story_id),
        marks=frozenset(each.mark for each in held) & SHOWN_MARKS,
        muted=next((each for each in held if each.mark is Mark.MUTED), None),
        found_late=events.found_late(db, head),
        chosen=channels.get(db, channel),
        notes={
            each.query: each.note for each in subscriptions.of_channel(db, channel) if each.note
        },
    )


def earlier_of(db: Database, story_id: int) -> Entry | None:
    """What the story that came before began with."""
    before = stories.earlier(db, story_id)
    told = entries.of_story(db, before) if before else []
    return told[0] if told else None


def card_here(known: StoryHere, *, now: datetime, timezone: ZoneInfo) -> Card:
    """The story's card as it should stand in the channel.

    Args:
        known: The story there.
        now: From which days left are counted.
        timezone: In which moments are told, unless the channel chose another.
    """
    return card(
        known.head,
        whys=known.whys,
        now=now,
        timezone=known.chosen.timezone or timezone,
        earlier=known.earlier,
        press=known.press,
        marks=known.marks,
        muted=known.muted,
        preamble=known.preamble,
        later=known.later,
        found_late=known.found_late,
        notes=known.notes,
    )


def _whys(db: Database, head: Entry, *, channel: str) -> tuple[Why, ...]:
    owed = [each for each in deliveries.of_story(db, head.story_id) if each.channel == channel]
    of_head = [
        each
        for each in owed
        if each.event.entry_id == head.id and each.event.step in STEP_TO.values()
    ]
    return next((each.whys for each in reversed(of_head or owed)), ())
