"""What people paste to point at a document: number, citation, CFR section, RIN, docket, address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from feeds import facts
from feeds.links import DASHES, canonical_url, is_web, register_number


class Kind(StrEnum):
    """What a reference names its document by."""

    NUMBER = "number"
    CITATION = "citation"
    CFR = "cfr"
    RIN = "rin"
    DOCKET = "docket"
    URL = "url"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A text that points at documents rather than describing them."""

    kind: Kind
    #: As `feeds.facts` has it: "2020-13093", "85 FR 36719", "15/744", "0694-AI06", an address.
    value: str

    def __str__(self) -> str:
        if self.kind is Kind.CFR:
            return self.value.replace("/", " CFR part ")
        return self.value

    @property
    def page(self) -> tuple[int, int] | None:
        """Volume and page of a citation; None for any other kind."""
        if self.kind is not Kind.CITATION:
            return None
        volume, page = re.findall(r"\d+", self.value)
        return int(volume), int(page)


_NUMBER = re.compile(
    r"(?:(?:fr\s+)?doc(?:ument)?\.?\s*(?:no\.?|number)?:?\s*)?"
    r"(?P<value>(?:[A-Z]\d*-)?(?:[A-Z]\d|\d{4}|\d{2})-\d{1,6})",
    re.IGNORECASE | re.ASCII,
)
_CITATION = re.compile(
    r"(?P<volume>\d{1,3})\s*(?:FR|F\.\s?R\.|Fed\.?\s*Reg\.?|Federal Register)\s*(?P<page>\d{1,3},?\d{0,3})",
    re.IGNORECASE | re.ASCII,
)
_CFR = re.compile(
    r"(?P<title>\d{1,2})\s*C\.?F\.?R\.?\s*(?:§+|parts?|pt\.?|sections?|sec\.?)?\s*"
    r"(?P<part>\d{1,5}[a-z]?(?:-\d{1,5})?)(?:\.[\w().-]*)?",
    re.IGNORECASE | re.ASCII,
)
_RIN = re.compile(r"(?:RIN:?\s*)?(?P<value>\d{4}-[A-Z]{2}\d{2})", re.IGNORECASE | re.ASCII)
_DOCKET = re.compile(
    r"(?P<value>[A-Z]{2,}(?:-[A-Z]+)*-\d{2,4}-(?:[A-Z]+-)*\d{1,6})"
    r"|(?:[\w.]+\s+){0,3}(?:dockets?|cases?)\s+(?:ids?|nos?\.?|numbers?)?:?\s*(?P<named>[\w-]*\d[\w-]*)",
    re.IGNORECASE | re.ASCII,
)
_CITATION_PAGE = re.compile(
    r"https?://(?:www\.)?federalregister\.gov/citation/(\d{1,3})-FR-(\d{1,6})(?!\d)", re.ASCII
)
#: A part of the Code, or a section of one, as the eCFR's own pages name them.
_ECFR_PAGE = re.compile(
    r"https?://(?:www\.)?ecfr\.gov/[^?#\s]*?title-(?P<title>\d{1,2})/[^?#\s]*?"
    r"(?:part-(?P<part>\d{1,5}[a-z]?(?:-\d{1,5})?)(?![\w-])|section-(?P<of>\d{1,5}[a-z]?(?:-\d{1,5})?)\.)",
    re.IGNORECASE | re.ASCII,
)


def parse(text: str) -> Reference | None:
    """Read a reference; None when the text is no single one and had better be searched for.

    Takes any dash, "Fed. Reg.", a section for its CFR part, Slack's `<address|label>`. Addresses of
    the Register, its API and govinfo give the document number, those of the eCFR the part of the
    Code; any other its canonical form.
    """
    bare = text.strip().strip("<>").split("|", 1)[0].translate(DASHES)
    if is_web(bare):
        return _from_url(bare)
    bare = bare.strip(" \t\n.,;")
    for kind, shape in _SHAPES:
        if found := shape.fullmatch(bare):
            return Reference(kind=kind, value=_value(kind, found))
    return None


_SHAPES = (
    (Kind.RIN, _RIN),
    (Kind.NUMBER, _NUMBER),
    (Kind.CITATION, _CITATION),
    (Kind.CFR, _CFR),
    (Kind.DOCKET, _DOCKET),
)


#: References in running text. A docket with its year and a RIN are taken in capitals only, a
#: bare number only as the Register writes it now; "FR Doc. 2023- 27904" is how plain texts break one.
_MENTIONS = (
    (Kind.CITATION, re.compile(rf"(?<![\w.-]){_CITATION.pattern}(?!\w)", re.IGNORECASE | re.ASCII)),
    (
        Kind.NUMBER,
        re.compile(
            r"\bFR\s+Doc(?:ument)?\.?(?:\s+No\.?)?:?\s*(?P<named>(?:[CR]\d-)?\w{2,4}-\s?\d{1,6})\b"
            r"|(?<![\w-])(?P<value>(?:[CR]\d-)?(?:19|20)\d\d-\d{5})(?![\w-])",
            re.ASCII,
        ),
    ),
    (Kind.RIN, re.compile(r"(?<![\w-])(?P<value>\d{4}-[A-Z]{2}\d{2})(?![\w-])", re.ASCII)),
    (
        Kind.DOCKET,
        re.compile(
            r"(?<![\w-])(?P<value>[A-Z]{2,}(?:-[A-Z]+)*-(?:19|20)\d\d-(?:[A-Z]+-)*\d{1,6})(?![\w-])",
            re.ASCII,
        ),
    ),
)


#: Every mention has one.
_DIGIT = re.compile(r"[0-9]")


def mentions(text: str) -> list[tuple[int, Reference]]:
    """The documents, rulemakings and dockets that running text names, with where, in its order."""
    if not _DIGIT.search(text):
        return []
    plain = text.translate(DASHES)
    found = [
        (hit.start(), Reference(kind=kind, value=_mentioned(kind, hit)))
        for kind, shape in _MENTIONS
        for hit in shape.finditer(plain)
    ]
    return sorted(found, key=lambda mention: mention[0])


def _mentioned(kind: Kind, hit: re.Match[str]) -> str:
    if kind is Kind.NUMBER:
        return facts.canonical("number", (hit["named"] or hit["value"]).replace(" ", ""))
    return _value(kind, hit)


def _from_url(url: str) -> Reference:
    if number := register_number(url):
        return Reference(kind=Kind.NUMBER, value=facts.canonical("number", number))
    if cited := _CITATION_PAGE.match(url):
        return Reference(kind=Kind.CITATION, value=f"{int(cited[1])} FR {int(cited[2])}")
    if code := _ECFR_PAGE.match(url):
        return Reference(
            kind=Kind.CFR, value=f"{int(code['title'])}/{(code['part'] or code['of']).lower()}"
        )
    return Reference(kind=Kind.URL, value=canonical_url(url))


def _value(kind: Kind, found: re.Match[str]) -> str:
    if kind is Kind.CITATION:
        return f"{int(found['volume'])} FR {int(found['page'].replace(',', ''))}"
    if kind is Kind.CFR:
        return f"{int(found['title'])}/{found['part'].lower()}"
    if kind is Kind.DOCKET:
        return facts.canonical("docket", found["value"] or found["named"])
    return facts.canonical(kind.value, found["value"])
