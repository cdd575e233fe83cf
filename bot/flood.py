"""Hold back what a visit floods with, and tell what turns out to be news after all (sync)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot import flood_card
from bot.arrival import Arrival
from feeds import flood as floods_of
from feeds import identity
from feeds.flood import FEW, Reason, Sighted
from feeds.habits import Habits
from storage import feed_history, flood_entries, floods
from storage.entries import Change, Remembered
from storage.floods import State

#: Of a feed's history at least so many items are looked at, and twice as many as it shows now.
_HISTORY = 200
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Whose items are ingested, and what was known of the feed before."""

    feed: str
    #: As people know the feed.
    title: str
    #: Where a flood's card is shown.
    owners: str
    #: When the feed was last read, and when it was first read in full.
    last: datetime | None = None
    baselined_at: datetime | None = None


def hold_back(
    db: Database, visit: Visit, items: Sequence[Arrival], *, now: datetime
) -> tuple[int | None, int]:
    """Judge a visit and keep what of it is not told.

    Args:
        db: Inside the transaction that remembers the items, and before anyone is owed them.
        visit: Whose they are.
        items: All of them, known ones too.
        now: Time of the visit.

    Returns:
        The flood that they belong to or began, if any, and how many are held back.
    """
    if not _could_be(items):
        return None, 0
    judged = floods_of.judge(
        _sighted(db, visit.feed, items),
        _habits(db, visit, items, now=now),
        last_visit=visit.last,
        told_today=feed_history.told_since(db, visit.feed, now - _DAY),
        now=now,
    )
    if judged is None:
        return None, 0
    new = sum(each.sighting.change is Change.NEW for each in items)
    held_new = sum(items[n].sighting.change is Change.NEW for n in judged.held)
    flood_id = floods.grow(
        db,
        visit.feed,
        judged,
        title=visit.title,
        told=new - held_new,
        channel=visit.owners,
        now=now,
    )
    for number, reason in judged.held.items():
        _hold(db, flood_id, items[number], reason)
    flood_card.show(db, flood_id, now=now)
    return flood_id, len(judged.held)


def tellable(db: Database, sighting: Remembered, *, feed: str, now: datetime) -> Remembered | None:
    """The sighting as it is to be told; None when there is nothing to tell.

    What is held back stays so when its feed shows it again. When another feed brings it, too, it is
    news, unless someone has dropped it.
    """
    seen = sighting.change is Change.SEEN
    if seen and (sighting.before is None or sighting.before.feed == feed):
        return None
    held = flood_entries.holding(db, sighting.entry.id)
    if held is None or held.state is State.RELEASED:
        return None if seen else sighting
    if held.feed == feed or not flood_entries.let_go(db, sighting.entry.id):
        return None
    flood_card.show(db, held.id, now=now)
    return replace(sighting, change=Change.NEW, before=None)


def _could_be(items: Sequence[Arrival]) -> bool:
    """Whether a visit is worth judging: nearly all bring a few items, none of which is wanted."""
    fresh = [each for each in items if each.sighting.change is Change.NEW]
    return (
        any(each.wanted and each.sighting.entry.item.document is None for each in fresh)
        or len(items) >= FEW
    )


def _hold(db: Database, flood_id: int, arrival: Arrival, reason: Reason) -> None:
    if arrival.event:
        fresh = arrival.sighting.change is Change.NEW
        flood_entries.hold(db, flood_id, arrival.event, reason, wanted=arrival.wanted, fresh=fresh)


def _habits(db: Database, visit: Visit, items: Sequence[Arrival], *, now: datetime) -> Habits:
    """What the feed was known for before this visit; of documents nothing has to be known."""
    if all(each.item.document for each in items):
        return Habits([], now=now)
    new = {each.sighting.entry.id for each in items if each.sighting.change is Change.NEW}
    history = feed_history.of_feed(
        db,
        visit.feed,
        but=new,
        baselined_at=visit.baselined_at,
        limit=_HISTORY + 2 * len(items),
    )
    return Habits(history, now=now)


def _sighted(db: Database, feed: str, items: Sequence[Arrival]) -> list[Sighted]:
    fresh = [each for each in items if each.sighting.change is Change.NEW]
    told = feed_history.known_stories(db, {each.sighting.entry.id for each in fresh})
    headlines = {identity.headline_key(each.item.title) for each in fresh}
    carriers = feed_history.carriers(db, headlines, but=feed)
    return [
        Sighted(
            item=each.item,
            before=each.sighting.before,
            changed=each.sighting.change in {Change.REVISED, Change.ADVANCED},
            wanted=bool(each.wanted),
            elsewhere=_elsewhere(each, feed, carriers),
            corroborated=each.sighting.entry.id in told,
        )
        for each in items
    ]


def _elsewhere(arrival: Arrival, feed: str, carriers: Mapping[str, str]) -> str:
    """Another feed that brought it before, or its headline."""
    if before := arrival.sighting.before:
        return before.feed if before.feed != feed else ""
    return carriers.get(identity.headline_key(arrival.item.title), "")
