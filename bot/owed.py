"""Claim a delivery with all that its message is made of, and write down what became of it (sync)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot import story
from bot.poster import DeliveryError, Outcome
from bot.story import StoryHere
from feeds.law_change import LawChange
from feeds.standing import Later
from storage import amendments, cards, entries, outbox, relations, subscriptions, texts
from storage.deliveries import Delivery
from storage.entries import Entry
from storage.events import Step

#: Longer than Slack's client waits for an answer (30 s), so a lease that ends means a dead sender.
LEASE = timedelta(seconds=90)
#: Nothing was sent and Slack did not say when to come back.
RETRY_FIRST, RETRY_LONGEST = timedelta(seconds=5), timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A claimed delivery with all that its message is made of."""

    delivery: Delivery
    #: Whose step it is, with its text and what later documents do to it, as `StoryHere` has them.
    entry: Entry
    preamble: str
    later: tuple[Later, ...]
    story: StoryHere
    #: What the document changed in the law, when that is the step.
    change: LawChange | None = None


def claim(db: Database, channel: str, *, now: datetime) -> Owed | None:
    """Take the oldest delivery owed to a channel; None when there is nothing to send now."""
    delivery = outbox.claim(db, channel, now=now, lease=LEASE)
    if delivery is None:
        return None
    entry = entries.get(db, delivery.event.entry_id)
    known = story.here(db, delivery.event.story_id, channel=channel)
    if entry is None or known is None:  # rows point at each other, so neither can be
        raise LookupError(f"delivery {delivery.id} tells of an entry that is not there")
    event = delivery.event
    changed = event.step is Step.LAW_CHANGED
    return Owed(
        delivery=delivery,
        entry=entry,
        preamble=texts.preamble(db, entry.id),
        later=relations.later(db, entry.id),
        story=known,
        change=amendments.change_of(db, entry.id, event.occasion) if changed else None,
    )


def settle_failure(db: Database, owed: Owed, error: DeliveryError, *, now: datetime) -> None:
    """Write down what is known of a message that was not, or perhaps not, posted."""
    delivery, reason = owed.delivery, error.reason
    match error.outcome:
        case Outcome.UNCERTAIN:
            outbox.settle_uncertain(db, delivery, reason=reason, now=now)
        case Outcome.REJECTED:
            outbox.settle_dead(db, delivery, reason=reason, now=now)
        case Outcome.CHANNEL_REFUSES:
            outbox.settle_dead(db, delivery, reason=reason, now=now)
            outbox.bury(db, delivery.channel, reason=reason, now=now)
            subscriptions.disable(db, delivery.channel, reason=reason)
        case Outcome.CARD_GONE:
            cards.forget(db, channel=delivery.channel, story_id=delivery.event.story_id)
            outbox.settle_later(db, delivery, reason=reason, due_at=now)
        case Outcome.LATER:
            due_at = now + _wait(error, attempts=delivery.attempts)
            outbox.settle_later(db, delivery, reason=reason, due_at=due_at)


def _wait(error: DeliveryError, *, attempts: int) -> timedelta:
    """As long as Slack asked for, else twice as long each time."""
    if error.retry_after is not None:
        return timedelta(seconds=error.retry_after)
    doubled: timedelta = RETRY_FIRST * 2 ** min(attempts - 1, 16)
    return min(doubled, RETRY_LONGEST)
