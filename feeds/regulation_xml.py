"""The XML of a CFR part, as the eCFR gives it, into sections of paragraphs and rows.

Loaded only where the law is read, for lxml takes 4 MB.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from feeds.errors import ParseError
from feeds.regulation import Row, Section, by_country

#: Tags of one part; the longest parts have some 400,000. More is an attack on memory, of which as
#: many take some 230 MB.
_MOST_TAGS = 600_000
#: Elements inside each other; the eCFR's nest to half of it. What stands in a cell, or in a footnote, is
#: read once for each of those around it.
_DEEPEST = 32
#: Sections, and what the CFR prints after them: appendices and supplements
#: (usgpo/bulk-data, ECFR-XML-User-Guide.md).
_SECTIONS = ("DIV8", "DIV9")
#: These stand within a line; whatever else is not text ends a paragraph.
_INLINE = frozenset("A AC B E EM FR FTREF I SPAN STRONG SU SUB SUP U XREF".split())  # noqa: SIM905  a table
#: Where a section says which documents made it; no words of the law.
_HISTORY = frozenset(["APPRO", "CITA", "EDNOTE"])
_SPACE = re.compile(r"[\s\x00-\x1f\u200b\ufeff]+")


def read(xml: bytes, *, feed: str) -> tuple[Section, ...]:
    """The sections of a part, in order.

    Text and tables are plain, white space is folded, and nothing of the text is lost but a part's
    own authority and source.

    Args:
        xml: The eCFR's answer for one part, hostile or broken.
        feed: What was read, for the error.

    Raises:
        ParseError: it is no well-formed XML, declares a document type, nests too deeply, holds
            too many elements, or no part.
    """
    if xml.count(b"<") > _MOST_TAGS:
        raise ParseError(feed, f"more than {_MOST_TAGS:,} tags")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,  # libxml2's own limits: 10 MB of text in one place
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise ParseError(feed, f"not well-formed: {error.msg}") from error
    if root.getroottree().docinfo.doctype:
        raise ParseError(feed, "declares a document type, which the eCFR never does")
    if _is_too_deep(root):
        raise ParseError(feed, f"nests deeper than {_DEEPEST} elements")
    _spaced(root)
    part = next(root.iter("DIV5"), None)
    if part is None:
        raise ParseError(feed, "holds no part")
    return tuple(
        _section(element)
        for element in part.iter(*_SECTIONS)
        if next(element.iterancestors(*_SECTIONS), None) is None  # else it is read with that one
    )


def _is_too_deep(root: etree._Element) -> bool:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > _DEEPEST:
            return True
    return False


def _spaced(root: etree._Element) -> None:
    """Write tags one way, and keep the words apart that only markup keeps apart."""
    for element in root.iter(etree.Element):
        element.tag = str(element.tag).upper()
        if element.tag not in _INLINE:
            element.text = f" {element.text or ''}"
            element.tail = f" {element.tail or ''}"


def _section(element: etree._Element) -> Section:
    head = element.find("HEAD")
    history = " ".join(_folded(_all(each)) for each in element.iter(*_HISTORY))
    return Section(
        identifier=_folded(element.get("N", "")).removeprefix("§ "),
        heading="" if head is None else _folded(_all(head)),
        paragraphs=tuple(filter(None, map(_folded, _paragraphs(element)))),
        rows=tuple(row for table in element.iter("TABLE") for row in _rows(table)),
        history=history,
    )


def _paragraphs(section: etree._Element) -> Iterator[str]:
    """The texts outside tables, cut where an element is not a part of a line."""
    said: list[str] = []
    walk = etree.iterwalk(section, events=("start", "end"))
    for event, element in walk:
        inline = element.tag in _INLINE or element.tag in {"BR", "IMG"}
        if event == "start":
            if not inline:
                yield "".join(said)
                said = []
            if element.tag in _HISTORY or element.tag in {"HEAD", "TABLE"}:
                walk.skip_subtree()
                if element.tag == "TABLE":
                    yield from map(_all, element.iter("TFOOT", "CAPTION"))
            else:
                said.append(element.text or "")
        elif element is not section:
            if not inline:
                yield "".join(said)
                said = []
            said.append(element.tail or "")
    yield "".join(said)


def _rows(table: etree._Element) -> Iterator[Row]:
    """The rows below the headings, without footnotes."""
    columns: tuple[str, ...] = ()
    country = ""
    for line in table.iter("TR"):
        if any(above.tag == "TFOOT" for above in line.iterancestors()):
            continue
        cells = tuple(_folded(_all(cell)) for cell in line.iter("TD", "TH"))
        if cells and line.find("TD") is None:
            columns = cells
        elif any(cells):
            if by_country(columns):
                cells = _under_country(cells, country, width=len(columns))
                country = cells[0]
            yield Row(columns=columns, cells=cells)


def _under_country(cells: tuple[str, ...], country: str, *, width: int) -> tuple[str, ...]:
    """A row with its country; one that lacks the first cell has its entry there."""
    if len(cells) < width and cells[0] and not cells[0].isupper():
        return (country, *cells)
    return (cells[0] or country, *cells[1:])


def _all(element: etree._Element) -> str:
    return "".join(element.itertext(with_tail=False))


def _folded(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
