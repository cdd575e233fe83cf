"""Tell people what they asked to be reminded of, as it then stands; can be repeated (sync)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from operator import itemgetter
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot import story
from bot.bulletin import Bulletin, BulletinKind, Button, Part, Row, encode
from bot.date_wording import NAMES
from bot.wording import day, moment
from storage import bulletins, reminders
from storage.reminders import Reminder, Wish

#: Of the buttons below a reminder; their value is its id.
SNOOZE, DONE = "reminder-snooze", "reminder-done"
#: When on the day before a deadline.
_MORNING = time(9)
#: Two reminders of one story within that time say the same: the first tells both.
_ABOUT_THEN = timedelta(hours=12)


def tell_due(db: Database, *, now: datetime, timezone: ZoneInfo) -> int:
    """Owe people the reminders whose time has come; can be repeated at any time.

    One before a deadline moves with it. When no deadline is left, because the document was withdrawn
    or its day was taken back, the person is told at once how the story stands. Of stories that have
    become one since a person is told once for all that is due about then.

    Returns:
        How many are owed.
    """
    by_story: dict[tuple[str, int], list[tuple[datetime, Reminder]]] = defaultdict(list)
    for each in reminders.due(db, now=now + _ABOUT_THEN):
        due_at = _due_at(db, each, now=now)
        if due_at <= now + _ABOUT_THEN:
            by_story[each.person, each.story_id].append((due_at, each))
    owed = 0
    for due in by_story.values():
        first, reminder = min(due, key=itemgetter(0))
        if first <= now:
            owed += _tell(db, reminder, now=now, timezone=timezone)
            for _, each in due:
                reminders.told(db, each)
    return owed


def _due_at(db: Database, reminder: Reminder, *, now: datetime) -> datetime:
    """When it is to be told: with its deadline, now that this may have moved, or at once without one."""
    if reminder.wish is not Wish.DEADLINE:
        return reminder.due_at
    ahead = before_deadline(db, reminder.story_id, zone=reminder.zone, since=reminder.asked_at)
    if ahead is None:
        return now
    if ahead[0] > now:
        reminders.postpone(db, reminder, due_at=ahead[0])
    return ahead[0]


def before_deadline(
    db: Database, story_id: int, *, zone: ZoneInfo, since: datetime
) -> tuple[datetime, str] | None:
    """The morning before the story's next deadline, and its name: "Comments close 17 August 2020".

    Args:
        db: Only read.
        story_id: Whose deadlines.
        zone: The person's.
        since: That morning comes after it; None is returned when there is no such deadline.
    """
    mornings = (
        (datetime.combine(on - timedelta(days=1), _MORNING, zone), kind, on)
        for kind, on in reminders.days(db, story_id)
    )
    ahead = ((at, f"{NAMES[kind]} {day(on)}") for at, kind, on in mornings if at > since)
    return next(ahead, None)


def say(
    db: Database, reminder: Reminder, closing: str, *, now: datetime, timezone: ZoneInfo
) -> None:
    """The reminder that was told last loses its buttons and says what became of it."""
    body = _body(db, reminder, closing=closing, now=now, timezone=timezone)
    if body and reminder.tellings:
        bulletins.change(
            db,
            channel=reminder.person,
            kind=BulletinKind.REMINDER.value,
            key=f"{reminder.id} {reminder.tellings}",
            body=body,
        )


def _tell(db: Database, reminder: Reminder, *, now: datetime, timezone: ZoneInfo) -> int:
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
        since=reminder.asked_at,
    )
    return number is not None


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
