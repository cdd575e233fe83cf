"""Published documents → Items."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from feeds import register_api, register_json
from feeds.http import Http
from feeds.identity import document_key
from feeds.model import EASTERN, CfrPart, Document, Feed, Item, SourceKind, Stage
from feeds.register_api import Params
from feeds.register_json import Row
from feeds.register_question import FIELDS, NUMBERS, following, phrases, question
from feeds.source import Bookmark, Fetched, Listed
from feeds.text import clip

#: Documents change for days after they are printed, and may be listed before.
OVERLAP = timedelta(days=7)
#: After a longer silence the bookmark is not trusted with the whole gap; `history` reads it.
_LONGEST_GAP = timedelta(days=92)
_MAX_PAGES = 20
#: Where `count` stops counting. Beyond it pages may fail, so `history` asks for fewer days.
_SATURATED = 10_000
_WINDOW = timedelta(days=31)
#: Characters kept of a passage.
_LONGEST_PASSAGE = 500
_DAY = timedelta(days=1)


class FederalRegister:
    """The source of feeds of kind `federal-register`: `documents.json`, newest first.

    The API's full-text `term` finds words that neither title nor abstract show, so when the feed
    has one, its items carry as evidence what it certainly found (see `phrases`) and the passages
    that the API shows of it.

    Args:
        http: The door to the network.
        feed: Its `agencies` and `term` are the API's filters; neither means everything.
        base_url: "https://www.federalregister.gov/api/v1", or a stand-in.
    """

    def __init__(self, *, http: Http, feed: Feed, base_url: str) -> None:
        self._http = http
        self.feed = feed
        self._base = base_url.rstrip("/")
        self._evidence = phrases(feed.term)

    async def fetch(self, bookmark: Bookmark | None, *, now: datetime) -> Fetched:
        """Visit the feed once; see `Source`.

        Reads from a week before the last visit on, without an upper end: Monday's issue is listed
        on Saturday.
        """
        today = now.astimezone(EASTERN).date()
        last = register_json.day(bookmark or {}, "day") or today
        since = min(max(last, today - _LONGEST_GAP), today) - OVERLAP
        found, warnings, _ = await self._read(since=since, now=now)
        if last < today - _LONGEST_GAP:
            warnings.append(f"last read on {last}; nothing from then to {since} was read now")
        # Excerpts change by themselves, and are no reason to read everything again.
        told = (replace(item, evidence=()) for item in found)
        mark = {"digest": register_api.digest(told), "day": today.isoformat()}
        same = bookmark is not None and bookmark.get("digest") == mark["digest"]
        return Fetched(
            items=() if same else tuple(found),
            bookmark=mark,
            unchanged=same,
            warnings=tuple(warnings),
        )

    async def listed(self, *, since: date, until: date, now: datetime) -> Listed:
        """Which documents of these days the API lists for this feed: numbers and dates alone.

        Raises:
            FetchError, ParseError: as `fetch`.
        """
        found, warnings, count = await self._read(since=since, until=until, now=now, fields=NUMBERS)
        if count >= _SATURATED:
            warnings.append(f"{count} documents or more; the API counts no further")
        return Listed(items=tuple(found), count=len(found), trouble="; ".join(warnings))

    async def history(
        self, *, since: date, until: date, now: datetime | None = None
    ) -> AsyncIterator[Fetched]:
        """Everything printed from `since` to `until`, oldest days first, about a month at a time.

        Each piece's bookmark is `{"through": "2020-06-30"}`: all days up to and with that one have
        been given, and reading can go on from the day after. It is not a bookmark for `fetch`.
        With `now` the answers are fresh; otherwise a cache may be an hour behind.

        Raises:
            FetchError, ParseError: as `fetch`; the pieces before stay good.
        """
        start, width = since, _WINDOW
        while start <= until:
            end = min(start + width - _DAY, until)
            found, warnings, count = await self._read(since=start, until=end, now=now)
            if count >= _SATURATED and end > start:
                width = max((end - start + _DAY) // 2, _DAY)
                continue
            yield Fetched(
                items=tuple(found),
                bookmark={"through": end.isoformat()},
                warnings=tuple(warnings),
            )
            start = end + _DAY

    async def document(self, number: str, *, now: datetime | None = None) -> Item | None:
        """Look one document up by its number; None when it has not been published.

        Args:
            number: As typed; dashes of any length.
            now: When given, the answer is fresh; otherwise a cache may be an hour behind.

        Raises:
            FetchError, ParseError: as `fetch`.
        """
        try:
            wanted = register_json.number({"document_number": number})
        except register_json.MalformedRowError:
            return None
        url = f"{self._base}/documents/{wanted}.json"
        params = [*FIELDS, register_api.buster(now)] if now else FIELDS
        answer = await register_api.look_up(self._http, url, params, feed=self.feed.name)
        if answer is None:
            return None
        found, _ = register_json.items([answer.envelope], self._item, feed=self.feed.name)
        # The API pads a number that it does not know, and may so come to another document's.
        return found[0] if found[0].key == document_key(wanted) else None

    async def _read(
        self,
        *,
        since: date,
        until: date | None = None,
        now: datetime | None = None,
        fields: Params = FIELDS,
    ) -> tuple[list[Item], list[str], int]:
        """Items, warnings and the API's (saturating) count of one range of days, over its pages."""
        found: dict[tuple[str, date | None], Item] = {}
        warnings: list[str] = []
        count = listed = 0
        params: Params | None = question(
            self.feed, since=since, until=until, now=now, fields=fields
        )
        for _ in range(_MAX_PAGES):
            answer = await register_api.ask(
                self._http, f"{self._base}/documents.json", params or (), feed=self.feed.name
            )
            rows = register_json.results(answer.envelope, feed=self.feed.name)
            items, wrong = register_json.items(rows, self._item, feed=self.feed.name)
            fresh = {(item.key, item.event_day): item for item in items}
            listed += len(rows)
            count = count or register_json.whole(answer.envelope, "count") or 0
            if count >= _SATURATED and until is not None and since < until:
                return [], [], count  # not read further: `history` asks again, for fewer days
            params, trouble = following(answer.envelope, base_url=self._base)
            warnings += [*answer.warnings, *wrong, *trouble]
            if params is None:
                if listed < min(count, _SATURATED) and not trouble:
                    warnings.append(f"of {count} documents only {listed} were listed")
                return list((found | fresh).values()), warnings, count
            if fresh.keys() <= found.keys():
                # Past its last page the API has been seen to start again at the first.
                return list(found.values()), [*warnings, "a page came twice; stopped"], count
            found |= fresh
        return list(found.values()), [*warnings, f"stopped after {_MAX_PAGES} pages"], count

    def _item(self, row: Row) -> Item:
        found = (*self._evidence, *_passages(row)) if self.feed.term else ()
        return item(row, feed=self.feed.name, evidence=found)


