"""Source: one method; Fetched; Bookmark (opaque, owned by its source)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from feeds.model import Item

#: JSON that only the source that wrote it understands: validators, hashes, a page. Never inspected.
Bookmark = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What one visit to a feed gave."""

    items: tuple[Item, ...]
    #: Handed back on the next visit, once the items are remembered.
    bookmark: Bookmark
    #: True when the feed said or showed that nothing changed; `items` is then empty.
    unchanged: bool = False
    #: True when the feed said that it shows only a part now: no baseline is made of it.
    partial: bool = False
    #: What was wrong and could be worked round: "not well-formed: line 12".
    warnings: tuple[str, ...] = ()
    #: Seconds before which the server asks not to be visited again (Cache-Control), within limits.
    fresh_for: float | None = None
    #: Where the feed has moved for good; None when it has not.
    moved_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What the Federal Register lists of one issue or several, to compare an archive with."""

    #: Those that the feed takes in. Published ones are bare: a number and a publication date.
    items: tuple[Item, ...]
    #: How many documents were listed, wanted or not.
    count: int
    #: Why this may not be all; empty when it is.
    trouble: str = ""


class Source(Protocol):
    """The code that can read one kind of feed."""

    async def fetch(self, bookmark: Bookmark | None, *, now: datetime) -> Fetched:
        """Visit the feed once.

        Args:
            bookmark: What the last successful visit returned; None on the first.
            now: Aware time of the visit.

        Returns:
            Every item that may be new or changed since `bookmark`. Repeating an item is allowed,
            leaving one out is not. The bookmark may be lost at any time without harm.

        Raises:
            FetchError: the bytes did not arrive.
            ParseError: they did and nothing can be read from them.
        """
        ...
