"""The window of each connection: the stories of the last weeks by their words, made from the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary

import msgspec
from sqlite_utils import Database

from feeds import gist as gists
from feeds.gist import Gist
from feeds.model import Item
from feeds.window import KEPT, Window
from storage.database import to_instant, to_text

#: The last join that made two stories one; of an index (`joins_merges`), word for word.
_MERGED = "SELECT max(id) FROM joins WHERE from_story IS NOT NULL"
#: Entries that are read when a window is made anew.
_READ_AGAIN = 40_000

_decoder = msgspec.json.Decoder(Item)


@dataclass(slots=True, kw_only=True)
class _Kept:
    """The window of one connection, and up to where it knows the database."""

    window: Window
    #: Id and key of the last entry that it has seen; 0 before the first.
    last: int = 0
    key: str | None = None
    #: When a person last took an entry out of a story, and the last join that made two stories one.
    undone_at: str | None = None
    merged: int | None = None


#: Made again from the database when it is missing, and when the database is not as it was left: a
#: transaction was rolled back, a person split or joined stories, or another process did.
_windows: WeakKeyDictionary[Database, _Kept] = WeakKeyDictionary()


def of(db: Database, *, now: datetime) -> Window:
    """The window of this connection, as the database is now."""
    kept = _windows.get(db) or _Kept(window=Window())
    newest, key, undone_at, merged = db.execute(
        f"""
        SELECT (SELECT max(id) FROM entries), (SELECT key FROM entries WHERE id = ?),
            (SELECT max(undone_at) FROM joins WHERE undone_at IS NOT NULL), ({_MERGED})
        """,  # noqa: S608  ours
        [kept.last],
    ).fetchone()
    if (key, undone_at, merged) != (kept.key, kept.undone_at, kept.merged):
        kept = _Kept(window=Window(), undone_at=undone_at, merged=merged)
    if (newest or 0) > kept.last:  # this is new, or another process wrote
        _read(db, kept, newest=newest, now=now)
    _windows[db] = kept
    return kept.window


def add(
    db: Database, entry_id: int, key: str, story_id: int, gist: Gist | None, *, now: datetime
) -> None:
    """A new entry is kept: what comes after is compared with it, if it has a gist.

    Where another process has kept some before it, all of them are read when they are next wanted.
    """
    kept = _windows.get(db)
    before = db.execute("SELECT max(id) FROM entries WHERE id < ?", [entry_id]).fetchone()[0]
    if kept and kept.last == (before or 0):
        kept.last, kept.key = entry_id, key
        if gist:
            kept.window.add(story_id, gist, now=now)


def merge(db: Database, story_id: int, *, into: int) -> None:
    """Two stories have just become one; that the window was as the database before is the caller's."""
    if kept := _windows.get(db):
        kept.window.merge(story_id, into=into)
        kept.merged = db.execute(_MERGED).fetchone()[0]


def forget(db: Database) -> None:
    """The window is read again before it is used."""
    _windows.pop(db, None)


def _read(db: Database, kept: _Kept, *, newest: int, now: datetime) -> None:
    rows = db.execute(
        "SELECT id, key, story_id, item, first_seen_at FROM entries"
        " WHERE id > ? AND first_seen_at >= ? ORDER BY id",
        [max(kept.last, newest - _READ_AGAIN), to_text(now - KEPT)],
    )
    for entry_id, key, story_id, text, seen in rows:
        item = _decoder.decode(text)
        kept.last, kept.key = entry_id, key
        if gists.is_comparable(item):
            seen_at = to_instant(seen)
            kept.window.add(story_id, gists.read(item, now=seen_at), now=seen_at)
    if kept.last != newest:
        kept.last = newest
        kept.key = db.execute("SELECT key FROM entries WHERE id = ?", [newest]).fetchone()[0]
