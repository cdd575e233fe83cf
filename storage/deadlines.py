"""The days that documents set, with where each is from, and what it was before."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from feeds.date_sentences import DateKind
from feeds.deadlines import Due
from storage import entries
from storage.database import select, to_instant, to_text
from storage.entries import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A day that a document sets, as it stands now."""

    id: int
    #: Its name in calendars, for ever.
    uid: str
    entry_id: int
    due: Due
    #: How often the day has moved (RFC 5545, 3.8.7.4).
    sequence: int
    #: Since when this day is known.
    set_at: datetime
    #: When anything of it was changed last: its day, or how sure that is.
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """What a deadline was before."""

    day: date | None
    provisional: bool
    #: Number of the document that set it.
    source: str
    set_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A deadline whose day is another now, or is known now."""

    deadline: Deadline
    #: None for one that was not known.
    before: Former | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A deadline with the document that sets it and the days it had before, first first."""

    deadline: Deadline
    entry: Entry
    history: tuple[Former, ...]

    @property
    def day(self) -> date | None:
        """Its day, or the last that it had; None for one that never had any."""
        known = (former.day for former in reversed(self.history) if former.day)
        return self.deadline.due.day or next(known, None)


#: What `dated` reads, to be followed by a condition.
DATED = (
    f"SELECT deadlines.id AS deadline_id, {entries.COLUMNS} FROM deadlines"  # noqa: S608  the columns are ours
    " JOIN entries ON entries.id = deadlines.entry_id"
)


def keep(db: Database, entry: Entry, found: Sequence[Due], *, now: datetime) -> list[Move]:
    """Keep the days that a document sets now; returns those that are new or had another day.

    One that it no longer sets keeps its name and has no day.
    """
    known = {_name(each.due): each for each in of_entry(db, entry.id)}
    moves: list[Move] = []
    for due in found:
        before = known.pop(_name(due), None)
        if before is None:
            moves.append(Move(deadline=_insert(db, entry, due, now=now), before=None))
        elif before.due != due:
            moves += _update(db, before, due, now=now)
    for gone in known.values():
        if gone.due.day:
            moves += _update(db, gone, gone.due.unset(), now=now)
    return moves


def of_entry(db: Database, entry_id: int) -> list[Deadline]:
    """A document's deadlines, those without a day too."""
    rows = select(db, "SELECT * FROM deadlines WHERE entry_id = ? ORDER BY id", [entry_id])
    return [_from_row(row) for row in rows]


def between(
    db: Database,
    first: date,
    last: date,
    *,
    after: tuple[date, int] | None = None,
    told: bool = False,
    limit: int,
) -> list[tuple[Deadline, Entry]]:
    """Deadlines of those days, soonest first, with the documents that set them.

    Args:
        db: Only read.
        first: Eastern.
        last: Eastern.
        after: Day and id of the last one that was read, to read on from there.
        told: Only of stories that somebody was told of, or follows.
        limit: How many at most.
    """
    day, number = after or (first, 0)
    rows = select(
        db,
        f"{DATED} WHERE (day, deadlines.id) > (?, ?) AND day <= ?"
        f" AND {TOLD if told else 'true'} ORDER BY day, deadlines.id LIMIT ?",
        [day.isoformat(), number, last.isoformat(), limit],
    )
    return [(get(db, row["deadline_id"]), entries.from_row(row)) for row in rows]


#: Of a row of `entries`: whether somebody was told of its story, or will be, or follows it.
TOLD = (
    "(EXISTS (SELECT 1 FROM entries AS told JOIN events ON events.entry_id = told.id"
    " JOIN outbox ON outbox.event_id = events.id WHERE told.story_id = entries.story_id)"
    " OR EXISTS (SELECT 1 FROM marks WHERE marks.story_id = entries.story_id"
    " AND mark = 'followed'))"
)


def history(db: Database, deadline_id: int) -> list[Former]:
    """What a deadline was before, first first; empty for one that never moved."""
    rows = select(
        db, "SELECT * FROM deadline_history WHERE deadline_id = ? ORDER BY sequence", [deadline_id]
    )
    return [_former(row) for row in rows]


def _name(due: Due) -> tuple[DateKind, str]:
    return due.kind, due.applies_to


def _insert(db: Database, entry: Entry, due: Due, *, now: datetime) -> Deadline:
    done = db.execute(
        "INSERT INTO deadlines"
        " (uid, entry_id, kind, applies_to, day, provisional, source, sentence, set_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [str(uuid.uuid4()), entry.id, due.kind.value, due.applies_to, *_values(due), to_text(now)],
    )
    return get(db, int(done.lastrowid or 0))


def _update(db: Database, known: Deadline, due: Due, *, now: datetime) -> list[Move]:
    """Write down what is known now; a move when it is another day."""
    moved = known.due.day != due.day
    if moved:
        db.execute(
            "INSERT INTO deadline_history"
            " SELECT id, sequence, day, provisional, source, sentence, set_at FROM deadlines"
            " WHERE id = ?",
            [known.id],
        )
    db.execute(
        "UPDATE deadlines SET day = ?, provisional = ?, source = ?, sentence = ?,"
        " sequence = sequence + ?, set_at = iif(?, ?, set_at), changed_at = ? WHERE id = ?",
        [*_values(due), moved, moved, to_text(now), to_text(now), known.id],
    )
    if not moved:
        return []
    before = Former(
        day=known.due.day,
        provisional=known.due.provisional,
        source=known.due.source,
        set_at=known.set_at,
    )
    return [Move(deadline=get(db, known.id), before=before)]


def dated(db: Database, row: Mapping[str, Any]) -> Dated:
    """What a row of `DATED` names, with its history."""
    number = row["deadline_id"]
    return Dated(
        deadline=get(db, number),
        entry=entries.from_row(row),
        history=tuple(history(db, number)),
    )


def get(db: Database, deadline_id: int) -> Deadline:
    """One deadline, which there is."""
    (row,) = select(db, "SELECT * FROM deadlines WHERE id = ?", [deadline_id])
    return _from_row(row)


def _values(due: Due) -> list[Any]:
    day = due.day.isoformat() if due.day else None
    return [day, due.provisional, due.source, due.sentence]


def _from_row(row: Mapping[str, Any]) -> Deadline:
    return Deadline(
        id=row["id"],
        uid=row["uid"],
        entry_id=row["entry_id"],
        due=Due(
            kind=DateKind(row["kind"]),
            day=date.fromisoformat(row["day"]) if row["day"] else None,
            provisional=bool(row["provisional"]),
            source=row["source"],
            sentence=row["sentence"],
            applies_to=row["applies_to"],
        ),
        sequence=row["sequence"],
        set_at=to_instant(row["set_at"]),
        changed_at=to_instant(row["changed_at"] or row["set_at"]),
    )


def _former(row: Mapping[str, Any]) -> Former:
    return Former(
        day=date.fromisoformat(row["day"]) if row["day"] else None,
        provisional=bool(row["provisional"]),
        source=row["source"],
        set_at=to_instant(row["set_at"]),
    )
