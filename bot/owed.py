"""Claim a delivery with all that its message is made of, and write down what became of it (sync)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot import bulletin, refusal_watch, story
from bot.card import card
from bot.poster import Alert, DeliveryError, Outcome, Posted, Reply
from bot.steps import Manner, as_step, manner_of
from bot.story import StoryHere
from feeds.law_change import LawChange
from feeds.standing import Later
from storage import (
    amendments,
    bulletins,
    cards,
    entries,
    held,
    lease,
    outbox,
    relations,
    texts,
)
from storage.bulletins import BulletinDelivery
from storage.cards import Standing
from storage.channels import Place
from storage.deliveries import Delivery
from storage.entries import Entry
from storage.events import Step

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
    #: Ids of the deliveries that were folded into it.
    tells: tuple[str, ...] = ()

    @property
    def standing(self) -> Standing | None:
        """The story's card here, to be brought up to date."""
        return self.story.standing

    @property
    def named(self) -> str:
        """What it is, for the log."""
        step = self.delivery.event.step.value.replace(" ", "-")
        return f"entry={self.entry.item.key} step={step}"

    @property
    def by_card_alone(self) -> bool:
        """No message of its own: the story's card tells it, where one stands."""
        manner = manner_of(self.delivery.event.step)
        return manner is Manner.EDIT or (manner is Manner.COUNT and bool(self.story.standing))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedBulletin:
    """A claimed bulletin: a message of its own, whatever stands."""

    delivery: BulletinDelivery
    #: As above.
    tells: tuple[str, ...] = ()
    standing: None = None
    by_card_alone: Literal[False] = False

    @property
    def named(self) -> str:
        """What it is, for the log."""
        return f"bulletin={self.delivery.kind} key={self.delivery.key}"


def claim(db: Database, channel: str, *, owner: str, now: datetime) -> Owed | OwedBulletin | None:
    """Take the oldest delivery owed to a channel.

    None when there is nothing to send now, and for everyone but the owner of the lease.
    """
    delivery = outbox.claim(db, channel, now=now) if lease.held(db, owner) else None
    if delivery is None:
        return None
    if isinstance(delivery, BulletinDelivery):
        bulletins.taken(db, delivery)
        outbox.aim(db, delivery, conversation=channel, thread=None)
        return OwedBulletin(delivery=delivery, tells=held.folded(db, delivery.id))
    event = delivery.event
    entry = entries.get(db, event.entry_id)
    known = story.here(db, event.story_id, channel=channel)
    if entry is None or known is None:  # rows point at each other, so neither can be
        raise LookupError(f"delivery {delivery.id} tells of an entry that is not there")
    standing = known.standing
    outbox.aim(
        db,
        delivery,
        conversation=standing.conversation if standing else channel,
        thread=standing.ts if standing else None,
    )
    changed = event.step is Step.LAW_CHANGED
    return Owed(
        delivery=delivery,
        entry=entry,
        preamble=texts.preamble(db, entry.id),
        later=relations.later(db, entry.id),
        story=known,
        change=amendments.change_of(db, entry.id, event.occasion) if changed else None,
        tells=held.folded(db, delivery.id),
    )


def alert_of(owed: Owed | OwedBulletin, *, now: datetime, timezone: ZoneInfo) -> Alert:
    """The bulletin; or the story's card as it should stand, and what its thread is told.

    Args:
        owed: What is to be told.
        now: From which days left are counted.
        timezone: In which moments are told, unless the channel chose another.
    """
    if isinstance(owed, OwedBulletin):
        alert = alert_of_bulletin(owed.delivery, conversation=owed.delivery.channel)
        return replace(alert, tells=owed.tells)
    delivery, known = owed.delivery, owed.story
    step = card(
        owed.entry,
        whys=delivery.whys,
        now=now,
        timezone=known.chosen.timezone or timezone,
        preamble=owed.preamble,
        later=owed.later,
        found_late=delivery.event.seen_at if delivery.event.found_late else None,
    )
    shown = manner_of(delivery.event.step) is Manner.SHOWN
    return Alert(
        delivery_id=delivery.delivery_id,
        channel=known.standing.conversation if known.standing else delivery.channel,
        card=story.card_here(known, now=now, timezone=timezone),
        reply=Reply(
            thread=known.standing.ts,
            step=as_step(step, delivery.event, now=now),
            quiet=not shown or known.chosen.steps is Place.THREAD,
            change=owed.change,
        )
        if known.standing
        else None,
        tells=owed.tells,
    )


def alert_of_bulletin(delivery: BulletinDelivery, *, conversation: str) -> Alert:
    """A bulletin as it reads now."""
    return Alert(
        delivery_id=delivery.delivery_id,
        channel=conversation,
        card=bulletin.decode(delivery.body),
    )


def settle_told(
    db: Database, owed: Owed | OwedBulletin, posted: Posted | None, *, edited: bool, now: datetime
) -> None:
    """It was told: by a message, which may be the story's card now, or by the card alone.

    Args:
        db: Inside a transaction.
        owed: What was told.
        posted: None for what the card alone tells.
        edited: Whether the card that stood shows it already; else it is owed an edit.
        now: Time of the answer.
    """
    outbox.settle_sent(db, owed.delivery, ts=posted.ts if posted else None, now=now)
    refusal_watch.taken(db, owed.delivery, now=now)
    if isinstance(owed, OwedBulletin):
        if posted:
            bulletins.stands(db, owed.delivery, conversation=posted.conversation)
        return
    delivery, known = owed.delivery, owed.story
    story_id = delivery.event.story_id
    if known.standing and not edited:
        cards.outdate(db, channel=delivery.channel, story_id=story_id)
    elif posted and not known.standing:
        cards.put(db, card_at(posted, channel=delivery.channel, head=known.head))


def card_at(posted: Posted, *, channel: str, head: Entry) -> Standing:
    """A story's card that has come to stand, or in whose thread a message stands."""
    return Standing(
        channel=channel,
        story_id=head.story_id,
        entry_id=head.id,
        conversation=posted.conversation,
        ts=posted.thread or posted.ts,
    )


def settle_failure(
    db: Database, owed: Owed | OwedBulletin, error: DeliveryError, *, now: datetime
) -> None:
    """Write down what is known of a message that was not, or perhaps not, posted."""
    delivery, reason = owed.delivery, error.reason
    match error.outcome:
        case Outcome.UNCERTAIN:
            outbox.settle_uncertain(db, delivery, reason=reason, now=now)
        case Outcome.REJECTED:
            outbox.settle_dead(db, delivery, reason=reason, now=now)
        case Outcome.CHANNEL_REFUSES:
            refusal_watch.refused(db, delivery, reason=reason, now=now)
        case Outcome.CARD_GONE:
            if isinstance(delivery, Delivery):
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
