"""Subscribe, unsubscribe, and say who is subscribed to what."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot import terms
from bot.answers import Answer, Notice, Problem, Subscriptions, TopicRow, Topics
from bot.commands_cadence import named
from bot.commands_feedback import of_subscription
from bot.commands_rehearsing import look_back, too_wide, topic_or_query
from bot.question import Question
from bot.refusal_meaning import stopped
from bot.report import SubscriptionRow
from bot.terms import TermsError
from feeds import query as queries
from storage import channels, subscriptions
from storage.subscriptions import Cadence, Subscription, Terms

#: A new subscription says what it would have told in this many days.
LOOK_BACK = 30


def subscribe(db: Database, question: Question) -> Notice | Problem:
    """Subscribe the channel to a topic or a query, or say how often it is told of one."""
    try:
        ending = terms.ending(question.text)
    except TermsError as error:
        return _badly_ended(question, error)
    text = ending.text if ending else question.text
    if not text:
        return Problem(
            message="subscribe takes a topic or a query.", hint="subscribe huawei-and-standards"
        )
    query = queries.parse(topic_or_query(question, text), topics=question.queries)
    if not query.has_positive:
        return too_wide(text, word="subscribe")
    own = subscriptions.of_channel(db, question.channel)
    earlier = next((each for each in own if each.query == str(query)), None)
    made, _ = subscriptions.add(
        db,
        channel=question.channel,
        query=str(query),
        created_by=question.user,
        now=question.now,
    )
    agreed = ending.applied(made) if ending else made
    if earlier and earlier.works:
        return _again(db, question, made, agreed)
    if agreed != made:
        subscriptions.change(db, made.id, agreed)
    told = look_back(db, question, query, days=LOOK_BACK)
    when = _when(agreed, question)
    return Notice(
        text=f"subscribed to {made.query}{when and f', told {when}'}. {told.sentence}",
        by=question.user,
        aloud=True,
    )


def _again(db: Database, question: Question, known: Subscription, agreed: Terms) -> Notice:
    """Subscribed already: perhaps to be told more or less often."""
    if agreed == known:
        when = _when(known, question)
        return Notice(text=f"Already subscribed to {known.query}{when and f', told {when}'}.")
    subscriptions.change(db, known.id, agreed)
    when = terms.told(agreed, zone=question.timezone)
    return Notice(text=f"set {known.query}: told {when}.", by=question.user, aloud=True)


def _when(agreed: Terms, question: Question) -> str:
    """When it is told, where that is worth saying: it is not told at once."""
    at_once = agreed.cadence is Cadence.NOW
    return "" if at_once else terms.told(agreed, zone=question.timezone)


def _badly_ended(question: Question, error: TermsError) -> Problem:
    before, _, _ = question.text.rpartition(" ")
    example = f"{terms.without_ending(question.text)} daily 09:00"
    hint = f"{before} {error.instead}" if error.instead else example
    return Problem(message=str(error), hint=f"subscribe {hint}")


def unsubscribe(db: Database, question: Question) -> Notice | Problem:
    """End one of the channel's subscriptions, named by its topic or query."""
    if not question.text:
        return Problem(
            message="unsubscribe takes a topic or a query. “subscriptions” shows those of this channel.",
            hint="subscriptions",
        )
    found = named(db, question, word="unsubscribe")
    return found if isinstance(found, Problem) else _end(db, question, found.query)


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
            row(each, zone=question.timezone, stopped=stopped(each)),
            feedback=of_subscription(db, question, each),
        )
        for each in own
    )
    return Subscriptions(channel=question.channel, subscriptions=rows)


def of_everyone(db: Database, question: Question) -> Answer:
    """Every subscription of every channel."""
    rows = (
        row(
            each,
            zone=channels.get(db, each.channel).timezone or question.timezone,
            stopped=stopped(each),
        )
        for each in subscriptions.every(db)
    )
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


def row(subscription: Subscription, *, zone: ZoneInfo, stopped: str | None) -> SubscriptionRow:
    """A subscription as it is listed, with the reason if it tells nothing."""
    return SubscriptionRow(
        id=subscription.id,
        channel=subscription.channel,
        query=subscription.query,
        created_by=subscription.created_by,
        created_at=subscription.created_at,
        stopped=stopped,
        told=terms.told(subscription, zone=zone),
        urgent=subscription.urgent,
        note=subscription.note,
        paused_by=subscription.paused_by,
    )


def _end(db: Database, question: Question, query: str) -> Notice:
    subscriptions.remove(db, channel=question.channel, query=query)
    return Notice(text=f"unsubscribed from {query}.", by=question.user, aloud=True)
