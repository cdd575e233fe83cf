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
from storage import deliveries, entries, events, outbox, relations, stories, texts
from storage.deliveries import FOLLOWED, Why
from storage.entries import Change, Entry, Remembered
from storage.events import Event
from storage.texts import Wanted

#: An alert waits so long for its document's text, which tells the dates of what is only filed.
TEXT_PATIENCE = timedelta(seconds=30)
#: A first poll tells nothing older than this, and no more than so many alerts a feed.
BASELINE_NEWS = timedelta(hours=24)
BASELINE_ALERTS = 5
#: Of what the nightly comparison finds late no more than so many alerts a feed: as of a first poll.
LATE_ALERTS = BASELINE_ALERTS


@dataclass(slots=True, kw_only=True)
class IngestReport:
    """What a batch of items came to."""

    counts: dict[Change, int] = field(default_factory=lambda: dict.fromkeys(Change, 0))
    #: Deliveries enqueued.
    owed: int = 0
    #: Of what was found late: the keys of what somebody is told.
    told: list[str] = field(default_factory=list)

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
            old = baseline and _age(sighting.entry, now) > BASELINE_NEWS
            _want_text(db, sighting.entry, silent=old, now=now)
            if baseline:
                follow_up.noted(db, sighting.entry, silent=True, now=now)
    if baseline:
        report.owed = _tell_baseline(db, tellable, audience=audience, now=now)
    else:
        report.owed = sum(_tell(db, *each, audience=audience, now=now) for each in tellable)
    return report


def ingest_late(
    db: Database, items: Iterable[Item], *, audience: Audience, alerts: int, now: datetime
) -> IngestReport:
    """Remember items that no poll brought, and tell those whom they concern that they come late.

    Args:
        db: Inside a transaction.
        items: Of one feed; repeats are harmless.
        audience: Who wants what.
        alerts: Of so many new ones, the newest, somebody is told; the others are kept in silence.
            A further step of what was known before is news as ever.
        now: When they were found.
    """
    report = IngestReport()
    for item in sorted(items, key=lambda item: item.event_at or now, reverse=True):
        sighting = entries.remember(db, item, now=now)
        report.counts[sighting.change] += 1
        if sighting.change is Change.SEEN:
            continue
        event = events.reach(db, sighting.entry, now=now, found_late=True)
        silent = sighting.change is not Change.ADVANCED and len(report.told) >= alerts
        _want_text(db, sighting.entry, silent=silent, now=now)
        if silent:
            follow_up.noted(db, sighting.entry, silent=True, now=now)
        elif owed := _tell(db, sighting, event, audience=audience, now=now):
            report.owed += owed
            report.told.append(item.key)
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


def _want_text(db: Database, entry: Entry, *, silent: bool, now: datetime) -> None:
    """Have the text read of a document that is worth it; with `silent` for the archive only."""
    document = entry.item.document
    if document and document.raw_text_url and full_text.worth_reading(entry.item):
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
    # Who knows the story hears its documents' steps, whatever the query says of them.
    told = {channel: known.whys for channel, known in knowing.items()}
    return owed + _enqueue(db, event, _followers(db, entry) | told | wanted, now=now)


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


def _followers(db: Database, entry: Entry) -> dict[str, Sequence[Why]]:
    """People who follow a story, whether or not they were told of it before."""
    why = Why(subscription=FOLLOWED, reasons=())
    marks = stories.marks(db, entry.story_id)
    return {each.holder: (why,) for each in marks if each.mark is stories.Mark.FOLLOWED}
