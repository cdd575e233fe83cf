"""What a channel can choose: zone, steps, reminders, quiet hours; a subscription's note and urgency."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlite_utils import Database

from bot import terms
from bot.answers import Notice, Problem
from bot.choices import Choices, reminding, told
from bot.commands_rehearsing import topic_or_query
from bot.question import Question
from bot.terms import TermsError
from feeds import query as queries
from storage import channels, subscriptions
from storage.channels import Place
from storage.subscriptions import Subscription

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
        quiet=(chosen.quiet_from, chosen.quiet_until)
        if chosen.quiet_from and chosen.quiet_until
        else None,
        muted_until=chosen.muted_until
        if chosen.muted_until and chosen.muted_until > question.now
        else None,
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
        zone = terms.zone(text)
    except TermsError as error:
        return Problem(message=str(error), hint=f"settings timezone {error.instead}")
    channels.put(db, question.channel, replace(channels.get(db, question.channel), timezone=zone))
    return _done(question, f"set the time zone to {terms.place(zone)}.")


def _quiet(db: Database, question: Question, text: str) -> Notice | Problem:
    chosen = channels.get(db, question.channel)
    if text.lower() in {"off", "none"}:
        channels.put(db, question.channel, replace(chosen, quiet_from=None, quiet_until=None))
        return _done(question, "ended the quiet hours here.")
    try:
        begins, ends = terms.quiet_hours(text)
    except TermsError as error:
        return Problem(message=str(error), hint="settings quiet 22:00-07:00")
    channels.put(db, question.channel, replace(chosen, quiet_from=begins, quiet_until=ends))
    hours = f"{begins:%H:%M} to {ends:%H:%M} ({terms.place(question.timezone)})"
    return _done(
        question, f"set quiet hours from {hours}. What happens meanwhile is told as they end."
    )


def _note(db: Database, question: Question, text: str) -> Notice | Problem:
    """`note TOPIC Why we follow this`: the subscription is as much of the beginning as names one."""
    own = subscriptions.of_channel(db, question.channel)
    found = _leading(text, own)
    if found is None:
        return Problem(
            message="note takes a subscription of this channel, then why you follow it, or off.",
            hint=f"settings note {_example(own)} We vote on this standard",
        )
    subscription, said = found
    try:
        kept = terms.note("" if said.lower() == "off" else said)
    except TermsError as error:
        return Problem(message=str(error))
    subscriptions.change(db, subscription.id, replace(subscription, note=kept))
    if not kept:
        return _done(question, f"removed the note of {subscription.query}.")
    return _done(question, f"noted why {subscription.query} is followed here: {kept}")


def _urgent(db: Database, question: Question, text: str) -> Notice | Problem:
    own = subscriptions.of_channel(db, question.channel)
    found = _leading(text, own)
    if found is None or found[1].lower() not in {"on", "off"}:
        return Problem(
            message="urgent takes a subscription of this channel, then on or off.",
            hint=f"settings urgent {found[0].query if found else _example(own)} on",
        )
    subscription, said = found
    urgent = said.lower() == "on"
    subscriptions.change(db, subscription.id, replace(subscription, urgent=urgent))
    told = "at once, even in quiet hours" if urgent else "with the rest"
    return _done(
        question,
        f"set {subscription.query}: filed, published and in force are told {told}.",
    )


def _leading(text: str, own: Sequence[Subscription]) -> tuple[Subscription, str] | None:
    """The subscription that a text begins with, by query or topic, and what follows it."""
    names = [
        (name, each)
        for each in own
        for name in (each.query, each.query.removeprefix("topic:"))
        if text.lower() == name.lower() or text.lower().startswith(f"{name.lower()} ")
    ]
    name, found = max(names, key=lambda named: len(named[0]), default=("", None))
    if found:
        return found, text[len(name) :].strip()
    return (own[0], text) if len(own) == 1 and text else None


def _example(own: Sequence[Subscription]) -> str:
    return own[0].query.removeprefix("topic:") if own else "huawei-and-standards"


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
    "quiet": _quiet,
    "note": _note,
    "urgent": _urgent,
}
