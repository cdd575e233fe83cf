"""Find the documents that a reference points at."""

from __future__ import annotations

from sqlite_utils import Database

from feeds import reference, renumbered
from feeds.reference import Kind, Reference
from storage.database import select
from storage.entries import COLUMNS, Entry, from_row

#: No document is longer; so far before a cited page its document may begin.
_MOST_PAGES = 1_500
#: Most documents are shorter.
_LIKELY_PAGES = 30
_SELECT = f"SELECT {COLUMNS} FROM entries JOIN entry_facts AS fact ON fact.entry_id = entries.id"  # noqa: S608  values are bound
_NEWEST = " ORDER BY coalesce(event_at, first_seen_at) DESC, entries.id DESC LIMIT ?"


def find(db: Database, wanted: Reference, *, limit: int = 10) -> list[Entry]:
    """Entries that a reference points at, newest first.

    A number that no document has is tried as a docket's ("18-89"). A citation finds the document
    printed on that page, also on an inner one when its last page is known. A CFR part that moved is
    looked up by both its numbers.
    """
    if page := wanted.page:
        return _cited(db, *page)[:limit]
    fields = [wanted.kind.value]
    if wanted.kind is Kind.NUMBER:
        fields.append(Kind.DOCKET.value)
    names = renumbered.names(wanted.value) if wanted.kind is Kind.CFR else (wanted.value,)
    either = f"value IN ({', '.join('?' * len(names))})"
    for field in fields:
        rows = select(
            db, f"{_SELECT} WHERE field = ? AND {either}{_NEWEST}", [field, *names, limit]
        )
        if found := [from_row(row) for row in rows]:
            return found
    return []


def reaching(db: Database, wanted: Reference) -> str | None:
    """The citation of a document that may be printed on the cited page, too.

    It is the last that begins before, and where it ends is not known. None when there is none.
    """
    if not (page := wanted.page):
        return None
    before = [entry for entry in _begun(db, *page) if _pages(entry)[0] >= page[1] - _LIKELY_PAGES]
    last = max(before, key=lambda entry: _pages(entry)[0], default=None)
    document = last.item.document if last else None
    return document.citation if document and document.end_page is None else None


def _cited(db: Database, volume: int, page: int) -> list[Entry]:
    found = _begun(db, volume, page)
    exact = [entry for entry in found if _pages(entry)[0] == page]
    return exact or [entry for entry in found if _pages(entry)[0] <= page <= _pages(entry)[1]]


def _begun(db: Database, volume: int, page: int) -> list[Entry]:
    """Documents that begin on the page or before, newest first."""
    begin = f"{volume} FR "
    start = f"CAST(substr(value, {len(begin) + 1}) AS INTEGER)"
    rows = select(
        db,
        f"{_SELECT} WHERE field = 'citation' AND value > ? AND value < ?"
        f" AND {start} BETWEEN ? AND ?{_NEWEST}",
        [begin, f"{volume} FR:", page - _MOST_PAGES, page, _MOST_PAGES],
    )
    return [from_row(row) for row in rows]


def _pages(entry: Entry) -> tuple[int, int]:
    """First and last printed page."""
    document = entry.item.document
    cited = reference.parse((document and document.citation) or "")
    if document is None or cited is None or cited.page is None:
        return (0, 0)
    first = cited.page[1]
    return first, document.end_page or first
