"""COMPARE the archive with the Register's own lists of the last month, and make good what is missing.

Each night each of the Register's feeds puts its question once more, for numbers alone and for the
whole month in one request. Of the whole issues and of public inspection only those days are asked
for that were not verified before. So a night takes a few requests more than there are feeds.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot import completeness, night
from bot.audience import Audience
from bot.completeness import DAY
from bot.night import Night
from bot.storage_thread import Storage
from feeds.errors import FeedError
from feeds.federal_register import OVERLAP, FederalRegister
from feeds.issue_days import is_issue_day
from feeds.model import Feed, Item
from feeds.public_inspection import PublicInspection
from feeds.source import Source
from storage import issue_days, issue_documents
from storage.issue_days import List
from storage.issue_documents import IssueDocument

log = logging.getLogger(__name__)


class BackCheck:
    """Proves that nothing was lost, or finds it."""

    def __init__(
        self,
        storage: Storage,
        sources: Mapping[str, tuple[Feed, Source]],
        *,
        whole: FederalRegister,
        audience: Callable[[], Audience],
        channel: str,
        timezone: ZoneInfo,
    ) -> None:
        """Nothing is compared before `check_due`.

        Args:
            storage: Opened.
            sources: Each feed of the catalog with the source that reads it; looked at each time.
            whole: Asks for everything, whoever issued it.
            audience: The subscriptions as they are now.
            channel: Where it is told what was found; empty for nowhere.
            timezone: Whose night is waited for.
        """
        self._storage = storage
        self._sources = sources
        self._whole = whole
        self._audience = audience
        self._channel = channel
        self._timezone = timezone

    async def check_due(self, *, now: datetime) -> bool:
        """Compare if it is time to; whether it was. Can be cut off at any point and begun again."""
        started_at, done_at = await self._storage.run(issue_days.last)
        due = completeness.is_due(started_at, done_at, now=now, timezone=self._timezone)
        if due:
            await self.check(now=now)
        return due

    async def check(self, *, now: datetime) -> None:
        """Compare now.

        Raises:
            DatabaseError: what was found could not be kept.
        """
        sources = {name: source for name, (_, source) in self._sources.items()}
        printed = {n: each for n, each in sources.items() if isinstance(each, FederalRegister)}
        filed = {n: each for n, each in sources.items() if isinstance(each, PublicInspection)}
        feeds = {name: source.feed for name, source in (printed | filed).items()}
        tonight = await self._storage.run(night.begin, feeds, now=now)
        for name, source in printed.items():
            if since := tonight.asked.get(name):
                await self._printed(tonight, source, since)
        await self._issues(tonight, [tonight.asked[n] for n in printed if n in tonight.asked])
        for name, inspection in filed.items():
            if since := tonight.asked.get(name):
                await self._inspection(tonight, inspection, since)
        late = await self._storage.run(night.end, tonight, channel=self._channel)
        if tonight.asked:  # before the first poll of a feed there is nothing to compare
            log.info("compared days=%s..%s late=%d", tonight.first, tonight.last, late)

    async def _printed(self, tonight: Night, source: FederalRegister, since: date) -> None:
        """One feed's documents of the whole window."""
        # With its first poll a feed reads a week of history.
        first, last, name = max(tonight.first, since - OVERLAP), tonight.last, source.feed.name
        if tonight.given_up:
            tonight.failed(List.PRINTED, first, name, tonight.given_up)
        if tonight.given_up or first > last:
            return
        try:
            listed = await source.listed(since=first, until=last, now=tonight.now)
            if listed.trouble:
                tonight.failed(List.PRINTED, first, name, listed.trouble)
                return
            missing = await self._storage.run(
                night.keep, List.PRINTED, name, _numbered(listed.items), since=first, until=last
            )
            if missing:
                days = [each.day for each in missing]
                async for piece in source.history(
                    since=min(days), until=max(days), now=tonight.now
                ):
                    await self._make_good(tonight, missing, _dated(piece.items), since=since)
        except FeedError as error:
            tonight.failed(List.PRINTED, first, name, error)

    async def _issues(self, tonight: Night, asked: list[date]) -> None:
        """How many documents each issue has, where that is not known yet; and the verdicts."""
        if not asked:
            return
        first = max(tonight.first, min(asked) - OVERLAP)
        known = {
            each.day: each.listed
            for each in await self._storage.run(issue_days.since, first)
            if each.list is List.PRINTED and (each.listed or each.verified_at)
        }
        unknown = [d for d in _days(first, tonight.last) if d not in known and is_issue_day(d)]
        if unknown and not tonight.given_up:
            try:
                listed = await self._whole.listed(
                    since=unknown[0], until=unknown[-1], now=tonight.now
                )
            except FeedError as error:
                tonight.failed(List.PRINTED, unknown[0], self._whole.feed.name, error)
            else:
                if listed.trouble:
                    name = self._whole.feed.name
                    tonight.failed(List.PRINTED, unknown[0], name, listed.trouble)
                counts = Counter(day for day, _ in _numbered(listed.items))
                known |= {d: counts[d] for d in _days(unknown[0], unknown[-1]) if d not in known}
        await self._storage.run(night.judge, tonight, List.PRINTED, first=first, counts=known)

    async def _inspection(self, tonight: Night, source: PublicInspection, since: date) -> None:
        """Everything that lay on public inspection, one request a day."""
        first, name = max(tonight.first, since), source.feed.name
        known = {
            each.day: each
            for each in await self._storage.run(issue_days.since, first)
            if each.list is List.INSPECTION
        }
        lacking = {
            each.day
            for each in await self._storage.run(issue_documents.missing, first)
            if each.list is List.INSPECTION
        }
        counts = {day: each.listed for day, each in known.items()}
        verified = {day for day, each in known.items() if each.verified_at}
        for day in _days(first, tonight.last):
            if not is_issue_day(day) or day in verified - lacking:
                continue
            if tonight.given_up:
                tonight.failed(List.INSPECTION, day, name, tonight.given_up)
                break
            try:
                listed = await source.listed(day, now=tonight.now)
            except FeedError as error:
                tonight.failed(List.INSPECTION, day, name, error)
                break
            counts[day] = listed.count
            found = [(day, item.document.number) for item in listed.items if item.document]
            missing = await self._storage.run(
                night.keep, List.INSPECTION, name, found, since=day, until=day
            )
            await self._make_good(
                tonight, missing, [(day, item) for item in listed.items], since=since
            )
        await self._storage.run_long(
            night.judge, tonight, List.INSPECTION, first=first, counts=counts
        )

    async def _make_good(
        self,
        tonight: Night,
        missing: Iterable[IssueDocument],
        items: Iterable[tuple[date, Item]],
        *,
        since: date,
    ) -> None:
        """Remember of these items, each of an issue day, what is missing."""
        lacking = {(each.day, each.key): each for each in missing}
        found = [
            (lacking[day, item.key], item) for day, item in items if (day, item.key) in lacking
        ]
        if found:
            audience = self._audience()
            await self._storage.run_long(
                night.remember, tonight, found, audience=audience, since=since
            )


def _dated(items: Iterable[Item]) -> list[tuple[date, Item]]:
    """Printed documents with the days of their issues."""
    dated = ((item.document.publication_date if item.document else None, item) for item in items)
    return [(day, item) for day, item in dated if day]


def _numbered(items: Iterable[Item]) -> list[tuple[date, str]]:
    return [(day, item.document.number) for day, item in _dated(items) if item.document]


def _days(first: date, last: date) -> list[date]:
    return [first + DAY * each for each in range((last - first).days + 1)]
