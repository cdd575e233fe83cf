"""READ one due feed: fetch, ingest, set its next time (async)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot import rhythm
from bot.audience import Audience
from bot.config import TERMINAL
from bot.flood import Visit
from bot.ingest import IngestReport, ingest, ingest_ahead
from bot.storage_thread import Storage
from feeds.errors import FeedError, FetchError
from feeds.model import Feed, Item
from feeds.source import Fetched, Source
from storage import polls, publishing
from storage.entries import Change
from storage.errors import DatabaseError
from storage.polls import Poll

log = logging.getLogger(__name__)

#: Feeds visited at once; hosts have their own limits (feeds/http.py).
AT_ONCE = 64
#: A first poll is kept so many items at a time, between which people are answered.
PIECE = 30
#: While what feeds hold cannot be kept, they are not asked for it again and again.
DATABASE_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """One visit to one feed."""

    feed: str
    #: None when the feed could not be read.
    report: IngestReport | None
    error: str | None = None


class Poller:
    """Visits the feeds that are due and lets what they hold be remembered."""

    def __init__(
        self,
        storage: Storage,
        sources: Mapping[str, tuple[Feed, Source]],
        *,
        audience: Callable[[], Audience],
        jitter: Callable[[], float],
        owners: str = TERMINAL,
    ) -> None:
        """Nothing is visited before `poll_due`.

        Args:
            storage: Opened.
            sources: Each feed of the catalog with the source that reads it, by name; looked at
                again in each round.
            audience: The subscriptions as they are now.
            jitter: Draws from 0 to 1.
            owners: The channel in which the card of a flood is shown.
        """
        self._storage = storage
        self._sources = sources
        self._audience = audience
        self._jitter = jitter
        self._owners = owners
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._resume_at: datetime | None = None

    async def poll_due(self, *, now: datetime, only: str | None = None) -> list[PollResult]:
        """Visit every feed that is due, or the one named whether due or not.

        Raises:
            DatabaseError: what a feed holds could not be kept; no feed is visited for a minute.
            ExceptionGroup: bugs met with some feeds, once all the others are done. To the feed each
                counts as a failed visit, so that it is not asked again at once.
        """
        # A clock that has gone back since makes no pause longer.
        if self._resume_at and timedelta() < self._resume_at - now <= DATABASE_PAUSE:
            return []
        await self._storage.run(polls.schedule, list(self._sources), now=now)
        if only:
            named = await self._storage.run(polls.get, only)
            due = [named] if named else []
        else:
            due = await self._storage.run(polls.due, now=now)
        known = [(poll, *self._sources[poll.feed]) for poll in due if poll.feed in self._sources]
        visits = (self._poll(poll, feed, source, now=now) for poll, feed, source in known)
        ended = await asyncio.gather(*visits, return_exceptions=True)
        await self._raise_failures([(poll, feed) for poll, feed, _ in known], ended, now=now)
        return [result for result in ended if isinstance(result, PollResult)]

    async def _raise_failures(
        self, visited: Sequence[tuple[Poll, Feed]], ended: Sequence[object], *, now: datetime
    ) -> None:
        bugs: list[Exception] = []
        for (poll, feed), failure in zip(visited, ended, strict=True):
            if isinstance(failure, DatabaseError):  # one cause, however many feeds met it
                self._resume_at = now + DATABASE_PAUSE
                raise failure
            if isinstance(failure, Exception):
                reason = f"an error on our side, which is in the log ({type(failure).__name__})"
                await self._failed(feed, poll, FeedError(poll.feed, reason), now=now)
                bugs.append(failure)
        if bugs:
            raise ExceptionGroup("polling", bugs)

    async def _poll(self, poll: Poll, feed: Feed, source: Source, *, now: datetime) -> PollResult:
        async with self._slots:
            try:
                fetched = await source.fetch(poll.bookmark, now=now)
            except FeedError as error:
                await self._failed(feed, poll, error, now=now)
                return PollResult(feed=feed.name, report=None, error=error.reason)
            left = await self._ahead(fetched.items, now=now) if not poll.baselined_at else None
            report = await self._storage.run_long(
                _keep,
                feed,
                fetched,
                left,
                audience=self._audience(),
                owners=self._owners,
                now=now,
                next_poll_at=rhythm.next_poll(
                    feed, now=now, jitter=self._jitter(), fresh_for=fetched.fresh_for
                ),
            )
        log.info("polled feed=%s status=ok %s", feed.name, report)
        if report.flood_id:
            log.warning("flood feed=%s flood=%d held=%d", feed.name, report.flood_id, report.held)
        return PollResult(feed=feed.name, report=report)

    async def _ahead(self, items: Sequence[Item], *, now: datetime) -> list[Item]:
        """Of a long first poll keep what nobody is told of; returns what is left."""
        if len(items) <= PIECE:
            return list(items)
        left: list[Item] = []
        for start in range(0, len(items), PIECE):
            piece = items[start : start + PIECE]
            left += await self._storage.run_long(ingest_ahead, piece, now=now)
        return left

    async def _failed(self, feed: Feed, poll: Poll, error: FeedError, *, now: datetime) -> None:
        fetch = error if isinstance(error, FetchError) else None
        then = rhythm.after_failure(
            feed,
            failures=poll.failures + 1,
            now=now,
            jitter=self._jitter(),
            retry_after=fetch.retry_after if fetch else None,
            permanent=bool(fetch and fetch.permanent),
            gone=bool(fetch and fetch.gone),
        )
        await self._storage.run(
            polls.record_failure,
            feed.name,
            reason=error.reason,
            next_poll_at=then,
            now=now,
            gone=bool(fetch and fetch.gone),
        )
        log.warning(
            "polled feed=%s status=failed failures=%d next=%s reason=%s",
            feed.name,
            poll.failures + 1,
            then.isoformat(timespec="seconds"),
            error.reason,
        )


def _keep(
    db: Database,
    feed: Feed,
    fetched: Fetched,
    left: Sequence[Item] | None,
    *,
    audience: Audience,
    owners: str,
    now: datetime,
    next_poll_at: datetime,
) -> IngestReport:
    """Items, deliveries and the bookmark in one transaction: a crash before it refetches.

    Of a first poll the items that are `left`: the others are kept already.
    """
    poll = polls.get(db, feed.name)
    baseline = poll is None or poll.baselined_at is None
    report = ingest(
        db,
        fetched.items if left is None else left,
        audience=audience,
        now=now,
        baseline=baseline,
        visit=Visit(
            feed=feed.name,
            title=feed.title,
            owners=owners,
            last=poll.succeeded_at if poll else None,
            baselined_at=poll.baselined_at if poll else None,
        ),
    )
    if left is not None:
        report.counts[Change.NEW] += len(fetched.items) - len(left)
    publishing.note(db, feed.name, fetched.items, first=baseline, now=now)
    polls.record_success(
        db,
        feed.name,
        bookmark=fetched.bookmark,
        next_poll_at=next_poll_at,
        now=now,
        partial=fetched.partial,
        warning="; ".join(fetched.warnings) or None,
        moved=(feed.url, fetched.moved_to) if fetched.moved_to else None,
    )
    return report
