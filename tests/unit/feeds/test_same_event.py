"""Which documents are one event: corrections and twins, never titles alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from feeds import same_event
from feeds.model import DocumentType, Item
from tests.factories import make_document, make_item


def twin(**but: Any) -> Item:
    """Another document of that day, under the same docket and RIN unless told otherwise."""
    return make_item(
        key="fr:2020-13094", document=make_document(**({"number": "2020-13094"} | but))
    )


def later(days: int) -> datetime:
    """So many days after the document was printed."""
    printed = make_item().event_at
    assert printed
    return printed + timedelta(days=days)


@pytest.mark.parametrize(
    ("number", "correction_of", "original"),
    [
        ("C1-2020-13093", None, "2020-13093"),
        ("R1-2018-09280", None, "2018-09280"),
        ("2024-99001", "2024-15810", "2024-15810"),
        ("2020-13093", None, None),
        ("E8-1234", None, None),
    ],
)
def test_a_correction_names_what_it_corrects(
    number: str, correction_of: str | None, original: str | None
) -> None:
    document = make_document(number=number, correction_of=correction_of)

    assert same_event.corrected(document) == original


def test_a_rule_and_its_proposal_under_one_docket_on_one_day_are_one_event() -> None:
    proposal = replace(twin(type=DocumentType.PROPOSED), title="Further notice")

    assert same_event.one_event(make_item(), proposal) == "same docket on one day (BIS-2020-0017)"


def test_twins_with_one_title_and_day_are_two_events() -> None:
    same_title = twin(dockets=("BIS-2020-0019",), rins=())

    assert same_event.one_event(make_item(), same_title) is None


def test_two_rules_of_one_series_under_one_docket_are_two_events() -> None:
    assert same_event.one_event(make_item(), twin()) is None


def test_one_rin_on_one_day_is_one_event_unless_each_has_its_docket() -> None:
    listing = replace(twin(dockets=("190814-0013",)), title="Addition of entities")
    extension = make_item(document=make_document(dockets=("190814-0012",)))
    elsewhere = replace(listing, document=make_document(number="1", dockets=("BIS-2020-0019",)))

    assert same_event.one_event(extension, listing) == "same RIN on one day (0694-AI06)"
    assert same_event.one_event(make_item(), elsewhere) is None


def test_a_rin_that_unrelated_rules_share_is_no_sign() -> None:
    one = make_item(document=make_document(rins=("2120-AA64",), dockets=()))
    other = replace(twin(rins=("2120-AA64",), dockets=()), title="Another airplane")

    assert same_event.one_event(one, other) is None


@pytest.mark.parametrize(("days", "same"), [(15, True), (45, False)])
def test_a_longer_deadline_is_the_same_event_within_a_month(days: int, *, same: bool) -> None:
    longer = replace(twin(), event_at=later(days))

    assert bool(same_event.one_event(make_item(), longer)) is same


def test_the_next_step_of_a_rulemaking_is_another_event() -> None:
    extension = replace(
        twin(dockets=("200310-0001",)),
        event_at=later(23),
    )

    assert same_event.one_event(make_item(), extension) is None
