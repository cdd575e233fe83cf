"""FOLD many steps into one message: stories by importance, then the days ahead (pure)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import groupby

from bot import steps
from bot.bulletin import Bulletin, Part, Row
from bot.card import Card
from bot.steps import Manner, manner_of
from bot.wording import day
from feeds.model import EASTERN
from feeds.text import clip
from storage.events import Event, Step

#: Stories told with a sentence and the reason; the others of a long digest have one line each.
_IN_FULL = 10
#: Days ahead that are named, and how much of the title beside one (characters).
_DAYS, _TITLE = 8, 80
#: What a digest may weigh, well within one Slack message (characters of JSON, entities and all).
_WEIGHT = 7_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAhead:
    """A day that a story's documents set, today or later."""

    on: date
    #: What comes on it: "Comments close".
    what: str
    provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryTold:
    """One story of a digest, in its newest state."""

    #: The step that it is told by.
    step: Step
    #: What it says: that of the step's own entry.
    card: Card
    #: Its other steps of this digest, first first.
    before: tuple[Event, ...]
    days: tuple[DayAhead, ...]
    #: Press items that tell it.
    press: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Stories that are told by a like step."""

    heading: str
    #: How many there are, in the title: "2 published".
    counted: str
    steps: frozenset[Step]


#: Most important first. A step that is in none counts as changed.
_GROUPS = (
    _Group(heading="Published", counted="published", steps=frozenset({Step.PUBLISHED})),
    _Group(heading="In force", counted="in force", steps=frozenset({Step.EFFECTIVE})),
    _Group(heading="Corrected", counted="corrected", steps=frozenset({Step.CORRECTED})),
    _Group(
        heading="Withdrawn",
        counted="withdrawn",
        steps=frozenset({Step.WITHDRAWN, Step.TAKEN_BACK}),
    ),
    _Group(heading="Changed", counted="changed", steps=frozenset()),
    _Group(
        heading="On public inspection",
        counted="on public inspection",
        steps=frozenset({Step.FILED}),
    ),
    _Group(
        heading="Comments closing",
        counted="closing for comments",
        steps=frozenset({Step.COMMENTS_CLOSING}),
    ),
    _Group(
        heading="In the press",
        counted="in the press",
        steps=frozenset({Step.REPORTED, Step.COPIED}),
    ),
)
_CHANGED = next(number for number, group in enumerate(_GROUPS) if not group.steps)
_RANKS: Mapping[Step, int] = {
    step: number for number, group in enumerate(_GROUPS) for step in group.steps
}
_MATTERS = (Manner.SHOWN, Manner.THREAD, Manner.COUNT, Manner.EDIT)


def lead(events: Sequence[Event]) -> Event:
    """The step that a story is told by: the newest of those that matter most. Of at least one."""
    return min(events, key=lambda each: (_MATTERS.index(manner_of(each.step)), -each.id))


def ordered(stories: Sequence[StoryTold]) -> list[StoryTold]:
    """Most important first, and of alike ones as they came."""
    return sorted(stories, key=_rank)


def fitting(stories: Sequence[StoryTold]) -> int:
    """How many of the stories, as `ordered`, one message holds; at least one."""
    weight = 0
    for number, story in enumerate(stories):
        weight += _weight(_row(story, in_full=number < _IN_FULL))
        if number and weight > _WEIGHT:
            return number
    return len(stories)


def bulletin(
    stories: Sequence[StoryTold], *, name: str, today: date, closing: str = ""
) -> Bulletin:
    """One message that tells them all.

    Args:
        stories: As `ordered`, and no more than are `fitting`.
        name: What the title begins with: "Daily digest".
        today: From which days left are counted.
        closing: The last line: whose digest it is.
    """
    days = sorted(
        ((each, story) for story in stories for each in story.days), key=lambda pair: pair[0].on
    )
    takeaway = ", ".join(_counted(stories))
    if days:
        soonest = days[0][0]
        takeaway += f"; {_lowered(soonest.what)} {_left(soonest.on, today)}"
    return Bulletin(
        title=f"{name}: {takeaway}", parts=(*_parts(stories), *_ahead(days, today)), closing=closing
    )


def _rank(story: StoryTold) -> int:
    return _RANKS.get(story.step, _CHANGED)


def _counted(stories: Sequence[StoryTold]) -> Iterator[str]:
    for rank, alike in groupby(stories, key=_rank):
        yield f"{len(list(alike))} {_GROUPS[rank].counted}"


def _parts(stories: Sequence[StoryTold]) -> Iterator[Part]:
    numbered = enumerate(stories)
    for rank, alike in groupby(numbered, key=lambda each: _rank(each[1])):
        rows = tuple(_row(story, in_full=number < _IN_FULL) for number, story in alike)
        yield Part(heading=_GROUPS[rank].heading, rows=rows)


def _row(story: StoryTold, *, in_full: bool) -> Row:
    card = story.card
    if not in_full:
        return Row(text=card.title, url=card.url, detail=card.headline)
    reports = f"{story.press} press reports" if story.press > 1 else ""
    state = " · ".join(filter(None, (card.headline, _before(story), reports)))
    why = [f"Why: {line}" for line in card.why[:1]]
    return Row(text=card.title, url=card.url, lines=(state, *card.sentences[:1], *why))


def _before(story: StoryTold) -> str:
    """The earlier steps, each kind once: "before: on public inspection 16 June"."""
    named = {
        steps.name(each.step): each
        for each in reversed(story.before)
        if manner_of(each.step) in {Manner.SHOWN, Manner.THREAD} and each.step is not story.step
    }
    said = [f"{_lowered(name)}{_on(each)}" for name, each in reversed(named.items())]
    return f"before: {', '.join(said)}" if said else ""


def _on(event: Event) -> str:
    if event.at is None:
        return ""
    local = event.at.astimezone(EASTERN)
    return f" {local.day} {local:%B}"


def _ahead(days: Sequence[tuple[DayAhead, StoryTold]], today: date) -> Iterator[Part]:
    if not days:
        return
    rows = [
        Row(text=f"{each.what} {day(each.on)}", detail=_beside(each, story, today))
        for each, story in days[:_DAYS]
    ]
    if more := len(days) - len(rows):
        rows.append(Row(text=f"{more} later"))
    yield Part(heading="Days ahead", rows=tuple(rows))


def _beside(each: DayAhead, story: StoryTold, today: date) -> str:
    sure = ", provisional" if each.provisional else ""
    return f"{_left(each.on, today)}{sure}: {clip(story.card.title, _TITLE)}"


def _left(on: date, today: date) -> str:
    left = (on - today).days
    return {0: "today", 1: "tomorrow"}.get(left, f"in {left} days")


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def _weight(row: Row) -> int:
    """As JSON weighs it, with Slack's entities."""
    said = (row.text, row.url, row.detail, *row.lines)
    return sum(len(json.dumps(escape(each, quote=False))) for each in said)
