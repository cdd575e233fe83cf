"""JSON Feed (jsonfeed.org, versions 1 and 1.1), read item by item."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import blake2b

from feeds import json_text
from feeds.dates import instant
from feeds.press import Told


def looks_like_json(body: bytes) -> bool:
    """Whether a body begins as a JSON object does, whatever its server calls it."""
    return body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


def read(body: bytes) -> tuple[str, list[tuple[str, Told]]]:
    """Read a JSON Feed.

    Returns:
        The feed's title, empty when it has none; and each item with the hash of its content (16 hex
        digits), in the feed's order.

    Raises:
        ValueError: it is no JSON, or no feed.
    """
    feed = json_text.decoded(body)
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(feed, dict) or not isinstance(items, list):
        raise ValueError("JSON without a list of items")  # noqa: TRY004 - it is about what came
    return _text(feed, "title"), list(_each(items))


def _each(items: list[object]) -> Iterator[tuple[str, Told]]:
    for item in items:
        if isinstance(item, dict):
            content = json.dumps(item, sort_keys=True).encode()
            yield blake2b(content, digest_size=8).hexdigest(), _told(item)


def _told(item: Mapping[str, object]) -> Told:
    return Told(
        guid=_text(item, "id"),
        link=_text(item, "url") or _text(item, "external_url"),
        title=_text(item, "title"),
        body=_text(item, "summary") or _text(item, "content_text") or _text(item, "content_html"),
        date=instant(_text(item, "date_published")) or instant(_text(item, "date_modified")),
    )


def _text(item: Mapping[str, object], name: str) -> str:
    """Return a string member; version 1 also let an id be a number."""
    value = item.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
