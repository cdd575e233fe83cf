"""Each person's Home: when it was opened, what it shows, and whether it is outdated."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from storage import subscriptions
from storage.database import select, to_instant, to_text
from storage.subscriptions import Subscription


class Shelf(StrEnum):
    """What of a Home is looked at: the beginning of everything, or all of one thing."""

    OVERVIEW = "overview"
    FOLLOWED = "followed"
    SUBSCRIPTIONS = "subscriptions"
    SAVED = "saved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """One person's Home."""

    person: str
    opened_at: datetime
    #: The welcome has stood there.
    welcomed: bool
    shelf: Shelf
    #: Counted from 1; there may be fewer pages by now.
    page: int
    #: Changes that it does not show yet.
    outdated: int


def opened(db: Database, person: str, *, now: datetime) -> Home:
    """A person looks at their Home, which begins with everything."""
    db.execute(
        "INSERT INTO homes (person, opened_at) VALUES (:person, :now) ON CONFLICT DO UPDATE"
        " SET opened_at = :now, shelf = 'overview', page = 1",
        {"person": person, "now": to_text(now)},
    )
    return _read(db, person)


def turned(db: Database, person: str, *, shelf: Shelf, page: int, now: datetime) -> Home:
    """A person looks at another page of their Home."""
    opened(db, person, now=now)
    db.execute(
        "UPDATE homes SET shelf = ?, page = ? WHERE person = ?",
        [shelf.value, max(1, page), person],
    )
    return _read(db, person)


def get(db: Database, person: str) -> Home | None:
    """A person's Home; None when they never opened it."""
    rows = select(db, "SELECT * FROM homes WHERE person = ?", [person])
    return next(map(_from_row, rows), None)


def published(
    db: Database, home: Home, *, channels: Iterable[str], governs: bool, now: datetime
) -> None:
    """A Home shows what was known when it was read; changes that came meanwhile are still owed.

    Args:
        db: Inside a transaction.
        home: As it was read for what is shown now.
        channels: Whose subscriptions it shows, or would.
        governs: It shows how the feeds are doing and what is uncertain.
        now: When Slack took it.
    """
    db.execute(
        "UPDATE homes SET published_at = :now, welcomed_at = coalesce(welcomed_at, :now),"
        " governs = :governs, outdated = max(outdated - :shown, 0) WHERE person = :person",
        {
            "now": to_text(now),
            "governs": int(governs),
            "shown": home.outdated,
            "person": home.person,
        },
    )
    db.execute("DELETE FROM home_channels WHERE person = ?", [home.person])
    db.execute(
        "INSERT OR IGNORE INTO home_channels (person, channel) SELECT ?, value FROM json_each(?)",
        [home.person, json.dumps(list(channels))],
    )


def outdated(
    db: Database, *, opened_since: datetime, published_before: datetime, limit: int
) -> list[Home]:
    """Homes to show anew, the longest unchanged first.

    Args:
        db: Only read.
        opened_since: Whoever has not looked since then is shown it when they open it.
        published_before: One that was shown anew since then may wait.
        limit: How many at most.
    """
    rows = select(
        db,
        "SELECT * FROM homes WHERE outdated > 0 AND opened_at >= ? AND published_at < ?"
        " ORDER BY published_at LIMIT ?",
        [to_text(opened_since), to_text(published_before), limit],
    )
    return [_from_row(row) for row in rows]


def put_off(db: Database, person: str, *, now: datetime) -> None:
    """A Home could not be shown anew: others come first, and it when it was waited for again."""
    db.execute("UPDATE homes SET published_at = ? WHERE person = ?", [to_text(now), person])


def subscribed(db: Database, channels: Iterable[str]) -> list[int]:
    """Ids of the subscriptions of these channels: channel by channel, oldest first."""
    rows = select(
        db,
        "SELECT id FROM subscriptions WHERE channel IN (SELECT value FROM json_each(?))"
        " ORDER BY channel, id",
        [json.dumps(list(channels))],
    )
    return [row["id"] for row in rows]


def read_subscriptions(db: Database, ids: Iterable[int]) -> list[Subscription]:
    """Those of them that there are, in that order."""
    return [found for each in ids if (found := subscriptions.get(db, each))]


def _read(db: Database, person: str) -> Home:
    (row,) = select(db, "SELECT * FROM homes WHERE person = ?", [person])
    return _from_row(row)


def _from_row(row: Mapping[str, Any]) -> Home:
    return Home(
        person=row["person"],
        opened_at=to_instant(row["opened_at"]),
        welcomed=row["welcomed_at"] is not None,
        shelf=Shelf(row["shelf"]),
        page=row["page"],
        outdated=row["outdated"],
    )
