"""What documents do to earlier ones, as far as both are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec
from sqlite_utils import Database

from feeds import document_dates
from feeds.date_sentences import DateKind
from feeds.identity import headline_key
from feeds.model import EASTERN, Item, Stage
from feeds.reference import Kind, Reference
from feeds.relation_words import RelationKind
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
    #: It was not known before; or it was, and not until when.
    new: bool
    changed: bool


def keep(db: Database, entry: Entry, found: Sequence[Relation]) -> list[Related]:
    """Keep what a document does to those we know, each once; a day that is told later is taken over."""
    named: dict[tuple[RelationKind, int], tuple[Entry, Relation]] = {}
    for relation in found:
        target = _named(db, entry, relation) or _before(db, entry, relation)
        if target:
            key = relation.kind, target.id
            if key not in named or (relation.until and not named[key][1].until):
                named[key] = target, relation
    return [_keep(db, entry, target, relation) for target, relation in named.values()]


def within_story(db: Database, entry: Entry) -> bool:
    """Whether a document does something to an earlier one of its own story."""
    found = db.execute(
        "SELECT EXISTS (SELECT 1 FROM relations JOIN entries AS target ON target.id = target_id"
        " JOIN entries AS own ON own.id = entry_id"
        " WHERE entry_id = ? AND kind NOT IN (?, ?, ?) AND target.story_id = own.story_id)",
        [
            entry.id,
            RelationKind.AMENDS.value,
            RelationKind.CONFIRMS.value,
            RelationKind.FOLLOWS.value,
        ],
    )
    return bool(found.fetchone()[0])


#: What moves no day of the earlier document.
_MOVING_NOTHING = (
    RelationKind.AMENDS.value,
    RelationKind.CORRECTS.value,
    RelationKind.FOLLOWS.value,
)


def beginning(db: Database, first: date, last: date) -> list[Entry]:
    """Documents whose days later ones move from one of those days on (Eastern)."""
    rows = select(
        db,
        f"SELECT {entries.COLUMNS} FROM entries WHERE id IN ("  # noqa: S608  the columns are ours
        "SELECT target_id FROM deadlines JOIN relations ON relations.entry_id = deadlines.entry_id"
        " WHERE deadlines.kind = ? AND day BETWEEN ? AND ? AND relations.kind NOT IN (?, ?, ?))"
        " ORDER BY id",
        [DateKind.EFFECTIVE.value, first.isoformat(), last.isoformat(), *_MOVING_NOTHING],
    )
    return list(map(entries.from_row, rows))


def later(db: Database, entry_id: int) -> tuple[Later, ...]:
    """What later documents do to one, those filed first first; nothing by one withdrawn before print."""
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


def _named(db: Database, entry: Entry, relation: Relation) -> Entry | None:
    """The one document that a relation names; a name that fits several is nobody's."""
    named = [] if relation.target is None else lookup.find(db, relation.target, limit=2)
    alone = named[0] if len(named) == 1 else None
    return alone if alone and alone.item.document and alone.id != entry.id else None


def _before(db: Database, entry: Entry, relation: Relation) -> Entry | None:
    """The document that a title alone speaks of ("…; Extension of Comment Period").

    The latest earlier one of the same RIN or docket that what is done can be done to.
    """
    document = entry.item.document
    if relation.target or document is None or relation.kind not in _FITTING:
        return None
    names = [Reference(kind=Kind.RIN, value=each) for each in document.rins]
    names += [Reference(kind=Kind.DOCKET, value=each) for each in document.dockets]
    fits = _FITTING[relation.kind]
    known = {other.id: other for name in names for other in lookup.find(db, name, limit=_LOOKED_AT)}
    earlier = [
        other
        for other in known.values()
        if other.id != entry.id
        and _is_earlier(other.item, entry.item)
        and fits(other.item, entry.item)
    ]
    return max(earlier, key=lambda other: other.item.event_at or other.first_seen_at, default=None)


#: Documents of one RIN or docket that are looked at.
_LOOKED_AT = 20
#: What a title alone speaks of appeared within this time.
_RECENT = timedelta(days=366)


def _is_earlier(item: Item, than: Item) -> bool:
    at, later = item.event_at, than.event_at
    return at is not None and later is not None and timedelta() < later - at <= _RECENT


def _asks_for_comments(item: Item, _by: Item) -> bool:
    return item.document is not None and item.document.comments_close_on is not None


def _takes_effect_later(item: Item, by: Item) -> bool:
    day = item.document.effective_on if item.document else None
    return day is not None and by.event_day is not None and day >= by.event_day


def _is_of_that_title(item: Item, by: Item) -> bool:
    return f" {headline_key(item.title)} " in f" {headline_key(by.title)} "


def _begins_alike(item: Item, by: Item) -> bool:
    return headline_key(item.title).split()[:3] == headline_key(by.title).split()[:3]


#: By what is done the document that it can be done to.
_FITTING: Mapping[RelationKind, Callable[[Item, Item], bool]] = {
    RelationKind.CORRECTS: _is_of_that_title,
    RelationKind.DELAYS: _takes_effect_later,
    RelationKind.EXTENDS: _begins_alike,
    RelationKind.EXTENDS_COMMENTS: _asks_for_comments,
    RelationKind.REOPENS_COMMENTS: _asks_for_comments,
}


def _keep(db: Database, entry: Entry, target: Entry, relation: Relation) -> Related:
    key = [entry.id, relation.kind.value, target.id]
    told = msgspec.json.encode(relation).decode()
    query = "SELECT relation FROM relations WHERE (entry_id, kind, target_id) = (?, ?, ?)"
    row = db.execute(query, key).fetchone()
    known = _relation.decode(row[0]) if row else None
    # A sentence that no longer names the day takes none away.
    changed = known is not None and relation.until not in {None, known.until}
    if known is None or changed:
        db.execute("INSERT OR REPLACE INTO relations VALUES (?, ?, ?, ?)", [*key, told])
    return Related(target=target, relation=relation, new=known is None, changed=changed)


def _later(db: Database, entry: Entry, relation: Relation) -> Later | None:
    item, document = entry.item, entry.item.document
    at = item.event_at or entry.first_seen_at
    if document is None or item.stage is Stage.WITHDRAWN:
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
