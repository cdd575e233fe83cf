"""A document's facts in words: dates, references, who issued it; outside text made fit to show."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import SplitResult, quote, urlsplit
from zoneinfo import ZoneInfo

from feeds import footing
from feeds.model import Agency, CfrPart, Document, Item, Stage
from feeds.text import clip

#: Characters of outside text read before it is cleaned and clipped.
READ = 10_000
#: How many accents may stand on one letter; more is an attack on the lines above and below.
_ACCENTS = 3
#: Longer than any real address; half of Slack's 3,000, so that a card may hold three (characters).
_URL = 1500
_HOST = re.compile(r"(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?", re.IGNORECASE)
#: What stands in an address as it is; everything else is percent-encoded, above all controls,
#: and the space, `<`, `>` and `|` that end a link in Slack.
_IN_ADDRESS = "/?:@!$&()*+,;=%~-._"
#: How many agencies, dockets, parts and so on are named before "and 3 more".
_NAMED = 4
#: The API lists a department and its bureau side by side without saying which is which
#: (https://www.federalregister.gov/api/v1/agencies has parent_id); these are the bureaus we meet.
_DEPARTMENTS = {
    "defense-acquisition-regulations-system": "defense-department",
    "foreign-assets-control-office": "treasury-department",
    "industry-and-security-bureau": "commerce-department",
    "international-trade-administration": "commerce-department",
    "national-institute-of-standards-and-technology": "commerce-department",
    "national-telecommunications-and-information-administration": "commerce-department",
    "patent-and-trademark-office": "commerce-department",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing a card states."""

    label: str
    value: str
    #: The moment `value` writes out; whoever can show it in the reader's own time zone may.
    at: datetime | None = None
    #: The value says by itself what it is: "85 FR 36719".
    bare: bool = False

    @property
    def phrase(self) -> str:
        """The fact as part of a line: "RIN 0694-AI06"."""
        return self.value if self.bare else f"{self.label} {self.value}"


def visible(text: str, limit: int) -> str:
    """Outside text as one clean line of at most `limit` characters.

    Line breaks and runs of space become one space. Control characters, marks that turn the writing
    direction, other invisible characters and piles of accents go. Markup of any kind is left for
    the renderer to escape.
    """
    kept: list[str] = []
    accents = 0
    for character in text[:READ]:
        category = unicodedata.category(character)
        accents = accents + 1 if category in {"Mn", "Me"} else 0
        # Joiners (U+200C, U+200D) spell Persian words and compose emoji; the rest of Cf only hides.
        hidden = category == "Cs" or (category == "Cf" and character not in "\u200c\u200d")
        if hidden or accents > _ACCENTS:
            continue
        kept.append(" " if category in {"Cc", "Zl", "Zp", "Zs"} else character)
    return clip(" ".join("".join(kept).split()), limit)


def safe_url(url: str) -> str | None:
    """The url made fit for a link or a button.

    None when it is not http or https, names no host, hides its host behind a user name, or is too
    long. Whatever could end a link or mislead a reader is percent-encoded; a host in another script
    is written as it is looked up (xn--...).
    """
    try:
        parts = urlsplit(url.strip())
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    except ValueError:  # a broken IPv6 host, or a name that cannot be looked up
        return None
    if parts.scheme.lower() not in {"http", "https"} or not _HOST.fullmatch(host):
        return None
    rest = (
        quote(part, safe=_IN_ADDRESS, errors="replace")
        for part in (parts.path, parts.query, parts.fragment)
    )
    address = SplitResult(parts.scheme.lower(), host, *rest).geturl()
    return address if len(address) <= _URL else None


def day(value: date) -> str:
    """A calendar day: 18 June 2020."""
    return f"{value.day} {value:%B %Y}"


def moment(value: datetime, timezone: ZoneInfo) -> str:
    """A moment with its zone: 16 June 2020, 8:45 a.m. EDT."""
    local = value.astimezone(timezone)
    half = "a.m." if local.hour < 12 else "p.m."
    return f"{day(local)}, {local.hour % 12 or 12}:{local:%M} {half} {local.tzname()}"


