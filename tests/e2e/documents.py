"""Rows of the loopback Federal Register and items of a news feed, as the tests need them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from html import escape
from typing import Any

from feeds.model import EASTERN

Row = dict[str, Any]

BIS = {"name": "Industry and Security Bureau", "slug": "industry-and-security-bureau"}
COMMERCE = {"name": "Commerce Department", "slug": "commerce-department"}

#: The rule of 18 June 2020 that Rulewire was made for (85 FR 36719).
NUMBER, DOCKET = "2020-13093", "BIS-2020-0017"
TITLE = (
    "Release of “Technology” to Certain Entities on the Entity List in the Context of"
    " Standards Organizations"
)


def filed(
    number: str = NUMBER, *, title: str = TITLE, age: timedelta = timedelta(hours=1), **but: object
) -> Row:
    """A document on public inspection since `age`, to be published today."""
    now = datetime.now(EASTERN)
    row: Row = {
        "document_number": number,
        "title": title,
        "type": "Rule",
        "filed_at": (now - age).isoformat(timespec="milliseconds"),
        "filing_type": "special",
        "publication_date": now.date().isoformat(),
        "editorial_note": None,
        "docket_numbers": [DOCKET if number == NUMBER else f"BIS-{number}"],
        "html_url": f"https://www.federalregister.gov/public-inspection/{number}",
        "pdf_url": f"https://public-inspection.federalregister.gov/{number}.pdf",
        "agencies": [COMMERCE, BIS],
    }
    return row | but


def published(
    number: str = NUMBER, *, title: str = TITLE, day: str | None = None, **but: object
) -> Row:
    """A document printed on a day, today if left out."""
    row: Row = {
        "document_number": number,
        "title": title,
        "type": "Rule",
        "action": "Interim final rule; request for comments.",
        "abstract": (
            "The Bureau of Industry and Security amends the Export Administration Regulations to"
            " authorize the release of certain technology to Huawei and its affiliates on the Entity"
            " List without a license if such release is made for the purpose of contributing to the"
            " revision or development of a standard in a standards organization."
        ),
        "publication_date": day or datetime.now(EASTERN).date().isoformat(),
        "docket_ids": [DOCKET if number == NUMBER else f"BIS-{number}"],
        "html_url": f"https://www.federalregister.gov/documents/{number}",
        "pdf_url": f"https://www.govinfo.gov/content/pkg/{number}.pdf",
        "agencies": [COMMERCE, BIS],
    }
    return row | but


def june_2020(**but: object) -> Row:
    """The rule as it was printed."""
    facts: Row = {
        "dates": (
            "This rule is effective June 18, 2020. Comments must be received by BIS no later than"
            " August 17, 2020."
        ),
        "effective_on": "2020-06-18",
        "comments_close_on": "2020-08-17",
        "cfr_references": [{"title": 15, "part": 744}, {"title": 15, "part": 772}],
        "regulation_id_numbers": ["0694-AI06"],
        "citation": "85 FR 36719",
    }
    return published(day="2020-06-18") | facts | but


_NO_SOURCES: Mapping[str, str] = {}


def _source(name: str | None) -> str:
    return f'<source url="https://www.example.com/">{escape(name)}</source>' if name else ""


def rss(
    *items: tuple[str, str, str],
    title: str = "Trade Wire",
    sources: Mapping[str, str] = _NO_SOURCES,
) -> str:
    """An RSS feed of (headline, link, pubDate); `sources` names the publisher of some links."""
    rows = "".join(
        f"<item><title>{escape(headline)}</title><link>{escape(link)}</link>"
        f"<guid>{escape(link)}</guid><pubDate>{date}</pubDate>{_source(sources.get(link))}</item>"
        for headline, link, date in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
        f"<title>{escape(title)}</title><link>https://www.example.com/</link>{rows}</channel></rss>"
    )
