"""Remind a person of one story: in a day, in three, before its deadline; again; or no more."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot.answers import Problem
from bot.personal import Offer, Promised
from bot.promises import before_deadline, say
from bot.question import Question
from bot.wording import moment, visible
from storage import channels, entries, reminders
from storage.reminders import Reminder, State, Wish

#: So long after a click a story is told again.
_LATER = {Wish.DAY: timedelta(days=1), Wish.THREE_DAYS: timedelta(days=3)}
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
    ahead = before_deadline(db, entry.story_id, zone=_zone(db, question), since=question.now)
    waiting = reminders.waiting_for(db, question.user, entry.story_id)
    return Offer(
        entry_id=entry.id,
        title=visible(entry.item.title, 200) or "Untitled",
        deadline=ahead[1] if ahead else "",
        waiting=moment(waiting.due_at, waiting.zone) if waiting else "",
    )


def remind(db: Database, question: Question, entry_id: int, wish: Wish) -> Promised | Problem:
    """Promise it; again changes only when."""
    entry = entries.get(db, entry_id)
    if entry is None:
        return _GONE
    zone, named = _zone(db, question), ""
    if wish is Wish.DEADLINE:
        ahead = before_deadline(db, entry.story_id, zone=zone, since=question.now)
        if ahead is None:
            return _TOO_NEAR
        due_at, named = ahead
    else:
        due_at = _later(question.now, _LATER[wish], zone)
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
    text += f", before this: {named}. If that day moves, so does the reminder" if named else ""
    return Promised(text=f"{text}.", reminder_id=reminder.id)


def snooze(db: Database, question: Question, reminder_id: int) -> Promised | Problem:
    """Remind once more, a day later, whatever else was wished; the reminder that stands says so."""
    reminder = _own(db, question, reminder_id)
    if reminder is None:
        return _NO_MORE
    if reminder.state is not State.WAITING:
        due_at = _later(question.now, _LATER[Wish.DAY], reminder.zone)
        waiting = reminders.waiting_for(db, question.user, reminder.story_id)
        reminders.snooze(db, waiting or reminder, due_at=due_at)
        said = f"Snoozed until {moment(due_at, reminder.zone)}"
        say(db, reminder, said, now=question.now, timezone=question.timezone)
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
        say(
            db,
            reminder,
            f"Done · {moment(question.now, reminder.zone)}",
            now=question.now,
            timezone=question.timezone,
        )
    if other := reminders.waiting_for(db, question.user, reminder.story_id):
        at = moment(other.due_at, other.zone)
        return Promised(text=f"Done. You are still reminded on {at}.", reminder_id=other.id)
    return Promised(text="Done: I will not remind you of this.", reminder_id=None)


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
