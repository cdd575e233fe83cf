"""OPML, the list of feeds that readers exchange: read it and write it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from feeds.errors import ConfigError
from feeds.links import canonical_url, url_problem
from feeds.model import Feed, FeedKind
from feeds.text import clip, plain

_MAX_OPML = 5_000_000
_MAX_NAME = 60


def slug(title: str) -> str:
    """Make a feed's name of its title: ASCII letters, digits and hyphens, 60 at most."""
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:_MAX_NAME].strip("-") or "feed"


def read(text: bytes | str) -> tuple[Feed, ...]:
    """Read the news feeds of an OPML file; folders are looked into, duplicates left out.

    Args:
        text: The file's bytes, or its text when that is already at hand.

    Raises:
        ConfigError: it is not OPML, declares a DTD, or names addresses that cannot be feeds.
    """
    text = text.lstrip("\ufeff \t\r\n") if isinstance(text, str) else text.lstrip(b" \t\r\n")
    if len(text) > _MAX_OPML:
        raise ConfigError([f"the OPML file is longer than {_MAX_OPML:,} characters"])
    feeds: dict[str, Feed] = {}
    names: dict[str, int] = {}
    problems: list[str] = []
    for outline in _outlines(text):
        url = re.sub(r"^feed:(?://)?(https?:)?(?://)?", r"\1//", outline["xmlUrl"].strip())
        url = "http:" + url if url.startswith("//") else url
        if problem := url_problem(url):
            problems.append(problem)
            continue
        if canonical_url(url) in feeds:
            continue
        title = " ".join(plain(outline.get("text") or outline.get("title") or "").split())
        title = clip(title, 100) or urlsplit(url).hostname or url
        name = _unused(slug(title), names)
        feeds[canonical_url(url)] = Feed(name=name, kind=FeedKind.NEWS, title=title, url=url)
    if problems:
        raise ConfigError(problems)
    return tuple(feeds.values())


def _outlines(text: bytes | str) -> list[dict[str, str]]:
    outlines: list[dict[str, str]] = []
    names: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        names.append(name)
        if name == "outline" and attributes.get("xmlUrl"):
            outlines.append(attributes)

    def doctype(*_: object) -> None:
        raise ConfigError(["the OPML file declares a DTD, which is refused"])

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(text, True)  # noqa: FBT003 - expat takes no keywords
    except (expat.ExpatError, LookupError, ValueError) as error:  # or an encoding that expat lacks
        raise ConfigError([f"the OPML file is not well-formed: {error}"]) from error
    if names[:1] != ["opml"]:
        raise ConfigError(["not an OPML file"])
    return outlines


def _unused(name: str, taken: dict[str, int]) -> str:
    """A name that nobody has, taken now; of each is known up to which number it is."""
    free = name
    while free in taken:
        taken[name] += 1
        ending = f"-{taken[name]}"
        free = name[: _MAX_NAME - len(ending)] + ending
    taken[free] = 1
    return free


def write(feeds: Iterable[Feed]) -> str:
    """Write the news feeds as OPML 2.0; the Federal Register kinds have no address to write."""
    rows = [
        f"    <outline type={quoteattr('rss')} text={quoteattr(plain(feed.title))}"
        f" xmlUrl={quoteattr(feed.url)}/>\n"
        for feed in feeds
        if feed.kind is FeedKind.NEWS
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n'
        "  <head><title>Rulewire feeds</title></head>\n  <body>\n"
        + "".join(rows)
        + "  </body>\n</opml>\n"
    )
