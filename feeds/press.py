"""What a feed says of one press item, and the Item made of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urljoin, urlsplit

from feeds.boilerplate import FOOTER
from feeds.identity import news_key
from feeds.links import is_web
from feeds.model import Feed, Item, SourceKind, Stage
from feeds.text import clip, plain

MAX_TITLE = 500
MAX_SUMMARY = 4_000
_MAX_URL = 2_000
_UNSAFE = re.compile(r"""[\x00-\x20\x7f-\xa0<>"'`\\^{|}\u2000-\u206f\ufeff\ud800-\udfff]""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One item as its feed tells it: HTML, relative addresses and all; empty where it is silent."""

    guid: str = ""
    link: str = ""
    title: str = ""
    body: str = ""
    date: datetime | None = None
    publisher: str = ""


def item_of(told: Told, *, feed: Feed) -> Item | None:
    """Make an Item of it.

    Args:
        told: What the feed says.
        feed: What it was read from; relative links start at its address.

    Returns:
        None when there is neither a title nor a text nor a link.
    """
    link = _absolute(told.link, feed.url)
    summary = plain(told.body)
    if "The post" in summary:  # looking for all of it takes a while
        summary = FOOTER.sub("", summary)
    title = clip(" ".join(plain(told.title).split()), MAX_TITLE)
    if summary.casefold() == title.casefold():
        summary = ""  # many feeds say the headline twice
    title = title or clip(" ".join(summary.split()), 100) or link
    if not title:
        return None
    publisher = clip(" ".join(plain(told.publisher).split()), 100)
    return Item(
        key=news_key(feed=feed.name, guid=told.guid, url=link, title=title, date=told.date),
        feed=feed.name,
        source=SourceKind.NEWS,
        stage=Stage.REPORTED,
        title=title,
        url=link or _home(feed),
        summary=clip(summary, MAX_SUMMARY),
        event_at=told.date,
        publisher=publisher or feed.title,
    )


def _absolute(link: str, base: str) -> str:
    """Return an address that begins with http:// or https://, written so, or nothing."""
    try:
        joined = urljoin(base, link.strip()) if link.strip() else ""
        scheme, host = urlsplit(joined).scheme, urlsplit(joined).hostname
    except ValueError:
        return ""
    joined = _UNSAFE.sub(lambda found: quote(found[0], errors="replace"), joined)
    joined = scheme + joined[len(scheme) :]
    return joined if host and is_web(joined) and len(joined) <= _MAX_URL else ""


def _home(feed: Feed) -> str:
    parts = urlsplit(feed.url)
    return f"{parts.scheme}://{parts.netloc}/"
