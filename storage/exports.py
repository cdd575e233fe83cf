"""All that is kept of a kind, one row at a time, for whoever takes it elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from storage import deadlines, deliveries, entries, heads
from storage.database import select, stream, to_instant
from storage.deadlines import Dated
from storage.deliveries import Delivery
from storage.entries import Entry
from storage.query_versions import QueryVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A delivery with what it tells of, and the times of its life."""

    delivery: Delivery
    entry: Entry
    due_at: datetime
    #: When it was last handed to Slack; None until then.
    started_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A story that a person saved, by the entry that heads it."""

    person: str
    at: datetime
    entry: Entry


def every_entry(db: Database) -> Iterator[Entry]:
    """Entries, first remembered first."""
    return map(entries.from_row, stream(db, f"SELECT {entries.COLUMNS} FROM entries ORDER BY id"))  # noqa: S608  the columns are ours


def every_delivery(db: Database) -> Iterator[Told]:
    """Deliveries in whichever state, first owed first."""
    rows = stream(
        db,
        f"SELECT {entries.COLUMNS}, outbox.id AS number, due_at, started_at FROM outbox"  # noqa: S608  the columns are ours
        " JOIN events ON events.id = event_id JOIN entries ON entries.id = entry_id"
        " ORDER BY outbox.id",
    )
    for row in rows:
        delivery = deliveries.get(db, row["number"])
        if delivery:
            yield Told(
                delivery=delivery,
                entry=entries.from_row(row),
                due_at=to_instant(row["due_at"]),
                started_at=to_instant(row["started_at"]) if row["started_at"] else None,
            )


def every_deadline(db: Database) -> Iterator[Dated]:
    """Deadlines, also those without a day, first known first."""
    rows = stream(db, f"{deadlines.DATED} ORDER BY deadlines.id")
    return (deadlines.dated(db, row) for row in rows)


def every_saved(db: Database) -> Iterator[Saved]:
    """Stories that people saved, first saved first; one that has no entry any more is left out."""
    rows = stream(db, "SELECT * FROM marks WHERE mark = 'saved' ORDER BY made_at, story_id, holder")
    for row in rows:
        entry = heads.head(db, row["story_id"])
        if entry:
            yield Saved(person=row["holder"], at=to_instant(row["made_at"]), entry=entry)


def by_key(db: Database, key: str) -> Entry | None:
    """The entry of a key; of two documents under one number the later one."""
    query = (
        f"SELECT {entries.COLUMNS} FROM entries WHERE key = ? ORDER BY published_on DESC LIMIT 1"  # noqa: S608  the columns are ours
    )
    return next(map(entries.from_row, select(db, query, [key])), None)


def every_query(db: Database) -> Iterator[tuple[QueryVersion, datetime]]:
    """What each subscription's query meant, and since when, in the order of time."""
    for row in stream(db, "SELECT * FROM query_versions ORDER BY since, query"):
        since = to_instant(row.pop("since"))
        yield QueryVersion(**row), since
