"""WATCH channels that refuse messages: write it down, and owe a word to those who can mend it (sync)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot import bulletin, refusal_list, refusal_wording
from bot.bulletin import Bulletin, Row
from bot.card import UTC
from bot.question import Question
from bot.refusal import to_tell, together, wait
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
        lasting = [each for each in found if each.lasts and self._goes_on(db, each, now=now)]
        words = refusals.words(db, found)
        for word in words:
            self._keep_true(db, word, now=now)
        deaf = refusals.deaf(db) | {each.channel for each in lasting}
        told = {(word.channel, key) for word in words for key in word.key.splitlines()}
        owed = 0
        for person, some in self._to_tell(db, lasting, deaf).items():
            new = [each for each in some if (person, each.key) not in told]
            owed += sum(self._tell(db, person, each, now=now) for each in together(new))
        return owed

    def _goes_on(self, db: Database, refusal: Refusal, *, now: datetime) -> bool:
        """Whether anybody waits for it to end; else it is given up."""
        if refusal.channel == self._owners or refusals.wanted(db, refusal.channel):
            _write_return(db, refusal, timezone=self._timezone)
            return True
        refusals.drop(db, refusal.id, reason=GIVEN_UP, now=now)
        return False

    def _to_tell(
        self, db: Database, lasting: Sequence[Refusal], deaf: set[str]
    ) -> dict[str, list[Refusal]]:
        """Who is to be told of which, whether they were or not."""
        found: dict[str, list[Refusal]] = {}
        for each in lasting:
            own = subscriptions.of_channel(db, each.channel)
            subscribers = [one.created_by for one in own]
            for person in to_tell(each, owners=self._owners, subscribers=subscribers, deaf=deaf):
                found.setdefault(person, []).append(each)
        return found

    def _tell(self, db: Database, person: str, some: Sequence[Refusal], *, now: datetime) -> bool:
        said = self._said(db, person, some)
        number = said and bulletins.owe(
            db,
            channel=person,
            kind=refusals.REFUSAL,
            key="\n".join(each.key for each in some),
            body=bulletin.encode(said),
            now=now,
        )
        return number is not None

    def _keep_true(self, db: Database, word: BulletinDelivery, *, now: datetime) -> None:
        """What stands says what is so; what was not told yet and is over is no news any more."""
        some = refusals.named(db, word)
        if word.state is not State.SENT and not any(each.lasts for each in some):
            refusals.drop(db, word.id, reason="it is over", now=now)
        elif said := self._said(db, word.channel, some):
            bulletins.change(
                db,
                channel=word.channel,
                kind=word.kind,
                key=word.key,
                body=bulletin.encode(said),
            )

    def _said(self, db: Database, person: str, some: Sequence[Refusal]) -> Bulletin | None:
        """None where nobody can be told: the whole workspace has ended."""
        tell = [
            Told(
                refusal=each,
                missed=len(refusals.missed(db, each)),
                queries=_made_by(person, subscriptions.of_channel(db, each.channel)),
            )
            for each in some
            if each.lasts or each.state is State.SENT or each.reason == GIVEN_UP
        ]
        if not tell:
            return None
        if len(some) > 1:
            return refusal_list.of_many(tell, timezone=self._timezone)
        return refusal_wording.of_one(tell[0], timezone=self._timezone)


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


def _made_by(person: str, own: Sequence[Subscription]) -> list[str]:
    """Queries that somebody may read: their own. A channel's may be as private as the channel."""
    return [each.query for each in own if each.created_by == person]


def _named(db: Database, numbers: Sequence[int]) -> tuple[Row, ...]:
    """Deliveries by the titles of what they were to tell."""
    found = [delivery for each in numbers if (delivery := deliveries.get(db, each))]
    items = [entry.item for each in found if (entry := entries.get(db, each.event.entry_id))]
    return tuple(Row(text=visible(item.title, 160), url=item.url) for item in items)
