"""Subscribe, unsubscribe, and say who is subscribed to what."""

from __future__ import annotations

import difflib
import re
from dataclasses import replace

from sqlite_utils import Database

from bot.answers import Answer, Notice, Problem, Subscriptions, TopicRow, Topics
from bot.commands_feedback import of_subscription
from bot.commands_rehearsing import look_back, too_wide, topic_or_query
from bot.question import Question
from bot.report import SubscriptionRow
from feeds import query as queries
from storage import subscriptions
from storage.subscriptions import Subscription

#: A new subscription says what it would have told in this many days.
LOOK_BACK = 30

_CADENCE = re.compile(r"(?:^|\s)(now|hourly|weekly|daily(?:\s+\d{1,2}:\d\d)?)\s*$", re.IGNORECASE)


def subscribe(db: Database, question: Question) -> Notice | Problem:
    """Subscribe the channel to a topic or a query."""
    cadence = _CADENCE.search(question.text)
    text = question.text[: cadence.start()].strip() if cadence else question.text
    if not text:
        return Problem(
            message="subscribe takes a topic or a query.", hint="subscribe huawei-and-standards"
        )
    if cadence and cadence[1].lower() != "now":
        return Problem(
            message=f"“{cadence[1]}” is not offered yet: every alert comes at once.",
            hint=f"subscribe {text} now",
        )
    query = queries.parse(topic_or_query(question, text), topics=question.queries)
    if not query.has_positive:
        return too_wide(text, word="subscribe")
    canonical = str(query)
    earlier = [s for s in subscriptions.of_channel(db, question.channel) if s.query == canonical]
    subscriptions.add(
        db,
        channel=question.channel,
        query=canonical,
        created_by=question.user,
        now=question.now,
    )
    if earlier and earlier[0].disabled_reason is None:
        return Notice(text=f"Already subscribed to {canonical}.")
    told = look_back(db, question, query, days=LOOK_BACK)
    return Notice(
        text=f"subscribed to {canonical}. {told.sentence}",
        by=question.user,
        aloud=True,
    )


def unsubscribe(db: Database, question: Question) -> Notice | Problem:
    """End one of the channel's subscriptions, named by its topic or query."""
    if not question.text:
        return Problem(
            message="unsubscribe takes a topic or a query.",
            hint="subscriptions shows those of this channel",
        )
    own = {each.query for each in subscriptions.of_channel(db, question.channel)}
    # As written first: a query whose topic is gone cannot be parsed and still has to go.
    wanted = next((t for t in (question.text, f"topic:{question.text}") if t in own), None)
    if wanted is None:
        text = topic_or_query(question, question.text)
        wanted = str(queries.parse(text, topics=question.queries))
    if wanted not in own:
        near = difflib.get_close_matches(wanted, sorted(own), n=1, cutoff=0.4)
        return Problem(
            message=f"There is no subscription to {wanted} here.",
            hint=f"unsubscribe {near[0]}" if near else "",
        )
    return _end(db, question, wanted)


def remove(db: Database, question: Question, subscription_id: int) -> Notice:
    """End one of the channel's subscriptions; again, or another channel's, changes nothing."""
    found = subscriptions.get(db, subscription_id)
    if found is None or found.channel != question.channel:
        return Notice(text="This subscription is gone already.")
    return _end(db, question, found.query)


def of_channel(db: Database, question: Question) -> Subscriptions:
    """What the channel is subscribed to."""
    own = subscriptions.of_channel(db, question.channel)
    rows = tuple(
        replace(
            row(each, stopped=each.disabled_reason), feedback=of_subscription(db, question, each)
        )
        for each in own
    )
    return Subscriptions(channel=question.channel, subscriptions=rows)


def of_everyone(db: Database, _question: Question) -> Answer:
    """Every subscription of every channel."""
    rows = (row(each, stopped=each.disabled_reason) for each in subscriptions.every(db))
    return Subscriptions(channel=None, subscriptions=tuple(rows))


def list_topics(db: Database, question: Question) -> Topics:
    """The named topics but those made for others, and which of them the channel is subscribed to."""
    own = {each.query for each in subscriptions.of_channel(db, question.channel)}
    return Topics(
        topics=tuple(
            TopicRow(
                name=name,
                title=topic.title,
                about=topic.about,
                query=topic.query,
                subscribed=f"topic:{name}" in own,
            )
            for name, topic in question.topics.items()
            if not topic.part or f"topic:{name}" in own
        )
    )


def row(subscription: Subscription, *, stopped: str | None) -> SubscriptionRow:
    """A subscription as it is listed, with the reason if it tells nothing."""
    return SubscriptionRow(
        id=subscription.id,
        channel=subscription.channel,
        query=subscription.query,
        created_by=subscription.created_by,
        created_at=subscription.created_at,
        stopped=stopped,
    )


def _end(db: Database, question: Question, query: str) -> Notice:
    subscriptions.remove(db, channel=question.channel, query=query)
    return Notice(text=f"unsubscribed from {query}.", by=question.user, aloud=True)
