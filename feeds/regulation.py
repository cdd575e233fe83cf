"""The XML of a CFR part, as the eCFR gives it, into sections of paragraphs and rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from feeds.errors import ParseError

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
#: A country in the lists of part 744 stands in its first row only, in capitals.
_COUNTRY = "country"
_SPACE = re.compile(r"[\s\x00-\x1f\u200b\ufeff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table: on the Entity List, one entry."""

    #: What the table's columns are called; empty when it does not say.
    columns: tuple[str, ...]
    #: Each row repeats the country that it stands under.
    cells: tuple[str, ...]

    @property
    def group(self) -> str:
        """The country, where rows stand under countries; else empty."""
        return self.cells[0] if _by_country(self.columns) and len(self.cells) > 1 else ""

    @property
    def name(self) -> str:
        """What the row is about: "Huawei Technologies Co., Ltd. (Huawei)"."""
        return _name(self.cells[1] if self.group else next(filter(None, self.cells), ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section, appendix or supplement."""

    #: "744.11", "Supplement No. 4 to Part 744".
    identifier: str
    #: As printed: "§ 744.11 License requirements that apply to …".
    heading: str
    paragraphs: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    #: Its own account of what made it: "[As amended at 85 FR 36719, June 18, 2020]".
    history: str = ""

    @property
    def label(self) -> str:
        """What people call it: "§ 744.11", "Supplement No. 4 to Part 744"."""
        return f"§ {self.identifier}" if self.identifier[:1].isdecimal() else self.identifier


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
            if _by_country(columns):
                cells = _under_country(cells, country, width=len(columns))
                country = cells[0]
            yield Row(columns=columns, cells=cells)


def _by_country(columns: tuple[str, ...]) -> bool:
    return bool(columns) and columns[0].casefold() == _COUNTRY


def _under_country(cells: tuple[str, ...], country: str, *, width: int) -> tuple[str, ...]:
    """A row with its country; one that lacks the first cell has its entry there."""
    if len(cells) < width and cells[0] and not cells[0].isupper():
        return (country, *cells)
    return (cells[0] or country, *cells[1:])


#: What belongs to a company's name although a comma stands before it.
_SUFFIX = re.compile(
    r"\s*(?:co|company|corp|corporation|inc|incorporated|jsc|limited|llc|llp|ltd|lp|plc|pte|pty|s\.?a|gmbh)\b",
    re.IGNORECASE,
)


def _name(entry: str) -> str:
    """An entry's name: up to its other names ("a.k.a.") or its address."""
    known = re.split(r",?\s+\(?(?:a|f)\.k\.a\.", entry, maxsplit=1)[0]
    name, *rest = known.split(",")
    for each in rest:
        if not _SUFFIX.match(each):
            break
        name = f"{name},{each}"
    return name.strip().rstrip(";:")


def _all(element: etree._Element) -> str:
    return "".join(element.itertext(with_tail=False))


def _folded(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
