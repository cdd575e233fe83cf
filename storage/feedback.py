"""What people found not relevant, and why: kept for tuning, shown to whoever subscribed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlite_utils import Database

from storage import stories
from storage.database import select, stream, to_instant, to_text
from storage.stories import Mark


class Objection(StrEnum):
    """Why an alert was not relevant."""

    SUBJECT = "wrong subject"
    MINOR = "too minor"
    DUPLICATE = "duplicate"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One person's objection to a story that a channel was told."""

    story_id: int
    #: What they looked at.
    entry_id: int
    #: Where; a person's id for their direct messages.
    channel: str
    person: str
    objection: Objection
    #: Their own; may be empty.
    words: str
    #: The subscriptions that told the story there, as queries; none where nobody was told.
    queries: tuple[str, ...]
    made_at: datetime


def give(db: Database, given: Feedback) -> bool:
    """Keep an objection, in place of all that the person said of the story there before.

    Returns:
        False when they had said just this.
    """
    stories.mark(
        db,
        given.story_id,
        Mark.IRRELEVANT,
        holder=given.person,
        made_by=given.person,
        now=given.made_at,
    )
    there = "holder = :person AND channel = :channel AND (story_id = :story OR entry_id = :entry)"
    values = {
        "story": given.story_id,
        "person": given.person,
        "channel": given.channel,
        "entry": given.entry_id,
        "objection": given.objection.value,
        "words": given.words,
        "queries": msgspec.json.encode(given.queries).decode(),
        "at": to_text(given.made_at),
    }
    just_this = (
        f"SELECT 1 FROM feedback WHERE {there} AND (objection, words) = (:objection, :words)"  # noqa: S608  ours
    )
    if db.execute(just_this, values).fetchone():
        return False
    db.execute(f"DELETE FROM feedback WHERE {there}", values)  # noqa: S608  ours
    db.execute(
        "INSERT INTO feedback"
        " (entry_id, holder, channel, story_id, objection, words, queries, made_at)"
        " VALUES (:entry, :person, :channel, :story, :objection, :words, :queries, :at)",
        values,
    )
    return True


def in_channel(db: Database, channel: str, *, since: datetime) -> list[Feedback]:
    """What was objected to in a channel since then, oldest first."""
    rows = select(
        db,
        "SELECT * FROM feedback WHERE channel = ? AND made_at >= ? ORDER BY made_at",
        [channel, to_text(since)],
    )
    return [_from_row(row) for row in rows]


def every(db: Database) -> Iterator[Feedback]:
    """All of it, oldest first."""
    return map(_from_row, stream(db, "SELECT * FROM feedback ORDER BY made_at, story_id, holder"))


_queries = msgspec.json.Decoder(tuple[str, ...])


def _from_row(row: Mapping[str, Any]) -> Feedback:
    return Feedback(
        story_id=row["story_id"],
        entry_id=row["entry_id"],
        channel=row["channel"],
        person=row["holder"],
        objection=Objection(row["objection"]),
        words=row["words"],
        queries=_queries.decode(row["queries"]),
        made_at=to_instant(row["made_at"]),
    )
