"""The bytes of a news feed → Items: RSS, Atom and JSON Feed. Run in the worker: see `feeds.worker`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from io import BytesIO
from typing import Any

import feedparser
from feedparser.encodings import convert_to_utf8

from feeds import charsets, json_feed
from feeds.errors import ParseError
from feeds.model import Feed, Item
from feeds.news_split import has_crowded_tag, readable_part, split
from feeds.parsed_entry import stand_in, text_of, told_by
from feeds.press import Told, item_of
from feeds.text import plain

#: Items read in one visit, in the feed's own order, which is newest first nearly everywhere.
MAX_ITEMS = 2_000
#: What feedparser is seen to raise on hostile input, beside what it reports.
_PARSER_FAULTS = (
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
    AssertionError,
    OverflowError,
    RecursionError,
    feedparser.exceptions.UndeclaredNamespace,
)
# What feedparser makes of authors and categories, which we do not use, takes time that grows with
# the square of their length and number: minutes for an author of 100 kB. It has no switch for it.
feedparser.mixin._FeedParserMixin._sync_author_detail = lambda *_: None  # noqa: SLF001 - as said
feedparser.mixin._FeedParserMixin._add_tag = lambda parser, *_: (  # noqa: SLF001 - as said
    parser._get_context().setdefault("tags", [])  # noqa: SLF001 - as said
)
# For each feed it would look through the disk for a driver of libxml2, which nobody installs beside it.
feedparser.api.PREFERRED_XML_PARSERS = []

Read = tuple[tuple[Item, ...], tuple[str, ...], tuple[str, ...]]


def read(
    body: bytes, *, feed: Feed, content_type: str, url: str, known: Collection[str] = ()
) -> Read:
    """Read the items of a feed that are not known by their bytes.

    Args:
        body: As it came, content encodings undone.
        feed: What it is the body of.
        content_type: The header, with its charset; empty when there was none.
        url: Where it was found, after redirects.
        known: Hashes from the last visit; items with these are left out.

    Returns:
        The items in the feed's order; the hashes of all items in the body, for the next visit
        (none when the feed could not be cut into items: then every visit reads all); warnings.

    Raises:
        ParseError: nothing can be read from it.
    """
    feed = replace(feed, url=url)
    if json_feed.looks_like_json(body):
        told, hashes, warnings = _read_json(body, feed=feed, known=known)
    else:
        told, hashes, warnings = _read_xml(body, feed=feed, content_type=content_type, known=known)
    items = [item_of(each, feed=feed) for each in told]
    return tuple(item for item in items if item), hashes, warnings


def title_of(body: bytes, *, feed: Feed, content_type: str) -> str:
    """Read a feed's own title, plain; empty when it has none.

    Raises:
        ParseError: nothing can be read from it.
    """
    if json_feed.looks_like_json(body):
        title, _ = _json(body, feed=feed)
    else:
        data = charsets.sound_references(_as_utf8(body, feed=feed, content_type=content_type))
        parsed = _parse(readable_part(data, limit=MAX_ITEMS), feed=feed, problem="")
        title = text_of(parsed.feed, "title")
    return " ".join(plain(title).split())


def _read_json(
    body: bytes, *, feed: Feed, known: Collection[str]
) -> tuple[list[Told], tuple[str, ...], tuple[str, ...]]:
    _, pairs = _json(body, feed=feed)
    warnings = _too_many(len(pairs))
    del pairs[MAX_ITEMS:]
    new = [told for digest, told in pairs if digest not in known]
    return new, tuple(digest for digest, _ in pairs), warnings


def _json(body: bytes, *, feed: Feed) -> tuple[str, list[tuple[str, Told]]]:
    try:
        return json_feed.read(body)
    except ValueError as error:
        raise ParseError(feed.name, f"not a JSON feed: {error}") from error


def _read_xml(
    body: bytes, *, feed: Feed, content_type: str, known: Collection[str]
) -> tuple[list[Told], tuple[str, ...], tuple[str, ...]]:
    data = _as_utf8(body, feed=feed, content_type=content_type)
    mended: tuple[str, ...] = ()
    try:
        try:
            pieces = split(data)
        except ValueError as error:
            data, mended = charsets.sound_references(data), (str(error),)
            pieces = split(data)
    except ValueError as error:
        whole = readable_part(data, limit=MAX_ITEMS)
        return _parsed(whole, feed=feed, problem=str(error))[:MAX_ITEMS], (), (str(error),)
    if not pieces.items:
        return _parsed(data, feed=feed), (), mended
    hashes = pieces.hashes[:MAX_ITEMS]
    new = [place for place, digest in enumerate(hashes) if digest not in known]
    told = _parsed(pieces.only(new), feed=feed) if new else []
    return told, hashes, (*mended, *_too_many(len(pieces.items)))


def _too_many(count: int) -> tuple[str, ...]:
    return (f"{count} items; only the first {MAX_ITEMS} are read",) if count > MAX_ITEMS else ()


def _as_utf8(body: bytes, *, feed: Feed, content_type: str) -> bytes:
    found: dict[str, Any] = {}
    try:
        body, charset = charsets.settle(body, content_type)
        header = f"application/xml; charset={charset}" if charset else "application/xml"
        data: bytes = convert_to_utf8({"content-type": header}, body, found)
    except ValueError as error:
        raise ParseError(feed.name, f"in no encoding that we read: {error}") from error
    if not found.get("encoding"):
        raise ParseError(feed.name, "in no encoding that we know")
    return data


def _parsed(data: bytes, *, feed: Feed, problem: str = "") -> list[Told]:
    return [
        told_by(entry, url=feed.url) for entry in _parse(data, feed=feed, problem=problem).entries
    ]


def _parse(data: bytes, *, feed: Feed, problem: str) -> Any:
    """Let feedparser read a feed in UTF-8.

    Cleaning HTML and resolving the links in it are left out: we keep plain text only, and it makes
    reading four times faster.
    """
    if has_crowded_tag(data):
        raise ParseError(feed.name, "a tag with hundreds of attributes")
    try:
        # BytesIO, because feedparser would take bytes for the name of a file.
        result: Any = feedparser.parse(
            BytesIO(data),
            response_headers={
                "content-type": "application/xml; charset=utf-8",
                "content-location": stand_in(feed.url),
            },
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _PARSER_FAULTS as error:
        raise ParseError(feed.name, f"the parser gave up: {error}") from error
    if not result.entries and (problem or not result.version):
        page = b"<html" in data[:2_000].lower()
        raise ParseError(feed.name, "a web page, not a feed" if page else problem or "not a feed")
    return result
