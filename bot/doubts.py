"""What may or may not stand, where it would, and what is written down once that is known (sync)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot import story
from bot.owed import card_at
from bot.poster import Posted
from bot.steps import Manner, manner_of
from storage import bulletins, cards, deliveries, restored, uncertain
from storage.bulletins import BulletinDelivery
from storage.deliveries import Delivery, State
from storage.uncertain import Verdict

#: Whom the history of a delivery names when no person settled it.
NOBODY = "rulewire"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An uncertain delivery, and where it stands if it does."""

    delivery: Delivery | BulletinDelivery
    conversation: str
    #: Of a reply: the `ts` of its card.
    thread: str | None
    #: How long ago it was tried first, by our own clock.
    age: timedelta

    @property
    def attempt(self) -> tuple[int, int]:
        """Which delivery, and which of its attempts."""
        return self.delivery.id, self.delivery.attempts


def sweeps(doubts: Iterable[Doubt]) -> list[list[Doubt]]:
    """One for each conversation and thread."""
    swept: dict[tuple[str, str | None], list[Doubt]] = defaultdict(list)
    for each in doubts:
        swept[each.conversation, each.thread].append(each)
    return list(swept.values())


def read(db: Database, *, now: datetime) -> list[Doubt]:
    """What is uncertain, but for edits of cards, which can be repeated: they are owed again at once.

    Of a story that was told before the database was restored only the first: which message is its
    card, and so in which thread the others stand, is known then.
    """
    since = restored.backed_up_at(db)
    found = [
        Doubt(
            delivery=each,
            conversation=each.conversation or each.channel,
            thread=None,
            age=_age(each, since, now),
        )
        for each in bulletins.in_state(db, State.UNCERTAIN)
    ]
    stories: set[tuple[str, int]] = set()
    for each in deliveries.in_state(db, State.UNCERTAIN):
        manner = manner_of(each.event.step)
        if manner is Manner.EDIT or (manner is Manner.COUNT and each.thread):
            uncertain.settle(db, each, Verdict.ABSENT, by=NOBODY, now=now)
            continue
        told = (each.channel, each.event.story_id)
        if each.conversation is None and told in stories:
            continue
        stories.add(told)
        card = None
        if each.conversation is None:
            card = cards.standing(db, channel=each.channel, story_id=each.event.story_id)
        found.append(
            Doubt(
                delivery=each,
                conversation=card.conversation if card else each.conversation or each.channel,
                thread=card.ts if card else each.thread,
                age=_age(each, since, now),
            )
        )
    return found


def settle(
    db: Database, sweep: Sequence[Doubt], found: Mapping[str, Posted], *, now: datetime
) -> list[Verdict]:
    """Write down what a conversation holds of the deliveries that were looked for there."""
    verdicts = []
    for each in sweep:
        delivery, posted = each.delivery, found.get(each.delivery.delivery_id)
        verdict = Verdict.FOUND if posted else Verdict.ABSENT
        ts = posted.ts if posted and not posted.folded else None
        if not uncertain.settle(db, delivery, verdict, by=NOBODY, ts=ts, now=now):
            continue  # an answer came after all, or a person was quicker
        verdicts.append(verdict)
        if posted:
            _stands(db, delivery, posted)
    return verdicts


def refused(db: Database, sweep: Sequence[Doubt], *, reason: str) -> None:
    """Their conversation cannot be read back."""
    for each in sweep:
        uncertain.unreadable(db, each.delivery, reason=reason)


def _stands(db: Database, delivery: Delivery | BulletinDelivery, posted: Posted) -> None:
    """The message is its story's card, or its card may not show it yet."""
    if isinstance(delivery, BulletinDelivery):
        return bulletins.stands(db, delivery, conversation=posted.conversation)
    story_id = delivery.event.story_id
    known = story.here(db, story_id, channel=delivery.channel)
    if known and known.standing is None and not posted.folded:
        cards.put(db, card_at(posted, channel=delivery.channel, head=known.head))
    return cards.outdate(db, channel=delivery.channel, story_id=story_id)


def _age(
    delivery: Delivery | BulletinDelivery, backed_up_at: datetime | None, now: datetime
) -> timedelta:
    known = [at for at in (delivery.started_at, backed_up_at) if at]
    return now - min([*known, now])
