"""Which feed does a web page name?"""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin

from feeds.links import url_problem

#: Bytes of a page that are looked at.
_MAX_PAGE = 1_000_000

_LINK = re.compile(rb"<(link|base)\s([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""(?<![a-z-])([a-z-]++)\s*+=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE
)
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json"})


def discover(html: bytes, base_url: str) -> str | None:
    """Find the feed that a web page names in `<link rel="alternate">`; the first one it names.

    Returns:
        An absolute http or https address; None when the page names none.
    """
    base = base_url
    for tag in _LINK.finditer(html[:_MAX_PAGE]):
        told = _attributes(tag[2].decode("utf-8", "replace"))
        try:
            url = urljoin(base, told.get("href", "").strip())
        except ValueError:
            continue
        if tag[1].lower() == b"base":
            base = url
        elif _names_a_feed(told) and told.get("href") and not url_problem(url):
            return url
    return None


def _names_a_feed(told: dict[str, str]) -> bool:
    kind = told.get("type", "").partition(";")[0].strip().lower()
    return kind in _FEED_TYPES and "alternate" in told.get("rel", "").lower().split()


def _attributes(text: str) -> dict[str, str]:
    return {
        found[1].lower(): unescape(found[2] or found[3] or found[4] or "")
        for found in _ATTRIBUTE.finditer(text)
    }
