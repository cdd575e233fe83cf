"""What people find not relevant, and why: noted, with the query that would leave it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from sqlite_utils import Database

from bot.answers import Problem
from bot.commands_rehearsing import look_back
from bot.personal import Narrower, Noted
from bot.question import Question
from bot.wording import visible
from feeds import narrowing
from feeds import query as queries
from feeds.errors import QueryError
from storage import deliveries, entries, feedback, once, stories, subscriptions
from storage.deliveries import FOLLOWED
from storage.entries import Entry
from storage.feedback import Feedback, Objection
from storage.once import Done
from storage.stories import Mark
from storage.subscriptions import Subscription

#: Objections are counted over so many days, and a narrower query is rehearsed over so many.
DAYS, _REHEARSED = 30, 90
#: Longest words of a person that are kept (characters).
WORDS = 500
_GONE = Problem(message="This entry is not in the archive any more.")


def give(
    db: Database, question: Question, *, entry_id: int, objection: Objection, words: str
) -> Noted | Problem:
    """Keep why an alert was not relevant; the same again changes nothing."""
    entry = entries.get(db, entry_id)
    if entry is None:
        return _GONE
    told_by = _told_by(db, question, entry)
    new = feedback.give(
        db,
        Feedback(
            story_id=entry.story_id,
            entry_id=entry.id,
            channel=question.channel,
            person=question.user,
            objection=objection,
            words=visible(words, WORDS),
            queries=told_by,
            made_at=question.now,
        ),
    )
    marks = stories.marks(db, entry.story_id)
    muted = any(each.mark is Mark.MUTED and each.holder == question.channel for each in marks)
    return Noted(
        story_id=entry.story_id,
        objection=objection.value,
        already=not new,
        mutable=bool(told_by) and not muted,
        narrower=_narrower(db, question, entry, told_by)
        if objection is not Objection.DUPLICATE
        else None,
    )


def of_subscription(db: Database, question: Question, subscription: Subscription) -> str:
    """What was objected to in its alerts: "3 not relevant in 30 days, mostly: wrong subject"."""
    since = question.now - timedelta(days=DAYS)
    given = feedback.in_channel(db, subscription.channel, since=since)
    return counted([each for each in given if subscription.query in each.queries])


def counted(given: Iterable[Feedback]) -> str:
    """How many objections there are, and which is the most frequent; empty for none."""
    objections = Counter(each.objection for each in given)
    if not objections:
        return ""
    (most, times), *_ = objections.most_common(1)
    total = objections.total()
    mostly = ", mostly" if times < total else ""
    return f"{total} not relevant in {DAYS} days{mostly}: {most}"


def news(db: Database, question: Question) -> list[tuple[str, str]]:
    """What is new to whoever made subscriptions: each query with what people objected to, once.

    It goes with the next answer that they ask for: nobody is written to who did not ask.
    """
    since = question.now - timedelta(days=DAYS)
    lines = []
    for each in subscriptions.every(db):
        if each.created_by != question.user:
            continue
        given = feedback.in_channel(db, each.channel, since=since)
        own = [one for one in given if each.query in one.queries and one.person != question.user]
        new = [one for one in own if _is_news(db, question, each, one)]
        if new:
            lines.append((each.query, counted(own)))
    return lines


def _is_news(db: Database, question: Question, owned: Subscription, given: Feedback) -> bool:
    name = f"{question.user} {owned.id} {given.entry_id} {given.person} {given.objection}"
    return once.first(db, Done.OBJECTION_TOLD, name, now=question.now)


def _told_by(db: Database, question: Question, entry: Entry) -> tuple[str, ...]:
    """The subscriptions by which the channel was told of the story."""
    owed = deliveries.of_story(db, entry.story_id)
    found = (
        why.subscription
        for each in owed
        if each.channel == question.channel
        for why in each.whys
        if why.subscription != FOLLOWED
    )
    return tuple(dict.fromkeys(found))


def _narrower(
    db: Database, question: Question, entry: Entry, told_by: tuple[str, ...]
) -> Narrower | None:
    """Of the words that could be left out the one that loses the least else."""
    if not told_by:
        return None
    try:
        query = queries.parse(told_by[0], topics=question.queries)
    except QueryError:  # its topic is gone
        return None
    told = look_back(db, question, query, days=_REHEARSED).entries
    offered = [
        (told - look_back(db, question, without, days=_REHEARSED).entries, str(without))
        for without in narrowing.without(query, entry.item, topics=question.queries)
    ]
    if not offered:
        return None
    lost, text = min(offered, key=lambda each: each[0])
    return Narrower(query=text, days=_REHEARSED, told=told, left_out=lost)
