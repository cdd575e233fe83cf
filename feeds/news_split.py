"""Cut the bytes of a feed into its items, so that only new ones need to be parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from xml.parsers import expat

#: What feeds call an item (RSS) or an entry (Atom), whatever prefix stands before it.
_ITEM_NAMES = frozenset({"item", "entry"})
_START_TAG = re.compile(rb"""<([^\s/>"']+)(?:[^<>"']|"[^"]*"|'[^']*')*+>""")
_OPENING = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_CLOSING = re.compile(rb"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
#: No branch gives anything back, so that looking for it costs linear time.
_CROWDED_TAG = re.compile(
    rb"""<[^\s<>/"'=]++(?:\s++[^\s<>/"'=]++\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+')){300}"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """A feed cut at its items. `head + any items + tail` is a well-formed feed again.

    What the feed says of itself is left out: no item needs it.
    """

    #: What stands before the first tag, and the tags around the items.
    head: bytes
    items: tuple[bytes, ...]
    #: Closing tags.
    tail: bytes
    #: 16 hex digits an item: of its bytes and of the tags around it, which give it its namespaces,
    #: language and base address.
    hashes: tuple[str, ...]

    def only(self, places: Iterable[int]) -> bytes:
        """Return the feed with just the items at these places."""
        return b"".join([self.head, *(self.items[place] for place in places), self.tail])


class _UncuttableError(Exception):
    """Items in two places, or entities that would need to be known."""


def split(data: bytes) -> Pieces:
    """Cut a feed into its items; an outermost `item` or `entry` is one, wherever it stands.

    Args:
        data: UTF-8, with an XML declaration that says so or none.

    Returns:
        The pieces; without items when the feed has none.

    Raises:
        ValueError: it is not well-formed, declares entities, or has items in two places. The
            message says what is wrong, and where.
    """
    cutter = _Cutter(data)
    try:
        cutter.parser.Parse(data, True)  # noqa: FBT003 - expat takes no keywords
    except expat.ExpatError as error:
        raise ValueError(f"not well-formed: {error}") from error
    except _UncuttableError as error:
        raise ValueError(str(error)) from error
    return cutter.pieces()


class _Cutter:
    """Expat's handlers; notes where items begin and end, and the elements around them."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.EntityDeclHandler = self._entity
        #: Places of the start tags of the open elements outside of items.
        self.around: list[int] = []
        self.container: tuple[int, ...] = ()
        self.spans: list[tuple[int, int]] = []
        self.depth = 0
        #: Depth of the item we are in; 0 outside.
        self.inside = 0
        self.begin = 0

    def _entity(self, *_: object) -> None:
        raise _UncuttableError("it declares entities")

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.inside:
            return
        place = self.parser.CurrentByteIndex
        if name.rpartition(" ")[2].lower() not in _ITEM_NAMES:
            self.around.append(place)
            return
        if self.spans and self.container != tuple(self.around):
            raise _UncuttableError("it has items in two places")
        self.container = tuple(self.around)
        self.inside, self.begin = self.depth, place

    def _end(self, _name: str) -> None:
        self.depth -= 1
        if not self.inside:
            self.around.pop()
        elif self.depth < self.inside:
            self.inside = 0
            self.spans.append((self.begin, self._item_end()))

    def _item_end(self) -> int:
        tag = _START_TAG.match(self.data, self.begin)
        if tag and tag[0].endswith(b"/>"):
            return tag.end()  # an empty element has no end tag; expat then points past it
        return self.data.index(b">", self.parser.CurrentByteIndex) + 1

    def pieces(self) -> Pieces:
        tags = [tag for tag in (_START_TAG.match(self.data, at) for at in self.container) if tag]
        around = b"".join(tag[0] for tag in tags)
        begins = [*self.container, *(begin for begin, _ in self.spans)]
        items = tuple(self.data[begin:end] for begin, end in self.spans)
        context = blake2b(around, digest_size=8)
        hashes = []
        for item in items:
            mixed = context.copy()
            mixed.update(item)
            hashes.append(mixed.hexdigest())
        return Pieces(
            head=self.data[: begins[0] if begins else 0] + around,
            items=items,
            tail=b"".join(b"</" + tag[1] + b">" for tag in reversed(tags)),
            hashes=tuple(hashes),
        )


def readable_part(data: bytes, *, limit: int) -> bytes:
    """Cut a feed that cannot be split to its first `limit` whole items.

    An item that breaks off is left out: half an address would make it another item.
    """
    ends = [closing.end() for closing in _CLOSING.finditer(data)]
    if not ends:
        return data
    end = ends[min(limit, len(ends)) - 1]
    broken_off = _OPENING.search(data, end)
    return data[: broken_off.start()] if broken_off else data


def has_crowded_tag(data: bytes) -> bool:
    """Whether a tag has 300 attributes: no feed does, and a parser takes the square of their number."""
    return _CROWDED_TAG.search(data) is not None
