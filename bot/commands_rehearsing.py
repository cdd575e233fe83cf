"""What a query would have told: counted, with examples and near misses."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta

from sqlite_utils import Database

from bot.answers import Lookback, NearMiss, Problem, Rehearsal
from bot.commands_marking import card_for
from bot.config import DEFAULT_QUERY
from bot.question import Question
from feeds import query as queries
from feeds.model import EASTERN
from feeds.query import Query
from feeds.text import clip
from storage import matches, rehearsal, subscriptions
from storage.rehearsal import Found, Window

#: As far back as a rehearsal looks when nobody says otherwise (days).
DAYS = 90
#: How many entries are shown of those found, and of those just missed.
_EXAMPLES = 5
_NEAR = 3
#: Longest term that is named (characters).
_TERM = 80


def rehearse(
    db: Database, question: Question, *, days: int = DAYS
) -> Generator[None, None, Rehearsal | Problem]:
    """What a topic or query would have told in the last days, for `Storage.run_in_pieces`.

    What is counted and shown is of one moment; only the near misses are looked for in pieces.
    """
    if not question.text:
        return Problem(
            message="rehearse takes a topic or a query.", hint=f"rehearse {_example(question)}"
        )
    query = queries.parse(topic_or_query(question, question.text), topics=question.queries)
    if not query.has_positive:
        return too_wide(question.text, word="rehearse")
    window = _window(question, days)
    found = rehearsal.find(db, query, window)
    examples = matches.read(db, found.moments[:_EXAMPLES])
    cards = tuple(card_for(db, question, entry) for entry in examples)
    lookback = _lookback(db, found, window, days)
    yield
    missed = yield from rehearsal.near_misses(db, query, window, found, limit=_NEAR)
    own = {each.query for each in subscriptions.of_channel(db, question.channel)}
    return Rehearsal(
        query=str(query),
        lookback=lookback,
        examples=cards,
        near=tuple(
            NearMiss(card=card_for(db, question, miss.entry), because=because(miss.term))
            for miss in missed
        ),
        subscribed=str(query) in own,
    )


def look_back(db: Database, question: Question, query: Query, *, days: int) -> Lookback:
    """How much a query would have told in the last days: exact, however much it is."""
    window = _window(question, days)
    return _lookback(db, rehearsal.find(db, query, window), window, days)


def topic_or_query(question: Question, text: str) -> str:
    """The query that is meant: a topic's bare name stands for the topic."""
    return f"topic:{text.lower()}" if text.lower() in question.topics else text


def too_wide(text: str, *, word: str) -> Problem:
    """The answer to a query of nothing but exclusions and days."""
    return Problem(
        message="This only says what to leave out, so it would tell you everything else.",
        hint=f"{word} {DEFAULT_QUERY} {text}",
    )


def _example(question: Question) -> str:
    return next(iter(question.topics), "huawei standards")


def _window(question: Question, days: int) -> Window:
    today = question.now.astimezone(EASTERN).date()
    return Window(first=today - timedelta(days=days), last=today)


def _lookback(db: Database, found: Found, window: Window, days: int) -> Lookback:
    begins = rehearsal.beginning(db)
    return Lookback(
        days=days,
        entries=len(found.moments),
        documents=found.documents,
        press=found.press,
        stories=found.stories,
        begins=begins if begins and begins > window.first else None,
    )


def because(term: str) -> str:
    """What kept an entry out: a term it lacks, or one it has and must not have."""
    named = clip(term.removeprefix("-").strip('"'), _TERM)
    return f"has “{named}”, which is left out" if term.startswith("-") else f"lacks “{named}”"
