"""What of an item an entry has in columns of its own, to be found and known again by."""

from __future__ import annotations

import msgspec

from feeds import identity
from feeds.model import Item, SourceKind, Stage
from storage import placing
from storage.database import to_text

#: By their names.
Columns = dict[str, str | None]


def columns_of(item: Item) -> Columns:
    """The columns that follow from an item."""
    press = item.source is SourceKind.NEWS
    number = identity.register_number(item.url) if press else None
    register_key = identity.document_key(number) if number else None
    day = item.event_day
    return {
        "published_on": published_on(item),
        "twin": identity.twin_key(item),
        "headline": (identity.headline_key(item.title) or None) if press else None,
        "passed_on": identity.passed_on_key(item.title) if press else None,
        "register_key": register_key if press else item.key,
        "source": item.source.value,
        "stage": item.stage.value,
        "feed": item.feed,
        "event_at": to_text(item.event_at) if item.event_at else None,
        "event_day": day.isoformat() if day else None,
        "hash": identity.content_hash(item),
        "item": msgspec.json.encode(item).decode(),
    }


def published_on(item: Item) -> str:
    """The publication date once published, else empty: half of a document's identity."""
    published = item.document and item.stage is Stage.PUBLISHED and item.document.publication_date
    return published.isoformat() if published else ""


def same_document(known: Item, seen: Item) -> bool:
    """Whether two items with one document number are one document."""
    if known.stage is Stage.PUBLISHED and seen.stage is Stage.PUBLISHED:
        return published_on(known) == published_on(seen)
    if known.event_at is None or seen.event_at is None:
        return True
    return abs(known.event_at - seen.event_at) <= placing.SAME_DOCUMENT
