"""Who is told of an item that arrived: those who ask for it, follow its story, or know it (sync)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot import follow_up
from bot.arrival import Arrival
from bot.audience import Audience
from feeds.prepared import prepare
from storage import deliveries, outbox, relations, texts
from storage.deliveries import Why
from storage.entries import Change, Remembered
from storage.events import Event

#: An alert waits so long for its document's text, which tells the dates of what is only filed.
TEXT_PATIENCE = timedelta(seconds=30)


def wanted_by(
    db: Database, sighting: Remembered, *, audience: Audience
) -> Mapping[str, Sequence[Why]]:
    """Who asks for it, by its contents.

    An edit that changed no fact speaks only to subscriptions that the earlier text did not concern.
    """
    if sighting.change is Change.SEEN:
        return {}
    entry = sighting.entry
    wanted = audience.of(sighting.prepared or prepare(entry.item, texts.body(db, entry.id)))
    if wanted and sighting.change is Change.REVISED and sighting.before:
        return newly(wanted, audience.of(prepare(sighting.before, texts.body(db, entry.id))))
    return wanted


def tell(db: Database, arrival: Arrival, *, now: datetime) -> int:
    """Owe the channels that want this, the people who follow its story, and whom an edit concerns."""
    sighting, event, wanted = arrival.sighting, arrival.event, arrival.wanted
    entry = sighting.entry
    if event is None:
        return 0
    if sighting.change is Change.REVISED and sighting.before:
        return enqueue(db, event, wanted, now=now) + follow_up.revised(
            db, sighting.before, entry, now=now
        )
    if entry.item.document is None:
        return enqueue(db, event, wanted, now=now)
    knowing = deliveries.told(db, event.story_id)
    owed = follow_up.noted(db, entry, now=now)
    if relations.within_story(db, entry):
        # Who knows the story has just been told what this does to an earlier document of it.
        return owed + enqueue(db, event, without(wanted, knowing), now=now)
    # Who knows the story, or follows it, hears its documents' steps, whatever the query says of them.
    told = {channel: known.whys for channel, known in knowing.items()}
    return owed + enqueue(db, event, {**told, **wanted}, now=now)


def enqueue(
    db: Database, event: Event, wanted: Mapping[str, Sequence[Why]], *, now: datetime
) -> int:
    """Owe an event to channels; returns how many are new."""
    wait = TEXT_PATIENCE if texts.awaited(db, event.entry_id) else timedelta()
    return sum(
        outbox.enqueue(db, event, channel=channel, whys=whys, wait=wait, now=now)
        for channel, whys in wanted.items()
    )


def newly(
    wanted: Mapping[str, Sequence[Why]], earlier: Mapping[str, Sequence[Why]]
) -> dict[str, Sequence[Why]]:
    """Those of `wanted` in whom a subscription asks that did not ask earlier."""
    asked = {(channel, why.subscription) for channel, whys in earlier.items() for why in whys}
    return {
        channel: whys
        for channel, whys in wanted.items()
        if any((channel, why.subscription) not in asked for why in whys)
    }


def without(
    wanted: Mapping[str, Sequence[Why]], earlier: Mapping[str, object]
) -> dict[str, Sequence[Why]]:
    """Those of `wanted` who are not among the earlier."""
    return {channel: whys for channel, whys in wanted.items() if channel not in earlier}
