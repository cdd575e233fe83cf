"""What a feed brought before, and which other feeds carry the same, for judging what it brings now."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from sqlite_utils import Database

from feeds import identity
from feeds.habits import Known
from feeds.model import SourceKind
from storage.database import select, to_text
from storage.entries import COLUMNS, from_row

#: What was held of a feed and is not withheld any more.
_RELEASED = (
    "SELECT entry_id FROM flood_entries JOIN floods ON floods.id = flood_id"
    " WHERE feed = ? AND state = 'released'"
)


def of_feed(
    db: Database,
    feed: str,
    *,
    but: Collection[int],
    baselined_at: datetime | None,
    limit: int,
) -> list[Known]:
    """The press items that a feed was the first to bring, newest first, but for some entries.

    What was held back and not released is left out: it says nothing about the feed.
    """
    rows = select(
        db,
        f"SELECT {COLUMNS} FROM entries WHERE feed = ? AND source = ?"  # noqa: S608  the columns are ours
        " AND NOT EXISTS (SELECT 1 FROM withheld WHERE entry_id = entries.id) ORDER BY first_seen_at DESC LIMIT ?",
        [feed, SourceKind.NEWS.value, limit],
    )
    entries = [from_row(row) for row in rows if row["id"] not in but]
    released = {row["entry_id"] for row in select(db, _RELEASED, [feed])}
    carried = carriers(db, {identity.headline_key(each.item.title) for each in entries}, but=feed)
    return [
        Known(
            item=each.item,
            seen_at=each.first_seen_at,
            baseline=baselined_at is not None and each.first_seen_at <= baselined_at,
            released=each.id in released,
            shared=identity.headline_key(each.item.title) in carried,
        )
        for each in entries
    ]


def carriers(db: Database, headlines: Collection[str], *, but: str) -> dict[str, str]:
    """Another feed that brought each headline (`identity.headline_key`), where one did."""
    rows = select(
        db,
        "SELECT headline, min(feed) AS feed FROM entries"
        " WHERE headline IN (SELECT value FROM json_each(?)) AND feed <> ? GROUP BY headline",
        [json.dumps(sorted(headlines)), but],
    )
    return {row["headline"]: row["feed"] for row in rows}


def known_stories(db: Database, entry_ids: Collection[int]) -> set[int]:
    """Those of some new entries whose story was told before by an entry that is not held back."""
    if not entry_ids:
        return set()
    rows = select(
        db,
        """
        SELECT new.id FROM entries AS new WHERE new.id IN (SELECT value FROM json_each(:ids))
            AND EXISTS (
                SELECT 1 FROM entries AS old WHERE old.story_id = new.story_id
                    AND old.feed <> new.feed AND old.id < :first
                    AND NOT EXISTS (SELECT 1 FROM withheld WHERE entry_id = old.id)
            )
        """,
        {"ids": json.dumps(sorted(entry_ids)), "first": min(entry_ids)},
    )
    return {row["id"] for row in rows}


def told_since(db: Database, feed: str, since: datetime) -> int:
    """How many entries of a feed somebody came to be told of since then, releases aside."""
    query = (
        "SELECT count(DISTINCT events.entry_id) FROM entries"
        " JOIN events ON events.entry_id = entries.id JOIN outbox ON outbox.event_id = events.id"
        " WHERE entries.feed = ? AND entries.first_seen_at >= ?"
        " AND entries.id NOT IN (SELECT entry_id FROM flood_entries)"
    )
    return int(db.execute(query, [feed, to_text(since)]).fetchone()[0])
