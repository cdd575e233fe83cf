"""DECIDE items → entries → stories → deliveries, one transaction (sync)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.audience import Audience
from feeds import full_text
from feeds.model import Item, Stage
from storage import entries, outbox, stories, texts
from storage.entries import Change, Entry, Remembered
from storage.outbox import FOLLOWED, Why
from storage.texts import Wanted

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
    tellable: list[Remembered] = []
    for item in items:
        sighting = entries.remember(db, item, now=now)
        report.counts[sighting.change] += 1
        if sighting.change is not Change.SEEN:
            tellable.append(sighting)
            _want_text(db, sighting.entry, baseline=baseline, now=now)
    if baseline:
        report.owed = _tell_baseline(db, tellable, audience=audience, now=now)
    else:
        report.owed = sum(_tell(db, sighting, audience=audience, now=now) for sighting in tellable)
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
    if wanted.silent:
        return 0
    return _enqueue(db, entry, _without(audience.of(entry.item, body), known), now=now)


def _want_text(db: Database, entry: Entry, *, baseline: bool, now: datetime) -> None:
    """Have the text read of a document that is worth it; of old ones for the archive only."""
    document = entry.item.document
    if document and document.raw_text_url and full_text.worth_reading(entry.item):
        silent = baseline and _age(entry, now) > BASELINE_NEWS
        texts.want(db, entry.id, document.raw_text_url, silent=silent, now=now)


def archive(db: Database, items: Iterable[Item], *, now: datetime) -> IngestReport:
    """Remember items and tell nobody: history read by `backfill`."""
    report = IngestReport()
    for item in items:
        report.counts[entries.remember(db, item, now=now).change] += 1
    return report


def _tell_baseline(
    db: Database, sightings: Sequence[Remembered], *, audience: Audience, now: datetime
) -> int:
    """Steps of entries we knew are news as ever; of new ones only the newest few of the last day."""
    known = [sighting for sighting in sightings if sighting.change is Change.ADVANCED]
    fresh = [
        sighting
        for sighting in sightings
        if sighting.change is not Change.ADVANCED and _age(sighting.entry, now) <= BASELINE_NEWS
    ]
    fresh.sort(key=lambda sighting: _age(sighting.entry, now))
    owed = sum(_tell(db, sighting, audience=audience, now=now) for sighting in known)
    told = 0
    for sighting in fresh:
        if told == BASELINE_ALERTS:
            break
        new = _tell(db, sighting, audience=audience, now=now)
        told += new > 0
        owed += new
    return owed


def _age(entry: Entry, now: datetime) -> timedelta:
    """Time since the event; an undated one is as old as can be."""
    return now - entry.item.event_at if entry.item.event_at else timedelta.max


def _tell(db: Database, sighting: Remembered, *, audience: Audience, now: datetime) -> int:
    """Owe the channels that want this, and the people who follow its story."""
    entry, body = sighting.entry, texts.body(db, sighting.entry.id)
    wanted = audience.of(entry.item, body)
    if wanted and sighting.change is Change.REVISED and sighting.before:
        # An edit speaks only to those whom the earlier text did not concern.
        wanted = _without(wanted, audience.of(sighting.before, body))
    elif sighting.change is Change.ADVANCED:
        wanted = _with_told(db, wanted, entry)
    if sighting.change is not Change.REVISED:
        wanted = _with_followers(db, wanted, entry)
    return _enqueue(db, entry, wanted, now=now)


def _enqueue(db: Database, entry: Entry, wanted: dict[str, list[Why]], *, now: datetime) -> int:
    """Owe an entry to channels, except where its story is muted; returns how many are new."""
    muted = _muted(db, entry.story_id) if wanted else set()
    return sum(
        outbox.enqueue(db, entry, channel=channel, whys=whys, now=now)
        for channel, whys in wanted.items()
        if channel not in muted
    )


def _without(wanted: dict[str, list[Why]], earlier: dict[str, list[Why]]) -> dict[str, list[Why]]:
    return {channel: whys for channel, whys in wanted.items() if channel not in earlier}


def _with_told(db: Database, wanted: dict[str, list[Why]], entry: Entry) -> dict[str, list[Why]]:
    """A channel that was told of the filing hears how it ends, whatever its query says of it now."""
    told = {
        delivery.channel: list(delivery.whys)
        for delivery in outbox.of_story(db, entry.story_id)
        if delivery.entry_id == entry.id
    }
    return told | wanted


def _with_followers(
    db: Database, wanted: dict[str, list[Why]], entry: Entry
) -> dict[str, list[Why]]:
    """People who follow the story are told its documents' steps, not further press."""
    if entry.item.stage is Stage.REPORTED:
        return wanted
    followers = {
        mark.holder: [Why(subscription=FOLLOWED, reasons=())]
        for mark in stories.marks(db, entry.story_id)
        if mark.mark is stories.Mark.FOLLOWED
    }
    return followers | wanted


def _muted(db: Database, story_id: int) -> set[str]:
    marks = stories.marks(db, story_id)
    return {mark.holder for mark in marks if mark.mark is stories.Mark.MUTED}
