"""What press reports stand on, and which day they promise."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import footing
from feeds.footing import Footing
from tests.factories import make_item, make_press


@pytest.mark.parametrize(
    ("title", "stands_on"),
    [
        (
            "United States draws rule to allow Huawei and U.S. firms to work together - source",
            Footing.LEAK,
        ),
        ("US drafts rule to allow Huawei to work with US firms on 5G standards", Footing.LEAK),
        ("Huawei reportedly allowed to work with US companies on 5G standards", Footing.LEAK),
        ("Trump administration is considering new Huawei curbs", Footing.LEAK),
        ("US weighs ban on Huawei equipment", Footing.LEAK),
        ("Commerce set to ease Huawei rule, sources say", Footing.LEAK),
        ("US posts rule allowing U.S companies to work with Huawei on 5G", Footing.ANNOUNCED),
        ("FCC adopts order on bad labs", Footing.ANNOUNCED),
        (
            "US Companies Can Work With Huawei on 5G, Other Standards: Commerce Department",
            Footing.ANNOUNCED,
        ),
        ("US companies allowed to work with Huawei on 5G standards", Footing.REPORTED),
        ("Huawei's profit falls", Footing.REPORTED),
    ],
)
def test_a_headline_says_what_it_stands_on(title: str, stands_on: Footing) -> None:
    assert footing.of(make_press(title=title)) is stands_on


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("The rule will be published as early as Tuesday, officials said.", date(2020, 6, 16)),
        ("It is expected to be filed on Friday.", date(2020, 6, 19)),
        ("The rule is expected Monday.", date(2020, 6, 22)),
        ("The rule came out on Tuesday.", None),
        ("Expected soon.", None),
    ],
)
def test_a_promised_weekday_is_the_next_one(text: str, day: date | None) -> None:
    told = datetime(2020, 6, 15, 23, 20, tzinfo=UTC)

    assert footing.expected_on(make_press(summary=text, event_at=told)) == day


def test_nothing_is_promised_by_a_document_or_an_undated_report() -> None:
    text = "It will be published as early as Tuesday."

    assert footing.expected_on(make_item(summary=text)) is None
    assert footing.expected_on(make_press(summary=text, event_at=None)) is None


@given(st.text(max_size=200))
def test_any_headline_has_a_footing(title: str) -> None:
    assert footing.of(make_press(title=title)) in set(Footing)
