"""Keep a subscription silent until it is resumed, or the whole channel for a time."""

from __future__ import annotations

import difflib
from dataclasses import replace

from sqlite_utils import Database

from bot import terms
from bot.answers import Notice, Problem
from bot.commands_rehearsing import topic_or_query
from bot.question import Question
from bot.terms import TermsError
from bot.wording import moment
from feeds import query as queries
from storage import channels, subscriptions
from storage.subscriptions import Subscription


def pause(db: Database, question: Question) -> Notice | Problem:
    """Have one of the channel's subscriptions tell nothing until it is resumed."""
    found = named(db, question, word="pause")
    if isinstance(found, Problem):
        return found
    if not subscriptions.pause(db, found.id, by=question.user):
        return Notice(text=f"{found.query} is paused already.")
    return Notice(
        text=f"paused {found.query}: it tells nothing until somebody resumes it.",
        by=question.user,
        aloud=True,
    )


def resume(db: Database, question: Question) -> Notice | Problem:
    """End a pause."""
    found = named(db, question, word="resume")
    if isinstance(found, Problem):
        return found
    if not subscriptions.resume(db, found.id):
        return Notice(text=f"{found.query} is not paused.")
    when = terms.told(found, zone=question.timezone)
    return Notice(text=f"resumed {found.query}, told {when}.", by=question.user, aloud=True)


def mute(db: Database, question: Question) -> Notice | Problem:
    """Tell the channel nothing for a time; what happens meanwhile is told afterwards."""
    chosen = channels.get(db, question.channel)
    if not question.text and chosen.muted_until and chosen.muted_until > question.now:
        return Notice(text=f"Muted until {moment(chosen.muted_until, question.timezone)}.")
    try:
        until = question.now + terms.span(question.text)
    except TermsError as error:
        return Problem(message=str(error), hint="mute 2h")
    muted = replace(chosen, muted_until=until, muted_by=question.user)
    channels.put(db, question.channel, muted)
    when = moment(until, question.timezone)
    return Notice(
        text=f"muted Rulewire here until {when}. What happens meanwhile is told then, together;"
        " “unmute” ends it.",
        by=question.user,
        aloud=True,
    )


def unmute(db: Database, question: Question) -> Notice | Problem:
    """End a mute."""
    chosen = channels.get(db, question.channel)
    if not chosen.muted_until or chosen.muted_until <= question.now:
        return Notice(text="Nothing is muted here. A story is unmuted at its alert.")
    channels.put(db, question.channel, replace(chosen, muted_until=None, muted_by=None))
    return Notice(
        text="unmuted Rulewire here. What happened meanwhile is told now.",
        by=question.user,
        aloud=True,
    )


def named(db: Database, question: Question, *, word: str) -> Subscription | Problem:
    """The channel's subscription that a question names, by topic or query; its only one unnamed.

    Raises:
        QueryError: the query cannot be understood.
    """
    own = {each.query: each for each in subscriptions.of_channel(db, question.channel)}
    if not own:
        return Problem(
            message="There is no subscription here.", hint="subscribe huawei-and-standards"
        )
    if not question.text:
        if len(own) == 1:
            return next(iter(own.values()))
        return Problem(
            message=f"{word} takes a topic or a query. There are {', '.join(own)}.",
            hint=f"{word} {next(iter(own)).removeprefix('topic:')}",
        )
    # As written first: a query whose topic is gone cannot be parsed and still is there.
    wanted = next((t for t in (question.text, f"topic:{question.text}") if t in own), None)
    if wanted is None:
        text = topic_or_query(question, question.text)
        wanted = str(queries.parse(text, topics=question.queries))
    if wanted in own:
        return own[wanted]
    near = difflib.get_close_matches(wanted, sorted(own), n=1, cutoff=0.4)
    return Problem(
        message=f"There is no subscription to {wanted} here.",
        hint=f"{word} {near[0]}" if near else "",
    )
