"""What a query meant at a time: topics change, and what was told by them stays told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from storage.database import to_text


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryVersion:
    """One meaning of a query."""

    #: As a subscription has it: "topic:huawei".
    query: str
    #: Names the definition; equal for equal definitions, in every database.
    version: str
    #: The query with its topics spelled out.
    definition: str


def keep(db: Database, found: Iterable[QueryVersion], *, now: datetime) -> None:
    """Write down what queries mean from now on; what is known already keeps its time."""
    for each in found:
        db.execute(
            "INSERT OR IGNORE INTO query_versions (query, version, definition, since)"
            " VALUES (?, ?, ?, ?)",
            [each.query, each.version, each.definition, to_text(now)],
        )
