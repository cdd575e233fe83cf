"""What a story is told by: the entry that its card shows, and its press."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from feeds.model import DocumentType, SourceKind
from storage.database import select
from storage.entries import Entry, of_story


def head(db: Database, story_id: int) -> Entry | None:
    """The entry a story's card shows: its main document, else the press item that came first.

    A rule comes before a proposal, and that before a notice; of two the one that was seen first. A
    correction is the last choice, as it says only what it corrects. What is held back as a flood is
    shown only where there is nothing else. None for a story without any.
    """
    known = of_story(db, story_id)
    withheld = {row["entry_id"] for row in select(db, _WITHHELD, [story_id])}
    told = [entry for entry in known if entry.id not in withheld] or known
    documents = [entry for entry in told if entry.item.document]
    return min(documents, key=_leading, default=None) or next(iter(told), None)


def press_of(db: Database, story_id: int) -> int:
    """How many press items tell a story, without what is held back as a flood."""
    query = (
        "SELECT count(*) FROM entries WHERE story_id = ? AND source = ?"
        " AND NOT EXISTS (SELECT 1 FROM withheld WHERE entry_id = entries.id)"
    )
    return int(db.execute(query, [story_id, SourceKind.NEWS.value]).fetchone()[0])


def is_copy(db: Database, entry: Entry) -> bool:
    """Whether an earlier entry of the story, not held back, carries the same headline."""
    found = db.execute(
        """
        SELECT EXISTS (
            SELECT 1 FROM entries AS new JOIN entries AS old ON old.story_id = new.story_id
            WHERE new.id = ? AND old.id < new.id
                AND NOT EXISTS (SELECT 1 FROM withheld WHERE entry_id = old.id) AND (
                old.headline IN (new.headline, new.passed_on) OR old.passed_on = new.headline
            )
        )
        """,
        [entry.id],
    )
    return bool(found.fetchone()[0])


_WITHHELD = "SELECT entry_id FROM withheld JOIN entries ON entries.id = entry_id WHERE story_id = ?"
_LEADING = (
    DocumentType.RULE,
    DocumentType.PRESIDENTIAL,
    DocumentType.PROPOSED,
    DocumentType.NOTICE,
    DocumentType.OTHER,
)


def _leading(entry: Entry) -> tuple[bool, int, datetime, int]:
    document = entry.item.document
    rank = _LEADING.index(document.type) if document else len(_LEADING)
    correction = bool(document and document.correction_of)
    return correction, rank, entry.first_seen_at, entry.id
