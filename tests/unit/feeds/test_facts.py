"""feeds/facts.py: what field terms test."""

from __future__ import annotations

import pytest

from feeds import facts
from feeds.model import Agency, CfrPart
from tests.factories import make_document, make_item, make_press


def test_a_document_has_a_fact_for_every_field() -> None:
    found = facts.of(make_item())

    assert {
        ("source", "register"),
        ("stage", "published"),
        ("feed", "register-commerce"),
        ("type", "rule"),
        ("agency", "industry-and-security-bureau"),
        ("agency", "commerce-department"),
        ("cfr", "15"),
        ("cfr", "15/744"),
        ("rin", "0694-AI06"),
        ("docket", "BIS-2020-0017"),
        ("number", "2020-13093"),
        ("citation", "85 FR 36719"),
    } <= found


def test_a_press_item_has_a_publisher_and_no_document_facts() -> None:
    found = facts.of(make_press(publisher="The Wall Street Journal"))

    assert ("publisher", "the-wall-street-journal") in found
    assert {field for field, _ in found} == {"source", "stage", "feed", "url", "publisher"}


def test_a_sub_agency_alone_brings_its_department() -> None:
    bureau = Agency(name="Industry and Security Bureau", slug="industry-and-security-bureau")

    found = facts.of(make_item(document=make_document(agencies=(bureau,))))

    assert ("agency", "commerce-department") in found


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("BIS", "industry-and-security-bureau"),
        ("Bureau of Industry and Security", "industry-and-security-bureau"),
        ("DEPARTMENT OF COMMERCE", "commerce-department"),
        ("U.S. Customs and Border Protection", "u-s-customs-and-border-protection"),
        ("fcc", "federal-communications-commission"),
        ("ofac", "foreign-assets-control-office"),
        ("An Office Nobody Mapped", "an-office-nobody-mapped"),
    ],
)
def test_agencies_are_known_by_slug_name_and_abbreviation(typed: str, slug: str) -> None:
    by_name = facts.of(make_item(document=make_document(agencies=(Agency(name=typed),))))

    assert facts.canonical("agency", typed) == slug
    assert ("agency", slug) in by_name


@pytest.mark.parametrize(
    ("printed", "numbers"),
    [
        ("WC Docket Nos. 18-89, 19-351", ("18-89", "19-351")),
        ("WC Docket No. 18-89 and PS Docket No. 19-352", ("19-352",)),
        ("Docket No. 200611-0158", ("200611-0158",)),
        ("DFARS Case 2018-D022", ("2018-D022",)),
        ("bis-2020-0017", ("BIS-2020-0017",)),
        ("", ()),
    ],
)
def test_docket_numbers_are_read_out_of_what_is_printed(
    printed: str, numbers: tuple[str, ...]
) -> None:
    found = facts.dockets(printed)

    assert found == numbers


def test_facts_do_not_change_when_folded_again() -> None:
    document = make_document(
        cfr_parts=(CfrPart(title=41, part="102-3"), CfrPart(title=1, part="1A"))
    )

    found = facts.of(make_item(document=document))

    assert {(field, facts.canonical(field, value)) for field, value in found} == found


@pytest.mark.parametrize("printed", ["2012-07333", "2012-7333"])
def test_a_document_is_found_under_any_spelling_of_its_number(printed: str) -> None:
    found = facts.of(make_item(document=make_document(number=printed)))

    assert {("number", "2012-07333"), ("number", "2012-7333")} <= found


@pytest.mark.parametrize("text", ["a " * 50_000, "docket " * 15_000, "." * 100_000])
def test_a_docket_without_end_costs_little(text: str) -> None:
    assert facts.dockets(f"{text} Docket No. 18-89") == ("18-89",)
