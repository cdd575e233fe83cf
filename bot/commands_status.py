"""Whether everything due was read and everything owed was told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot import bulletin
from bot import commands_settling as settling
from bot.audience import Audience
from bot.commands_reporting import UNCERTAIN, telling
from bot.commands_subscribing import row
from bot.question import Question
from bot.report import FeedStatus, Status, Telling
from feeds.model import Feed
from storage import bulletins, deliveries, entries, lease, outbox, polls, restored, subscriptions
from storage.deliveries import OutboxRow, State
from storage.polls import Poll

#: The scheduler looks every few seconds, so a feed that waits longer than this is late.
LATE = timedelta(minutes=10)


def status(db: Database, question: Question) -> Status:
    """When each feed was last read, what is late or failing, what is owed."""
    known = {poll.feed: poll for poll in polls.every(db)}
    everyone = subscriptions.every(db)
    led = lease.read(db)
    broken = Audience(everyone, question.queries).broken
    return Status(
        at=question.now,
        feeds=tuple(
            _feed_status(feed, known.get(name), now=question.now)
            for name, feed in sorted(question.feeds.items())
        ),
        entries=entries.count(db),
        owed={state.value: count for state, count in outbox.counts(db).items() if count},
        stopped=tuple(
            row(each, stopped=each.disabled_reason or broken.get(each.query))
            for each in everyone
            if each.disabled_reason or each.query in broken
        ),
        uncertain=tuple(_uncertain(db, question)),
        leader=led.owner,
        led_at=led.at,
        restored_from=restored.backed_up_at(db),
    )


def _uncertain(db: Database, question: Question) -> Iterator[Telling]:
    """Steps of stories, then bulletins; each with its number for those who may settle it."""
    for each in deliveries.in_state(db, State.UNCERTAIN):
        if entry := entries.get(db, each.event.entry_id):
            yield _in_doubt(telling(db, each, entry, now=question.now), each, question)
    for sent in bulletins.in_state(db, State.UNCERTAIN):
        told = Telling(
            channel=sent.channel,
            title=bulletin.decode(sent.body).title,
            step=sent.kind.capitalize(),
            state=UNCERTAIN,
            at=sent.settled_at or sent.created_at,
            why=(),
        )
        yield _in_doubt(told, sent, question)


def _in_doubt(told: Telling, delivery: OutboxRow, question: Question) -> Telling:
    said = [each for each in (delivery.last_error, delivery.unreadable) if each]
    return replace(
        told,
        reason="; ".join(said),
        number=delivery.id if settling.may_settle(question, delivery) else None,
    )


def _feed_status(feed: Feed, poll: Poll | None, *, now: datetime) -> FeedStatus:
    return FeedStatus(
        name=feed.name,
        title=feed.title,
        read_at=poll.succeeded_at if poll else None,
        next_at=poll.next_poll_at if poll else None,
        failures=poll.failures if poll else 0,
        error=poll.last_error if poll else None,
        warning=poll.warning if poll else None,
        late=poll is not None and poll.next_poll_at < now - LATE,
    )
