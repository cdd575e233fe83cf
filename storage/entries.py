"""Remember an item → new | advanced | revised | seen; read entries back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Any

import msgspec
from sqlite_utils import Database

from feeds import identity
from feeds.model import Item
from feeds.prepared import Prepared, prepare
from storage import placing, texts
from storage.columns import Columns, columns_of, published_on, same_document
from storage.database import select, to_instant, to_text
from storage.search_index import Index, indexing, moment_of

#: What `from_row` needs.
COLUMNS = "entries.id, item, story_id, revision, first_seen_at"

_decoder = msgspec.json.Decoder(Item)


class Change(StrEnum):
    """What a sighting of an item was to us."""

    NEW = "new"
    ADVANCED = "advanced"  # the same document at a later stage
    REVISED = "revised"
    SEEN = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An item we remember."""

    id: int
    item: Item
    #: Entries that tell the same story share it, and share one Slack thread in a channel.
    story_id: int
    #: Count of changed contents since first seen; 0 for an entry never changed.
    revision: int
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """An entry after a sighting, and what that sighting changed."""

    entry: Entry
    change: Change
    #: The item before this sighting; None for a new one.
    before: Item | None = None
    #: The entry's item taken apart, as it was indexed; None when it was seen before.
    prepared: Prepared | None = None


def remember(db: Database, item: Item, *, now: datetime) -> Remembered:
    """As `remember_all`, of one item."""
    return remember_all(db, [item], now=now)[0]


def remember_all(db: Database, items: Iterable[Item], *, now: datetime) -> list[Remembered]:
    """Keep items. The same thing is kept once, however often and wherever it is sighted.

    Args:
        db: Inside a transaction.
        items: Sightings, from any source, one after the other.
        now: First-seen time of new entries.
    """
    with indexing(db) as index:
        return [_remember(db, index, item, now=now) for item in items]


def remember_new(db: Database, items: Iterable[Item], *, now: datetime) -> list[Remembered | None]:
    """As `remember_all`, of what is new; None for a sighting of an entry that is kept."""

    def keep(item: Item) -> Remembered | None:
        sighted = _sighted(db, item)
        return None if sighted.entry else _insert(db, index, item, sighted.columns, now=now)

    with indexing(db) as index:
        return list(map(keep, items))


def _remember(db: Database, index: Index, item: Item, *, now: datetime) -> Remembered:
    sighted = _sighted(db, item)
    known = sighted.entry
    if known is None:
        return _insert(db, index, item, sighted.columns, now=now)
    before = known.item
    if item.document is None and (before.document or item.feed != before.feed):
        # Two feeds word one press item differently; the one that showed it first has the word. The
        # Register's news feed knows less of a document than its API.
        return Remembered(entry=known, change=Change.SEEN, before=before)
    merged = identity.merged(before, item)
    if merged == before:
        return Remembered(entry=known, change=Change.SEEN, before=before)
    columns = columns_of(merged)
    revised = columns["hash"] != identity.content_hash(before) or merged.evidence != before.evidence
    entry, prepared = _update(db, index, known, merged, columns, revised=revised, now=now)
    advanced = merged.stage is not before.stage
    change = Change.ADVANCED if advanced else Change.REVISED if revised else Change.SEEN
    return Remembered(entry=entry, change=change, before=before, prepared=prepared)


def get(db: Database, entry_id: int) -> Entry | None:
    """Read one entry."""
    return next((from_row(row) for row in select(db, f"{_SELECT} WHERE id = ?", [entry_id])), None)


def keep_text(db: Database, entry: Entry, body: str, *, now: datetime) -> None:
    """The entry's full text was read: keep it, and let searches find it."""
    texts.keep(db, entry.id, body, now=now)
    moment = db.execute("SELECT moment FROM entries WHERE id = ?", [entry.id]).fetchone()[0]
    with indexing(db) as index:
        index.remove(entry.id, moment)
        index.add(entry.id, moment, prepare(entry.item, body))


def of_story(db: Database, story_id: int) -> list[Entry]:
    """Every entry of a story, first seen first."""
    rows = select(db, f"{_SELECT} WHERE story_id = ? ORDER BY first_seen_at, id", [story_id])
    return [from_row(row) for row in rows]


def count(db: Database) -> int:
    """How many entries are kept."""
    return int(db.execute("SELECT count(*) FROM entries").fetchone()[0])


