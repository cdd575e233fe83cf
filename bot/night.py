"""What one nightly comparison knows, and what it writes down (sync)."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlite_utils import Database

from bot import bulletin, completeness
from bot.audience import Audience
from bot.bulletin import BulletinKind
from bot.completeness import DAY, Completeness
from bot.ingest import LATE_ALERTS, archive, ingest_late
from feeds.errors import FeedError, FetchError
from feeds.model import EASTERN, Feed, Item
from storage import bulletins, issue_days, issue_documents, polls
from storage.issue_days import List
from storage.issue_documents import IssueDocument

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Night:
    """What is known so far of one comparison."""

    now: datetime
    first: date
    last: date
    #: The Register's feeds that are compared, by name: since when each asks what it asks.
    asked: dict[str, date]
    #: When a comparison last ended.
    before: datetime | None
    #: What kept a feed from being compared: the first day it concerns, and the reason.
    troubles: dict[List, list[tuple[date, str]]] = field(default_factory=dict)
    #: The Register does not answer, and is not asked any more.
    given_up: str = ""

    def failed(self, kind: List, since: date, feed: str, error: FeedError | str) -> None:
        """A feed could not be compared from a day on."""
        reason = error.reason if isinstance(error, FeedError) else error
        self.troubles.setdefault(kind, []).append((since, f"{feed}: {reason}"))
        log.warning("compared feed=%s list=%s status=failed reason=%s", feed, kind.value, reason)
        if isinstance(error, FetchError) and not error.permanent:
            self.given_up = reason

    def of(self, kind: List, day: date) -> str:
        """What kept a list of a day from being verified, the first such thing."""
        return next((why for since, why in self.troubles.get(kind, ()) if since <= day), "")


def read(db: Database, *, now: datetime) -> Completeness:
    """Whether we hold what the Register lists of the last issue days."""
    first, _ = completeness.window(now)
    _, done_at = issue_days.last(db)
    return Completeness(
        days=tuple(issue_days.since(db, first)),
        counted=issue_documents.count(db, first),
        missing=tuple(issue_documents.missing(db, first)),
        done_at=done_at,
    )


def begin(db: Database, feeds: Mapping[str, Feed], *, now: datetime) -> Night:
    """Start a comparison of the Register's feeds.

    A feed that was never read is not compared, nor one whose question is new tonight: what it would
    have found before is not missing.
    """
    issue_days.begin(db, now=now)
    issue_documents.drop_feeds(db, feeds)
    first, last = completeness.window(now)
    _, before = issue_days.last(db)
    night = Night(now=now, first=first, last=last, asked={}, before=before)
    for name, feed in feeds.items():
        poll = polls.get(db, name)
        if poll is None or poll.baselined_at is None:
            continue
        since = issue_days.asked_since(
            db,
            name,
            repr((sorted(feed.agencies), feed.term)),
            known=poll.baselined_at.astimezone(EASTERN).date(),
            today=now.astimezone(EASTERN).date(),
        )
        # Of the day itself there is nothing to compare, and all before it is history.
        if since and since < now.astimezone(EASTERN).date():
            night.asked[name] = since
    return night


def end(db: Database, night: Night, *, channel: str) -> int:
    """Tell what was found since the last comparison that ended; returns how much."""
    late = issue_documents.late_since(db, night.before)
    if late and channel:
        key = f"late since {night.before.isoformat() if night.before else 'the beginning'}"
        body = bulletin.encode(completeness.found_late(late))
        kind = BulletinKind.COMPLETENESS
        if not bulletins.owe(db, channel=channel, kind=kind, key=key, body=body, now=night.now):
            bulletins.change(db, channel=channel, kind=kind, key=key, body=body)
    if not night.given_up:
        issue_days.finish(db, now=night.now)
    return len(late)


def keep(
    db: Database, kind: List, feed: str, found: list[tuple[date, str]], *, since: date, until: date
) -> list[IssueDocument]:
    """Write down what is listed; returns what of it is missing here."""
    issue_documents.keep(db, kind, feed, found, since=since, until=until)
    return [
        each
        for each in issue_documents.missing(db, since)
        if each.list is kind and each.feed == feed and each.day <= until
    ]


def remember(
    db: Database,
    night: Night,
    found: Sequence[tuple[IssueDocument, Item]],
    *,
    audience: Audience,
    since: date,
) -> None:
    """Keep items of one feed that were missing, in one transaction with the word that they were.

    Those of days before the feed asked for such (`since`) are history, and told to nobody. What a
    poll has brought meanwhile is not missing any more.
    """
    still = set(issue_documents.missing(db, min(each.day for each, _ in found)))
    found = [(each, item) for each, item in found if each in still]
    archive(db, [item for each, item in found if each.day < since], now=night.now)
    late = [(each, item) for each, item in found if each.day >= since]
    if late:
        known = issue_documents.late_since(db, night.before)
        told = sum(each.owed for each in known if each.feed == late[0][0].feed)
        items = [item for _, item in late]
        alerts = max(0, LATE_ALERTS - told)
        ingest_late(db, items, audience=audience, alerts=alerts, now=night.now)
        issue_documents.found_late(db, [each for each, _ in late], now=night.now)


def judge(
    db: Database, night: Night, kind: List, *, first: date, counts: Mapping[date, int | None]
) -> None:
    """Keep what came of each day from `first` on; `counts` are of the whole issues."""
    latest = max((day for day, count in counts.items() if count), default=first)
    for number in range((night.last - first).days + 1):
        day = first + DAY * number
        found = completeness.verdict(
            kind,
            day,
            count=counts.get(day),
            trouble=night.of(kind, day),
            later=latest > day,
            last=night.last,
            now=night.now,
        )
        if found:
            issue_days.write(db, found)
