"""What each step of a story is called, and how it is told where the story's card stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from bot.card import Card
from bot.wording import day, visible
from feeds.model import EASTERN
from storage.events import Event, Step


class Manner(StrEnum):
    """How a step is told; the card is brought up to date in each case."""

    SHOWN = "shown"  # in the thread, and in the channel unless that is turned off there
    THREAD = "thread"  # in the thread alone
    COUNT = "count"  # by the card alone, which is posted where none stands
    EDIT = "edit"  # by the card alone, where one stands


@dataclass(frozen=True, slots=True, kw_only=True)
class _Telling:
    manner: Manner
    #: What has happened, from the event and the Eastern day it is told on.
    headline: Callable[[Event, date], str]


def manner_of(step: Step) -> Manner:
    """How a step is told."""
    return _TELLINGS[step].manner


def as_step(shown: Card, event: Event, *, now: datetime) -> Card:
    """An entry's card as the story's thread is told of a step: the headline says what happened.

    What a later document did links to that document.
    """
    happened = _TELLINGS[event.step].headline(event, now.astimezone(EASTERN).date())
    if not happened:
        return shown
    if event.step in _BY_LATER:
        shown = replace(shown, url=f"https://www.federalregister.gov/d/{event.source}")
    if event.step is Step.COMMENTS_CLOSING:
        told = tuple(fact for fact in shown.facts if "omments close" in fact.label)
        shown = replace(shown, facts=(*told, *shown.references[:2]))
    _, _, detail = shown.headline.partition(" · ")
    return replace(shown, headline=f"{happened} · {detail}" if detail else happened)


def name(step: Step) -> str:
    """A step in a few words, for a list: "On public inspection"."""
    return _NAMES[step]


def detail(event: Event) -> str:
    """What a list says of a step beside its name: what changed, and by which document."""
    changed = "; ".join(
        f"{change.name} {_value(change.before)} → {_value(change.after)}"
        for change in event.changes
    )
    by = f"by {event.source}" if event.step in _BY_LATER else ""
    return ", ".join(said for said in (changed, by) if said)


def _as_staged(_event: Event, _today: date) -> str:
    """The headline of the entry's own card says it."""
    return ""


def _comments_closing(event: Event, today: date) -> str:
    closing = _day_of(event)
    left = (closing - today).days
    when = {0: "today", 1: "tomorrow"}.get(left, f"in {left} days")
    what = "Reply comments" if "reply" in event.occasion else "Comments"
    if left < 0:  # a mute, quiet hours or Slack held it
        return f"{what} closed on {day(closing)}"
    return f"{what} close {when}, on {day(closing)}"


def _effective(event: Event, today: date) -> str:
    since = _day_of(event)
    return "In force today" if since >= today else f"In force since {day(since)}"


def _day_of(event: Event) -> date:
    """The day of a step of the calendar, with which its occasion ends."""
    return date.fromisoformat(event.occasion.rpartition(" ")[2])


def _moved(event: Event, _today: date) -> str:
    return "; ".join(
        f"{change.name.capitalize()} moved from {_value(change.before)} to {_value(change.after)}"
        for change in event.changes
    )


def _revised(event: Event, _today: date) -> str:
    return "; ".join(
        f"{change.name.capitalize()} changed, it was “{visible(change.before, 160)}”"
        for change in event.changes
    )


_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _value(text: str) -> str:
    if not text:
        return "none"
    return day(date.fromisoformat(text)) if _DAY.fullmatch(text) else visible(text, 160)


def _law_changed(event: Event, _today: date) -> str:
    part, _, _ = event.occasion.rpartition(" ")
    return f"The text of {visible(part, 40)} has changed"


def _by(verb: str) -> Callable[[Event, date], str]:
    """By which later document."""
    return lambda event, _today: f"{verb} by {visible(event.source, 40)}"


def _said(words: str) -> Callable[[Event, date], str]:
    return lambda _event, _today: words


_NAMES: Mapping[Step, str] = {
    Step.REPORTED: "Reported",
    Step.COPIED: "Reported again",
    Step.FILED: "On public inspection",
    Step.WITHDRAWN: "Withdrawn from public inspection",
    Step.PUBLISHED: "Published",
    Step.EFFECTIVE: "In force",
    Step.DATED: "Dates known",
    Step.COMMENTS_CLOSING: "Comments closing",
    Step.COMMENTS_CLOSED: "Comments closed",
    Step.REVISED: "Changed",
    Step.MOVED: "Date moved",
    Step.CORRECTED: "Corrected",
    Step.DELAYED: "Delayed",
    Step.EXTENDED: "Extended",
    Step.REOPENED: "Comments reopened",
    Step.SUSPENDED: "Suspended",
    Step.SUPERSEDED: "Superseded",
    Step.TAKEN_BACK: "Withdrawn after publication",
    Step.FOLLOWED: "Followed up",
    Step.LAW_CHANGED: "Text of the law changed",
}

#: What a later document did.
_BY_LATER = {
    Step.CORRECTED,
    Step.DELAYED,
    Step.EXTENDED,
    Step.REOPENED,
    Step.SUSPENDED,
    Step.SUPERSEDED,
    Step.TAKEN_BACK,
    Step.FOLLOWED,
}

_TELLINGS: Mapping[Step, _Telling] = {
    Step.REPORTED: _Telling(manner=Manner.THREAD, headline=_as_staged),
    Step.COPIED: _Telling(manner=Manner.COUNT, headline=_as_staged),
    Step.FILED: _Telling(manner=Manner.SHOWN, headline=_as_staged),
    Step.WITHDRAWN: _Telling(manner=Manner.SHOWN, headline=_as_staged),
    Step.PUBLISHED: _Telling(manner=Manner.SHOWN, headline=_as_staged),
    Step.DATED: _Telling(manner=Manner.EDIT, headline=_as_staged),
    Step.EFFECTIVE: _Telling(manner=Manner.SHOWN, headline=_effective),
    Step.COMMENTS_CLOSING: _Telling(manner=Manner.THREAD, headline=_comments_closing),
    Step.COMMENTS_CLOSED: _Telling(manner=Manner.EDIT, headline=_said("Comments closed")),
    Step.REVISED: _Telling(manner=Manner.THREAD, headline=_revised),
    Step.MOVED: _Telling(manner=Manner.SHOWN, headline=_moved),
    Step.CORRECTED: _Telling(manner=Manner.SHOWN, headline=_by("Corrected")),
    Step.DELAYED: _Telling(manner=Manner.SHOWN, headline=_by("Delayed")),
    Step.EXTENDED: _Telling(manner=Manner.SHOWN, headline=_by("Extended")),
    Step.REOPENED: _Telling(manner=Manner.SHOWN, headline=_by("Comments reopened")),
    Step.SUSPENDED: _Telling(manner=Manner.SHOWN, headline=_by("Suspended")),
    Step.SUPERSEDED: _Telling(manner=Manner.SHOWN, headline=_by("Superseded")),
    Step.TAKEN_BACK: _Telling(manner=Manner.SHOWN, headline=_by("Withdrawn")),
    Step.FOLLOWED: _Telling(manner=Manner.EDIT, headline=_by("Followed up")),
    Step.LAW_CHANGED: _Telling(manner=Manner.THREAD, headline=_law_changed),
}
