"""FOLD what is held: judge it anew, release it, or tell it in one digest."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot import bulletin, digest, gate, nothing_new, terms
from bot.bulletin import BulletinKind
from bot.cadence import next_digest
from bot.digest_story import read
from bot.gate import Asked
from bot.pace import or_raised
from bot.storage_thread import Storage
from bot.wording import moment
from feeds.model import EASTERN
from storage import bulletins, cards, channels, deliveries, held, silences, stories, subscriptions
from storage.channels import Channel
from storage.deliveries import Delivery
from storage.held import Gate
from storage.stories import Mark
from storage.subscriptions import Cadence, Subscription

#: So many that quiet hours or a mute held are told as alerts of their own; more are folded.
FEW = 2
#: A digest that is told so much later than it was due says so.
LATE = timedelta(minutes=10)
#: Subscriptions named in a digest's last line.
_NAMED = 3
#: Namespace of the keys of digests.
_KEYS = uuid.UUID("e0f3f6c2-64f8-4f0e-8a35-0d7a5b0f3c51")
_NAMES = {
    Cadence.HOURLY: "Hourly digest",
    Cadence.DAILY: "Daily digest",
    Cadence.WEEKLY: "Weekly digest",
}
_HELD_BY = {Gate.QUIET: "During quiet hours", Gate.MUTED: "While this was muted"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Free:
    """A held delivery that nothing holds any more."""

    delivery: Delivery
    asked: Asked

    @property
    def at_once(self) -> bool:
        """Whether nothing ever held it, now that it was looked at."""
        return self.asked.alone and self.delivery.gate is None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Here:
    """Where and when it is judged."""

    channel: str
    own: dict[str, Subscription]
    chosen: Channel
    zone: ZoneInfo
    now: datetime


async def fold_due(storage: Storage, *, now: datetime, timezone: ZoneInfo) -> int:
    """Do so for every channel for which something is due, each in a transaction of its own.

    What goes wrong in one channel keeps nobody else from being told; it is raised at the end.

    Args:
        storage: Opened.
        now: Time of the round.
        timezone: Of channels that chose none.

    Returns:
        How many messages came to be owed.
    """
    done: list[int | BaseException] = []
    for channel in await storage.run(held.channels_due, now=now):
        folding = storage.run(fold, channel, now=now, timezone=timezone)
        done += await asyncio.gather(folding, return_exceptions=True)
    done.append(await storage.run(nothing_new.say, now=now, timezone=timezone))
    return sum(or_raised(done))


def fold(db: Database, channel: str, *, now: datetime, timezone: ZoneInfo) -> int:
    """Judge all that is held for a channel, and owe what nothing holds any more.

    Can be repeated at any time: what is released or folded is no longer held once this is committed.

    Args:
        db: Inside a transaction.
        channel: For whom.
        now: Time of the round.
        timezone: Of a channel that chose none.

    Returns:
        How many messages came to be owed.
    """
    held.date_back(db, channel, now=now)
    chosen = channels.get(db, channel)
    here = _Here(
        channel=channel,
        own={each.query: each for each in subscriptions.of_channel(db, channel)},
        chosen=chosen,
        zone=chosen.timezone or timezone,
        now=now,
    )
    free = [
        found for each in deliveries.held_for(db, channel) if (found := _judged(db, each, here))
    ]
    alone = [each for each in free if each.at_once]
    rest = [each for each in free if not each.at_once]
    if len(rest) <= FEW and all(each.asked.alone for each in rest):
        alone, rest = free, []
    for each in alone:
        held.release(db, each.delivery.id, now=now)
    owed = len(alone) + held.try_again(db, channel, now=now)
    return owed + _tell_together(db, _untold(db, rest, alone, here), here)


def _untold(
    db: Database, rest: Sequence[_Free], alone: Sequence[_Free], here: _Here
) -> list[_Free]:
    """What no alert of this very round tells with its story: as its card, where none stands yet."""
    telling = {
        story_id: each.delivery
        for each in alone
        if not each.asked.silent
        and (story_id := each.delivery.event.story_id)
        and cards.standing(db, channel=here.channel, story_id=story_id) is None
    }
    left = []
    for each in rest:
        newer = telling.get(each.delivery.event.story_id)
        if newer and newer.id > each.delivery.id:
            held.fold(db, each.delivery.id, into=newer.id, now=here.now)
        else:
            left.append(each)
    return left


def _judged(db: Database, delivery: Delivery, here: _Here) -> _Free | None:
    """What becomes of one: dropped, folded into what told it since, put off, or free."""
    own, now = here.own, here.now
    event = gate.asked(delivery.event.step, delivery.whys, own=own, since=delivery.created_at)
    marks = stories.marks(db, delivery.event.story_id)
    if any(each.mark is Mark.MUTED and each.holder == here.channel for each in marks):
        held.drop(db, delivery.id, reason="its story was muted", now=now)
    elif not event.wanted:
        held.drop(db, delivery.id, reason="its subscription was removed", now=now)
    elif since := held.told_later(db, delivery.id):
        held.fold(db, delivery.id, into=since, now=now)
    elif hold := gate.hold(event, here.chosen, zone=here.zone, now=now):
        held.put_off(db, delivery.id, gate=hold.gate, until=hold.until)
    else:
        return _Free(delivery=delivery, asked=event)
    return None


def _tell_together(db: Database, free: Sequence[_Free], here: _Here) -> int:
    """Owe digests that tell all of it: one, unless one message does not hold it."""
    by_story: dict[int, list[Delivery]] = {}
    for each in free:
        by_story.setdefault(each.delivery.event.story_id, []).append(each.delivery)
    told = digest.ordered(
        [read(db, some, now=here.now, timezone=here.zone) for some in by_story.values()]
    )
    name, closing = _name(free), _closing(free, here)
    owed = 0
    while told:
        fit = digest.fitting(told)
        some = [each for story in told[:fit] for each in by_story[story.card.story_id]]
        said = digest.bulletin(
            told[:fit], name=name, today=here.now.astimezone(EASTERN).date(), closing=closing
        )
        _owe(db, some, said, here)
        told, name, owed = told[fit:], f"{name.removesuffix(', continued')}, continued", owed + 1
    if free:
        silences.spoke(db, here.channel, now=here.now)
    return owed


def _owe(db: Database, some: Sequence[Delivery], said: bulletin.Bulletin, here: _Here) -> None:
    """The message and what it tells, at once: neither is without the other."""
    # The same of the same deliveries in any copy of the database: a restored one, too.
    key = str(uuid.uuid5(_KEYS, "\n".join(sorted(each.delivery_id for each in some))))
    number = bulletins.owe(
        db,
        channel=here.channel,
        kind=BulletinKind.DIGEST.value,
        key=key,
        body=bulletin.encode(said),
        now=here.now,
    )
    if number is None:  # what it told is held no more, so it cannot be
        raise LookupError(f"digest {key} was owed before")
    for each in some:
        held.fold(db, each.id, into=number, now=here.now)
        cards.outdate(db, channel=here.channel, story_id=each.event.story_id)


def _name(free: Sequence[_Free]) -> str:
    cadences = {
        each.cadence for some in free if not some.asked.alone for each in some.asked.working
    }
    if cadences:
        return _NAMES[min(cadences)] if len(cadences) == 1 else "Digest"
    gates = {each.delivery.gate for each in free}
    return next((name for held_by, name in _HELD_BY.items() if gates == {held_by}), "Held back")


def _closing(free: Sequence[_Free], here: _Here) -> str:
    """Whose digest it is, with the notes, and whether it is late."""
    asked = {each.id: each for some in free for each in some.asked.working}
    said = [
        f"{each.query}, {terms.told(each, zone=here.zone)}"
        + (f". Why we follow this: {each.note}" if each.note else "")
        for each in asked.values()
    ]
    more = len(said) - _NAMED
    said = said[:_NAMED] + ([f"{more} more"] if more > 0 else [])
    due = _due(free, here.zone)
    late = due is not None and here.now - due > LATE
    return " · ".join([*([f"Late: due {moment(due, here.zone)}"] if due and late else []), *said])


def _due(free: Sequence[_Free], zone: ZoneInfo) -> datetime | None:
    """When the digest was due of what nothing but a digest held."""
    moments = (
        next_digest(each, zone=zone, after=some.asked.since)
        for some in free
        if not some.asked.alone and some.delivery.gate in {None, Gate.DIGEST}
        for each in some.asked.working
    )
    return min(moments, default=None)
