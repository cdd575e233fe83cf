"""What is kept of a kind, as rows of cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from sqlite_utils import Database

from bot import deadline_calendar, wants
from bot.table import Row
from storage import exports
from storage.database import to_text
from storage.deadlines import Dated
from storage.entries import Entry
from storage.exports import Told
from storage.query_versions import QueryVersion


def rows(db: Database, what: str) -> Iterator[Row]:
    """Everything of a kind, one row at a time, each with the same cells.

    Args:
        db: Only read; what is written meanwhile is left out.
        what: One of `KINDS`.
    """
    return KINDS[what](db)


def calendar(db: Database) -> Iterator[bytes]:
    """Every deadline that has or had a day, as one iCalendar document, piece by piece."""
    return deadline_calendar.calendar("Rulewire", exports.every_deadline(db))


def _named(entry: Entry) -> Row:
    """What tells people which entry is meant."""
    item, document = entry.item, entry.item.document
    return {
        "story": entry.story_id,
        "document": document.number if document else None,
        "title": item.title,
        "url": item.url,
    }


def _entries(db: Database) -> Iterator[Row]:
    for entry in exports.every_entry(db):
        item, document = entry.item, entry.item.document
        yield {
            "key": item.key,
            **_named(entry),
            "source": item.source,
            "stage": item.stage,
            "feed": item.feed,
            "publisher": item.publisher,
            "summary": item.summary,
            "event_at": item.event_at,
            "first_seen_at": entry.first_seen_at,
            "revision": entry.revision,
            "type": document.type if document else None,
            "action": document.action if document else None,
            "publication_date": document.publication_date if document else None,
            "effective_on": document.effective_on if document else None,
            "comments_close_on": document.comments_close_on if document else None,
            "citation": document.citation if document else None,
            "agencies": [agency.name for agency in document.agencies] if document else [],
            "cfr_parts": list(map(str, document.cfr_parts)) if document else [],
            "dockets": document.dockets if document else [],
            "rins": document.rins if document else [],
        }


def _deliveries(db: Database) -> Iterator[Row]:
    return map(_delivery, exports.every_delivery(db))


def _delivery(told: Told) -> Row:
    delivery, event = told.delivery, told.delivery.event
    return {
        "delivery": delivery.delivery_id,
        "channel": delivery.channel,
        **_named(told.entry),
        "step": event.step,
        "event_at": event.at,
        "seen_at": event.seen_at,
        "source": event.source,
        "queries": [why.subscription for why in delivery.whys],
        "versions": [why.version for why in delivery.whys],
        "matched": sorted({r.term for why in delivery.whys for r in why.reasons}),
        "state": delivery.state,
        "owed_at": delivery.created_at,
        "due_at": told.due_at,
        "started_at": told.started_at,
        "settled_at": delivery.settled_at,
        "attempts": delivery.attempts,
        "reason": delivery.last_error,
        "message": delivery.ts,
    }


def _deadlines(db: Database) -> Iterator[Row]:
    return map(_deadline, exports.every_deadline(db))


def _deadline(dated: Dated) -> Row:
    deadline, due = dated.deadline, dated.deadline.due
    return {
        "uid": deadline.uid,
        "sequence": deadline.sequence,
        "kind": due.kind,
        "applies_to": due.applies_to,
        "day": due.day,
        "provisional": due.provisional,
        "set_by": due.source,
        "set_at": deadline.set_at,
        "sentence": due.sentence,
        "before": [
            f"{former.day or 'no day'} by {former.source} from {to_text(former.set_at)}"
            for former in dated.history
        ],
        **_named(dated.entry),
    }


def _queries(db: Database) -> Iterator[Row]:
    return (_query(*found) for found in exports.every_query(db))


def _query(version: QueryVersion, since: datetime) -> Row:
    return {
        "query": version.query,
        "version": version.version,
        "since": since,
        "definition": version.definition,
    }


#: What can be exported, with the rows of each.
KINDS: Mapping[str, Callable[[Database], Iterator[Row]]] = {
    "entries": _entries,
    "deliveries": _deliveries,
    "subscriptions": wants.subscription_rows,
    "deadlines": _deadlines,
    "queries": _queries,
    "saved": wants.saved_rows,
    "ledger": wants.ledger_rows,
}
