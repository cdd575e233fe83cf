"""What feedparser found in one entry, as Told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from feeds.dates import instant
from feeds.links import is_web
from feeds.press import Told

#: feedparser's dictionaries.
Parsed = Mapping[str, Any]


def told_by(entry: Parsed) -> Told:
    """Take what we use of an entry."""
    guid = text_of(entry, "id")
    links = (text_of(entry, "feedburner_origlink"), text_of(entry, "link"))
    # feedparser offers a guid as the link when there is none, even if it is no address.
    link = next((link for link in links if link and (link != guid or is_web(link))), "")
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
