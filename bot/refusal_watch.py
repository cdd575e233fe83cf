"""WATCH channels that refuse messages: write it down, and owe a word to those who can mend it (sync)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot import bulletin, refusal_wording
from bot.bulletin import Bulletin, Row
from bot.card import UTC
from bot.question import Question
from bot.refusal import to_tell, wait
from bot.refusal_wording import NAMED, Told
from bot.wording import visible
from storage import bulletins, deliveries, entries, held, outbox, refusals, subscriptions
from storage.bulletins import BulletinDelivery
from storage.deliveries import OutboxRow, State
from storage.refusals import Refusal
from storage.subscriptions import Subscription

#: Why a channel that refuses is tried no more.
GIVEN_UP = "nothing is subscribed there any more"
#: An end is told within minutes; after so long nobody is told of it any more.
_LATE = timedelta(days=7)


def refused(db: Database, delivery: OutboxRow, *, reason: str, now: datetime) -> None:
    """A channel refuses a message, and will refuse every other.

    What it is owed is dead, and its subscriptions rest. That a word about refusals is refused is
    news to nobody: it waits.

    Args:
        db: Inside a transaction.
        delivery: As it was claimed.
        reason: Slack's word.
        now: Time of the answer.
    """
    tells = refusals.is_of_one(delivery)
    until = now + wait(delivery.attempts if tells else 0)
    refusals.wait(db, delivery, reason=reason, until=until)
    if tells:
        return
    outbox.settle_dead(db, delivery, reason=reason, now=now)
    outbox.bury(db, delivery.channel, reason=reason, now=now)
    subscriptions.disable(db, delivery.channel, reason=reason)
    begun = refusals.begin(db, delivery.channel, reason=reason, now=now, until=until)
    if begun:
        _write_return(db, begun, timezone=UTC)


def taken(db: Database, delivery: OutboxRow, *, now: datetime) -> None:
    """A channel has taken a message. If it refused, it is told what it missed, and goes on."""
    if isinstance(delivery, BulletinDelivery) and delivery.kind == refusals.RETURN:
        refusals.returned(db, delivery.channel)
    refusals.hear(db, delivery.channel, now=now)


def invited(db: Database, question: Question) -> None:
    """The bot was invited to a channel: if that refused messages, it is tried now."""
    held.judge_again(db, question.channel)


class RefusalWatch:
    """Tells of channels that refuse, for an installation."""

    def __init__(self, *, owners: str, timezone: ZoneInfo) -> None:
        """Nothing is looked at before `look`.

        Args:
            owners: Their channel; empty when they have none.
            timezone: In which moments are told.
        """
        self._owners = owners
        self._timezone = timezone

    def look(self, db: Database, *, now: datetime) -> int:
        """Tell what has changed since the last look; can be repeated at any time.

        Args:
            db: Inside a transaction.
            now: Time of the look.

        Returns:
            How many bulletins came to be owed.
        """
        refusals.wake(db)
        found = refusals.known(db, since=now - _LATE)
        deaf = refusals.deaf(db) | {each.channel for each in found if each.lasts}
        owed = 0
        for each in found:
            if not each.lasts:
                self._ended(db, each, now=now)
            elif each.channel != self._owners and not refusals.wanted(db, each.channel):
                refusals.drop(db, each.id, reason=GIVEN_UP, now=now)
            else:
                owed += self._lasts(db, each, deaf, now=now)
        return owed

    def _lasts(self, db: Database, refusal: Refusal, deaf: set[str], *, now: datetime) -> int:
        """Owe a word to those who have none; what stands or waits says what is so now."""
        own = subscriptions.of_channel(db, refusal.channel)
        _write_return(db, refusal, timezone=self._timezone)
        missed = len(refusals.missed(db, refusal))
        subscribers = [each.created_by for each in own]
        tell = to_tell(refusal, owners=self._owners, subscribers=subscribers, deaf=deaf)
        told = [each.channel for each in refusals.told(db, refusal)]
        owed = 0
        for person in dict.fromkeys((*told, *tell)):
            said = Told(refusal=refusal, missed=missed, queries=_made_by(person, own))
            body = bulletin.encode(refusal_wording.refuses(said, timezone=self._timezone))
            new = bulletins.owe(
                db, channel=person, kind=refusals.REFUSAL, key=refusal.key, body=body, now=now
            )
            if new is None:
                _edit(db, person, refusal.key, body)
            owed += new is not None
        return owed

    def _ended(self, db: Database, refusal: Refusal, *, now: datetime) -> None:
        """What stands says so; what was not told yet is no news any more."""
        missed = len(refusals.missed(db, refusal))
        own = subscriptions.of_channel(db, refusal.channel)
        for word in refusals.told(db, refusal):
            if word.state is not State.SENT:
                refusals.drop(db, word.id, reason="it is over", now=now)
            elif over := self._over(refusal, word.channel, own, missed=missed):
                _edit(db, word.channel, refusal.key, bulletin.encode(over))

    def _over(
        self, refusal: Refusal, person: str, own: Sequence[Subscription], *, missed: int
    ) -> Bulletin | None:
        """None where nobody can be told: the whole workspace has ended."""
        if refusal.state is State.SENT:
            said = Told(refusal=refusal, missed=missed, queries=_made_by(person, own))
            return refusal_wording.is_over(said, timezone=self._timezone)
        if refusal.reason == GIVEN_UP:
            return refusal_wording.is_given_up(refusal, timezone=self._timezone)
        return None


def _write_return(db: Database, refusal: Refusal, *, timezone: ZoneInfo) -> None:
    """What the channel itself is told once it takes messages again, as it would be now."""
    missed = refusals.missed(db, refusal)
    back = Told(
        refusal=refusal,
        missed=len(missed),
        queries=[each.query for each in subscriptions.of_channel(db, refusal.channel)],
        newest=_named(db, missed[:NAMED]),
    )
    bulletins.change(
        db,
        channel=refusal.channel,
        kind=refusals.RETURN,
        key=refusal.began,
        body=bulletin.encode(refusal_wording.returns(back, timezone=timezone)),
    )


def _edit(db: Database, person: str, key: str, body: str) -> None:
    bulletins.change(db, channel=person, kind=refusals.REFUSAL, key=key, body=body)


def _made_by(person: str, own: Sequence[Subscription]) -> list[str]:
    """Queries that somebody may read: their own. A channel's may be as private as the channel."""
    return [each.query for each in own if each.created_by == person]


def _named(db: Database, numbers: Sequence[int]) -> tuple[Row, ...]:
    """Deliveries by the titles of what they were to tell."""
    found = [delivery for each in numbers if (delivery := deliveries.get(db, each))]
    items = [entry.item for each in found if (entry := entries.get(db, each.event.entry_id))]
    return tuple(Row(text=visible(item.title, 160), url=item.url) for item in items)
