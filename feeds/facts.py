"""What is known of an item beyond its text, as (field, value) pairs that field terms test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from feeds.links import canonical_url
from feeds.model import Agency, Document, Item
from feeds.words import written

#: Agencies that people write short: slug of the Register's API, parent's slug, other names.
_AGENCIES = (
    ("commerce-department", "", "commerce doc department-of-commerce"),
    ("industry-and-security-bureau", "commerce-department", "bis bureau-of-industry-and-security"),
    ("national-institute-of-standards-and-technology", "commerce-department", "nist"),
    ("national-telecommunications-and-information-administration", "commerce-department", "ntia"),
    ("international-trade-administration", "commerce-department", "ita"),
    ("patent-and-trademark-office", "commerce-department", "uspto pto"),
    ("federal-communications-commission", "", "fcc"),
    ("federal-trade-commission", "", "ftc"),
    ("treasury-department", "", "treasury department-of-the-treasury"),
    (
        "foreign-assets-control-office",
        "treasury-department",
        "ofac office-of-foreign-assets-control",
    ),
    ("investment-security-office", "treasury-department", "cfius office-of-investment-security"),
    ("defense-department", "", "dod defense defence department-of-defense"),
    ("defense-acquisition-regulations-system", "defense-department", "dars dfars"),
    ("general-services-administration", "", "gsa"),
    ("national-aeronautics-and-space-administration", "", "nasa"),
    ("federal-acquisition-regulation-system", "", "far"),
    ("management-and-budget-office", "", "omb"),
    ("executive-office-of-the-president", "", "eop president white-house"),
    ("trade-representative-office-of-united-states", "", "ustr us-trade-representative"),
    ("science-and-technology-policy-office", "", "ostp"),
    ("state-department", "", "state dos department-of-state"),
    ("justice-department", "", "doj justice department-of-justice"),
    ("antitrust-division", "justice-department", ""),
    ("homeland-security-department", "", "dhs department-of-homeland-security"),
    ("u-s-customs-and-border-protection", "homeland-security-department", "cbp customs"),
    ("energy-department", "", "doe energy department-of-energy"),
    ("federal-energy-regulatory-commission", "energy-department", "ferc"),
    ("transportation-department", "", "dot department-of-transportation"),
    ("federal-aviation-administration", "transportation-department", "faa"),
    ("labor-department", "", "dol labor department-of-labor"),
    ("environmental-protection-agency", "", "epa"),
    ("food-and-drug-administration", "health-and-human-services-department", "fda"),
    ("health-and-human-services-department", "", "hhs department-of-health-and-human-services"),
    ("international-trade-commission", "", "itc usitc"),
    ("securities-and-exchange-commission", "", "sec"),
    ("nuclear-regulatory-commission", "", "nrc"),
    ("small-business-administration", "", "sba"),
)
_SLUG = {name: slug for slug, _, names in _AGENCIES for name in (slug, *names.split())}
_PARENT = {slug: parent for slug, parent, _ in _AGENCIES if parent}

_DOCKET_PREFIX = re.compile(r"\b(?:dockets?|nos?|numbers?|cases?)\b\.?:?\s*", re.IGNORECASE)


def of(item: Item) -> frozenset[tuple[str, str]]:
    """The (field, value) pairs of an item; values are as `canonical` folds them.

    Fields: source, stage, feed, url, publisher, agency (with the parents that the Register's own
    tree has), type, cfr (title and title/part), rin, docket, number, citation. An item has several
    values of a field, one, or none. Storage keeps the same pairs, so that a search and a match
    test the same facts.
    """
    found = {("source", item.source.value), ("stage", item.stage.value)}
    found.add(("feed", canonical("feed", item.feed)))
    found.add(("url", canonical("url", item.url)))
    if item.publisher:
        found.add(("publisher", canonical("publisher", item.publisher)))
    if item.document:
        found.update(_of_document(item.document))
    return frozenset((field, value) for field, value in found if value)


def canonical(field: str, value: str) -> str:
    """The one spelling of a field's value: `BIS` and `Bureau of Industry and Security` are one.

    Folds case, accents and signs as `feeds.words` does; RINs and dockets keep capitals. An empty
    answer means that the value has no letters or digits.
    """
    if field == "url":
        return canonical_url(value)
    if field == "cfr":
        return value.strip().lower()
    slug = _slug(value)
    if field == "agency":
        return _SLUG.get(slug) or re.sub(r"^us-", "u-s-", slug)  # as the API's slugs have it
    if field in ("rin", "docket", "number"):
        return slug.upper()
    if field == "citation":
        return slug.replace("-", " ").upper()
    return slug


@lru_cache(maxsize=1_024)
def _slug(value: str) -> str:
    """Remembered, as every item of a feed, a publisher and an agency names it again."""
    return "-".join(written(value))


def dockets(text: str) -> tuple[str, ...]:
    """The docket numbers in a docket as agencies print it, capitals.

    >>> dockets("WC Docket Nos. 18-89, 19-351")
    ('18-89', '19-351')
    """
    bare = _DOCKET_PREFIX.split(text)[-1]
    parts = re.split(r"[,;]|\band\b", bare)
    return tuple(filter(None, (canonical("docket", part) for part in parts)))


def _of_document(document: Document) -> Iterator[tuple[str, str]]:
    yield "type", document.type.value
    yield from (("number", number) for number in _spellings(canonical("number", document.number)))
    if document.citation:
        yield "citation", canonical("citation", document.citation)
    for agency in document.agencies:
        yield from (("agency", slug) for slug in _slugs(agency))
    for part in document.cfr_parts:
        yield "cfr", str(part.title)
        yield "cfr", canonical("cfr", f"{part.title}/{part.part}")
    for rin in document.rins:
        yield "rin", canonical("rin", rin)
    for docket in document.dockets:
        yield "docket", canonical("docket", docket)
        yield from (("docket", number) for number in dockets(docket))


def _spellings(number: str) -> set[str]:
    """A document number as printed, without zeros before its last part, and with them."""
    start, dash, last = number.rpartition("-")
    bare = last.lstrip("0") or last
    return {number, f"{start}{dash}{bare}", f"{start}{dash}{bare.zfill(5)}"}


def _slugs(agency: Agency) -> Iterator[str]:
    slugs = {canonical("agency", agency.slug or agency.name), canonical("agency", agency.name)}
    yield from slugs
    for slug in slugs:
        parent = _PARENT.get(slug)
        if parent:
            yield parent
