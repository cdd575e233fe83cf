"""storage/lookup.py: find what a reference points at."""
# ruff: noqa: RUF001  typographic and foreign signs are what is tested

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlite_utils import Database

from feeds import reference
from feeds.model import CfrPart
from storage import entries, lookup
from storage.database import transaction
from tests.factories import NOW, make_document, make_item, make_press


@pytest.fixture
def archive(db: Database) -> Database:
    later = make_document(
        number="2024-15810",
        citation="89 FR 58265",
        end_page=None,
        publication_date=date(2024, 7, 18),
        dockets=("WC Docket No. 18-89",),
    )
    with transaction(db):
        entries.remember(db, make_item(), now=NOW)
        entries.remember(
            db,
            make_item(
                key="fr:2024-15810", document=later, event_at=datetime(2024, 7, 18, 10, tzinfo=UTC)
            ),
            now=NOW,
        )
        entries.remember(db, make_press(), now=NOW)
    return db


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("2020-13093", ["fr:2020-13093"]),
        ("2020–13093", ["fr:2020-13093"]),
        ("85 FR 36719", ["fr:2020-13093"]),
        ("85 Fed. Reg. 36,720", ["fr:2020-13093"]),
        ("85 FR 36722", ["fr:2020-13093"]),
        ("85 FR 36723", []),
        ("85 FR 36718", []),
        ("89 FR 58265", ["fr:2024-15810"]),
        ("89 FR 58266", []),
        ("15 CFR 744.11", ["fr:2024-15810", "fr:2020-13093"]),
        ("0694-AI06", ["fr:2024-15810", "fr:2020-13093"]),
        ("BIS-2020-0017", ["fr:2020-13093"]),
        ("18-89", ["fr:2024-15810"]),
        ("https://www.federalregister.gov/d/2020-13093", ["fr:2020-13093"]),
        ("http://www.news.example/us-allows-huawei/?utm_source=rss", ["news:https://news.example/us-allows-huawei"]),
        ("2019-00001", []),
    ],
)  # fmt: skip
def test_entries_are_found_by_reference_newest_first(
    archive: Database, text: str, keys: list[str]
) -> None:
    wanted = reference.parse(text)
    assert wanted is not None

    found = lookup.find(archive, wanted)

    assert [entry.item.key for entry in found] == keys


@pytest.mark.parametrize("text", ["15 CFR 7", "15 CFR part 791", "15 CFR 791.3"])
def test_a_part_that_moved_is_looked_up_by_either_number(db: Database, text: str) -> None:
    for number, part in (("2021-01234", "7"), ("2024-15258", "791"), ("2020-13093", "744")):
        document = make_document(number=number, cfr_parts=(CfrPart(title=15, part=part),))
        entries.remember(db, make_item(key=f"fr:{number}", document=document), now=NOW)
    wanted = reference.parse(text)
    assert wanted is not None

    found = lookup.find(db, wanted)

    assert {entry.item.key for entry in found} == {"fr:2021-01234", "fr:2024-15258"}


def test_no_more_are_found_than_asked_for(archive: Database) -> None:
    wanted = reference.parse("15 CFR part 744")
    assert wanted is not None

    found = lookup.find(archive, wanted, limit=1)

    assert [entry.item.key for entry in found] == ["fr:2024-15810"]


def test_a_citation_that_cannot_be_read_stands_in_nobodys_way(db: Database) -> None:
    odd = make_item(document=make_document(citation="85 FR page 1"))
    wanted = reference.parse("85 FR 1")
    assert wanted is not None
    with transaction(db):
        entries.remember(db, odd, now=NOW)

    assert lookup.find(db, wanted) == []


@pytest.mark.parametrize(
    ("text", "citation"),
    [
        ("89 FR 58266", "89 FR 58265"),
        ("89 FR 58300", None),
        ("85 FR 36723", None),
        ("2020-13093", None),
    ],
)
def test_a_page_that_a_document_may_reach_leads_to_it(
    archive: Database, text: str, citation: str | None
) -> None:
    wanted = reference.parse(text)
    assert wanted

    found = lookup.reaching(archive, wanted)

    assert found == citation
