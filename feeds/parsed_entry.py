"""What feedparser found in one entry, as Told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from feeds.dates import instant
from feeds.press import Told

#: feedparser's dictionaries.
Parsed = Mapping[str, Any]


#: A host that cannot exist (RFC 2606); see `stand_in`.
_NOBODY = "feed.invalid"


def stand_in(url: str) -> str:
    """Return a feed's address with another host, for feedparser to resolve links against.

    It needs some address, or an `xml:base` leaks from one entry into the next. With the true one, a
    guid that is no address could not be told from one that is.
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{_NOBODY}{parts.path or '/'}"


def told_by(entry: Parsed, *, url: str) -> Told:
    """Take what we use of an entry of the feed at `url`, which was resolved against its stand-in."""
    base = stand_in(url)
    folder, host = base[: base.rindex("/") + 1], base[: base.index(_NOBODY) + len(_NOBODY)]
    given = text_of(entry, "id")
    guid = given.removeprefix(folder).removeprefix(host)
    link = text_of(entry, "feedburner_origlink") or text_of(entry, "link")
    if link == given and not guid.startswith(("http://", "https://", "/")):
        link = ""  # feedparser offers a guid as the link when there is none
    elif link.startswith(host):
        link = f"//{urlsplit(url).netloc}{link.removeprefix(host)}"
    contents = entry.get("content") or [{}]
    return Told(
        guid=guid,
        link=link,
        title=text_of(entry, "title"),
        body=text_of(entry, "summary") or text_of(contents[0], "value"),
        date=_date(entry, ("published", "created", "updated")),
        publisher=text_of(entry.get("source") or {}, "title"),
    )


def text_of(told: Parsed, name: str) -> str:
    """Return a text; empty when there is none by this name."""
    value = told.get(name)
    return value if isinstance(value, str) else ""


def _date(entry: Parsed, names: Iterable[str]) -> datetime | None:
    for name in names:
        # `in` first: feedparser passes `published` off as `updated`, with a warning.
        for key in (name, f"{name}_parsed"):
            if key in entry and (moment := instant(entry[key])):
                return moment
    return None
