"""A row of documents.json read as an Item, whole, bare and odd."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.federal_register import item
from feeds.model import Agency, CfrPart, Document, DocumentType, Item, SourceKind, Stage
from feeds.register_json import MalformedRowError

API = "https://www.federalregister.gov/api/v1"
PAGE = "https://www.federalregister.gov/documents/2020/06/18/2020-13093/release-of-technology"
#: The standards rule of June 2020, as the API gives it for the fields that are asked for.
ROW: dict[str, Any] = {
    "abstract": "The Bureau of Industry and Security (BIS) is amending the Export Administration"
    " Regulations (EAR) &amp; authorizing the release of certain technology to Huawei.",
    "action": "Interim final rule with request for comments.",
    "agencies": [
        {"raw_name": "DEPARTMENT OF COMMERCE", "name": "Commerce Department", "id": 54}
        | {"slug": "commerce-department", "parent_id": None},
        {"raw_name": "Bureau of Industry and Security", "name": "Industry and Security Bureau"}
        | {"slug": "industry-and-security-bureau", "parent_id": 54, "id": 241},
        {"raw_name": "Office of the Secretary"},
    ],
    "cfr_references": [
        {"title": 15, "part": "772", "chapter": None, "citation_url": None},
        {"title": 15, "part": 744, "chapter": None, "citation_url": None},
        {"title": 15, "part": 744, "chapter": None, "citation_url": None},
        {"title": 15, "part": None, "chapter": None, "citation_url": None},
    ],
    "citation": "85 FR 36719",
    "comments_close_on": "2020-08-17",
    "correction_of": None,
    "corrections": [f"{API}/documents/C1-2020-13093?publication_date=2020-07-01"],
    "dates": "This rule is effective June 18, 2020.",
    "docket_ids": ["Docket No. 200611-0158", "BIS-2020-0017", "BIS-2020-0017"],
    "document_number": "2020-13093",
    "effective_on": "2020-06-18",
    "end_page": 36721,
    "html_url": PAGE,
    "pdf_url": "https://www.govinfo.gov/content/pkg/FR-2020-06-18/pdf/2020-13093.pdf",
    "publication_date": "2020-06-18",
    "raw_text_url": "https://www.federalregister.gov/documents/full_text/text/2020-13093.txt",
    "regulation_id_numbers": ["0694-AI06"],
    "significant": True,
    "title": "Release of &ldquo;Technology&rdquo; to Certain <em>Entities</em>\n on the Entity List",
    "type": "Rule",
}


def read(**but: object) -> Item:
    return item(ROW | but, feed="register")


def document(**but: object) -> Document:
    found = read(**but).document
    assert found is not None
    return found


def test_a_published_rule_is_read_whole() -> None:
    found = item(ROW, feed="register", evidence=("Huawei",))

    assert found == Item(
        key="fr:2020-13093",
        feed="register",
        source=SourceKind.REGISTER,
        stage=Stage.PUBLISHED,
        title="Release of \u201cTechnology\u201d to Certain Entities on the Entity List",
        url=PAGE,
        summary="The Bureau of Industry and Security (BIS) is amending the Export Administration"
        " Regulations (EAR) & authorizing the release of certain technology to Huawei.",
        event_at=datetime(2020, 6, 18, 10, 0, tzinfo=UTC),
        evidence=("Huawei",),
        document=Document(
            number="2020-13093",
            type=DocumentType.RULE,
            action="Interim final rule with request for comments.",
            dates="This rule is effective June 18, 2020.",
            publication_date=date(2020, 6, 18),
            effective_on=date(2020, 6, 18),
            comments_close_on=date(2020, 8, 17),
            agencies=(
                Agency(name="Commerce Department", slug="commerce-department"),
                Agency(name="Industry and Security Bureau", slug="industry-and-security-bureau"),
                Agency(name="Office of the Secretary"),
            ),
            cfr_parts=(CfrPart(title=15, part="744"), CfrPart(title=15, part="772")),
            dockets=("Docket No. 200611-0158", "BIS-2020-0017"),
            rins=("0694-AI06",),
            citation="85 FR 36719",
            end_page=36721,
            corrections=("C1-2020-13093",),
            pdf_url=ROW["pdf_url"],
            raw_text_url=ROW["raw_text_url"],
            significant=True,
        ),
    )


def test_a_document_of_which_only_the_number_is_known_is_read() -> None:
    found = item({"document_number": "2020-13093"}, feed="register")

    assert found.url == "https://www.federalregister.gov/d/2020-13093"
    assert found.title == "[No title available]"
    assert (found.summary, found.event_at) == ("", None)
    assert found.document == Document(number="2020-13093", type=DocumentType.OTHER)


def test_six_in_the_morning_is_an_hour_later_in_winter() -> None:
    assert read(publication_date="2020-01-06").event_at == datetime(2020, 1, 6, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize("number", ["2020\u201313093", "2020\u201413093", " 2020-13093 "])
def test_a_number_with_long_dashes_is_the_same_document(number: str) -> None:
    found = read(document_number=number)

    assert found.key == "fr:2020-13093"
    assert found.document is not None
    assert found.document.number == "2020-13093"


@pytest.mark.parametrize("number", ["E9-30480", "93-32104", "C1-2012-28919", "R1-2023-28849"])
def test_numbers_of_every_age_are_read(number: str) -> None:
    assert read(document_number=number).key == f"fr:{number}"


@pytest.mark.parametrize("number", [None, "", 2020, "../x", "a b", "2020-", "x" * 50])
def test_a_row_without_a_usable_number_is_malformed(number: object) -> None:
    with pytest.raises(MalformedRowError):
        read(document_number=number)


@pytest.mark.parametrize(
    ("printed", "kind"),
    [
        ("Rule", DocumentType.RULE),
        ("Proposed Rule", DocumentType.PROPOSED),
        ("Notice", DocumentType.NOTICE),
        ("Sunshine Act Document", DocumentType.NOTICE),
        ("Presidential Document", DocumentType.PRESIDENTIAL),
        ("Correction", DocumentType.OTHER),
        ("Uncategorized Document", DocumentType.OTHER),
        (None, DocumentType.OTHER),
    ],
)
def test_the_type_comes_from_its_display_name(printed: object, kind: DocumentType) -> None:
    assert document(type=printed).type is kind


def test_a_correction_names_what_it_corrects() -> None:
    found = document(document_number="C1-2012-28919", correction_of=f"{API}/documents/2012-28919")

    assert found.correction_of == "2012-28919"


@pytest.mark.parametrize("odd", [None, 7, "", f"{API}/documents/", "https://x/?a", {}])
def test_a_correction_of_nothing_readable_is_none(odd: object) -> None:
    assert document(correction_of=odd, corrections=[odd]).correction_of is None
    assert document(correction_of=odd, corrections=[odd]).corrections == ()


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//x/y", "https://x/ y", "https://x/<a>", 7]
)
def test_a_link_that_is_no_web_address_is_left_out(url: object) -> None:
    found = read(html_url=url, pdf_url=url)

    assert found.url == "https://www.federalregister.gov/d/2020-13093"
    assert found.document is not None
    assert found.document.pdf_url is None


@pytest.mark.parametrize("day", ["2020-02-30", "soon", "0001-01-01", "9999-12-31", 20200618, ""])
def test_a_date_that_cannot_be_is_absent(day: object) -> None:
    found = read(publication_date=day, effective_on=day)

    assert found.event_at is None
    assert found.document is not None
    assert found.document.effective_on is None


#: Anything JSON can hold.
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@pytest.mark.parametrize("part", [None, True, 7.5, "", "1 or 2", ["744"]])
def test_a_cfr_part_that_is_none_is_left_out(part: object) -> None:
    found = read(cfr_references=[{"title": 15, "part": part}, {"title": 15, "part": "744"}])

    assert found.document is not None
    assert [str(each) for each in found.document.cfr_parts] == ["15 CFR 744"]


@settings(max_examples=150)
@given(field=st.sampled_from(sorted(set(ROW) - {"document_number"})), value=JSON)
def test_one_odd_field_never_costs_the_document(field: str, value: object) -> None:
    found = read(**{field: value})

    assert found.key == "fr:2020-13093"
    assert hash(found) == hash(read(**{field: value}))
