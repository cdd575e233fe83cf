"""What those who know a story are told when it moves: edits, dates, later documents (sync)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlite_utils import Database

from feeds import deadlines as due_days
from feeds import document_dates, relations
from feeds.model import Item, Stage
from feeds.relation_words import RelationKind
from feeds.revision import ISSUE, ChangedFact, changed_facts
from storage import cards, deadlines, deliveries, events, outbox, texts
from storage import relations as known_relations
from storage.deadlines import Move
from storage.entries import Entry
from storage.events import Event, Step
from storage.relations import Related

#: An entry whose source edits it without end is told of so many edits and no more.
MOST_EDITS = 5

#: What a later document's doing is to the earlier one.
_STEPS: Mapping[RelationKind, Step] = {
    RelationKind.CORRECTS: Step.CORRECTED,
    RelationKind.DELAYS: Step.DELAYED,
    RelationKind.EXTENDS: Step.EXTENDED,
    RelationKind.EXTENDS_COMMENTS: Step.EXTENDED,
    RelationKind.REOPENS_COMMENTS: Step.REOPENED,
    RelationKind.SUSPENDS: Step.SUSPENDED,
    RelationKind.SUPERSEDES: Step.SUPERSEDED,
    RelationKind.WITHDRAWS: Step.TAKEN_BACK,
    RelationKind.AMENDS: Step.FOLLOWED,
    RelationKind.CONFIRMS: Step.FOLLOWED,
    RelationKind.FOLLOWS: Step.FOLLOWED,
}


def tell(db: Database, event: Event, *, now: datetime) -> int:
    """Owe an event to everyone who knows its story; returns how many are new."""
    return sum(
        outbox.enqueue(db, event, channel=channel, whys=known.whys, now=now)
        for channel, known in deliveries.told(db, event.story_id).items()
    )


def revised(db: Database, before: Item, entry: Entry, *, now: datetime) -> int:
    """Tell what an edit changed, each fact once for each value that it takes; then `noted`."""
    changes = changed_facts(before, entry.item)
    issue = [change for change in changes if change.name == ISSUE]
    words = [change for change in changes if change.name != ISSUE]
    owed = noted(db, entry, edited=True, now=now)
    owed += _tell_edit(db, entry, Step.MOVED, issue, now=now)
    return owed + _tell_edit(db, entry, Step.REVISED, words, now=now)


def noted(
    db: Database, entry: Entry, *, now: datetime, edited: bool = False, silent: bool = False
) -> int:
    """Keep the days that a document sets and what it does to earlier ones, and tell what follows.

    Args:
        db: Inside the transaction that remembers the entry.
        entry: As it is now.
        now: Time of the sighting.
        edited: Nothing else tells that a day has moved.
        silent: History: nobody is told.

    Returns:
        How many deliveries were enqueued.
    """
    document = entry.item.document
    if document is None:
        return 0
    text = texts.body(db, entry.id)
    moves = _keep_days(db, entry, text, now=now)
    owed = 0
    if edited and not silent:
        changes = [change for move in moves if (change := _change(move))]
        owed = sum(_tell_edit(db, entry, Step.MOVED, [change], now=now) for change in changes)
        if not changes and moves and deliveries.was_sent(db, entry.id):
            event, new = events.record(db, entry, Step.DATED, source=document.number, now=now)
            owed += tell(db, event, now=now) if new else 0
    found = known_relations.keep(db, entry, relations.of(entry.item, text=text))
    return owed + sum(
        _tell_related(db, entry, related, silent=silent, now=now) for related in found
    )


def redate(db: Database, entry: Entry, *, now: datetime, silent: bool = False) -> int:
    """Keep the days that a document sets as of now, and tell those that moved.

    What a later document does may begin on a day on which nothing is seen of either.

    Returns:
        How many deliveries were enqueued.
    """
    moves = _keep_days(db, entry, texts.body(db, entry.id), now=now)
    if moves:
        cards.outdate_all(db, entry.story_id)
    changes = [] if silent else [change for move in moves if (change := _change(move))]
    return sum(_tell_edit(db, entry, Step.MOVED, [change], now=now) for change in changes)


def _keep_days(db: Database, entry: Entry, text: str, *, now: datetime) -> list[Move]:
    """Keep the days that a document sets, with what later ones do to it."""
    item, document = entry.item, entry.item.document
    if document is None:
        return []
    found = due_days.of(
        document.number,
        document_dates.of(document, stage=item.stage, text=text),
        known_relations.later(db, entry.id),
        stage=item.stage,
        now=now,
    )
    return deadlines.keep(db, entry, found, now=now)


def _tell_related(
    db: Database, entry: Entry, related: Related, *, silent: bool, now: datetime
) -> int:
    """Tell those who know the earlier document's story what was done to it.

    Once that is known, only days that move by what the later document says now, or no longer says.
    """
    target, document = related.target, entry.item.document
    withdrawn = entry.item.stage is Stage.WITHDRAWN
    if not related.new:
        if related.changed or withdrawn:
            cards.outdate_all(db, target.story_id)
        return redate(db, target, silent=silent, now=now)
    moves = _keep_days(db, target, texts.body(db, target.id), now=now)
    step = _STEPS[related.relation.kind]
    event, new = events.record(
        db,
        target,
        step,
        source=document.number if document else "",
        at=entry.item.event_at,
        occasion=entry.item.key,
        changes=[change for move in moves if (change := _change(move))],
        now=now,
    )
    idle = silent or withdrawn or not new or step is Step.FOLLOWED
    return 0 if idle else tell(db, event, now=now)


def _change(move: Move) -> ChangedFact | None:
    """A move as a fact that changed; None for a day that is known for the first time."""
    due = move.deadline.due
    if move.before is None or move.before.day is None:
        return None
    name = due_days.NAMES[due.kind] + (f" for {due.applies_to}" if due.applies_to else "")
    return ChangedFact(name=name, before=str(move.before.day), after=str(due.day or ""))


def _tell_edit(
    db: Database, entry: Entry, step: Step, changes: Sequence[ChangedFact], *, now: datetime
) -> int:
    if not changes or events.count(db, entry.id, step) >= MOST_EDITS:
        return 0
    event, new = events.record(
        db,
        entry,
        step,
        source=entry.item.feed,
        at=now,
        occasion="; ".join(f"{change.name}: {change.after}" for change in changes),
        changes=changes,
        now=now,
    )
    return tell(db, event, now=now) if new else 0
