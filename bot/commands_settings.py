"""What a channel can choose: its time zone, where steps are told, when it is reminded."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from sqlite_utils import Database

from bot.answers import Notice, Problem
from bot.choices import Choices, reminding, told
from bot.commands_rehearsing import topic_or_query
from bot.question import Question
from feeds import query as queries
from storage import channels, subscriptions
from storage.channels import Place

#: Reminders of one subscription, and how early one may be (days).
MOST_REMINDERS, EARLIEST = 5, 90


def settings(db: Database, question: Question) -> Choices | Notice | Problem:
    """Show what the channel chose, or choose."""
    name, rest = [*question.text.split(maxsplit=1), "", ""][:2]
    if not name:
        return _choices(db, question)
    choose = _CHOICES.get(name.lower())
    if choose is None:
        near = difflib.get_close_matches(name.lower(), _CHOICES, n=1) or ["steps"]
        return Problem(
            message=f"“{name}” is none of {', '.join(_CHOICES)}.", hint=f"settings {near[0]} {rest}"
        )
    return choose(db, question, rest.strip())


def _choices(db: Database, question: Question) -> Choices:
    chosen = channels.get(db, question.channel)
    return Choices(
        timezone=question.timezone.key,
        steps=chosen.steps,
        reminders=tuple(
            (each.query, each.reminders) for each in subscriptions.of_channel(db, question.channel)
        ),
    )


def _steps(db: Database, question: Question, text: str) -> Notice | Problem:
    if text.lower() not in set(Place):
        return Problem(
            message="Steps are told in the channel or in the thread.", hint="settings steps thread"
        )
    steps = Place(text.lower())
    channels.put(db, question.channel, replace(channels.get(db, question.channel), steps=steps))
    return _done(question, f"chose: steps are {told(steps)}.")


def _timezone(db: Database, question: Question, text: str) -> Notice | Problem:
    try:
        zone = ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        names = {name.lower(): name for name in available_timezones()}
        near = difflib.get_close_matches(text.lower().replace(" ", "_"), names, n=1, cutoff=0.5)
        return Problem(
            message=f"“{text}” is not a time zone such as Europe/Berlin.",
            hint=f"settings timezone {names[near[0]] if near else 'Europe/Berlin'}",
        )
    channels.put(db, question.channel, replace(channels.get(db, question.channel), timezone=zone))
    return _done(question, f"set the time zone to {zone.key}.")


def _reminders(db: Database, question: Question, text: str) -> Notice | Problem:
    said, _, of = text.partition(" for ")
    days = [] if said.strip().lower() == "off" else said.replace(",", " ").split()
    if not said.strip() or not all(_is_day(day) for day in days) or len(days) > MOST_REMINDERS:
        return Problem(
            message=f"reminders takes up to {MOST_REMINDERS} numbers of days, at most {EARLIEST}, or off.",
            hint="settings reminders 14 3 1",
        )
    query = None
    if of.strip():
        query = str(queries.parse(topic_or_query(question, of.strip()), topics=question.queries))
    if not subscriptions.remind(db, question.channel, query=query, days=list(map(int, days))):
        return Problem(message="There is no such subscription here.", hint="subscriptions")
    when = reminding(tuple(sorted(set(map(int, days)), reverse=True)))
    return _done(question, f"set reminders{f' for {query}' if query else ''}: {when}.")


def _is_day(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < int(text[:6]) <= EARLIEST


def _done(question: Question, text: str) -> Notice:
    return Notice(text=text, by=question.user, aloud=True)


_CHOICES: Mapping[str, Callable[[Database, Question, str], Notice | Problem]] = {
    "steps": _steps,
    "timezone": _timezone,
    "reminders": _reminders,
}
