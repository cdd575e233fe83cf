"""WATCH the text of the law: ask the eCFR for what told rules change, once they are in effect (async)."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Protocol

from sqlite_utils import Database

from bot import follow_up
from bot.storage_thread import Storage
from feeds import ecfr, law_change
from feeds.cited import pages
from feeds.ecfr import Ecfr, Title
from feeds.errors import FeedError, FetchError, ParseError
from feeds.law_change import LawChange
from feeds.model import EASTERN, CfrPart
from storage import amendments, events
from storage.amendments import Amendment
from storage.events import Step

log = logging.getLogger(__name__)

#: Amendments of one round.
AT_ONCE = 50
#: The eCFR moves on working days, by days; it is asked no oftener than this about one amendment.
LOOK_EVERY = timedelta(hours=3)
#: After a failure, twice as long each time, up to a day.
RETRY_FIRST, RETRY_MOST = timedelta(minutes=15), timedelta(days=1)
#: Rules in effect for longer than this before they are told are left alone, and an amendment that
#: the eCFR does not show this long after its day is given up.
PATIENCE = timedelta(days=30)


class OnChange(Protocol):
    """What else to do with a change: called once for each document and part."""

    def __call__(
        self, db: Database, amendment: Amendment, change: LawChange, /, *, now: datetime
    ) -> object:
        """Inside the transaction that keeps the change. `amendment` is as it was before."""
        ...


def tell(db: Database, amendment: Amendment, change: LawChange, /, *, now: datetime) -> int:
    """Owe the step to everyone who knows the story; returns how many are new."""
    event, new = events.record(
        db,
        amendment.entry,
        Step.LAW_CHANGED,
        source=ecfr.NAME,
        at=datetime.combine(change.as_of, time(), EASTERN),
        occasion=amendment.name,
        now=now,
    )
    return follow_up.tell(db, event, now=now) if new else 0


class Law:
    """Looks for the amendments that are due."""

    def __init__(self, storage: Storage, source: Ecfr, *, on_change: OnChange = tell) -> None:
        """Nothing is asked before `check_due`.

        Args:
            storage: Opened.
            source: The eCFR.
            on_change: Told of each amendment that was made, in the transaction that keeps it.
        """
        self._storage = storage
        self._ecfr = source
        self._on_change = on_change

    async def check_due(self, *, now: datetime) -> int:
        """Look for what is due; returns how many amendments were found made.

        When nothing is due the eCFR is not asked. It is asked for a part's versions only once its
        title has come to the day of the amendment, and has moved since we last looked.
        """
        since = now.astimezone(EASTERN).date() - PATIENCE
        await self._storage.run(amendments.expect, since=since, now=now)
        due = await self._storage.run(amendments.due, now=now, limit=AT_ONCE)
        if not due:
            return 0
        try:
            titles = await self._ecfr.titles()
        except FeedError as error:
            await self._fail(due, error, now=now)
            return 0
        parts: defaultdict[CfrPart, list[Amendment]] = defaultdict(list)
        for amendment in due:
            title = titles.get(amendment.part.title)
            if title and _may_show(amendment, title):
                parts[amendment.part].append(amendment)
            else:
                await self._wait(amendment, title, now=now)
        found = [
            await self._check(titles[part.title], part, awaited, now=now)
            for part, awaited in parts.items()
        ]
        return sum(found)

    async def _check(
        self, title: Title, part: CfrPart, awaited: Sequence[Amendment], *, now: datetime
    ) -> int:
        try:
            changes = await self._changes(title, part, awaited)
        except FeedError as error:
            await self._fail(awaited, error, now=now)
            return 0
        made = 0
        for amendment in awaited:
            whole = changes.get(amendment.effective_on)
            document = amendment.entry.item.document
            theirs = pages(document.citation, document.end_page) if document else None
            share = law_change.concerning(whole, theirs) if whole else None
            if share and share.sections:
                made += await self._storage.run(self._keep, amendment, share, now=now)
            else:
                await self._wait(amendment, title, now=now)
        log.info("checked law part=%s awaited=%d made=%d", part, len(awaited), made)
        return made

    async def _changes(
        self, title: Title, part: CfrPart, awaited: Sequence[Amendment]
    ) -> dict[date, LawChange]:
        """What changed in a part by each of the days on which amendments took effect."""
        effective = {amendment.effective_on for amendment in awaited}
        since = min(effective) - PATIENCE
        versions = await self._ecfr.versions(part, since=since)
        changes: dict[date, LawChange] = {}
        spans: dict[tuple[date, date], LawChange] = {}
        for day in sorted(effective):
            issued = ecfr.issue_days(versions, effective_on=day, until=title.up_to_date_as_of)
            if issued:
                span = (issued[0] - timedelta(days=1), issued[-1])
                if span not in spans:
                    spans[span] = await self._compare(part, span)
                changes[day] = spans[span]
        return changes

    async def _compare(self, part: CfrPart, span: tuple[date, date]) -> LawChange:
        before, after = [await self._ecfr.text(part, day) for day in span]
        if after is None:
            raise FetchError(ecfr.NAME, f"has versions of {part} but no text of {span[1]}")
        if before is None and not await self._is_new(part, span[1]):
            # What we could not read was not therefore absent: everything would look added.
            raise FetchError(ecfr.NAME, f"has no text of {part} of {span[0]}")
        return await asyncio.to_thread(compare_texts, before, after, part=part, span=span)

    async def _is_new(self, part: CfrPart, day: date) -> bool:
        """Whether the eCFR's first version of a part is of that day."""
        versions = await self._ecfr.versions(part)
        return min(version.issued_on for version in versions) >= day if versions else False

    def _keep(
        self, db: Database, amendment: Amendment, change: LawChange, *, now: datetime
    ) -> bool:
        kept = amendments.make(db, amendment, change, now=now)
        if kept:
            self._on_change(db, amendment, change, now=now)
        return kept

    async def _wait(self, amendment: Amendment, title: Title | None, *, now: datetime) -> None:
        shown_until = title.up_to_date_as_of if title else None
        if shown_until and shown_until - PATIENCE > amendment.effective_on:
            await self._storage.run(amendments.give_up, amendment, now=now)
        else:
            await self._storage.run(
                amendments.look_again,
                amendment,
                due_at=now + LOOK_EVERY,
                shown_until=shown_until,
            )

    async def _fail(self, awaited: Sequence[Amendment], error: FeedError, *, now: datetime) -> None:
        log.warning("checked law status=failed reason=%s", error.reason)
        for amendment in awaited:
            await self._storage.run(
                amendments.fail,
                amendment,
                reason=error.reason,
                due_at=now + _pause(amendment, error),
            )


