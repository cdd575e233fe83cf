"""What is asked of documents.json, where the next page is, and what a match proves."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest

from feeds.model import Feed, FeedKind
from feeds.register_question import following, phrases, question

BASE = "https://www.federalregister.gov/api/v1"


@pytest.mark.parametrize(
    ("term", "certain"),
    [
        ("Huawei", ("Huawei",)),
        ('"Covered List"', ("Covered List",)),
        ('Huawei "Entity List"', ("Huawei", "Entity List")),
        ('Huawei & "Entity List"', ("Huawei", "Entity List")),
        ("Huawei -ZTE !phone", ("Huawei",)),
        ('Huawei -"Covered List"', ("Huawei",)),
        ("=Huawei", ("Huawei",)),
        ("Huawei Huawei", ("Huawei",)),
        ('(Huawei | "Covered List")', ()),
        ("Huawei | ZTE", ()),
        ("5G/6G", ("5G", "6G")),
        ('"Huawei standards"~5', ()),
        ("standard*", ()),
        ("", ()),
    ],
)
def test_only_what_is_certainly_in_the_document_is_evidence(
    term: str, certain: tuple[str, ...]
) -> None:
    assert phrases(term) == certain


def test_a_feed_without_agencies_or_term_asks_for_everything() -> None:
    feed = Feed(name="all", kind=FeedKind.FEDERAL_REGISTER, title="All")

    asked = question(feed, since=date(2020, 6, 1), until=date(2020, 6, 30), now=None)

    assert [pair for pair in asked if pair[0].startswith("conditions")] == [
        ("conditions[publication_date][gte]", "2020-06-01"),
        ("conditions[publication_date][lte]", "2020-06-30"),
    ]
    assert "_" not in dict(asked)


@pytest.mark.parametrize(
    ("url", "params"),
    [
        (f"{BASE}/documents?page=2&per_page=1000", [("page", "2"), ("per_page", "1000")]),
        (f"{BASE}/documents.json?search_after_cursor=WzE1", [("search_after_cursor", "WzE1")]),
        (f"{BASE}/documents?conditions%5Bagencies%5D%5B%5D=a", [("conditions[agencies][]", "a")]),
        (f"{BASE}/documents?conditions%5Bterm%5D=a+%26+b", [("conditions[term]", "a & b")]),
    ],
)
def test_the_next_page_is_the_query_of_its_url(url: str, params: list[tuple[str, str]]) -> None:
    assert following({"next_page_url": url}, base_url=BASE) == (params, [])


@pytest.mark.parametrize("envelope", [{}, {"next_page_url": None}])
def test_the_last_page_has_no_next_one(envelope: dict[str, Any]) -> None:
    assert following(envelope, base_url=BASE) == (None, [])


def test_a_next_page_elsewhere_is_asked_of_us_with_a_warning() -> None:
    url = "http://varnish.fr-prod.svc.cluster.local:6081/api/v1/documents?page=2"

    params, warnings = following({"next_page_url": url}, base_url=BASE)

    assert params == [("page", "2")]
    assert len(warnings) == 1


def test_a_next_page_with_a_very_long_question_is_asked_for() -> None:
    slugs = [("conditions[agencies][]", f"an-agency-with-a-long-name-{n}") for n in range(60)]

    following_page = following(
        {"next_page_url": f"{BASE}/documents?{urlencode(slugs)}"}, base_url=BASE
    )

    assert following_page == (slugs, [])


@pytest.mark.parametrize("url", [f"{BASE}/agencies?page=2", "http://[", 7])
def test_a_next_page_of_something_else_is_not_asked_for(url: object) -> None:
    params, warnings = following({"next_page_url": url}, base_url=BASE)

    assert params is None
    assert len(warnings) == 1
