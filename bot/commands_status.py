"""Whether everything due was read and everything owed was told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlite_utils import Database

from bot import bulletin, night
from bot import commands_floods as floods
from bot.audience import broken
from bot.commands_reporting import telling
from bot.commands_subscribing import row
from bot.config import TERMINAL
from bot.gate_wording import UNCERTAIN
from bot.question import Question
from bot.refusal_meaning import stopped
from bot.report import FeedStatus, Status, Telling
from feeds.model import EASTERN, Feed, FeedKind
from storage import (
    bulletins,
    deliveries,
    entries,
    lease,
    outages,
    outbox,
    polls,
    restored,
    subscriptions,
)
from storage.deliveries import OutboxRow, State
from storage.polls import Poll
from storage.workspaces import workspace_of

#: The scheduler looks every few seconds, so a feed that waits longer than this is late.
LATE = timedelta(minutes=10)


def status(db: Database, question: Question) -> Status:
    """When each feed was last read, what is late or failing, what is owed."""
    known = {poll.feed: poll for poll in polls.every(db)}
    everyone = [each for each in subscriptions.every(db) if question.sees(each.channel)]
    led = lease.read(db)
    wrong = broken(everyone, question.queries)
    silent = {
        out.feed: out.since.astimezone(EASTERN).date()
        for outage in outages.lasting(db)
        for out in outage.lasting
        if outage.kind is outages.Trouble.SILENT
    }
    register = any(feed.kind is not FeedKind.NEWS for feed in question.feeds.values())
    return Status(
        at=question.now,
        feeds=tuple(
            _feed_status(feed, known.get(name), silent.get(name), now=question.now)
            for name, feed in sorted(question.feeds.items())
        ),
        entries=entries.count(db),
        owed={state.value: count for state, count in _owed(db, question).items() if count},
        stopped=tuple(
            row(
                each,
                zone=question.timezone,
                stopped=stopped(each) or wrong.get(each.query),
            )
            for each in everyone
            if each.disabled_reason or each.query in wrong
        ),
        uncertain=tuple(
            sorted(_uncertain(db, question), key=lambda each: each.channel != question.channel)
        ),
        held=floods.named(db),
        complete=night.read(db, now=question.now).line if register else "",
        leader=led.owner,
        led_at=led.at,
        restored_from=restored.backed_up_at(db),
    )


def _owed(db: Database, question: Question) -> dict[State, int]:
    """Of the workspace that asks; of all of them to whoever runs the bot."""
    everywhere = question.channel == TERMINAL
    return outbox.counts(db, None if everywhere else workspace_of(question.channel))


def _uncertain(db: Database, question: Question) -> Iterator[Telling]:
    """Steps of stories, then bulletins, each with its number: whoever governs settles it."""
    for each in deliveries.in_state(db, State.UNCERTAIN):
        entry = entries.get(db, each.event.entry_id)
        if entry and question.sees(each.channel):
            told = telling(db, each, entry, now=question.now, zone=question.timezone)
            yield _in_doubt(told, each)
    for sent in bulletins.in_state(db, State.UNCERTAIN):
        if not question.sees(sent.channel):
            continue
        told = Telling(
            channel=sent.channel,
            title=bulletin.decode(sent.body).headline,
            step=sent.kind.capitalize(),
            state=UNCERTAIN,
            at=sent.settled_at or sent.created_at,
            why=(),
        )
        yield _in_doubt(told, sent)


def _in_doubt(told: Telling, delivery: OutboxRow) -> Telling:
    said = [each for each in (delivery.last_error, delivery.unreadable) if each]
    return replace(
        told,
        reason="; ".join(said),
        number=delivery.id,
    )


def _feed_status(
    feed: Feed, poll: Poll | None, silent_since: date | None, *, now: datetime
) -> FeedStatus:
    return FeedStatus(
        name=feed.name,
        title=feed.title,
        read_at=poll.succeeded_at if poll else None,
        next_at=poll.next_poll_at if poll else None,
        failures=poll.failures if poll else 0,
        error=poll.last_error if poll else None,
        warning=poll.warning if poll else None,
        late=poll is not None and poll.next_poll_at < now - LATE,
        silent_since=silent_since,
    )
