"""The ledger: what each channel wanted and was told at any time, and who changed it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from storage.database import select, stream, to_instant, to_text
from storage.watch import ITSELF


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the ledger: from then on a row was so, or was gone."""

    at: datetime
    #: A person, or "rulewire".
    made_by: str
    channel: str
    #: The table: "subscriptions", "channels", "marks", "outbox" or "floods".
    fact: str
    #: What names the row there, as JSON.
    key: str
    #: The row by its columns; None when it was removed.
    value: Mapping[str, Any] | None


def acting(db: Database, *, by: str = ITSELF, at: datetime | None = None) -> None:
    """Who changes what is changed from now on, and when; None leaves the time to SQLite's clock."""
    db.execute("UPDATE temp.acting SET at = ?, made_by = ?", [to_text(at) if at else None, by])


def as_of(db: Database, channel: str, at: datetime) -> list[Line]:
    """How it was with a channel at a moment: each row that stood then, as it then was.

    What was removed before the ledger began (migration m021) is not known to it.
    """
    rows = select(
        db,
        "SELECT * FROM ledger WHERE id IN ("
        "   SELECT max(id) FROM ledger WHERE channel = ? AND at <= ? GROUP BY fact, key"
        ") AND value IS NOT NULL ORDER BY fact, id",
        [channel, to_text(at)],
    )
    return [_line(row) for row in rows]


def every(db: Database) -> Iterator[Line]:
    """Every line, oldest first."""
    return map(_line, stream(db, "SELECT * FROM ledger ORDER BY id"))


def _line(row: Mapping[str, Any]) -> Line:
    return Line(
        at=to_instant(row["at"]),
        made_by=row["made_by"],
        channel=row["channel"],
        fact=row["fact"],
        key=row["key"],
        value=json.loads(row["value"]) if row["value"] else None,
    )
