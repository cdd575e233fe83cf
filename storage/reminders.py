"""What people asked to be reminded of, and when they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from feeds.date_sentences import DateKind
from storage import stories
from storage.database import select, to_instant, to_text


class Wish(StrEnum):
    """When a person wants to be reminded."""

    DAY = "day"  # in a day
    THREE_DAYS = "three days"  # in three days
    DEADLINE = "deadline"  # before the story's next deadline, also when that moves


class State(StrEnum):
    """Where a reminder stands."""

    WAITING = "waiting"
    TOLD = "told"
    DONE = "done"  # the person said so, or took it back


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One story that one person wants to be reminded of."""

    id: int
    person: str
    #: As it is now, also after it was merged.
    story_id: int
    wish: Wish
    due_at: datetime
    #: The person's, when they asked.
    zone: ZoneInfo
    state: State
    asked_at: datetime
    #: How often it was told.
    tellings: int


def wait(
    db: Database,
    *,
    person: str,
    story_id: int,
    wish: Wish,
    due_at: datetime,
    zone: ZoneInfo,
    now: datetime,
) -> Reminder:
    """Have a person reminded of a story: once, as they wished last, also of what has become part of it."""
    db.execute(
        """
        INSERT INTO reminders (person, story_id, wish, due_at, zone, state, asked_at)
        VALUES (:person, :story, :wish, :due, :zone, 'waiting', :now)
        ON CONFLICT (person, story_id) WHERE state = 'waiting'
            DO UPDATE SET wish = :wish, due_at = :due, zone = :zone, asked_at = :now
        """,
        {
            "person": person,
            "story": story_id,
            "wish": wish.value,
            "due": to_text(due_at),
            "zone": zone.key,
            "now": to_text(now),
        },
    )
    db.execute(
        "UPDATE reminders SET state = 'done' WHERE person = ? AND state = 'waiting'"
        " AND story_id IN (SELECT id FROM stories WHERE merged_into = ?)",
        [person, story_id],
    )
    return _all(db, "person = ? AND story_id = ? AND state = 'waiting'", [person, story_id])[0]


def get(db: Database, reminder_id: int) -> Reminder | None:
    """One reminder."""
    return next(iter(_all(db, "id = ?", [reminder_id])), None)


def waiting_for(db: Database, person: str, story_id: int) -> Reminder | None:
    """What a person waits for of a story."""
    waiting = _all(db, "person = ? AND state = 'waiting'", [person])
    return next((each for each in waiting if each.story_id == story_id), None)


def due(db: Database, *, now: datetime) -> list[Reminder]:
    """Those whose time has come, and those whose deadline may have moved, soonest first."""
    return _all(db, "state = 'waiting' AND (due_at <= ? OR wish = 'deadline')", [to_text(now)])


def postpone(db: Database, reminder: Reminder, *, due_at: datetime) -> None:
    """It is told then."""
    db.execute(
        "UPDATE OR IGNORE reminders SET due_at = ?, state = 'waiting' WHERE id = ?",
        [to_text(due_at), reminder.id],
    )


def snooze(db: Database, reminder: Reminder, *, due_at: datetime) -> None:
    """It is told again, at a moment and no more before a deadline."""
    db.execute("UPDATE reminders SET wish = 'day' WHERE id = ?", [reminder.id])
    postpone(db, reminder, due_at=due_at)


def told(db: Database, reminder: Reminder) -> None:
    """It is owed to the person now."""
    db.execute(
        "UPDATE reminders SET state = 'told', tellings = tellings + 1 WHERE id = ?", [reminder.id]
    )


def done(db: Database, reminder: Reminder) -> None:
    """The person wants to hear no more of it."""
    db.execute("UPDATE reminders SET state = 'done' WHERE id = ?", [reminder.id])


def days(db: Database, story_id: int) -> list[tuple[DateKind, date]]:
    """The deadlines of a story, past ones too, soonest first (Eastern days)."""
    rows = select(
        db,
        "SELECT kind, day FROM deadlines JOIN entries ON entries.id = entry_id"
        " WHERE story_id = ? AND day IS NOT NULL ORDER BY day, deadlines.id",
        [story_id],
    )
    return [(DateKind(row["kind"]), date.fromisoformat(row["day"])) for row in rows]


def _all(db: Database, where: str, values: list[str | int]) -> list[Reminder]:
    rows = select(db, f"SELECT * FROM reminders WHERE {where} ORDER BY due_at, id", values)  # noqa: S608  the conditions are ours
    return [_from_row(db, row) for row in rows]


def _from_row(db: Database, row: Mapping[str, Any]) -> Reminder:
    return Reminder(
        id=row["id"],
        person=row["person"],
        story_id=stories.current(db, row["story_id"]),
        wish=Wish(row["wish"]),
        due_at=to_instant(row["due_at"]),
        zone=ZoneInfo(row["zone"]),
        state=State(row["state"]),
        asked_at=to_instant(row["asked_at"]),
        tellings=row["tellings"],
    )
