"""Which entries match, newest first, by the search index alone; and the entries themselves."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlite_utils import Database

from storage.condition import END, Span
from storage.database import select
from storage.entries import COLUMNS, Entry, from_row

_SPAN = "entries_fts MATCH ? AND entries_fts.rowid >= ? AND entries_fts.rowid < ?"
_NEWEST = "ORDER BY entries_fts.rowid DESC LIMIT ?"
_MATCHES = f"SELECT rowid FROM entries_fts WHERE {_SPAN} {_NEWEST}"  # noqa: S608  our text only
_KNOWN = (
    "SELECT entries_fts.rowid FROM entries_fts"  # noqa: S608  our text only
    " CROSS JOIN entries ON entries.moment = entries_fts.rowid"
    f" WHERE {_SPAN} AND entries.id <= ? {_NEWEST}"
)


def newest(
    db: Database,
    wanted: Sequence[Span],
    *,
    limit: int,
    since: int = 0,
    below: int = END,
    mark: int = 0,
) -> list[int]:
    """The latest moments at which something matches, newest first.

    Args:
        db: Only read.
        wanted: As `condition.spans` has it, the latest first.
        limit: How many at most.
        since: Only those from this moment on.
        below: Only those before this moment.
        mark: Only entries with an id up to this one; 0 for all.
    """
    found: list[int] = []
    bound = [mark] if mark and mark < newest_id(db) else []
    for span in wanted:
        low, high = max(span.low, since), min(span.high, below)
        if high > low and len(found) < limit:
            values = [span.expression, low, high, *bound, limit - len(found)]
            rows = db.conn.execute(_KNOWN if bound else _MATCHES, values).fetchall()
            found += [row[0] for row in rows]
    return found


def read(db: Database, moments: Sequence[int]) -> list[Entry]:
    """The entries of these moments, in this order."""
    entries = by_moment(db, moments)
    return [entries[moment] for moment in moments]


def by_moment(db: Database, moments: Sequence[int]) -> dict[int, Entry]:
    """The entries of those of these moments that are still one's."""
    rows = select(
        db,
        f"SELECT {COLUMNS}, moment FROM entries WHERE moment IN (SELECT value FROM json_each(?))",  # noqa: S608  the columns are ours
        [json.dumps(list(moments))],
    )
    return {row["moment"]: from_row(row) for row in rows}


def newest_id(db: Database) -> int:
    """The id of the entry that was remembered last; 0 when there is none."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM entries").fetchone()[0])
