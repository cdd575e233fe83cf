"""A person's Home: what they follow, what their channels are subscribed to, what they saved (sync)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot import commands_status as reporting
from bot import terms
from bot.answers import Example
from bot.commands_deadlines import day_ahead
from bot.commands_marking import card_for
from bot.question import Question
from bot.refusal_meaning import stopped
from bot.report import FeedStatus, Status, Telling
from bot.wording import day, visible
from feeds.model import EASTERN
from storage import channels as channels_chosen
from storage import homes, kept
from storage.homes import Home, Shelf
from storage.kept import Kept
from storage.stories import Mark
from storage.subscriptions import Cadence, Subscription

#: Of each list so many stand on the overview, and so many on a page of its own.
SHORT, PAGE = 5, 10
#: Longest title (characters).
_TITLE = 200
#: Queries for whom nothing is subscribed to; the first is the first topic's.
_EXAMPLES = (
    (
        'agency:bis "entity list"',
        "what the Bureau of Industry and Security does to the Entity List",
    ),
    ("huawei type:rule", "rules that name Huawei, and no press"),
)

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Generic[Row]):
    """A part of a list."""

    rows: tuple[Row, ...]
    #: How many there are in all.
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRow:
    """A story that is followed or saved."""

    story_id: int
    title: str
    url: str
    #: Where it stands: "Published · Interim final rule".
    headline: str
    #: Its next deadline: "Comments close 17 August 2020, in 60 days"; empty when none is ahead.
    ahead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionLine:
    """A subscription, and how it is doing."""

    id: int
    channel: str
    #: A topic's title; empty for a query of one's own.
    title: str
    query: str
    #: When it speaks.
    told: str
    note: str
    created_by: str
    #: Who paused it; None while it is not paused.
    paused_by: str | None
    #: Why it tells nothing of itself; None while it works.
    stopped: str | None
    #: Until when its channel is muted, and by whom; None while it is not.
    muted: tuple[datetime, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How reading and telling are doing, for those who may do something about it."""

    headline: str
    troubled: tuple[FeedStatus, ...]
    uncertain: tuple[Telling, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """What one person's Home shows now. A list that is not shown is None."""

    person: str
    at: datetime
    #: The first visit.
    welcome: bool
    shelf: Shelf
    #: Of the list that is looked at, counted from 1; the overview has one page.
    page: int
    pages: int
    followed: Listed[KeptRow] | None
    subscriptions: Listed[SubscriptionLine] | None
    saved: Listed[KeptRow] | None
    #: None for those who may not govern.
    health: Health | None
    #: Queries to try, for those who have no subscription.
    examples: tuple[Example, ...]
    #: Slack said in which channels the person is; else only their own subscriptions are shown.
    members_known: bool


def page(
    db: Database,
    question: Question,
    home: Home,
    *,
    channels: Collection[str],
    members_known: bool,
    governs: bool,
) -> HomePage:
    """What a Home shows, read in one transaction.

    Args:
        db: Only read.
        question: Whose user is the person.
        home: What of it is looked at.
        channels: Those in which the person is, their direct messages included.
        members_known: Slack said which.
        governs: Whether the person may govern.
    """
    today = question.now.astimezone(EASTERN).date()
    subscribed = homes.subscribed(db, channels)
    totals = {
        Shelf.FOLLOWED: kept.count(db, question.user, Mark.FOLLOWED),
        Shelf.SUBSCRIPTIONS: len(subscribed),
        Shelf.SAVED: kept.count(db, question.user, Mark.SAVED),
    }
    overview = home.shelf is Shelf.OVERVIEW
    pages = 1 if overview else max(1, -(-totals[home.shelf] // PAGE))
    number = 1 if overview else min(home.page, pages)
    limit, skip = (SHORT, 0) if overview else (PAGE, (number - 1) * PAGE)

    def listed(shelf: Shelf, read: Callable[[], Sequence[Row]]) -> Listed[Row] | None:
        if not overview and shelf is not home.shelf:
            return None
        return Listed(rows=tuple(read()), total=totals[shelf])

    def stories(mark: Mark) -> list[KeptRow]:
        found = kept.stories(db, question.user, mark, today=today, skip=skip, limit=limit)
        return [_kept(db, question, each, today=today) for each in found]

    def lines() -> list[SubscriptionLine]:
        found = homes.read_subscriptions(db, subscribed[skip : skip + limit])
        return [_line(db, question, each) for each in found]

    return HomePage(
        person=question.user,
        at=question.now,
        welcome=not home.welcomed,
        shelf=home.shelf,
        page=number,
        pages=pages,
        followed=listed(Shelf.FOLLOWED, lambda: stories(Mark.FOLLOWED)),
        subscriptions=listed(Shelf.SUBSCRIPTIONS, lines),
        saved=listed(Shelf.SAVED, lambda: stories(Mark.SAVED)),
        health=_health(db, question) if governs and overview else None,
        examples=() if subscribed else _examples(question),
        members_known=members_known,
    )


def _kept(db: Database, question: Question, each: Kept, *, today: date) -> KeptRow:
    card = card_for(db, question, each.head)
    ahead = day_ahead(db, each.ahead, each.head, today=today) if each.ahead else None
    return KeptRow(
        story_id=each.story_id,
        title=card.title,
        url=card.url,
        headline=card.headline,
        ahead=f"{ahead.what} {day(ahead.day)}, {ahead.detail}" if ahead else "",
    )


def _line(db: Database, question: Question, each: Subscription) -> SubscriptionLine:
    chosen = channels_chosen.get(db, each.channel)
    muted_until = chosen.muted_until
    muted = muted_until is not None and muted_until > question.now
    topic = question.topics.get(each.query.removeprefix("topic:"))
    return SubscriptionLine(
        id=each.id,
        channel=each.channel,
        title=visible(topic.title, _TITLE) if topic and each.query.startswith("topic:") else "",
        query=each.query,
        told=_told(each, zone=chosen.timezone or question.timezone),
        note=each.note,
        created_by=each.created_by,
        paused_by=each.paused_by,
        stopped=stopped(each),
        muted=(muted_until, chosen.muted_by or "") if muted and muted_until else None,
    )


def _told(each: Subscription, *, zone: ZoneInfo) -> str:
    said = terms.told(each, zone=zone)
    breaks_through = each.urgent and each.cadence is not Cadence.NOW
    return f"{said[0].upper()}{said[1:]}" + ("; urgent steps at once" if breaks_through else "")


def _health(db: Database, question: Question) -> Health:
    found: Status = reporting.status(db, question)
    return Health(
        headline=found.headline, troubled=tuple(found.troubled), uncertain=found.uncertain
    )


def _examples(question: Question) -> tuple[Example, ...]:
    first = next((each for each in question.topics.values() if not each.part), None)
    topics = [Example(command=f"topic:{first.name}", does=first.title)] if first else []
    queries = [Example(command=query, does=does) for query, does in _EXAMPLES]
    return (*topics, *queries)
