"""Which entries match, newest first: read from the search index alone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from storage.condition import END, Span

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
    below: int = END,
    mark: int = 0,
) -> list[int]:
    """The latest moments at which something matches, newest first.

    Args:
        db: Only read.
        wanted: As `condition.spans` has it, the latest first.
        limit: How many at most.
        below: Only those before this moment.
        mark: Only entries with an id up to this one; 0 for all.
    """
    found: list[int] = []
    bound = [mark] if mark and mark < newest_id(db) else []
    for span in wanted:
        high = min(span.high, below)
        if high > span.low and len(found) < limit:
            values = [span.expression, span.low, high, *bound, limit - len(found)]
            rows = db.execute(_KNOWN if bound else _MATCHES, values).fetchall()
            found += [row[0] for row in rows]
    return found


def newest_id(db: Database) -> int:
    """The id of the entry that was remembered last; 0 when there is none."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM entries").fetchone()[0])
