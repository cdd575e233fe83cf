"""DECIDE items → entries → events → deliveries, one transaction (sync)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot import follow_up
from bot.audience import Audience
from feeds import full_text
from feeds.model import Item
from storage import deliveries, entries, events, outbox, relations, texts
from storage.deliveries import Why
from storage.entries import Change, Entry, Remembered
from storage.events import Event
from storage.texts import Wanted

#: An alert waits so long for its document's text, which tells the dates of what is only filed.
TEXT_PATIENCE = timedelta(seconds=30)
#: A first poll tells nothing older than this, and no more than so many alerts a feed.
BASELINE_NEWS = timedelta(hours=24)
BASELINE_ALERTS = 5


@dataclass(slots=True, kw_only=True)
class IngestReport:
    """What a batch of items came to."""

    counts: dict[Change, int] = field(default_factory=lambda: dict.fromkeys(Change, 0))
    #: Deliveries enqueued.
    owed: int = 0

    def __str__(self) -> str:
        """As the log writes it: "new=2 advanced=0 revised=0 seen=48 owed=1"."""
        seen = " ".join(f"{change.value}={count}" for change, count in self.counts.items())
        return f"{seen} owed={self.owed}"


def ingest(
    db: Database,
    items: Iterable[Item],
    *,
    audience: Audience,
    now: datetime,
    baseline: bool = False,
) -> IngestReport:
    """Remember items and owe each channel what its subscriptions match.

    Args:
        db: Inside the transaction that also records the feed's bookmark.
        items: In any order; repeats are harmless.
        audience: Who wants what.
        now: Time of the poll.
        baseline: The feed's first poll: nobody is told, except of events of the last day.
    """
    report = IngestReport()
    tellable: list[tuple[Remembered, Event]] = []
    for item in items:
        sighting = entries.remember(db, item, now=now)
        report.counts[sighting.change] += 1
        if sighting.change is not Change.SEEN:
            tellable.append((sighting, events.reach(db, sighting.entry, now=now)))
            _want_text(db, sighting.entry, baseline=baseline, now=now)
            if baseline:
                follow_up.noted(db, sighting.entry, silent=True, now=now)
    if baseline:
        report.owed = _tell_baseline(db, tellable, audience=audience, now=now)
    else:
        report.owed = sum(_tell(db, *each, audience=audience, now=now) for each in tellable)
    return report


def ingest_text(
    db: Database, wanted: Wanted, body: str, *, audience: Audience, now: datetime
) -> int:
    """Keep a document's full text and owe it to the channels whom the text alone concerns.

    Returns:
        How many deliveries were enqueued.
    """
    entry = entries.get(db, wanted.entry_id)
    if entry is None:
        return 0
    known = audience.of(entry.item, texts.body(db, entry.id))
    entries.keep_text(db, entry, body, now=now)
    owed = follow_up.noted(db, entry, edited=True, silent=wanted.silent, now=now)
    outbox.hasten(db, entry.id, now=now)
    if wanted.silent:
        return owed
    event = events.reach(db, entry, now=now)
    return owed + _enqueue(db, event, _without(audience.of(entry.item, body), known), now=now)


def archive(db: Database, items: Iterable[Item], *, now: datetime) -> IngestReport:
    """Remember items and tell nobody: history read by `backfill`."""
    report = IngestReport()
    for item in items:
        sighting = entries.remember(db, item, now=now)
        report.counts[sighting.change] += 1
        if sighting.change is not Change.SEEN:
            events.reach(db, sighting.entry, now=now)
            follow_up.noted(db, sighting.entry, silent=True, now=now)
    return report


def _want_text(db: Database, entry: Entry, *, baseline: bool, now: datetime) -> None:
    """Have the text read of a document that is worth it; of old ones for the archive only."""
    document = entry.item.document
    if document and document.raw_text_url and full_text.worth_reading(entry.item):
        silent = baseline and _age(entry, now) > BASELINE_NEWS
        texts.want(db, entry.id, document.raw_text_url, silent=silent, now=now)


def _tell_baseline(
    db: Database,
    tellable: Sequence[tuple[Remembered, Event]],
    *,
    audience: Audience,
    now: datetime,
) -> int:
    """Steps of entries we knew are news as ever; of new ones only the newest few of the last day."""
    known = [each for each in tellable if each[0].change is Change.ADVANCED]
    fresh = [
        each
        for each in tellable
        if each[0].change is not Change.ADVANCED and _age(each[0].entry, now) <= BASELINE_NEWS
    ]
    fresh.sort(key=lambda each: _age(each[0].entry, now))
    owed = sum(_tell(db, *each, audience=audience, now=now) for each in known)
    told = 0
    for each in fresh:
        if told == BASELINE_ALERTS:
            break
        new = _tell(db, *each, audience=audience, now=now)
        told += new > 0
        owed += new
    return owed


def _age(entry: Entry, now: datetime) -> timedelta:
    """Time since the event; an undated one is as old as can be."""
    return now - entry.item.event_at if entry.item.event_at else timedelta.max


def _tell(
    db: Database, sighting: Remembered, event: Event, *, audience: Audience, now: datetime
) -> int:
    """Owe the channels that want this, the people who follow its story, and whom an edit concerns."""
    entry, body = sighting.entry, texts.body(db, sighting.entry.id)
    wanted: dict[str, Sequence[Why]] = {**audience.of(entry.item, body)}
    if sighting.change is Change.REVISED and sighting.before:
        # An edit that changed no fact speaks only to those whom the earlier text did not concern.
        newly = _without(wanted, audience.of(sighting.before, body)) if wanted else {}
        return _enqueue(db, event, newly, now=now) + follow_up.revised(
            db, sighting.before, entry, now=now
        )
    if entry.item.document is None:
        return _enqueue(db, event, wanted, now=now)
    knowing = deliveries.told(db, event.story_id)
    owed = follow_up.noted(db, entry, now=now)
    if relations.within_story(db, entry):
        # Who knows the story has just been told what this does to an earlier document of it.
        return owed + _enqueue(db, event, _without(wanted, knowing), now=now)
    # Who knows the story, or follows it, hears its documents' steps, whatever the query says of them.
    told = {channel: known.whys for channel, known in knowing.items()}
    return owed + _enqueue(db, event, told | wanted, now=now)


def _enqueue(
    db: Database, event: Event, wanted: Mapping[str, Sequence[Why]], *, now: datetime
) -> int:
    """Owe an event to channels; returns how many are new."""
    wait = TEXT_PATIENCE if texts.awaited(db, event.entry_id) else timedelta()
    return sum(
        outbox.enqueue(db, event, channel=channel, whys=whys, wait=wait, now=now)
        for channel, whys in wanted.items()
    )


def _without(
    wanted: Mapping[str, Sequence[Why]], earlier: Mapping[str, object]
) -> dict[str, Sequence[Why]]:
    return {channel: whys for channel, whys in wanted.items() if channel not in earlier}
