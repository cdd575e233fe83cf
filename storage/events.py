"""What happened to a story, step by step: each with its time, its source, and what it changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlite_utils import Database

from feeds.model import Stage
from feeds.revision import ChangedFact
from storage import heads
from storage.database import select, to_instant, to_text
from storage.entries import Entry


class Step(StrEnum):
    """What can happen to a story."""

    REPORTED = "reported"
    COPIED = "copied"  # the same headline once more: an aggregator's, a wire's
    FILED = "filed"
    WITHDRAWN = "withdrawn"
    PUBLISHED = "published"
    DATED = "dated"  # its text was read, and tells its dates
    EFFECTIVE = "effective"  # its day has come
    COMMENTS_CLOSING = "comments closing"  # so many days before
    COMMENTS_CLOSED = "comments closed"
    REVISED = "revised"  # a fact other than a date was changed
    MOVED = "moved"  # a date was
    CORRECTED = "corrected"  # this and the next seven by a later document
    DELAYED = "delayed"
    EXTENDED = "extended"
    REOPENED = "reopened"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    TAKEN_BACK = "taken back"
    FOLLOWED = "followed"  # amended, confirmed, or named as what came before
    LAW_CHANGED = "law changed"  # the Code's text has it now


#: The step that brings an entry to a stage.
STEP_TO = {
    Stage.REPORTED: Step.REPORTED,
    Stage.INSPECTION: Step.FILED,
    Stage.WITHDRAWN: Step.WITHDRAWN,
    Stage.PUBLISHED: Step.PUBLISHED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One step of one entry, and so of its story."""

    id: int
    entry_id: int
    story_id: int
    step: Step
    #: Tells two events of one step apart: the date that a deadline moved to, a later document's
    #: number. Empty for steps that an entry takes once.
    occasion: str
    #: When it happened; None when its source does not say.
    at: datetime | None
    #: When we learned of it.
    seen_at: datetime
    #: Where it is known from: a feed's name, a later document's number, "calendar".
    source: str
    changes: tuple[ChangedFact, ...]
    #: No poll brought it: it was missing when the archive was compared with the Register's lists.
    found_late: bool = False


#: What `from_row` needs, of events joined with entries.
COLUMNS = (
    "events.id AS event_id, events.entry_id, entries.story_id, events.step, events.occasion,"
    " events.at, events.seen_at, events.source, events.changes,"
    " events.found_late"
)
_SELECT = f"SELECT {COLUMNS} FROM events JOIN entries ON entries.id = events.entry_id"  # noqa: S608  the columns are ours


def record(
    db: Database,
    entry: Entry,
    step: Step,
    *,
    source: str,
    now: datetime,
    at: datetime | None = None,
    occasion: str = "",
    changes: Sequence[ChangedFact] = (),
    found_late: bool = False,
) -> tuple[Event, bool]:
    """Keep an event once; the flag is False when it was known."""
    done = db.execute(
        "INSERT OR IGNORE INTO events"
        " (entry_id, step, occasion, at, seen_at, source, changes, found_late)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            entry.id,
            step.value,
            occasion,
            to_text(at) if at else None,
            to_text(now),
            source,
            msgspec.json.encode(changes).decode(),
            found_late,
        ],
    )
    named = " WHERE events.entry_id = ? AND events.step = ? AND events.occasion = ?"
    (row,) = select(db, _SELECT + named, [entry.id, step.value, occasion])
    return from_row(row), done.rowcount > 0


def reach(db: Database, entry: Entry, *, now: datetime, found_late: bool = False) -> Event:
    """Keep the event that brought an entry to its present stage, once."""
    item, step = entry.item, STEP_TO[entry.item.stage]
    if step is Step.REPORTED and heads.is_copy(db, entry):
        step = Step.COPIED
    event, _ = record(
        db, entry, step, source=item.feed, at=item.event_at, found_late=found_late, now=now
    )
    return event


def get(db: Database, event_id: int) -> Event | None:
    """One event, of the story that its entry tells now."""
    return next(map(from_row, select(db, f"{_SELECT} WHERE events.id = ?", [event_id])), None)


def of_story(db: Database, story_id: int) -> list[Event]:
    """Every event of a story, in the order in which we learned of them."""
    return [
        from_row(row)
        for row in select(db, f"{_SELECT} WHERE story_id = ? ORDER BY events.id", [story_id])
    ]


def found_late(db: Database, entry: Entry) -> datetime | None:
    """When an entry's present stage was found late; None when a poll brought it."""
    row = db.execute(
        "SELECT seen_at FROM events WHERE entry_id = ? AND step = ? AND occasion = '' AND found_late",
        [entry.id, STEP_TO[entry.item.stage].value],
    ).fetchone()
    return to_instant(row[0]) if row else None


def count(db: Database, entry_id: int, step: Step) -> int:
    """How often an entry took a step."""
    query = "SELECT count(*) FROM events WHERE entry_id = ? AND step = ?"
    return int(db.execute(query, [entry_id, step.value]).fetchone()[0])


_changes = msgspec.json.Decoder(tuple[ChangedFact, ...])


def from_row(row: Mapping[str, Any]) -> Event:
    """Read an event from a row that holds `COLUMNS`."""
    return Event(
        id=row["event_id"],
        entry_id=row["entry_id"],
        story_id=row["story_id"],
        step=Step(row["step"]),
        occasion=row["occasion"],
        at=to_instant(row["at"]) if row["at"] else None,
        seen_at=to_instant(row["seen_at"]),
        source=row["source"],
        changes=_changes.decode(row["changes"]),
        found_late=bool(row["found_late"]),
    )
