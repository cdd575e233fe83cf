"""REMIND of days ahead: comments that close, rules that take effect; by day, once (sync)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot import follow_up, promises
from feeds.date_sentences import DateKind
from feeds.model import EASTERN, Stage
from storage import channels, deadlines, deliveries, events, outbox, relations, subscriptions
from storage.deadlines import Deadline
from storage.deliveries import FOLLOWED, Knowing
from storage.entries import Entry
from storage.events import Event, Step
from storage.subscriptions import REMINDERS

#: Nobody is reminded at night: from then to then, where the channel is.
MORNING, EVENING = time(8), time(20)
#: A reminder that nobody could be given, because the bot was stopped, is given so much later or not at all.
GRACE = timedelta(days=2)
#: No reminder comes earlier than this before its day.
EARLIEST = timedelta(days=90)
#: Deadlines looked at in one round.
_MOST = 5_000
_COMMENTS = {DateKind.COMMENTS_CLOSE, DateKind.REPLIES_CLOSE}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reminder:
    """One deadline for one channel that knows its story."""

    deadline: Deadline
    entry: Entry
    channel: str
    known: Knowing
    zone: ZoneInfo
    #: Days before comments close; empty when the channel wants no reminder.
    days: tuple[int, ...]

    @property
    def day(self) -> date:
        """The day itself; only deadlines that have one are read."""
        return self.deadline.due.day or date.max

    def today(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()

    def knew_before(self, day: date) -> bool:
        """Whether the channel knew the story, and we the deadline, before a day began there."""
        since = max(self.known.since, self.deadline.set_at)
        return since.astimezone(self.zone).date() < day


def remind(db: Database, *, now: datetime, timezone: ZoneInfo) -> int:
    """Owe each channel the reminders that are due there, and people those that they asked for.

    Can be repeated at any time.

    Args:
        db: Inside a transaction.
        now: In the channel's morning it is the day that counts.
        timezone: Of channels that chose none.

    Returns:
        How many deliveries were enqueued.
    """
    today = now.astimezone(EASTERN).date()
    moved = relations.beginning(db, today - GRACE, today)
    owed = sum(follow_up.redate(db, entry, now=now) for entry in moved)
    ahead = deadlines.between(db, today - GRACE, today + EARLIEST, told=True, limit=_MOST)
    owed += sum(_due(db, each, now=now) for each in _reminders(db, ahead, timezone))
    return owed + promises.tell_due(db, now=now, timezone=timezone)


def _reminders(
    db: Database, ahead: list[tuple[Deadline, Entry]], timezone: ZoneInfo
) -> Iterator[_Reminder]:
    for deadline, entry in ahead:
        for channel, known in deliveries.told(db, entry.story_id).items():
            yield _Reminder(
                deadline=deadline,
                entry=entry,
                channel=channel,
                known=known,
                zone=channels.get(db, channel).timezone or timezone,
                days=_days(db, channel, known),
            )


def _days(db: Database, channel: str, known: Knowing) -> tuple[int, ...]:
    """When the channel's subscriptions that told it of the story remind, most days first."""
    told_by = {why.subscription for why in known.whys}
    own = [
        each.reminders for each in subscriptions.of_channel(db, channel) if each.query in told_by
    ]
    if FOLLOWED in told_by:
        own.append(REMINDERS)
    return tuple(sorted({day for days in own for day in days}, reverse=True))


def _due(db: Database, reminder: _Reminder, *, now: datetime) -> int:
    kind = reminder.deadline.due.kind
    if kind in _COMMENTS:
        return _closing(db, reminder, now=now) + _closed(db, reminder, now=now)
    return _effective(db, reminder, now=now) if kind is DateKind.EFFECTIVE else 0


def _closing(db: Database, reminder: _Reminder, *, now: datetime) -> int:
    """So many days before: of those that have come the last, unless it came before it was known."""
    left = (reminder.day - reminder.today(now)).days
    come = min((days for days in reminder.days if days >= left >= 0), default=None)
    if come is None or come - left > GRACE.days or not _is_day(reminder, now):
        return 0
    if not reminder.knew_before(reminder.day - timedelta(days=come)):
        return 0
    event, _ = _record(db, reminder, Step.COMMENTS_CLOSING, occasion=str(come), now=now)
    return _tell(db, event, reminder, now=now)


def _closed(db: Database, reminder: _Reminder, *, now: datetime) -> int:
    """The day after, in Washington, the card says so."""
    if now.astimezone(EASTERN).date() <= reminder.day:
        return 0
    event, _ = _record(db, reminder, Step.COMMENTS_CLOSED, now=now)
    return _tell(db, event, reminder, now=now)


def _effective(db: Database, reminder: _Reminder, *, now: datetime) -> int:
    """A rule binds from today. Who was told of its publication that day, or later, knows it."""
    today = min(reminder.today(now), now.astimezone(EASTERN).date())
    printed = _printed_on(reminder.entry)
    if today < reminder.day or not reminder.days or not printed or printed >= reminder.day:
        return 0
    if not _is_day(reminder, now) or not reminder.knew_before(reminder.day):
        return 0
    event, _ = _record(db, reminder, Step.EFFECTIVE, now=now)
    return _tell(db, event, reminder, now=now)


def _printed_on(entry: Entry) -> date | None:
    document = entry.item.document
    published = entry.item.stage is Stage.PUBLISHED
    return document.publication_date if document and published else None


def _is_day(reminder: _Reminder, now: datetime) -> bool:
    return MORNING <= now.astimezone(reminder.zone).time() < EVENING


def _record(
    db: Database, reminder: _Reminder, step: Step, *, now: datetime, occasion: str = ""
) -> tuple[Event, bool]:
    """One event a deadline's day: when that moves, it is another."""
    due = reminder.deadline.due
    named = " ".join(filter(None, (occasion, due.kind.value, due.applies_to, str(due.day))))
    at = datetime.combine(reminder.day, time(), EASTERN)
    return events.record(
        db, reminder.entry, step, source="calendar", at=at, occasion=named, now=now
    )


def _tell(db: Database, event: Event, reminder: _Reminder, *, now: datetime) -> int:
    return outbox.enqueue(db, event, channel=reminder.channel, whys=reminder.known.whys, now=now)
