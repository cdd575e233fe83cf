"""One valid thing of each kind; a test names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from feeds.model import (
    Agency,
    CfrPart,
    Document,
    DocumentType,
    Feed,
    FeedKind,
    Item,
    SourceKind,
    Stage,
)
from storage.entries import Entry

NOW = datetime(2020, 6, 18, 14, 0, tzinfo=UTC)
#: Of which made-up headlines are put together that tell different things.
HEADLINE_WORDS = (
    "export",
    "chip",
    "tariff",
    "licence",
    "carrier",
    "court",
    "budget",
    "summit",
    "harbour",
    "satellite",
)

_DOCUMENT = Document(
    number="2020-13093",
    type=DocumentType.RULE,
    action="Interim final rule; request for comments.",
    dates="This rule is effective June 18, 2020. Comments must be received by August 17, 2020.",
    publication_date=date(2020, 6, 18),
    effective_on=date(2020, 6, 18),
    comments_close_on=date(2020, 8, 17),
    agencies=(
        Agency(name="Commerce Department", slug="commerce-department"),
        Agency(name="Industry and Security Bureau", slug="industry-and-security-bureau"),
    ),
    cfr_parts=(CfrPart(title=15, part="744"), CfrPart(title=15, part="772")),
    dockets=("BIS-2020-0017",),
    rins=("0694-AI06",),
    citation="85 FR 36719",
    end_page=36722,
    pdf_url="https://www.govinfo.gov/content/pkg/FR-2020-06-18/pdf/2020-13093.pdf",
)
_ITEM = Item(
    key="fr:2020-13093",
    feed="register-commerce",
    source=SourceKind.REGISTER,
    stage=Stage.PUBLISHED,
    title="Release of “Technology” to Certain Entities on the Entity List in the Context of"
    " Standards Organizations",
    url="https://www.federalregister.gov/documents/2020/06/18/2020-13093/release-of-technology",
    summary="BIS authorizes the release of certain technology to Huawei in standards bodies.",
    event_at=datetime(2020, 6, 18, 10, 0, tzinfo=UTC),
    evidence=("Huawei",),
    document=_DOCUMENT,
)
_PRESS = Item(
    key="news:https://news.example/us-allows-huawei",
    feed="example-news",
    source=SourceKind.NEWS,
    stage=Stage.REPORTED,
    title="US to allow companies to work with Huawei on 5G standards",
    url="https://news.example/us-allows-huawei",
    summary="The Commerce Department signed off on a rule.",
    event_at=datetime(2020, 6, 15, 23, 20, tzinfo=UTC),
    publisher="Example News",
)


def make_document(**but: Any) -> Document:
    """The standards rule of June 2020 as published."""
    return replace(_DOCUMENT, **but)


def make_item(**but: Any) -> Item:
    """The item of that document; `document=make_document(...)` changes the document."""
    return replace(_ITEM, **but)


def make_press(**but: Any) -> Item:
    """A press item about it."""
    return replace(_PRESS, **but)


def make_other(**but: Any) -> Item:
    """Another document, of another story."""
    document = make_document(
        number="2020-99001", dockets=("FCC-2020-1",), rins=(), citation=None, cfr_parts=()
    )
    values: dict[str, Any] = {
        "key": "fr:2020-99001",
        "title": "Protecting Against National Security Threats: Covered Equipment of Huawei",
        "url": "https://www.federalregister.gov/documents/2020/06/18/2020-99001/covered",
        "document": document,
    }
    return replace(_ITEM, **(values | but))


def make_filing(**but: Any) -> Item:
    """The same document two days earlier, on public inspection."""
    filed_at = datetime(2020, 6, 16, 12, 45, tzinfo=UTC)
    bare = Document(
        number="2020-13093",
        type=DocumentType.RULE,
        publication_date=date(2020, 6, 18),
        agencies=(
            Agency(name="Industry and Security Bureau", slug="industry-and-security-bureau"),
        ),
        dockets=("BIS-2020-0017",),
        filed_at=filed_at,
    )
    item = replace(
        _ITEM,
        feed="public-inspection",
        source=SourceKind.INSPECTION,
        stage=Stage.INSPECTION,
        url="https://www.federalregister.gov/public-inspection/2020-13093/release-of-technology",
        summary="",
        event_at=filed_at,
        evidence=(),
        document=bare,
    )
    return replace(item, **but)


def make_entry(**but: Any) -> Entry:
    """An entry of that item."""
    entry = Entry(id=1, item=_ITEM, story_id=1, revision=0, first_seen_at=NOW)
    return replace(entry, **but)


def make_feed(**but: Any) -> Feed:
    """A news feed."""
    feed = Feed(
        name="example-news",
        kind=FeedKind.NEWS,
        title="Example News",
        url="https://news.example/feed",
    )
    return replace(feed, **but)
