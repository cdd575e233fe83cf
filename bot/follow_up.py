"""What those who know a story are told when it moves: edits, dates, later documents (sync)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from feeds.model import Item
from feeds.revision import DATES, ChangedFact, changed_facts
from storage import deliveries, events, outbox
from storage.entries import Entry
from storage.events import Event, Step

#: An entry whose source edits it without end is told of so many edits and no more.
MOST_EDITS = 5


def tell(db: Database, event: Event, *, now: datetime) -> int:
    """Owe an event to everyone who knows its story; returns how many are new."""
    return sum(
        outbox.enqueue(db, event, channel=channel, whys=whys, now=now)
        for channel, whys in deliveries.told(db, event.story_id).items()
    )


def revised(db: Database, before: Item, entry: Entry, *, now: datetime) -> int:
    """Tell what an edit changed: each fact once for each value that it takes."""
    changes = changed_facts(before, entry.item)
    dates = [change for change in changes if change.name in DATES]
    words = [change for change in changes if change.name not in DATES]
    owed = sum(_tell_edit(db, entry, Step.MOVED, [change], now=now) for change in dates)
    return owed + (_tell_edit(db, entry, Step.REVISED, words, now=now) if words else 0)


def _tell_edit(
    db: Database, entry: Entry, step: Step, changes: Sequence[ChangedFact], *, now: datetime
) -> int:
    if events.count(db, entry.id, step) >= MOST_EDITS:
        return 0
    event, new = events.record(
        db,
        entry,
        step,
        source=entry.item.feed,
        at=now,
        occasion="; ".join(f"{change.name}: {change.after}" for change in changes),
        changes=changes,
        now=now,
    )
    return tell(db, event, now=now) if new else 0
