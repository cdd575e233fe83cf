"""Read the Register's history into the archive, telling nobody; can be stopped and gone on with."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlite_utils import Database

from bot.app import App, Clock, open_app
from bot.config import Settings
from bot.ingest import archive
from feeds.federal_register import FederalRegister
from feeds.model import EASTERN, Item
from storage import polls
from storage.entries import Change

_DAY = timedelta(days=1)


@dataclass(slots=True, kw_only=True)
class BackfillReport:
    """What a backfill read."""

    days: int = 0
    new: int = 0
    known: int = 0

    def __str__(self) -> str:
        """For people."""
        return f"Read {self.days:,} feed days: {self.new:,} new entries, {self.known:,} known."


async def backfill(settings: Settings, *, since: date, until: date, clock: Clock) -> BackfillReport:
    """Read every Federal Register feed's documents of these days, to yesterday at most.

    Days read before are skipped.

    Raises:
        FetchError, ParseError: the Register could not be read; what was read stays, and the same
            call goes on from there.
    """
    report = BackfillReport()
    # Today's issue may still grow, and tomorrow's is not there: their days are the poller's.
    until = min(until, clock().astimezone(EASTERN).date() - _DAY)
    async with open_app(settings, clock=clock) as app:
        sources = [
            source for _, source in app.sources.values() if isinstance(source, FederalRegister)
        ]
        with _progress() as progress:
            total = len(sources) * ((until - since).days + 1)
            bar = progress.add_task("reading history", total=total)
            for source in sources:
                progress.update(bar, description=source.feed.title)
                async for days in _read(app, source, report, since=since, until=until):
                    progress.advance(bar, days)
    return report


async def _read(
    app: App, source: FederalRegister, report: BackfillReport, *, since: date, until: date
) -> AsyncIterator[int]:
    """Read what is missing of a feed's history, giving the number of days with each step."""
    name = source.feed.name
    done = await app.storage.run(polls.backfilled, name)
    missing = gaps(since, until, done)
    yield (until - since).days + 1 - sum((last - first).days + 1 for first, last in missing)
    for first, last in missing:
        start = first
        async for piece in source.history(since=first, until=last):
            through = date.fromisoformat(piece.bookmark["through"])
            counts = await app.storage.run(
                _keep, name, piece.items, day=start, until=through, now=app.clock()
            )
            report.new += counts[Change.NEW]
            report.known += sum(counts.values()) - counts[Change.NEW]
            report.days += (through - start).days + 1
            yield (through - start).days + 1
            start = through + _DAY


def gaps(since: date, until: date, done: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """The stretches of days from `since` to `until` that no window of `done` covers."""
    missing: list[tuple[date, date]] = []
    start = since
    for first, last in sorted(done):
        if first > start:
            missing.append((start, min(first - _DAY, until)))
        start = max(start, last + _DAY)
    missing.append((start, until))
    return [(first, last) for first, last in missing if first <= last]


def _keep(
    db: Database, feed: str, items: Iterable[Item], *, day: date, until: date, now: datetime
) -> dict[Change, int]:
    """A window's items and the note that it is read, in one transaction."""
    report = archive(db, items, now=now)
    polls.record_backfill(db, feed, day=day, until=until)
    return report.counts


def _progress() -> Progress:
    """On stderr, and only on a terminal: stdout belongs to answers."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("days"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