def facts(item: Item, *, dated: Iterable[Fact], timezone: ZoneInfo) -> tuple[Fact, ...]:
    """When it takes effect and closes for comments, when it was filed, what it amends, where it is printed.

    Args:
        item: Facts it leaves out are left out.
        dated: What `bot.date_wording` says of its dates.
        timezone: In which moments are written.
    """
    if item.document is None:
        day_ahead = footing.expected_on(item)
        expected = f"{day_ahead:%A}, {day(day_ahead)}, by this report" if day_ahead else ""
        press = (
            _at("Reported", item.event_at, timezone),
            Fact(label="Expected", value=expected) if expected else None,
        )
        return tuple(fact for fact in press if fact)
    published = item.stage is Stage.PUBLISHED
    found = (
        *dated,
        None if published else _at("Filed", item.document.filed_at, timezone),
        _cfr(item.document.cfr_parts),
        _printed(item.document, stage=item.stage),
    )
    return tuple(fact for fact in found if fact)


def references(item: Item, *, press: int) -> tuple[Fact, ...]:
    """What else a document is known by: its number, docket, RIN and corrections; its press.

    Args:
        item: A press item has no number of its own.
        press: How many press items tell the same story, this one included.
    """
    found: list[Fact] = []
    document = item.document
    if document:
        rows = (
            ("Document", document.number),
            ("Docket", _named(document.dockets)),
            ("RIN", _named(document.rins)),
            ("Corrects", document.correction_of or ""),
            ("Corrected by", _named(document.corrections)),
        )
        found = [Fact(label=label, value=visible(value, 160)) for label, value in rows if value]
    reports = press if document else press - 1
    if reports > 0:
        kind = "press" if document else "other press"
        value = f"{reports} {kind} {'report' if reports == 1 else 'reports'}"
        found.append(Fact(label="Press", value=value, bare=True))
    return tuple(found)


def issued_by(agencies: Sequence[Agency]) -> str:
    """The agencies in the order given, a bureau with its department when both are listed."""
    names = {agency.slug: agency.name for agency in agencies if agency.slug}
    parents = {slug: _DEPARTMENTS.get(slug) for slug in names}
    taken = {parent for parent in parents.values() if parent in names}
    said = []
    for agency in agencies:
        if agency.slug and agency.slug in taken:
            continue
        parent = names.get(parents.get(agency.slug or "") or "")
        said.append(f"{agency.name} ({parent})" if parent else agency.name)
    return visible(_named([visible(name, 120) for name in said]), 400)


def _at(label: str, value: datetime | None, timezone: ZoneInfo) -> Fact | None:
    return Fact(label=label, value=moment(value, timezone), at=value) if value else None


def _cfr(parts: Sequence[CfrPart]) -> Fact | None:
    """15 CFR 734, 744, 772; 47 CFR 2."""
    titles: dict[int, list[str]] = {}
    for part in dict.fromkeys(parts):
        titles.setdefault(part.title, []).append(part.part)
    said = "; ".join(f"{title} CFR {_named(named)}" for title, named in titles.items())
    return Fact(label="CFR parts", value=visible(said, 160), bare=True) if said else None


def _printed(document: Document, *, stage: Stage) -> Fact | None:
    """The day of the issue and the citation in it, as far as they are known."""
    printed = [day(document.publication_date)] if document.publication_date else []
    if stage is Stage.INSPECTION:
        unknown = "FR citation not yet assigned"
        return Fact(label="To be published", value=", ".join([*printed, unknown]))
    if stage is not Stage.PUBLISHED:
        return None
    said = [*printed, *([visible(document.citation, 40)] if document.citation else [])]
    return Fact(label="Published", value=", ".join(said)) if said else None


def _named(values: Sequence[str]) -> str:
    shown = ", ".join(values[:_NAMED])
    more = len(values) - _NAMED
    return f"{shown} and {more} more" if more > 0 else shown
