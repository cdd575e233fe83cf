"""feeds/subject.py: what messages as people write them are about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import query as queries
from feeds import subject


@pytest.mark.parametrize(
    ("text", "references"),
    [
        ("fyi https://www.federalregister.gov/d/2020-13093 is out", ["2020-13093"]),
        (
            "<https://www.federalregister.gov/d/2020-13093|this> 15 CFR 744.11(a)(1) 15 C.F.R. § 772.1",
            ["2020-13093", "15 CFR part 744", "15 CFR part 772"],
        ),
        ("It is 85 Fed. Reg. 36,719, docket BIS-2020-0017", ["85 FR 36719", "BIS-2020-0017"]),
        ("RIN 0694-AI06 — same as 85 FR 36719?", ["85 FR 36719", "0694-AI06"]),
        (
            "see https://www.govinfo.gov/content/pkg/FR-2020-06-18/pdf/2020-13093.pdf",
            ["2020-13093"],
        ),
        ("https://www.federalregister.gov/citation/85-FR-36719", ["85 FR 36719"]),
        ("call me at 555-0100, room 744, 2020-06-18", []),
    ],
)
def test_documents_are_found_where_they_are_named(text: str, references: list[str]) -> None:
    assert [str(each) for each in subject.of(text).references] == references


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (
            "Hey team, can we share 5G technical data with Huawei in 3GPP working groups?",
            'entity:huawei "technical data" "3gpp" "5g"',
        ),
        (
            "Is the FCC adding Hikvision cameras to the Covered List again <@U01ALICE> :tada:",
            'entity:hikvision "covered list" "fcc" "cameras"',
        ),
        (
            "Legal: licence exception before anyone joins the IEEE standards body with HiSilicon",
            'entity:huawei entity:hisilicon "licence exception" "standards body" "ieee" "joins"',
        ),
        (
            "So the Entity List now catches subsidiaries owned fifty percent??",
            '"entity list" "subsidiaries" "catches"',
        ),
        (
            "US to allow companies to work with Huawei on 5G standards, sources say",
            'entity:huawei "5g" "standards"',
        ),
        (
            "can we bid if the router has a ZTE chip? section 889 question",
            'entity:zte "section 889" "router"',
        ),
        (
            "is the temporary general license for Huawei phones extended",
            'entity:huawei "temporary general license" "extended" "phones"',
        ),
    ],
)
def test_companies_and_the_words_of_rules_come_first(text: str, first: str) -> None:
    assert subject.of(text).queries[0] == first


@pytest.mark.parametrize(
    "text",
    ["", "lunch at noon?", "ok thanks!", ":tada: :+1:", "<@U01ALICE> <#C01|general>", "1 2 3"],
)
def test_talk_is_about_nothing(text: str) -> None:
    about = subject.of(text)

    assert (about.references, about.queries) == ((), ())


def test_each_query_is_looser_than_the_one_before() -> None:
    strict, *_, loose = subject.of("New rule on Huawei and the Entity List, says BIS").queries

    assert strict == 'entity:huawei "entity list" "bis"'
    assert loose == '(entity:huawei OR "entity list")'


@given(
    text=st.one_of(
        st.text(max_size=400),
        st.text(alphabet="()\"'-:*&<>|OR AND NOT near/5 huawei cfr 85 fr ", max_size=400),
        st.just("huawei " * 5_000),
        st.just("(" * 20_000),
    )
)
def test_whatever_is_written_its_queries_can_be_asked(text: str) -> None:
    about = subject.of(text)

    for asked in about.queries:
        assert queries.parse(f"({asked}) -source:news").has_positive
    assert len(about.references) <= 6


def test_a_run_of_hyphens_without_end_costs_little() -> None:
    assert subject.of("A-" * 6_000).references == ()
