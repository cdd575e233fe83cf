"""The nouns: Feed, Item, Document, DocumentType, Stage, CfrPart, Agency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

#: The Federal Register's own clock: issue days, filing times and effective dates are Eastern.
EASTERN = ZoneInfo("America/New_York")


class SourceKind(StrEnum):
    """Which kind of source an item came from; the values of the query field `source:`."""

    REGISTER = "register"
    INSPECTION = "inspection"
    NEWS = "news"


class Stage(StrEnum):
    """Where the thing an item tells of stands; the values of the query field `stage:`."""

    REPORTED = "reported"  # a press item: no document is known from it
    INSPECTION = "inspection"
    WITHDRAWN = "withdrawn"  # taken off public inspection by its agency's letter
    PUBLISHED = "published"


class DocumentType(StrEnum):
    """The Register's document types; the values of the query field `type:`."""

    RULE = "rule"
    PROPOSED = "proposed"
    NOTICE = "notice"
    PRESIDENTIAL = "presidential"
    OTHER = "other"  # uncategorized documents and bare corrections


class FilingType(StrEnum):
    """How a document came on public inspection (1 CFR 17.2): 8:45 a.m. ET, or any other time."""

    REGULAR = "regular"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """Who issued a document."""

    name: str
    #: None when the Register does not map the printed name to an agency.
    slug: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class CfrPart:
    """A piece of the Code of Federal Regulations: 15 CFR 744."""

    title: int
    #: Text, because the API writes both 744 and "744" and there are parts such as "1a".
    part: str

    def __str__(self) -> str:
        return f"{self.title} CFR {self.part}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the Federal Register says of a document beyond its title and abstract.

    A fact the source leaves out is None or empty, never guessed. On public inspection there is no
    abstract, action, CFR part, RIN or effective date yet; those fields fill on publication.
    """

    number: str
    type: DocumentType
    #: As printed: "Interim final rule; request for comments."
    action: str | None = None
    #: The DATES paragraph, plain text.
    dates: str | None = None
    #: Planned while on inspection; None once withdrawn or when not yet set.
    publication_date: date | None = None
    effective_on: date | None = None
    comments_close_on: date | None = None
    #: Parent department first, as the API lists them.
    agencies: tuple[Agency, ...] = ()
    cfr_parts: tuple[CfrPart, ...] = ()
    dockets: tuple[str, ...] = ()
    rins: tuple[str, ...] = ()
    #: "85 FR 36719"; None until printed.
    citation: str | None = None
    #: Last printed page, so that a citation of an inner page finds its document.
    end_page: int | None = None
    #: Number of the document that this one corrects.
    correction_of: str | None = None
    #: Numbers of documents that correct this one.
    corrections: tuple[str, ...] = ()
    pdf_url: str | None = None
    raw_text_url: str | None = None
    #: Executive Order 12866; the Register leaves it out for most documents.
    significant: bool | None = None
    #: When it came on public inspection (UTC).
    filed_at: datetime | None = None
    filing_type: FilingType | None = None
    editorial_note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing a feed published, normalised, not yet remembered.

    All text is plain (no HTML), stripped, and still hostile: whoever shows it escapes it.
    """

    #: Who it is, made by `feeds.identity`; the same for every sighting of the same thing.
    key: str
    #: Name of the feed it was read from.
    feed: str
    source: SourceKind
    stage: Stage
    title: str
    #: Where a person reads it (http or https).
    url: str
    #: The abstract or the feed's own description; empty when there is none.
    summary: str = ""
    #: When this stage happened as the source tells it (UTC): filing time, 06:00 Eastern on the
    #: publication date, a press item's own date. None when the source gives no usable date.
    event_at: datetime | None = None
    #: Name of the publication for a press item.
    publisher: str | None = None
    #: Phrases that the Register's own full-text search found in the document. Not part of the hash.
    evidence: tuple[str, ...] = ()
    #: None for a press item.
    document: Document | None = None

    @property
    def event_day(self) -> date | None:
        """The Eastern calendar day of `event_at`; what `after:` and `before:` compare."""
        return self.event_at.astimezone(EASTERN).date() if self.event_at else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One thing we poll, as `feeds.toml` or a person names it."""

    name: str
    kind: FeedKind
    #: Shown to people.
    title: str
    #: Address of a news feed; empty for the Federal Register kinds, whose base is a setting.
    url: str = ""
    every: timedelta = timedelta(minutes=15)
    #: Agency slugs: the API's filter for `federal-register`, ours for `public-inspection`.
    agencies: tuple[str, ...] = ()
    #: Full-text term in the API's own syntax, for `federal-register`.
    term: str = ""


class FeedKind(StrEnum):
    """Which source reads a feed."""

    FEDERAL_REGISTER = "federal-register"
    PUBLIC_INSPECTION = "public-inspection"
    NEWS = "news"
