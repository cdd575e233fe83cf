"""Remember an item → new | advanced | revised | seen; read entries back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Any

import msgspec
from sqlite_utils import Database

from feeds import identity
from feeds.model import Item, SourceKind, Stage
from storage import placing, search_index, texts
from storage.database import select, to_instant, to_text

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


def remember(db: Database, item: Item, *, now: datetime) -> Remembered:
    """Keep an item. The same thing is kept once, however often and wherever it is sighted.

    Args:
        db: Inside a transaction.
        item: A sighting, from any source.
        now: First-seen time of a new entry.
    """
    known = _known(db, item)
    if known is None:
        return Remembered(entry=_insert(db, item, now=now), change=Change.NEW)
    before = known.item
    if item.document is None and (before.document or item.feed != before.feed):
        # Two feeds word one press item differently; the one that showed it first has the word. The
        # Register's news feed knows less of a document than its API.
        return Remembered(entry=known, change=Change.SEEN, before=before)
    merged = identity.merged(before, item)
    if merged == before:
        return Remembered(entry=known, change=Change.SEEN, before=before)
    advanced = merged.stage is not before.stage
    revised = (
        identity.content_hash(merged) != identity.content_hash(before)
        or merged.evidence != before.evidence
    )
    entry = _update(db, known, merged, revised=revised, now=now)
    change = Change.ADVANCED if advanced else Change.REVISED if revised else Change.SEEN
    return Remembered(entry=entry, change=change, before=before)


def known(db: Database, item: Item) -> bool:
    """Whether an item is a sighting of an entry that is kept."""
    return _known(db, item) is not None


def get(db: Database, entry_id: int) -> Entry | None:
    """Read one entry."""
    return next((from_row(row) for row in select(db, f"{_SELECT} WHERE id = ?", [entry_id])), None)


def keep_text(db: Database, entry: Entry, body: str, *, now: datetime) -> None:
    """The entry's full text was read: keep it, and let searches find it."""
    texts.keep(db, entry.id, body, now=now)
    moment = db.execute("SELECT moment FROM entries WHERE id = ?", [entry.id]).fetchone()[0]
    search_index.remove(db, entry.id, moment)
    search_index.add(db, entry.id, moment, entry.item, body)


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


def _known(db: Database, item: Item) -> Entry | None:
    """The entry that this item is a sighting of."""
    if item.document is None and not item.key.startswith(identity.REGISTER):
        rows = select(
            db,
            f"{_SELECT} WHERE (key = ? AND published_on = '') OR twin = ? ORDER BY key = ? DESC",
            [item.key, identity.twin_key(item), item.key],
        )
        return next((from_row(row) for row in rows), None) or _repeated(db, item)
    rows = select(db, f"{_SELECT} WHERE key = ? ORDER BY published_on DESC", [item.key])
    known = [from_row(row) for row in rows]
    same = (entry for entry in known if _same_document(entry.item, item))
    # A number that was filed, never printed, and is filed again long after has no other identity.
    alike = (entry for entry in known if _published_on(entry.item) == _published_on(item))
    return next(chain(same, alike), None)


def _repeated(db: Database, item: Item) -> Entry | None:
    """What a flood of the feed brought already, word for word, under whatever id and link."""
    rows = select(
        db,
        f"{_SELECT} WHERE headline = ? AND feed = ? AND hash = ?"  # noqa: S608  values are bound
        " AND id IN (SELECT entry_id FROM flood_entries WHERE fresh) LIMIT 1",
        [identity.headline_key(item.title), item.feed, identity.content_hash(item)],
    )
    return next((from_row(row) for row in rows), None)


def _same_document(known: Item, seen: Item) -> bool:
    """Whether two items with one document number are one document."""
    if known.stage is Stage.PUBLISHED and seen.stage is Stage.PUBLISHED:
        return _published_on(known) == _published_on(seen)
    if known.event_at is None or seen.event_at is None:
        return True
    return abs(known.event_at - seen.event_at) <= placing.SAME_DOCUMENT


def _published_on(item: Item) -> str:
    """The publication date once published, else empty: half of a document's identity."""
    published = item.document and item.stage is Stage.PUBLISHED and item.document.publication_date
    return published.isoformat() if published else ""


def _columns(item: Item) -> dict[str, str | None]:
    """The columns that follow from an item."""
    press = item.source is SourceKind.NEWS
    number = identity.register_number(item.url) if press else None
    register_key = identity.document_key(number) if number else None
    return {
        "published_on": _published_on(item),
        "twin": identity.twin_key(item),
        "headline": (identity.headline_key(item.title) or None) if press else None,
        "passed_on": identity.passed_on_key(item.title) if press else None,
        "register_key": register_key if press else item.key,
        "source": item.source.value,
        "stage": item.stage.value,
        "feed": item.feed,
        "event_at": to_text(item.event_at) if item.event_at else None,
        "event_day": item.event_day.isoformat() if item.event_day else None,
        "hash": identity.content_hash(item),
        "item": msgspec.json.encode(item).decode(),
    }


def _insert(db: Database, item: Item, *, now: datetime) -> Entry:
    named = {"key": item.key, "first_seen_at": to_text(now)} | _columns(item)
    placed = placing.place(
        db,
        item,
        register_key=named["register_key"],
        headline=named["headline"],
        passed_on=named["passed_on"],
        now=now,
    )
    moment = search_index.moment_of(db, item, first_seen_at=now)
    columns = named | {"story_id": placed.story_id, "moment": moment}
    names = ", ".join(columns)
    values = ", ".join(f":{name}" for name in columns)
    cursor = db.execute(f"INSERT INTO entries ({names}) VALUES ({values})", columns)  # noqa: S608  names are ours
    entry_id = int(cursor.lastrowid or 0)
    search_index.add(db, entry_id, moment, item)
    placing.settle(db, entry_id, item.key, placed, now=now)
    return Entry(id=entry_id, item=item, story_id=placed.story_id, revision=0, first_seen_at=now)


def _update(db: Database, known: Entry, item: Item, *, revised: bool, now: datetime) -> Entry:
    before = db.execute("SELECT moment FROM entries WHERE id = ?", [known.id]).fetchone()[0]
    moment = search_index.moment_of(db, item, first_seen_at=known.first_seen_at, known=before)
    revision = known.revision + revised
    columns = _columns(item) | {"moment": moment, "revision": revision}
    sets = ", ".join(f"{name} = :{name}" for name in columns)
    db.execute(f"UPDATE entries SET {sets} WHERE id = :id", columns | {"id": known.id})  # noqa: S608  names are ours
    search_index.remove(db, known.id, before)
    search_index.add(db, known.id, moment, item, texts.body(db, known.id))
    return Entry(
        id=known.id,
        item=item,
        story_id=placing.place_again(db, known.story_id, item, now=now),
        revision=revision,
        first_seen_at=known.first_seen_at,
    )
