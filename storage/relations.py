"""What documents do to earlier ones, as far as both are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlite_utils import Database

from feeds import document_dates
from feeds.date_sentences import DateKind
from feeds.model import EASTERN
from feeds.relations import Relation
from feeds.standing import Later
from storage import entries, lookup, texts
from storage.database import select
from storage.entries import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """An earlier document, and what a later one does to it."""

    target: Entry
    relation: Relation
    #: It was not known before.
    new: bool


def keep(db: Database, entry: Entry, found: Sequence[Relation]) -> list[Related]:
    """Keep what a document does to those we know; a name that fits several is nobody's."""
    return [
        Related(target=target, relation=relation, new=_insert(db, entry, target, relation))
        for relation in found
        if relation.target and (target := _target(db, entry, relation))
    ]


def later(db: Database, entry_id: int) -> tuple[Later, ...]:
    """What later documents do to one, those filed first first."""
    rows = select(
        db,
        f"SELECT {entries.COLUMNS}, relation FROM relations"  # noqa: S608  the columns are ours
        " JOIN entries ON entries.id = relations.entry_id WHERE target_id = ? ORDER BY entries.id",
        [entry_id],
    )
    return tuple(
        step
        for row in rows
        if (step := _later(db, entries.from_row(row), _relation.decode(row["relation"])))
    )


def _target(db: Database, entry: Entry, relation: Relation) -> Entry | None:
    named = [] if relation.target is None else lookup.find(db, relation.target, limit=2)
    known = [other for other in named if other.item.document]
    alone = known[0] if len(known) == 1 and len(named) < 2 else None
    return alone if alone and alone.id != entry.id else None


def _insert(db: Database, entry: Entry, target: Entry, relation: Relation) -> bool:
    done = db.execute(
        "INSERT OR IGNORE INTO relations (entry_id, kind, target_id, relation) VALUES (?, ?, ?, ?)",
        [entry.id, relation.kind.value, target.id, msgspec.json.encode(relation).decode()],
    )
    return done.rowcount > 0


def _later(db: Database, entry: Entry, relation: Relation) -> Later | None:
    item, document = entry.item, entry.item.document
    at = item.event_at or entry.first_seen_at
    if document is None:
        return None
    dates = document_dates.of(document, stage=item.stage, text=texts.preamble(db, entry.id))
    begins = document_dates.main(dates, DateKind.EFFECTIVE)
    return Later(
        relation=relation,
        number=document.number,
        since=begins.day if begins and begins.day else at.astimezone(EASTERN).date(),
        dates=dates,
    )


_relation = msgspec.json.Decoder(Relation)
