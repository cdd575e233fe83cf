"""What forms and Home buttons change: subscriptions and a channel's choices, each by its id (sync)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlite_utils import Database

from bot import terms
from bot.answers import Notice
from bot.commands_rehearsing import look_back
from bot.commands_subscribing import LOOK_BACK
from bot.drafts import Agreed, DraftError
from bot.question import Question
from bot.requery import requery
from feeds.query import Query
from storage import channels, subscriptions
from storage.subscriptions import Subscription, Terms

#: What is answered when somebody else was quicker.
GONE = "Somebody has removed this subscription meanwhile. Nothing was changed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of a change."""

    #: To be told where it concerns everyone; None when nothing changed.
    notice: Notice | None
    #: The channel that it concerns.
    channel: str


def find(db: Database, _question: Question, subscription_id: int) -> Subscription | None:
    """A subscription of any channel; whether somebody may see or change it is another question."""
    return subscriptions.get(db, subscription_id)


def rehearsed(db: Database, question: Question, query: Query) -> str:
    """How much a query would have told in the last days, in a sentence."""
    return look_back(db, question, query, days=LOOK_BACK).sentence


def subscribe(db: Database, question: Question, agreed: Agreed) -> Done:
    """Subscribe the channel that asks; the same again changes nothing.

    Raises:
        DraftError: it is subscribed to it on other terms.
    """
    query = str(agreed.query)
    own = {each.query: each for each in subscriptions.of_channel(db, question.channel)}
    known = own.get(query)
    if known and known.works and _terms(known) != agreed.terms:
        message = "This channel is subscribed to it already. Edit that subscription instead."
        raise DraftError({"query": message})
    _choose(db, question, agreed)
    if known and known.works:
        return Done(notice=None, channel=question.channel)
    found, new = subscriptions.add(
        db,
        channel=question.channel,
        query=query,
        created_by=question.user,
        now=question.now,
        terms=agreed.terms,
    )
    if not new:  # it slept
        subscriptions.change(db, found.id, agreed.terms)
    told = look_back(db, question, agreed.query, days=LOOK_BACK).sentence
    when = terms.told(agreed.terms, zone=question.timezone)
    text = f"subscribed to {query}, {when}. {told}"
    return Done(notice=_notice(question, text), channel=question.channel)


def change(db: Database, question: Question, subscription_id: int, agreed: Agreed) -> Done:
    """Change a subscription's query and terms; the same again changes nothing.

    Raises:
        DraftError: it is gone, or its channel has another one to this query.
    """
    before = subscriptions.get(db, subscription_id)
    if before is None:
        raise DraftError({"query": GONE})
    query = str(agreed.query)
    if query != before.query and not requery(
        db, before, query, topics=question.queries, now=question.now
    ):
        raise DraftError({"query": "The channel has a subscription to this query already."})
    _choose(db, replace(question, channel=before.channel), agreed)
    same = query == before.query and _terms(before) == agreed.terms
    if not same:
        subscriptions.change(db, before.id, agreed.terms)
    text = f"changed the subscription to {before.query}"
    text += f": now {query}" if query != before.query else ""
    zone = channels.get(db, before.channel).timezone or question.timezone
    text += f"; it speaks {terms.told(agreed.terms, zone=zone)}."
    return Done(notice=None if same else _notice(question, text), channel=before.channel)


def pause(db: Database, question: Question, subscription_id: int) -> Done | None:
    """Have a subscription tell nothing until it is resumed; None when it is gone."""
    found = subscriptions.get(db, subscription_id)
    if found is None:
        return None
    done = subscriptions.pause(db, found.id, by=question.user)
    text = f"paused the subscription to {found.query}."
    return Done(notice=_notice(question, text) if done else None, channel=found.channel)


def resume(db: Database, question: Question, subscription_id: int) -> Done | None:
    """Wake a subscription that was paused, or that we had stopped; None when it is gone."""
    found = subscriptions.get(db, subscription_id)
    if found is None:
        return None
    text = f"resumed the subscription to {found.query}."
    if not found.works:
        subscriptions.add(
            db,
            channel=found.channel,
            query=found.query,
            created_by=found.created_by,
            now=question.now,
        )
    return Done(notice=None if found.works else _notice(question, text), channel=found.channel)


def remove(db: Database, question: Question, subscription_id: int) -> Done | None:
    """End a subscription; None when it is gone already."""
    found = subscriptions.get(db, subscription_id)
    if found is None:
        return None
    subscriptions.remove(db, channel=found.channel, query=found.query)
    text = f"unsubscribed from {found.query}."
    return Done(notice=_notice(question, text), channel=found.channel)


def _choose(db: Database, question: Question, agreed: Agreed) -> None:
    """Where steps are told concerns the whole channel."""
    chosen = channels.get(db, question.channel)
    if agreed.steps and agreed.steps is not chosen.steps:
        channels.put(db, question.channel, replace(chosen, steps=agreed.steps))


def _terms(subscription: Subscription) -> Terms:
    """A subscription's terms alone, to be compared."""
    return Terms(
        cadence=subscription.cadence,
        at=subscription.at,
        weekday=subscription.weekday,
        timezone=subscription.timezone,
        note=subscription.note,
        urgent=subscription.urgent,
        reminders=subscription.reminders,
    )


def _notice(question: Question, text: str) -> Notice:
    return Notice(text=text, by=question.user, aloud=True)
