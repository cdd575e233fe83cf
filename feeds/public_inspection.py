"""Documents on public inspection → Items, including withdrawals."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime

from feeds import register_api, register_json
from feeds.http import Http
from feeds.identity import document_key
from feeds.model import Document, Feed, FilingType, Item, SourceKind, Stage
from feeds.register_api import Answer
from feeds.register_json import Row
from feeds.source import Bookmark, Fetched, Listed

_FIELDS = register_api.fields(
    "agencies",
    "docket_numbers",
    "document_number",
    "editorial_note",
    "filed_at",
    "filing_type",
    "html_url",
    "pdf_url",
    "publication_date",
    "raw_text_url",
    "title",
    "type",
)
#: "An agency letter requesting withdrawal of this document was received"
_WITHDRAWAL = re.compile(r"\bwithdr[ae]w", re.IGNORECASE)


class PublicInspection:
    """The source of feeds of kind `public-inspection`: `current.json`, filtered here.

    It tells of rows that stand in the list and of nothing else. That a row is gone means nothing:
    the list is thin or empty from midnight to 8:45 a.m. Eastern, and a document leaves it when it
    is about to be printed.

    Args:
        http: The door to the network.
        feed: Its `agencies` are slugs of issuing agencies; empty means all. The list names only the
            issuing bureau, never its department, so a department's slug finds only what the
            department's own office files.
        base_url: "https://www.federalregister.gov/api/v1", or a stand-in.
    """

    def __init__(self, *, http: Http, feed: Feed, base_url: str) -> None:
        self._http = http
        self.feed = feed
        self._list = f"{base_url.rstrip('/')}/public-inspection-documents"

    async def fetch(self, bookmark: Bookmark | None, *, now: datetime) -> Fetched:
        """Visit the feed once; see `Source`."""
        url = f"{self._list}/current.json"
        answer = await register_api.ask(
            self._http, url, [*_FIELDS, register_api.buster(now)], feed=self.feed.name
        )
        read, wrong, _ = self._read(answer)
        # From midnight to 8:45 the API shows leftovers and says so (federal_register.md §5).
        meta = answer.envelope.get("meta")
        partial = isinstance(meta, dict) and bool(meta.get("pil_unavailability_message"))
        found = [each for each in read if is_wanted(each, self.feed.agencies)]
        mark = {"digest": register_api.digest(found)}
        same = bookmark is not None and bookmark.get("digest") == mark["digest"]
        return Fetched(
            items=() if same else tuple(found),
            bookmark=mark,
            unchanged=same,
            partial=partial,
            warnings=(*answer.warnings, *wrong),
        )

    async def listed(self, day: date, *, now: datetime) -> Listed:
        """Every document that was on public inspection on a day, in one list however long.

        Raises:
            FetchError, ParseError: as `fetch`.
        """
        asked = [("conditions[available_on]", day.isoformat()), *_FIELDS, register_api.buster(now)]
        answer = await register_api.ask(
            self._http, f"{self._list}.json", asked, feed=self.feed.name
        )
        read, wrong, count = self._read(answer)
        return Listed(
            items=tuple(each for each in read if is_wanted(each, self.feed.agencies)),
            count=count,
            trouble="; ".join((*answer.warnings, *wrong)),
        )

    def _read(self, answer: Answer) -> tuple[list[Item], list[str], int]:
        """Items of all agencies, what was wrong, and how many rows there were."""
        name = self.feed.name
        rows = register_json.results(answer.envelope, feed=name)
        read, wrong = register_json.items(rows, lambda row: item(row, feed=name), feed=name)
        return read, wrong, len(rows)


def is_wanted(item: Item, slugs: Collection[str]) -> bool:
    """Whether one of these agencies issued it; without slugs, everything is wanted.

    A document whose issuer the Register does not map to an agency is wanted, too: its slug is not
    known, and what is left out here can be found by nobody.
    """
    known = (
        {agency.slug for agency in item.document.agencies if agency.slug}
        if item.document
        else set()
    )
    return not slugs or not known or not known.isdisjoint(slugs)


def item(row: Row, *, feed: str) -> Item:
    """One row of the public inspection list as an Item.

    Raises:
        MalformedRowError: the row has no usable document number.
    """
    number = register_json.number(row)
    document = _document(row, number=number)
    withdrawn = _is_withdrawn(document)
    return Item(
        key=document_key(number),
        feed=feed,
        source=SourceKind.INSPECTION,
        stage=Stage.WITHDRAWN if withdrawn else Stage.INSPECTION,
        title=register_json.title(row),
        url=register_json.page(row, number),
        # No field says when a letter of withdrawal came; `pdf_updated_at` is of the document's own PDF.
        event_at=None if withdrawn else document.filed_at,
        document=document,
    )


def _document(row: Row, *, number: str) -> Document:
    return Document(
        number=number,
        type=register_json.document_type(row),
        publication_date=register_json.day(row, "publication_date"),
        agencies=register_json.agencies(row),
        dockets=register_json.texts(row, "docket_numbers"),
        pdf_url=register_json.link(row, "pdf_url"),
        raw_text_url=register_json.link(row, "raw_text_url"),
        filed_at=register_json.moment(row, "filed_at"),
        filing_type=_FILING_TYPES.get(register_json.text(row, "filing_type") or ""),
        editorial_note=register_json.text(row, "editorial_note"),
    )


_FILING_TYPES: dict[str, FilingType] = {kind.value: kind for kind in FilingType}


def _is_withdrawn(document: Document) -> bool:
    """A note of withdrawal, and a date taken away with it: the agency's letter does both.

    Notes also announce small edits and new printing days, and may speak of a withdrawal that the
    document itself is about, so neither sign is enough alone.
    """
    noted = _WITHDRAWAL.search(document.editorial_note or "") is not None
    return noted and (document.filed_at is None or document.publication_date is None)
