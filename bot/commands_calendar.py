"""The secret address at which a calendar program reads a subscription's deadlines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.answers import Notice, Problem
from bot.commands_rehearsing import topic_or_query
from bot.question import Question
from feeds import query as queries
from feeds.errors import QueryError
from feeds.model import EASTERN
from storage import calendars, subscriptions
from storage.deadlines import Dated
from storage.subscriptions import Subscription

#: How long a day that has passed stays in a calendar, and how far ahead it looks.
PAST, AHEAD = timedelta(days=92), timedelta(days=3 * 366)
#: Days in one calendar.
MOST = 1_000


def calendar(db: Database, question: Question) -> Notice | Problem:
    """Answer with the address of a subscription's calendar, or with a new one: "renew"."""
    if not question.calendars:
        return Problem(message="No calendars are served here: RULEWIRE_PORT is not set.")
    word, _, rest = question.text.partition(" ")
    renew = word.lower() == "renew"
    text = rest.strip() if renew else question.text
    own = subscriptions.of_channel(db, question.channel)
    if not own:
        return Problem(
            message="There is no subscription here, and a calendar shows the days of one.",
            hint="subscribe huawei-and-standards",
        )
    if text:
        wanted = str(queries.parse(topic_or_query(question, text), topics=question.queries))
        found = next((each for each in own if each.query == wanted), None)
    else:
        wanted, found = "", own[0] if len(own) == 1 else None
    if found is None:
        return _choose(own, wanted, renew=renew)
    name = calendars.address(db, found.id, made_by=question.user, now=question.now, renew=renew)
    before = "The address before is no longer served. " if renew else ""
    return Notice(
        text=f"{before}Whoever has this address can read the deadlines of {found.query} in a"
        " calendar program. It is the same for everyone in this channel; “calendar renew” makes"
        " another.",
        url=f"{question.calendars}/calendar/{name}.ics",
    )


def shown(
    db: Database, name: str, *, topics: Mapping[str, str], now: datetime
) -> tuple[Subscription, list[Dated]] | None:
    """What the calendar at an address shows, by day; None when there is none.

    Args:
        db: Only read.
        name: The last part of the address, without ".ics".
        topics: Query of each topic, by name.
        now: Its Eastern day is today.
    """
    subscription = calendars.at(db, name)
    if subscription is None:
        return None
    try:
        query = queries.parse(subscription.query, topics=topics)
    except QueryError:  # its topic is gone, which `status` tells; what it told of is shown
        query = None
    today = now.astimezone(EASTERN).date()
    days = calendars.shown(
        db, subscription, query, first=today - PAST, today=today, last=today + AHEAD, limit=MOST
    )
    return subscription, days


def _choose(own: list[Subscription], wanted: str, *, renew: bool) -> Problem:
    word = "calendar renew" if renew else "calendar"
    return Problem(
        message=f"There is no subscription to {wanted} here."
        if wanted
        else "There are several subscriptions here, each with its own calendar: "
        + ", ".join(each.query for each in own),
        hint=f"{word} {own[0].query}",
    )
