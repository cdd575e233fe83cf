"""A Register of some issue days behind a loopback server, and an archive that has read it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot.audience import Audience
from bot.back_check import BackCheck
from bot.completeness import Completeness
from bot.night import read
from bot.poll import Poller
from bot.storage_thread import Storage
from feeds.federal_register import FederalRegister
from feeds.http import Http
from feeds.issue_days import is_issue_day
from feeds.model import Feed, FeedKind
from feeds.public_inspection import PublicInspection
from feeds.source import Source
from storage import subscriptions
from tests.servers import LoopbackRegister, loopback_register

DAY = timedelta(days=1)
#: The first day on which the feeds are read, and the night of the comparison.
FIRST, NIGHT = date(2020, 6, 1), datetime(2020, 6, 19, 6, 0, tzinfo=UTC)
OWNERS = "C0OWNERS"
AGENCIES = ("industry-and-security-bureau", "federal-communications-commission")


def number(day: date, place: int) -> str:
    return f"2020-{day:%m%d}{place}"


def printed(day: date, place: int) -> dict[str, Any]:
    """One of three documents of a day: of the first agency, of the second, and of neither."""
    slug = (*AGENCIES, "fish-and-wildlife-service")[place]
    name = number(day, place)
    return {
        "document_number": name,
        "publication_date": day.isoformat(),
        "title": f"Huawei rule {name} of {slug}",
        "abstract": f"What {name} does to Huawei.",
        "type": "Rule",
        "html_url": f"https://www.federalregister.gov/documents/{name}",
        "agencies": [{"name": slug.title(), "slug": slug}],
    }


def filed(day: date) -> dict[str, Any]:
    """A document that lies on public inspection on one day and is printed on the next."""
    printing = next(d for d in (day + DAY * each for each in range(1, 9)) if is_issue_day(d))
    row = printed(printing, 0)
    return row | {
        "abstract": None,
        "filed_at": f"{day.isoformat()}T08:45:00.000-04:00",
        "filing_type": "regular",
        "editorial_note": None,
    }


def issue_days(first: date = FIRST, last: date = date(2020, 6, 18)) -> list[date]:
    found = [first + DAY * each for each in range((last - first).days + 1)]
    return [day for day in found if is_issue_day(day)]


@dataclass(kw_only=True)
class IssueWorld:
    """The Register, what reads it, and what compares."""

    register: LoopbackRegister
    storage: Storage
    sources: dict[str, tuple[Feed, Source]]
    poller: Poller
    back_check: BackCheck

    async def completeness(self, now: datetime = NIGHT) -> Completeness:
        return await self.storage.run(read, now=now)

    async def poll(self, day: date) -> None:
        """Every feed is read on a day at 17:30 Eastern, when that day's documents are listed."""
        now = datetime(day.year, day.month, day.day, 21, 30, tzinfo=UTC)
        for name in self.sources:
            (result,) = await self.poller.poll_due(now=now, only=name)
            assert result.error is None

    async def live(self, days: Iterable[date]) -> None:
        """Days pass as they should: documents are filed, printed, and read."""
        for day in days:
            self.publish([day])
            before, self.register.inspection = self.register.inspection, [filed(day)]
            await self.poll(day)
            self.register.inspection = before

    def publish(self, days: Iterable[date]) -> None:
        """Documents are filed and printed, and nobody reads them."""
        for day in days:
            self.register.publish(*(printed(day, place) for place in range(3)))
            self.register.inspection.append(filed(day))

    def asked(self) -> list[str]:
        """The paths that the Register was asked for since the last time, and no more."""
        paths = [each.path.rpartition("/")[2] for each in self.register.host.asked]
        self.register.host.asked.clear()
        return paths


@asynccontextmanager
async def issue_world(folder: Path) -> AsyncIterator[IssueWorld]:
    """A Register that has printed nothing, and the archive of a folder."""
    storage = Storage(folder / "world.db")
    await storage.open()
    await storage.run(
        subscriptions.add, channel="C1", query="huawei", created_by="U1", now=NIGHT - 90 * DAY
    )
    audience = Audience(await storage.run(subscriptions.every), {})
    async with (
        loopback_register() as register,
        Http(user_agent="Rulewire/0.1", allow_private_addresses=True, spacing=0.0) as http,
    ):
        sources: dict[str, tuple[Feed, Source]] = {}
        for slug in AGENCIES:
            feed = Feed(
                name=slug, kind=FeedKind.FEDERAL_REGISTER, title=slug.title(), agencies=(slug,)
            )
            sources[slug] = (feed, FederalRegister(http=http, feed=feed, base_url=register.url))
        inspection = Feed(
            name="inspection",
            kind=FeedKind.PUBLIC_INSPECTION,
            title="Inspection",
            agencies=AGENCIES,
        )
        sources["inspection"] = (
            inspection,
            PublicInspection(http=http, feed=inspection, base_url=register.url),
        )
        whole = Feed(name="issues", kind=FeedKind.FEDERAL_REGISTER, title="Whole issues")
        yield IssueWorld(
            register=register,
            storage=storage,
            sources=sources,
            poller=Poller(storage, sources, audience=lambda: audience, jitter=lambda: 0.0),
            back_check=BackCheck(
                storage,
                sources,
                whole=FederalRegister(http=http, feed=whole, base_url=register.url),
                audience=lambda: audience,
                channel=OWNERS,
                timezone=ZoneInfo("America/New_York"),
            ),
        )
    await storage.close()


def lose(db: Database, keys: Iterable[str]) -> None:
    """Entries vanish with all that is known of them, as if they had never been read."""
    for key in keys:
        for entry, moment in db.execute(
            "SELECT id, moment FROM entries WHERE key = ?", [key]
        ).fetchall():
            db.execute("DELETE FROM entries_fts WHERE rowid = ?", [moment])
            for table, column in (
                ("outbox", "event_id IN (SELECT id FROM events WHERE entry_id = ?)"),
                ("events", "entry_id = ?"),
                ("texts", "entry_id = ?"),
                (
                    "deadline_history",
                    "deadline_id IN (SELECT id FROM deadlines WHERE entry_id = ?)",
                ),
                ("deadlines", "entry_id = ?"),
                ("relations", "? IN (entry_id, target_id)"),
                ("amendments", "entry_id = ?"),
                ("cards", "entry_id = ?"),
                ("entries", "id = ?"),
            ):
                db.execute(f"DELETE FROM {table} WHERE {column}", [entry])