def from_row(row: Mapping[str, Any]) -> Entry:
    """Read an entry from a row that holds `COLUMNS`."""
    return Entry(
        id=row["id"],
        item=_decoder.decode(row["item"]),
        story_id=row["story_id"],
        revision=row["revision"],
        first_seen_at=to_instant(row["first_seen_at"]),
    )


_SELECT = f"SELECT {COLUMNS} FROM entries"  # noqa: S608  the columns are ours


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sighted:
    """The entry that an item is a sighting of, if any; else the columns of a new one."""

    entry: Entry | None
    columns: Columns = field(default_factory=dict)


def _sighted(db: Database, item: Item) -> _Sighted:
    press = item.document is None and not item.key.startswith(identity.REGISTER)
    entry = _by_key(db, item) if press else _document(db, item)
    if entry:
        return _Sighted(entry=entry)
    columns = columns_of(item)
    entry = _by_content(db, columns) if press else None
    return _Sighted(entry=entry, columns=columns)


def _by_key(db: Database, item: Item) -> Entry | None:
    rows = select(db, f"{_SELECT} WHERE key = ? AND published_on = ''", [item.key])
    return from_row(rows[0]) if rows else None


def _document(db: Database, item: Item) -> Entry | None:
    rows = select(db, f"{_SELECT} WHERE key = ? ORDER BY published_on DESC", [item.key])
    known = [from_row(row) for row in rows]
    same = (entry for entry in known if same_document(entry.item, item))
    # A number that was filed, never printed, and is filed again long after has no other identity.
    alike = (entry for entry in known if published_on(entry.item) == published_on(item))
    return next(chain(same, alike), None)


def _by_content(db: Database, columns: Columns) -> Entry | None:
    """The item issued anew; or what a flood of its feed brought word for word, under any id and link."""
    found = select(db, f"{_SELECT} WHERE twin = :twin ORDER BY id LIMIT 1", columns) or select(
        db,
        # The plus: not by feed, which may have thousands (sqlite.org/optoverview.html, 2.1).
        f"{_SELECT} WHERE headline = :headline AND +feed = :feed AND hash = :hash AND EXISTS"  # noqa: S608  values are bound
        " (SELECT 1 FROM flood_entries WHERE entry_id = entries.id AND fresh) LIMIT 1",
        columns,
    )
    return from_row(found[0]) if found else None


def _insert(
    db: Database, index: Index, item: Item, columns: Columns, *, now: datetime
) -> Remembered:
    placed = placing.place(
        db,
        item,
        register_key=columns["register_key"],
        headline=columns["headline"],
        passed_on=columns["passed_on"],
        now=now,
    )
    moment = moment_of(db, item, first_seen_at=now)
    row = columns | {
        "key": item.key,
        "first_seen_at": to_text(now),
        "story_id": placed.story_id,
        "moment": moment,
    }
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    cursor = db.execute(f"INSERT INTO entries ({names}) VALUES ({values})", row)  # noqa: S608  names are ours
    entry_id = int(cursor.lastrowid or 0)
    prepared = prepare(item)
    index.add(entry_id, moment, prepared)
    placing.settle(db, entry_id, item.key, placed, now=now)
    entry = Entry(id=entry_id, item=item, story_id=placed.story_id, revision=0, first_seen_at=now)
    return Remembered(entry=entry, change=Change.NEW, prepared=prepared)


def _update(
    db: Database,
    index: Index,
    known: Entry,
    item: Item,
    columns: Columns,
    *,
    revised: bool,
    now: datetime,
) -> tuple[Entry, Prepared]:
    before = db.execute("SELECT moment FROM entries WHERE id = ?", [known.id]).fetchone()[0]
    moment = moment_of(db, item, first_seen_at=known.first_seen_at, known=before)
    revision = known.revision + revised
    row = columns | {"moment": moment, "revision": revision}
    sets = ", ".join(f"{name} = :{name}" for name in row)
    db.execute(f"UPDATE entries SET {sets} WHERE id = :id", row | {"id": known.id})  # noqa: S608  names are ours
    prepared = prepare(item, texts.body(db, known.id))
    index.remove(known.id, before)
    index.add(known.id, moment, prepared)
    entry = Entry(
        id=known.id,
        item=item,
        story_id=placing.place_again(db, known.story_id, item, now=now),
        revision=revision,
        first_seen_at=known.first_seen_at,
    )
    return entry, prepared
