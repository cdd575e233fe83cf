"""Issue days: business days less the federal holidays."""

from __future__ import annotations

from datetime import date

import pytest

from feeds.issue_days import is_issue_day


@pytest.mark.parametrize(
    "holiday",
    [
        date(2020, 1, 1),
        date(2020, 1, 20),  # King
        date(2020, 2, 17),  # Washington
        date(2020, 5, 25),  # Memorial: the last Monday
        date(2020, 7, 3),  # the Fourth falls on a Saturday
        date(2020, 9, 7),
        date(2020, 10, 12),
        date(2020, 11, 11),
        date(2020, 11, 26),
        date(2020, 12, 25),
        date(2021, 12, 31),  # New Year's Day 2022 falls on a Saturday
        date(2021, 6, 18),  # the first Juneteenth, a Saturday
        date(2022, 6, 20),
        date(2022, 12, 26),  # Christmas falls on a Sunday
    ],
)
def test_no_issue_on_a_federal_holiday(holiday: date) -> None:
    assert not is_issue_day(holiday)


@pytest.mark.parametrize("day", [date(2020, 6, 18), date(2020, 6, 19), date(2020, 12, 31)])
def test_an_issue_on_a_business_day(day: date) -> None:
    assert is_issue_day(day)


def test_no_issue_on_a_weekend() -> None:
    assert not is_issue_day(date(2020, 6, 20))
    assert not is_issue_day(date(2020, 6, 21))
