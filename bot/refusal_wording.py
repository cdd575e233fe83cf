"""What is said of a channel that refuses messages, or takes them again: as bulletins (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.bulletin import Bulletin, Button, Part, Row
from bot.health_wording import span
from bot.refusal_meaning import plainly
from bot.wording import moment
from feeds.model import EASTERN
from storage.deliveries import State
from storage.refusals import Refusal
from storage.workspaces import is_person, workspace_of

#: What the button does; its value is the query whose findings were missed.
READ = "refusal-read"
#: How many queries are spelled out as searches, and the longest that a button carries (characters).
QUERIES, _VALUE = 3, 600
#: How many of the alerts that were refused are named.
NAMED = 5

TRIED = (
    "Tried again when Rulewire is invited, and else at growing intervals, at most 6 hours apart. This"
    " message says when it is over."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A refusal with what is told of it."""

    refusal: Refusal
    #: How many alerts and other messages the channel was not told.
    missed: int
    #: Queries that whoever is told may read: to the owners none, for channels may be private.
    queries: Sequence[str] = ()
    #: The newest of what it was not told; to itself alone.
    newest: Sequence[Row] = ()


def of_one(told: Told, *, timezone: ZoneInfo) -> Bulletin:
    """What others are told of it, as it is now."""
    if told.refusal.lasts:
        return refuses(told, timezone=timezone)
    if told.refusal.state is State.SENT:
        return is_over(told, timezone=timezone)
    return is_given_up(told.refusal, timezone=timezone)


def refuses(told: Told, *, timezone: ZoneInfo) -> Bulletin:
    """A channel refuses messages: what others are told while it lasts."""
    refusal = told.refusal
    meaning, remedy = plainly(refusal.reason or "no reason", refusal.channel)
    since = moment(refusal.since, timezone)
    return Bulletin(
        title="Rulewire cannot write to"
        if is_person(refusal.channel)
        else "Rulewire cannot post in",
        place=refusal.channel,
        parts=(
            Part(text=f"Since {since}. {meaning}"),
            Part(
                text=f"{count(told.missed)} refused, and nothing is told there until it takes"
                " messages again. None of it is sent later.",
            ),
            Part(
                heading="What to do",
                rows=(Row(text=remedy), Row(text=removing(refusal.channel))),
            ),
            *_searches(told, "To read meanwhile what it is not told:"),
        ),
        buttons=_buttons(told),
        closing=TRIED,
    )


def is_over(told: Told, *, timezone: ZoneInfo) -> Bulletin:
    """A channel takes messages again: what the others' message says then."""
    refusal = told.refusal
    ended_at = refusal.ended_at or refusal.since
    person = is_person(refusal.channel)
    return Bulletin(
        title="Rulewire writes again to" if person else "Rulewire posts again in",
        place=refusal.channel,
        parts=(
            Part(
                text=f"It takes messages again since {moment(ended_at, timezone)}, after"
                f" {span(ended_at - refusal.since)}. {count(told.missed)} refused, and it was told"
                " how to read what it missed.",
            ),
            *_searches(told, "To read what it was not told:"),
        ),
        buttons=_buttons(told),
    )


def is_given_up(refusal: Refusal, *, timezone: ZoneInfo) -> Bulletin:
    """Nobody wants anything there any more: what the others' message says then."""
    since = moment(refusal.since, timezone)
    return Bulletin(
        title="Rulewire does not write any more to"
        if is_person(refusal.channel)
        else "Rulewire does not post any more in",
        place=refusal.channel,
        parts=(
            Part(
                text=f"It refused messages from {since} on. Nothing is subscribed there any more."
            ),
        ),
    )


def returns(told: Told, *, timezone: ZoneInfo) -> Bulletin:
    """What the channel itself is told first, once it takes messages again."""
    refusal = told.refusal
    meaning, _ = plainly(refusal.reason or "no reason", refusal.channel)
    since = moment(refusal.since, timezone)
    more = told.missed - len(told.newest)
    rows = (*told.newest, *([Row(text=f"and {more:,} more")] if more > 0 and told.newest else []))
    person = is_person(refusal.channel)
    return Bulletin(
        title="Rulewire can write to you again" if person else "Rulewire can post here again",
        parts=(
            Part(
                text=f"From {since} until now Slack refused its messages. What it said: {meaning}"
            ),
            Part(text=f"{count(told.missed)} refused{':' if rows else '.'}", rows=rows),
            *_searches(told, "Nor was anything else told meanwhile. To read all of it:"),
        ),
        buttons=_buttons(told),
        closing="What happens from now on is told as ever.",
    )


def removing(channel: str) -> str:
    """How to end it where nobody needs it; what is typed on the server is for whoever runs the bot."""
    ways = [
        *([] if is_person(channel) else ["/rulewire unsubscribe QUERY in the channel"]),
        *([] if workspace_of(channel) else [f"rulewire subscriptions remove {channel} QUERY"]),
    ]
    return f"If nobody needs it any more: {', or on the server '.join(ways)}"


def count(missed: int) -> str:
    """How many messages were missed, before a verb: "3 messages were"."""
    return f"{missed:,} message{' was' if missed == 1 else 's were'}"


def _searches(told: Told, text: str) -> tuple[Part, ...]:
    """Commands that find what was published since, query by query."""
    rows = tuple(
        Row(text=f"/rulewire search {_since(told, each)}") for each in told.queries[:QUERIES]
    )
    return (Part(text=text, rows=rows),) if rows else ()


def _buttons(told: Told) -> tuple[Button, ...]:
    """One that finds it all."""
    several = " OR ".join(f"({each})" for each in told.queries)
    query = _since(told, several if told.queries[1:] else "".join(told.queries))
    fits = bool(told.queries) and len(query) <= _VALUE
    return (Button(label="Show What Was Missed", action=READ, value=query),) if fits else ()


def _since(told: Told, query: str) -> str:
    """What a query finds of the days since, in the Register's days: one more, for what came late."""
    day = told.refusal.since.astimezone(EASTERN).date() - timedelta(days=1)
    return f"({query}) after:{day}" if " " in query else f"{query} after:{day}"
