"""A row of the public inspection list read as an Item; what is a withdrawal and what is not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from feeds.model import (
    Agency,
    Document,
    DocumentType,
    FilingType,
    Item,
    SourceKind,
    Stage,
)
from feeds.public_inspection import is_wanted, item

PAGE = "https://www.federalregister.gov/public-inspection/2020-13093/release-of-technology"
#: The standards rule as it was filed on 16 June 2020.
ROW: dict[str, Any] = {
    "agencies": [
        {"raw_name": "Bureau of Industry and Security", "name": "Industry and Security Bureau"}
        | {"slug": "industry-and-security-bureau", "parent_id": 54, "id": 241},
    ],
    "docket_numbers": ["BIS-2020-0017"],
    "document_number": "2020-13093",
    "editorial_note": None,
    "filed_at": "2020-06-16T08:45:00.000-04:00",
    "filing_type": "special",
    "html_url": PAGE,
    "pdf_url": "https://public-inspection.federalregister.gov/2020-13093.pdf",
    "publication_date": "2020-06-18",
    "raw_text_url": "https://www.federalregister.gov/public-inspection/raw_text/202/013/093.txt",
    "title": "Release of Technology to Certain Entities on the Entity List  ",
    "type": "Rule",
}
WITHDRAWAL = (
    "An agency letter requesting withdrawal of this document was received after placement on"
    " public inspection."
)


def read(**but: object) -> Item:
    return item(ROW | but, feed="inspection")


def test_a_filed_document_is_read_whole() -> None:
    filed_at = datetime(2020, 6, 16, 12, 45, tzinfo=UTC)

    assert item(ROW, feed="inspection") == Item(
        key="fr:2020-13093",
        feed="inspection",
        source=SourceKind.INSPECTION,
        stage=Stage.INSPECTION,
        title="Release of Technology to Certain Entities on the Entity List",
        url=PAGE,
        event_at=filed_at,
        document=Document(
            number="2020-13093",
            type=DocumentType.RULE,
            publication_date=date(2020, 6, 18),
            agencies=(
                Agency(name="Industry and Security Bureau", slug="industry-and-security-bureau"),
            ),
            dockets=("BIS-2020-0017",),
            pdf_url=ROW["pdf_url"],
            raw_text_url=ROW["raw_text_url"],
            filed_at=filed_at,
            filing_type=FilingType.SPECIAL,
        ),
    )


@pytest.mark.parametrize(
    "filed_at",
    ["2020-06-16T08:45:00.000-04:00", "2020-06-16T12:45:00Z", "2020-06-16T12:45:00.000Z"],
)
def test_both_ways_of_writing_the_filing_time_are_one_moment(filed_at: str) -> None:
    assert read(filed_at=filed_at).event_at == datetime(2020, 6, 16, 12, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    "filed_at", ["2020-06-16T08:45:00", "at noon", "0001-01-01T00:00:00+14:00", 7, None]
)
def test_a_filing_time_that_is_no_moment_is_absent(filed_at: object) -> None:
    found = read(filed_at=filed_at)

    assert found.event_at is None
    assert found.stage is Stage.INSPECTION


@pytest.mark.parametrize("missing", ["filed_at", "publication_date"])
@pytest.mark.parametrize(
    "note", [WITHDRAWAL, "This document was withdrawn.", "<b>WITHDRAWN</b> by the agency"]
)
def test_a_note_of_withdrawal_and_a_date_taken_away_are_a_withdrawal(
    note: str, missing: str
) -> None:
    found = read(**{"editorial_note": note, missing: None})

    assert found.stage is Stage.WITHDRAWN
    assert found.event_at is None


def test_a_note_of_withdrawal_alone_is_not_one() -> None:
    assert read(editorial_note=WITHDRAWAL).stage is Stage.INSPECTION


@pytest.mark.parametrize("note", [None, "", "A minor edit was made to this document at 4:39 p.m."])
def test_a_date_taken_away_alone_is_not_a_withdrawal(note: str | None) -> None:
    found = read(editorial_note=note, filed_at=None, publication_date=None)

    assert found.stage is Stage.INSPECTION


def test_a_note_is_kept_as_plain_text() -> None:
    found = read(editorial_note="A <i>minor</i> edit &amp; more").document

    assert found is not None
    assert found.editorial_note == "A minor edit & more"


@pytest.mark.parametrize(
    ("filing_type", "kind"),
    [("regular", FilingType.REGULAR), ("special", FilingType.SPECIAL), ("odd", None), (None, None)],
)
def test_a_filing_is_regular_special_or_unknown(filing_type: object, kind: object) -> None:
    found = read(filing_type=filing_type).document

    assert found is not None
    assert found.filing_type is kind


@pytest.mark.parametrize(
    ("slugs", "wanted"),
    [
        ((), True),
        (("industry-and-security-bureau", "x"), True),
        (("commerce-department",), False),
    ],
)
def test_the_issuing_agency_decides_whether_it_is_wanted(
    slugs: tuple[str, ...], *, wanted: bool
) -> None:
    assert is_wanted(read(), slugs) is wanted


@pytest.mark.parametrize("agencies", [[], None, [{"raw_name": "Office of the Secretary"}]])
def test_a_document_of_an_unknown_issuer_is_wanted(agencies: object) -> None:
    assert is_wanted(read(agencies=agencies), ("industry-and-security-bureau",))
