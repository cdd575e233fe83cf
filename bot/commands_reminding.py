"""Remind a person of one story: in a day, in three, before its deadline; again; or no more."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot import date_wording, story
from bot.answers import Problem
from bot.bulletin import Bulletin, BulletinKind, Button, Part, Row, encode
from bot.personal import Offer, Promised
from bot.question import Question
from bot.wording import day, moment, visible
from feeds.model import EASTERN
from storage import bulletins, channels, entries, reminders
from storage.reminders import Reminder, State, Wish

#: Of the buttons below a reminder; their value is its id.
SNOOZE, DONE = "reminder-snooze", "reminder-done"
#: So long after a click a story is told again.
_LATER = {Wish.DAY: timedelta(days=1), Wish.THREE_DAYS: timedelta(days=3)}
#: When on the day before a deadline.
_MORNING = time(9)
_GONE = Problem(message="This entry is not in the archive any more.")
_NO_MORE = Problem(message="This reminder is not known any more.")
_TOO_NEAR = Problem(
    message="No deadline of this story is far enough ahead to remind you before it."
)


def offer(db: Database, question: Question, entry_id: int) -> Offer | Problem:
    """When the person can be reminded of an entry's story."""
    entry = entries.get(db, entry_id)
    if entry is None:
        return _GONE
    before = before_deadline(db, entry.story_id, zone=_zone(db, question), now=question.now)
    waiting = reminders.waiting_for(db, question.user, entry.story_id)
    return Offer(
        entry_id=entry.id,
        title=visible(entry.item.title, 200) or "Untitled",
        deadline=_named(db, entry.story_id, now=question.now) if before else "",
        waiting=moment(waiting.due_at, waiting.zone) if waiting else "",
    )


def remind(db: Database, question: Question, entry_id: int, wish: Wish) -> Promised | Problem:
    """Promise it; again changes only when."""
    entry = entries.get(db, entry_id)
    if entry is None:
        return _GONE
    zone = _zone(db, question)
    due_at = (
        before_deadline(db, entry.story_id, zone=zone, now=question.now)
        if wish is Wish.DEADLINE
        else _later(question.now, _LATER[wish], zone)
    )
    if due_at is None:
        return _TOO_NEAR
    reminder = reminders.wait(
        db,
        person=question.user,
        story_id=entry.story_id,
        wish=wish,
        due_at=due_at,
        zone=zone,
        now=question.now,
    )
    text = f"I will remind you in a direct message on {moment(due_at, zone)}"
    if wish is Wish.DEADLINE:
        text += f", before this day: {_named(db, entry.story_id, now=question.now)}"
        text += ". If that day moves, so does the reminder"
    return Promised(text=f"{text}.", reminder_id=reminder.id)


def snooze(db: Database, question: Question, reminder_id: int) -> Promised | Problem:
    """Remind once more, a day later; the reminder that stands says so."""
    reminder = _own(db, question, reminder_id)
    if reminder is None:
        return _NO_MORE
    if reminder.state is not State.WAITING:
        due_at = _later(question.now, _LATER[Wish.DAY], reminder.zone)
        reminders.snooze(db, reminder, due_at=due_at)
        said = f"Snoozed until {moment(due_at, reminder.zone)}"
        _say(db, question, reminder, said)
    again = reminders.waiting_for(db, question.user, reminder.story_id)
    at = moment(again.due_at, again.zone) if again else ""
    return Promised(
        text=f"I will remind you again on {at}.", reminder_id=again.id if again else None
    )


def finish(db: Database, question: Question, reminder_id: int) -> Promised | Problem:
    """The person wants to hear no more of it; again changes nothing."""
    reminder = _own(db, question, reminder_id)
    if reminder is None:
        return _NO_MORE
    if reminder.state is not State.DONE:
        reminders.done(db, reminder)
        _say(db, question, reminder, f"Done · {moment(question.now, reminder.zone)}")
    return Promised(text="Done: I will not remind you of this.", reminder_id=None)


