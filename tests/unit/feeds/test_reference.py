"""feeds/reference.py: what people paste."""
# ruff: noqa: RUF001  typographic and foreign signs are what is tested

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import reference
from feeds.reference import Kind


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("2020-13093", Kind.NUMBER, "2020-13093"),
        (" 2020–13093. ", Kind.NUMBER, "2020-13093"),
        ("FR Doc. 2020-13093", Kind.NUMBER, "2020-13093"),
        ("c1-2019-24", Kind.NUMBER, "C1-2019-24"),
        ("E9-30480", Kind.NUMBER, "E9-30480"),
        ("85 FR 36719", Kind.CITATION, "85 FR 36719"),
        ("85 Fed. Reg. 36,720", Kind.CITATION, "85 FR 36720"),
        ("85 F.R. 36719", Kind.CITATION, "85 FR 36719"),
        ("15 CFR 744.11", Kind.CFR, "15/744"),
        ("15 CFR part 744", Kind.CFR, "15/744"),
        ("15 C.F.R. § 744.11(a)(1)", Kind.CFR, "15/744"),
        ("41 CFR 102-3", Kind.CFR, "41/102-3"),
        ("0694-AI06", Kind.RIN, "0694-AI06"),
        ("RIN 0694–ai06", Kind.RIN, "0694-AI06"),
        ("BIS-2020-0017", Kind.DOCKET, "BIS-2020-0017"),
        ("EERE-2008-BT-STD-0019", Kind.DOCKET, "EERE-2008-BT-STD-0019"),
        ("Docket No. 200611-0158", Kind.DOCKET, "200611-0158"),
        ("WC Docket No. 18-89", Kind.DOCKET, "18-89"),
        ("DFARS Case 2018-D022", Kind.DOCKET, "2018-D022"),
        ("https://www.federalregister.gov/d/2020-13093", Kind.NUMBER, "2020-13093"),
        ("https://www.federalregister.gov/documents/2020/06/18/2020-13093/release", Kind.NUMBER, "2020-13093"),
        ("<https://www.govinfo.gov/content/pkg/FR-2020-06-18/pdf/2020-13093.pdf|PDF>", Kind.NUMBER, "2020-13093"),
        ("https://www.federalregister.gov/citation/85-FR-36719", Kind.CITATION, "85 FR 36719"),
        ("https://www.ecfr.gov/current/title-15/subtitle-B/chapter-VII/subchapter-C/part-744", Kind.CFR, "15/744"),
        ("https://www.ecfr.gov/current/title-15/part-744/section-744.11", Kind.CFR, "15/744"),
        ("https://ecfr.gov/on/2020-06-18/title-15/section-744.11", Kind.CFR, "15/744"),
        ("https://www.ecfr.gov/current/title-41/section-102-3.5#p-1", Kind.CFR, "41/102-3"),
        ("http://www.news.example/a/?utm_source=x", Kind.URL, "https://news.example/a"),
    ],
)  # fmt: skip
def test_a_reference_is_read(text: str, kind: Kind, value: str) -> None:
    found = reference.parse(text)

    assert found == reference.Reference(kind=kind, value=value)


@pytest.mark.parametrize(
    "text", ["", "huawei", "huawei 2020-13093", "5G", "2020", "case closed", "FR"]
)
def test_a_text_that_points_at_nothing_is_searched_for(text: str) -> None:
    assert reference.parse(text) is None


def test_a_citation_knows_its_page_and_a_part_its_name() -> None:
    cited, part = reference.parse("85 FR 36,720"), reference.parse("15 CFR 744.11")

    assert cited is not None
    assert cited.page == (85, 36720)
    assert str(part) == "15 CFR part 744"


@given(st.text(max_size=80))
def test_no_text_upsets_it(text: str) -> None:
    found = reference.parse(text)

    assert found is None or found.value


def test_what_running_text_names_is_found_in_its_order() -> None:
    text = (
        "The rule at 84 FR 22961 (FR Doc. 2019- 10616, RIN 0694-AH86), as extended at 84 Fed. Reg."
        " 43,487, in docket BIS–2019–0012 and 2020-13093; not 15 CFR 744 or FAA-2023-12345-1."
    )

    found = [str(one) for _, one in reference.mentions(text)]

    assert found == [
        "84 FR 22961",
        "2019-10616",
        "0694-AH86",
        "84 FR 43487",
        "BIS-2019-0012",
        "2020-13093",
    ]


@pytest.mark.parametrize(
    "text", ["", "PA-28-140 airplanes", "on 2020-06-18", "47 CFR 1.767", "phone 202-555-0100"]
)
def test_running_text_that_names_nothing_is_left_alone(text: str) -> None:
    assert reference.mentions(text) == []


@given(st.text(alphabet="84 FR2019-10BIS.,()", max_size=60))
def test_a_mention_is_read_again_as_the_same_reference(text: str) -> None:
    for start, mention in reference.mentions(text):
        assert 0 <= start < len(text)
        if mention.kind in (Kind.CITATION, Kind.RIN):
            assert reference.parse(mention.value) == mention


@pytest.mark.parametrize("number", ["9" * 30, "1" * 5_000, "1234567"])
def test_a_page_that_no_volume_has_is_no_citation(number: str) -> None:
    for address in (f"{number}-FR-36719", f"85-FR-{number}"):
        found = reference.parse(f"https://www.federalregister.gov/citation/{address}")

        assert found
        assert found.kind is Kind.URL
