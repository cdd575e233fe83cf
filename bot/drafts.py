"""Pure: what a person wrote into a form, and what is agreed when nothing in it is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import time
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot import terms
from bot.commands_settings import EARLIEST, MOST_REMINDERS
from feeds import query as queries
from feeds.errors import QueryError
from feeds.query import Query
from feeds.text import clip
from feeds.topics import Topic
from storage.channels import Place
from storage.subscriptions import Cadence, Subscription, Terms

T = TypeVar("T")

#: Chosen in place of a time zone: the channel's own. A list cannot be emptied once one was chosen.
CHANNELS_ZONE = "channel"
#: How much of a query is repeated before a mistake (characters).
_BEFORE = 30


class DraftError(ValueError):
    """What is wrong with a form: a sentence for each field, by its name."""

    def __init__(self, mistakes: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {said}" for name, said in mistakes.items()))
        self.mistakes = dict(mistakes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The form of a subscription as it is filled in. None is a field that was left as it was."""

    #: A topic's name, or a query; one of the two.
    topic: str | None = None
    query: str | None = None
    cadence: str | None = None
    at: str | None = None
    weekday: str | None = None
    timezone: str | None = None
    #: "on" or empty.
    urgent: str | None = None
    steps: str | None = None
    #: Numbers of days, "14 3 1"; empty for none.
    reminders: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """A form in which nothing is wrong."""

    query: Query
    terms: Terms
    #: None: as the channel has it.
    steps: Place | None


def agree(draft: Draft, *, topics: Mapping[str, Topic], before: Terms) -> Agreed:
    """What a form asks for.

    Args:
        draft: As it was filled in, by anyone.
        topics: Those that queries may name.
        before: What holds for fields that were left as they were; of a subscription also the query.

    Raises:
        DraftError: everything that is wrong with it.
    """
    mistakes: dict[str, str] = {}

    def read(name: str, parse: Callable[[], T], instead: T) -> T:
        try:
            return parse()
        except DraftError as error:
            mistakes.update(error.mistakes)
        except ValueError as error:
            mistakes[name] = str(error)
        return instead

    if isinstance(before, Subscription) and not (draft.topic or (draft.query or "").strip()):
        draft = replace(draft, query=before.query)
    query = read("query", lambda: wanted(draft, topics), None)
    agreed = Terms(
        cadence=read("cadence", lambda: _choice(draft.cadence, Cadence), None) or before.cadence,
        at=read("at", lambda: day_time(draft.at), None) or before.at,
        weekday=read("weekday", lambda: _weekday(draft.weekday, before.weekday), 0),
        timezone=read("timezone", lambda: zone(draft.timezone, before.timezone), None),
        note=read(
            "note", lambda: terms.note(before.note if draft.note is None else draft.note), ""
        ),
        urgent=before.urgent if draft.urgent is None else draft.urgent == "on",
        reminders=read("reminders", lambda: days(draft.reminders, before.reminders), ()),
    )
    steps = read("steps", lambda: _choice(draft.steps, Place), None)
    if mistakes or query is None:
        raise DraftError(mistakes)
    return Agreed(query=query, terms=agreed, steps=steps)


def wanted(draft: Draft, topics: Mapping[str, Topic]) -> Query:
    """The query of a form.

    Raises:
        DraftError: there is none, or it cannot be understood: where, and what to write instead.
    """
    written = (draft.query or "").strip()
    if draft.topic and written:
        raise DraftError({"query": "Choose a topic or write a query, not both."})
    if not draft.topic and not written:
        raise DraftError({"query": "Choose a topic, or write what you want to hear of."})
    bare = written.lower() in topics
    text = f"topic:{draft.topic or written.lower()}" if draft.topic or bare else written
    try:
        query = queries.parse(text, topics={name: each.query for name, each in topics.items()})
    except QueryError as error:
        raise DraftError({"query" if written else "topic": mistake(error, text)}) from error
    if not query.has_positive:
        message = "This only says what to leave out, so it would tell you everything else."
        raise DraftError({"query": f"{message} Say what you want, too: huawei {written}"})
    return query


def mistake(error: QueryError, text: str) -> str:
    """What is wrong with a query, where, and the fix, in a line."""
    at = max(0, min(error.position, len(text)))
    before = text[max(0, at - _BEFORE) : at].strip()
    place = f"after “{before}”" if before else "at its beginning"
    fix = f" Try: {clip(error.hint, 120)}" if error.hint else ""
    return f"{error} (character {at + 1}, {place}).{fix}"


def day_time(text: str | None) -> time | None:
    """A time of day; None when nothing was chosen.

    Raises:
        ValueError: it is none, in words.
    """
    return terms.clock(text) if text else None


def zone(text: str | None, before: ZoneInfo | None) -> ZoneInfo | None:
    """A time zone; what it was when the field was left as it was, None when it was emptied.

    Raises:
        ValueError: there is no such zone, in words.
    """
    if text is None:
        return before
    if text in {"", CHANNELS_ZONE}:
        return None
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"“{clip(text, 40)}” is not a time zone.") from error


def days(text: str | None, before: tuple[int, ...]) -> tuple[int, ...]:
    """How many days before comments close to remind, most first.

    Raises:
        ValueError: they are no such numbers, in words.
    """
    if text is None:
        return before
    said = text.replace(",", " ").split()
    good = all(re.fullmatch(r"[0-9]{1,3}", each, re.ASCII) for each in said)
    numbers = sorted({int(each) for each in said}, reverse=True) if good else [0]
    if len(numbers) > MOST_REMINDERS or not all(0 < each <= EARLIEST for each in numbers):
        raise ValueError(
            f"Up to {MOST_REMINDERS} numbers of days, none above {EARLIEST}, such as 14 3 1."
        )
    return tuple(numbers)


def _weekday(text: str | None, before: int) -> int:
    if not text:
        return before
    if text not in {"0", "1", "2", "3", "4", "5", "6"}:
        raise ValueError("Choose a day of the week.")
    return int(text)


def _choice(text: str | None, kind: Callable[[str], T]) -> T | None:
    if not text:
        return None
    try:
        return kind(text)
    except ValueError as error:
        raise ValueError("Choose one of the list.") from error