def tell_due(db: Database, *, now: datetime, timezone: ZoneInfo) -> int:
    """Owe people the reminders whose time has come; can be repeated at any time.

    One before a deadline moves with it. When no deadline is left, because the document was withdrawn
    or its day was taken back, the person is told at once how the story stands.

    Returns:
        How many are owed.
    """
    owed = 0
    for each in reminders.due(db, now=now):
        if each.wish is Wish.DEADLINE:
            ahead = before_deadline(db, each.story_id, zone=each.zone, now=now, late=True)
            if ahead and ahead > now:
                reminders.postpone(db, each, due_at=ahead)
                continue
        owed += _tell(db, each, now=now, timezone=timezone)
    return owed


def before_deadline(
    db: Database, story_id: int, *, zone: ZoneInfo, now: datetime, late: bool = False
) -> datetime | None:
    """The morning before the story's next deadline, in the person's zone.

    None when no deadline is ahead, or that morning has passed; `late`: then the morning all the same.
    """
    ahead = reminders.next_day(db, story_id, after=now.astimezone(EASTERN).date())
    if ahead is None:
        return None
    due_at = datetime.combine(ahead[1] - timedelta(days=1), _MORNING, zone)
    return due_at if due_at > now or late else None


def _tell(db: Database, reminder: Reminder, *, now: datetime, timezone: ZoneInfo) -> int:
    reminders.told(db, reminder)
    value = str(reminder.id)
    body = _body(
        db,
        reminder,
        closing=f"You asked for this on {moment(reminder.asked_at, reminder.zone)}",
        buttons=(
            Button(label="Snooze a Day", action=SNOOZE, value=value),
            Button(label="Done", action=DONE, value=value),
        ),
        now=now,
        timezone=timezone,
    )
    if not body:
        return 0
    number = bulletins.owe(
        db,
        channel=reminder.person,
        kind=BulletinKind.REMINDER.value,
        key=f"{reminder.id} {reminder.tellings + 1}",
        body=body,
        now=now,
    )
    return number is not None


def _say(db: Database, question: Question, reminder: Reminder, closing: str) -> None:
    """The reminder that was told last loses its buttons and says what became of it."""
    body = _body(db, reminder, closing=closing, now=question.now, timezone=question.timezone)
    if body and reminder.tellings:
        bulletins.change(
            db,
            channel=reminder.person,
            kind=BulletinKind.REMINDER.value,
            key=f"{reminder.id} {reminder.tellings}",
            body=body,
        )


def _body(
    db: Database,
    reminder: Reminder,
    *,
    closing: str,
    buttons: tuple[Button, ...] = (),
    now: datetime,
    timezone: ZoneInfo,
) -> str:
    """The story as it stands now; empty when nothing of it is left."""
    known = story.here(db, reminder.story_id, channel=reminder.person)
    if known is None:
        return ""
    card = story.card_here(known, now=now, timezone=timezone)
    facts = " · ".join(fact.phrase for fact in (*card.facts, *card.references[:1]))
    row = Row(text=card.title, url=card.url, detail=facts)
    return encode(
        Bulletin(
            title=f"Reminder: {card.headline}",
            parts=(Part(rows=(row,)),),
            buttons=buttons,
            closing=closing,
        )
    )


def _own(db: Database, question: Question, reminder_id: int) -> Reminder | None:
    """A reminder of the person who asks; nobody touches another's."""
    reminder = reminders.get(db, reminder_id)
    return reminder if reminder and reminder.person == question.user else None


def _later(now: datetime, wait: timedelta, zone: ZoneInfo) -> datetime:
    """At the same time of day by the person's clock, also when the clocks change meanwhile."""
    return (now.astimezone(zone).replace(tzinfo=None) + wait).replace(tzinfo=zone)


def _zone(db: Database, question: Question) -> ZoneInfo:
    """The person's own, else that of the channel in which they ask."""
    return channels.get(db, question.user).timezone or question.timezone


def _named(db: Database, story_id: int, *, now: datetime) -> str:
    """Which deadline is next: "Comments close 17 August 2020"."""
    ahead = reminders.next_day(db, story_id, after=now.astimezone(EASTERN).date())
    return f"{date_wording.NAMES[ahead[0]]} {day(ahead[1])}" if ahead else ""
