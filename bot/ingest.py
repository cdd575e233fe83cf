"""DECIDE items → entries → events → deliveries, one transaction (sync)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot import flood, follow_up
from bot.arrival import Arrival
from bot.audience import Audience
from bot.flood import Visit
from bot.telling import enqueue, newly, tell, wanted_by
from feeds import full_text
from feeds.model import Item
from feeds.prepared import prepare
from storage import entries, events, outbox, texts
from storage.entries import Change, Remembered
from storage.texts import Wanted

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
    #: Entries held back, and the flood that they belong to or began, whose card is to be shown.
    held: int = 0
    flood_id: int | None = None
    #: Of what was found late: the keys of what somebody is told.
    told: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """As the log writes it: "new=2 advanced=0 revised=0 seen=48 owed=1 held=0"."""
        seen = " ".join(f"{change.value}={count}" for change, count in self.counts.items())
        return f"{seen} owed={self.owed} held={self.held}"


def ingest(
    db: Database,
    items: Iterable[Item],
    *,
    audience: Audience,
    now: datetime,
    baseline: bool = False,
    visit: Visit | None = None,
) -> IngestReport:
    """Remember items and owe each channel what its subscriptions match.

    Args:
        db: Inside the transaction that also records the feed's bookmark.
        items: In any order; repeats are harmless.
        audience: Who wants what.
        now: Time of the poll.
        baseline: The feed's first poll: nobody is told, except of events of the last day.
        visit: Whose items they are, so that a flood is held back; None when they are known to be
            good.
    """
    report, arrivals = _remembered(db, items, now=now)
    if baseline:
        for each in arrivals:
            _note_quietly(db, each, now=now)
        report.owed = _tell_baseline(db, arrivals, audience=audience, now=now)
        return report
    arrivals = [
        replace(each, wanted=wanted_by(db, each.sighting, audience=audience)) for each in arrivals
    ]
    if visit:
        report.flood_id, report.held = flood.hold_back(db, visit, arrivals, now=now)
    for each in arrivals:
        news = _news(db, each, audience=audience, now=now)
        if news:
            _want_text(db, news, silent=False, now=now)
            report.owed += tell(db, news, now=now)
        else:
            _note_quietly(db, each, now=now)
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
        arrival = _arrival(db, item, sighting, found_late=True, now=now)
        report.counts[sighting.change] += 1
        silent = sighting.change is not Change.ADVANCED and len(report.told) >= alerts
        _want_text(db, arrival, silent=silent, now=now)
        if arrival.event is None:
            continue
        if silent:
            follow_up.noted(db, sighting.entry, silent=True, now=now)
            continue
        wanted = wanted_by(db, sighting, audience=audience)
        if owed := tell(db, replace(arrival, wanted=wanted), now=now):
            report.owed += owed
            report.told.append(item.key)
    return report


def ingest_text(
    db: Database, wanted: Wanted, body: str, *, audience: Audience, now: datetime
) -> int:
    """Keep a document's full text and owe it to whom the text alone concerns.

    Returns:
        How many deliveries were enqueued.
    """
    entry = entries.get(db, wanted.entry_id)
    if entry is None:
        return 0
    known = audience.of(prepare(entry.item, texts.body(db, entry.id)))
    entries.keep_text(db, entry, body, now=now)
    owed = follow_up.noted(db, entry, edited=True, silent=wanted.silent, now=now)
    outbox.hasten(db, entry.id, now=now)
    if wanted.silent:
        return owed
    event = events.reach(db, entry, now=now)
    return owed + enqueue(db, event, newly(audience.of(prepare(entry.item, body)), known), now=now)


def ingest_ahead(db: Database, items: Sequence[Item], *, now: datetime) -> list[Item]:
    """Keep, before a feed's first poll is ingested, those new items of which it tells nobody anyhow.

    A long first poll is cut so: after a crash between, what is kept is seen again, as it would be later.

    Returns:
        The items that are left to `ingest`.
    """
    early = [item for item in items if not _is_recent(item, now)]
    kept = iter(entries.remember_new(db, early, now=now))
    pairs = [(item, None if _is_recent(item, now) else next(kept)) for item in items]
    for item, sighting in pairs:
        if sighting:
            _note_quietly(db, _arrival(db, item, sighting, now=now), now=now)
    return [item for item, sighting in pairs if not sighting]


def archive(db: Database, items: Iterable[Item], *, now: datetime) -> IngestReport:
    """Remember items and tell nobody: history read by `backfill`."""
    report, arrivals = _remembered(db, items, now=now)
    for each in arrivals:
        if each.event:
            follow_up.noted(db, each.sighting.entry, silent=True, now=now)
    return report


def _remembered(
    db: Database, items: Iterable[Item], *, now: datetime
) -> tuple[IngestReport, list[Arrival]]:
    report, items = IngestReport(), list(items)
    sightings = entries.remember_all(db, items, now=now)
    report.counts.update(Counter(sighting.change for sighting in sightings))
    return report, [_arrival(db, *each, now=now) for each in zip(items, sightings, strict=True)]


def _arrival(
    db: Database, item: Item, sighting: Remembered, *, now: datetime, found_late: bool = False
) -> Arrival:
    """What an item that is remembered means to its story."""
    event = None
    if sighting.change is not Change.SEEN:
        event = events.reach(db, sighting.entry, now=now, found_late=found_late)
    return Arrival(item=item, sighting=sighting, event=event)


def _news(db: Database, arrival: Arrival, *, audience: Audience, now: datetime) -> Arrival | None:
    """What is to be told of it; None of what is held back, or was seen before."""
    sighting = flood.tellable(db, arrival.sighting, feed=arrival.item.feed, now=now)
    if sighting is None:
        return None
    if sighting is arrival.sighting:
        return arrival
    return Arrival(
        item=arrival.item,
        sighting=sighting,
        event=events.reach(db, sighting.entry, now=now),
        wanted=wanted_by(db, sighting, audience=audience),
    )


def _note_quietly(db: Database, arrival: Arrival, *, now: datetime) -> None:
    """Nobody is told; the archive is to know all the same, and a text of today may be news."""
    entry = arrival.sighting.entry
    if arrival.event:
        _want_text(db, arrival, silent=not _is_recent(entry.item, now), now=now)
        follow_up.noted(db, entry, silent=True, now=now)


def _want_text(db: Database, arrival: Arrival, *, silent: bool, now: datetime) -> None:
    """Have the text read of a document that is worth it; for the archive only if `silent`."""
    entry = arrival.sighting.entry
    document = entry.item.document
    if arrival.event and document and document.raw_text_url and full_text.worth_reading(entry.item):
        texts.want(db, entry.id, document.raw_text_url, silent=silent, now=now)


def _tell_baseline(
    db: Database, arrivals: Sequence[Arrival], *, audience: Audience, now: datetime
) -> int:
    """Steps of entries we knew are news as ever; of new ones only the newest few of the last day."""
    changed = [each for each in arrivals if each.sighting.change is not Change.SEEN]
    known = [each for each in changed if each.sighting.change is Change.ADVANCED]
    fresh = [
        each
        for each in changed
        if each.sighting.change is not Change.ADVANCED and _is_recent(each.sighting.entry.item, now)
    ]
    fresh.sort(key=lambda each: each.sighting.entry.item.event_at or now, reverse=True)

    def told_of(each: Arrival) -> int:
        wanted = wanted_by(db, each.sighting, audience=audience)
        return tell(db, replace(each, wanted=wanted), now=now)

    owed = sum(map(told_of, known))
    told = 0
    for each in fresh:
        if told == BASELINE_ALERTS:
            break
        new = told_of(each)
        told += new > 0
        owed += new
    return owed


def _is_recent(item: Item, now: datetime) -> bool:
    return item.event_at is not None and now - item.event_at <= BASELINE_NEWS