def compare_texts(
    before: bytes | None, after: bytes, *, part: CfrPart, span: tuple[date, date]
) -> LawChange:
    """The change between two answers of the eCFR. Takes up to a second for part 744.

    Raises:
        ParseError: one of them is no text of a part.
    """
    from feeds import regulation_xml  # noqa: PLC0415  lxml is needed only when the law has changed

    old = regulation_xml.read(before, feed=ecfr.NAME) if before else ()
    new = regulation_xml.read(after, feed=ecfr.NAME)
    return law_change.compare(old, new, part=part, days=span)


def _may_show(amendment: Amendment, title: Title) -> bool:
    """Whether a title has come to the amendment's day, and was amended since we looked."""
    amended = title.latest_issue_date or title.up_to_date_as_of
    moved = amendment.shown_until is None or amended > amendment.shown_until
    return moved and title.up_to_date_as_of >= amendment.effective_on


def _pause(amendment: Amendment, error: FeedError) -> timedelta:
    """How long to leave the eCFR alone."""
    if isinstance(error, ParseError) or (isinstance(error, FetchError) and error.permanent):
        return RETRY_MOST
    asked = error.retry_after if isinstance(error, FetchError) else None
    doubled: timedelta = RETRY_FIRST * 2 ** min(amendment.attempts, 10)
    return min(max(doubled, timedelta(seconds=asked or 0)), RETRY_MOST)