def item(row: Row, *, feed: str, evidence: tuple[str, ...] = ()) -> Item:
    """One row of `documents.json` as an Item.

    Raises:
        MalformedRowError: the row has no usable document number.
    """
    number = register_json.number(row)
    document = _document(row, number=number)
    return Item(
        key=document_key(number),
        feed=feed,
        source=SourceKind.REGISTER,
        stage=Stage.PUBLISHED,
        title=register_json.title(row),
        url=register_json.page(row, number),
        summary=register_json.text(row, "abstract") or "",
        event_at=_printed(document.publication_date),
        evidence=evidence,
        document=document,
    )


def _passages(row: Row) -> Iterator[str]:
    """What `excerpts` shows of the text beyond the abstract: passages with an ellipsis between.

    With a term it is HTML with the words found in spans, or empty; see api-core, es_search_result.rb.
    """
    abstract = register_json.text(row, "abstract") or ""
    for passage in re.split(r"\s*(?:…|\.{3})\s*", register_json.text(row, "excerpts") or ""):
        if passage and passage not in abstract:
            yield clip(passage, _LONGEST_PASSAGE)


def _document(row: Row, *, number: str) -> Document:
    corrections = row.get("corrections")
    linked = map(register_json.linked_number, corrections if isinstance(corrections, list) else [])
    return Document(
        number=number,
        type=register_json.document_type(row),
        action=register_json.text(row, "action"),
        dates=register_json.text(row, "dates"),
        publication_date=register_json.day(row, "publication_date"),
        effective_on=register_json.day(row, "effective_on"),
        comments_close_on=register_json.day(row, "comments_close_on"),
        agencies=register_json.agencies(row),
        cfr_parts=tuple(sorted(set(_cfr_parts(row)))),
        dockets=register_json.texts(row, "docket_ids"),
        rins=register_json.texts(row, "regulation_id_numbers"),
        citation=register_json.text(row, "citation"),
        end_page=register_json.whole(row, "end_page"),
        correction_of=register_json.linked_number(row.get("correction_of")),
        corrections=tuple(sorted({found for found in linked if found})),
        pdf_url=register_json.link(row, "pdf_url"),
        raw_text_url=register_json.link(row, "raw_text_url"),
        significant=register_json.flag(row, "significant"),
    )


def _cfr_parts(row: Row) -> Iterator[CfrPart]:
    """A reference without a part (the whole title) names no part and is left out."""
    for reference in register_json.rows(row, "cfr_references"):
        title, part = register_json.whole(reference, "title"), reference.get("part")
        words = str(part).strip() if type(part) in (int, str) else ""  # true is no part
        if title and re.fullmatch(r"[0-9A-Za-z.\-]{1,12}", words):
            yield CfrPart(title=title, part=words)


def _printed(day: date | None) -> datetime | None:
    """An issue is out by six in the morning, Eastern (GPO)."""
    if day is None:
        return None
    return datetime.combine(day, time(6), tzinfo=EASTERN).astimezone(UTC)
