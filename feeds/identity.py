"""Are these the same item? Key, canonical URL, content hash, and the merge of two sightings."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b

from feeds.links import DASHES, canonical_url, is_web, page_of, register_number, register_page
from feeds.model import Document, Item, Stage
from feeds.text import plain

__all__ = [
    "canonical_url",
    "content_hash",
    "document_key",
    "headline_key",
    "merged",
    "news_key",
    "passed_on_key",
    "register_number",
    "twin_key",
]

#: What the key of a Register document begins with.
REGISTER = "fr:"
#: Longest key, in characters; a longer one is hashed, and so is one of more than printable signs.
MAX_KEY = 200

#: Passages and terms kept of a text: search shows others of it now and then.
MAX_EVIDENCE = 60

_QUOTES = dict.fromkeys(map(ord, "\u2018\u2019\u201b\u2032"), "'") | dict.fromkeys(
    map(ord, "\u201c\u201d\u2033"), '"'
)
_SIGNS = DASHES | _QUOTES
_as_json = json.JSONEncoder(separators=(",", ":")).encode


def document_key(number: str) -> str:
    """Key of a Federal Register document, however its number is spelled.

    Any dash is a hyphen, and zeros in front make no difference: public inspection wrote 2012-07333
    for what was printed as 2012-7333, and the API finds both under either.
    """
    return REGISTER + re.sub(r"-0+(?=\d)", "-", number.translate(DASHES).strip())


def news_key(
    *, feed: str, guid: str | None, url: str | None, title: str, date: datetime | None
) -> str:
    """Key of a press item: its guid, else its address, else its title and date.

    A Register document's own page, as the Register's feeds link to it, is that document. A guid that is a web address means the same page in every feed; any other guid means something
    only within its feed. A home page identifies nothing and is passed over. Tracking, `www.` and
    the like make no difference; a fragment does, as some feeds tell their items apart by it alone.
    At most `MAX_KEY` characters.
    """
    guid = (guid or "").strip()
    if number := register_page(guid if is_web(guid) else url or ""):
        return document_key(number)
    if guid and not is_web(guid):
        return _short(f"news:{feed}:{guid}")
    for address in (guid, url or ""):
        if page := page_of(address):
            return _short(f"news:{page}")
    day = date.astimezone(UTC).isoformat() if date else ""
    return f"news:{feed}:{_digest([_words(title), day])}"


def _short(key: str) -> str:
    if len(key) <= MAX_KEY and key.isprintable():
        return key
    shown = "".join(sign if sign.isprintable() else "?" for sign in key[: MAX_KEY - 33])
    return f"{shown}~{_digest([key])}"


def _digest(parts: object) -> str:
    return blake2b(_as_json(parts).encode(), digest_size=16).hexdigest()


def twin_key(item: Item) -> str | None:
    """Tell an item issued anew under another guid: equal for the same link and title.

    None for a document, whose number is its identity, and for an item without a page of its own.
    """
    page = page_of(item.url)
    if item.document is not None or not page:
        return None
    return "twin:" + _digest([page, headline_key(item.title)])


#: What wires put before a headline they send again, and papers before one they are proud of.
_WIRE_PREFIX = re.compile(
    r"\s*(?:(?:UPDATE|WRAPUP|REFILE|CORRECTED|RPT|REPEAT)(?:\s*\d{1,2})?\s*[-:]"
    r"|(?i:exclusive|breaking(?: news)?|updated?|just in)\s*(?::|\||-\s|(?<=\s)-)"
    r"|(?i:exclusive|breaking)-(?=[A-Z0-9]))\s*"
)


def headline_key(title: str) -> str:
    """Give a headline in its bare words, so that a syndicated copy can be seen to be one.

    Lower case with single spaces; empty when there are no words, which proves nothing. No ending is
    dropped, as it may be part of what is told: see `passed_on_key`.
    """
    bare = title.translate(DASHES).strip()
    while (prefix := _WIRE_PREFIX.match(bare)) and prefix.end() < len(bare):
        bare = bare[prefix.end() :]
    return _words(bare)


#: " - Lowyat.NET" at the end of a headline that an aggregator passes on: up to five words.
_PASSED_ON = re.compile(r"\s+[-|]\s+[^\s|-]\S*(?:\s+[^\s|-]\S*){0,4}\s*$")
#: A headline shorter than this could be two events' (words).
_TELLING = 5


def passed_on_key(title: str) -> str | None:
    """Give the key of the headline that an aggregator may have passed on, else None.

    Its titles are telling words, then " - " and a name. Only another entry that carries just that
    headline shows that the ending is a publisher's name and not part of what is told.
    """
    bare = title.translate(DASHES).strip()
    ending = _PASSED_ON.search(bare)
    key = headline_key(bare[: ending.start()]) if ending else ""
    return key if len(key.split()) >= _TELLING else None


def _words(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text.translate(_QUOTES)).casefold().replace("'", "")
    folded = re.sub(r"\b(?:[^\W\d_]\.){2,}", lambda letters: letters[0].replace(".", ""), folded)
    return " ".join(re.findall(r"\w+(?:\.\d\w*)*", folded))


def content_hash(item: Item) -> str:
    """Say whether what an item tells has changed: 32 hex digits, equal for equal content.

    Markup, white space, and the shape of quotes and dashes make no difference; nor do the address,
    the feed, full-text evidence, the moment and the links to copies.
    """
    told: list[object] = [_bare(item.title), _bare(item.summary), item.stage.value]
    if item.document is not None:
        told.append(_document_told(item.document))
    return _digest(told)


def _document_told(document: Document) -> list[object]:
    return [
        document.type.value,
        _bare(document.action or ""),
        _bare(document.dates or ""),
        str(document.publication_date),
        str(document.effective_on),
        str(document.comments_close_on),
        [_bare(agency.name) for agency in document.agencies],
        [str(part) for part in document.cfr_parts],
        list(document.dockets),
        list(document.rins),
        _bare(document.citation or ""),
        document.correction_of or "",
        list(document.corrections),
        str(document.filing_type),
        _bare(document.editorial_note or ""),
        document.significant,
    ]


def _bare(text: str) -> str:
    bare = plain(text).replace("\n", " ")
    return bare if bare.isascii() else bare.translate(_SIGNS)


def merged(old: Item, new: Item) -> Item:
    """Join two sightings of one entry: `new`, with what it cannot know kept from `old`.

    Filing facts from public inspection and full-text evidence are kept; a summary and a moment are
    kept while the stage stays, and the feed is the one that showed it first. A press item that is
    dated anew keeps the earlier date: that is when it was told. A published document never goes back
    to an earlier stage: the old item is then returned with whatever `new` adds about its filing.
    """
    evidence = tuple(dict.fromkeys(old.evidence + new.evidence))[:MAX_EVIDENCE]
    if old.stage is Stage.PUBLISHED and new.stage is not Stage.PUBLISHED:
        return replace(old, evidence=evidence, document=_with_filing(old.document, new.document))
    same_stage = old.stage is new.stage
    return replace(
        new,
        feed=old.feed,
        title=new.title or old.title,
        summary=new.summary or (old.summary if same_stage else ""),
        event_at=_dated(old, new) if same_stage else new.event_at,
        publisher=new.publisher or old.publisher,
        evidence=evidence,
        document=_with_filing(new.document, old.document),
    )


def _dated(old: Item, new: Item) -> datetime | None:
    if new.stage is Stage.REPORTED and old.event_at and new.event_at:
        return min(old.event_at, new.event_at)
    return new.event_at or old.event_at


def _with_filing(document: Document | None, other: Document | None) -> Document | None:
    """Fill in filing facts and copies that `document` lacks and `other` knows."""
    if document is None or other is None:
        return document or other
    return replace(
        document,
        filed_at=document.filed_at or other.filed_at,
        filing_type=document.filing_type or other.filing_type,
        editorial_note=document.editorial_note or other.editorial_note,
        pdf_url=document.pdf_url or other.pdf_url,
        raw_text_url=document.raw_text_url or other.raw_text_url,
    )
