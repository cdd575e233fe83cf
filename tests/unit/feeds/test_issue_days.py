"""Issue days: business days less the federal holidays, and less the days offices were closed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.issue_days import business_day_from, is_business_day, is_issue_day


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
        date(2017, 1, 20),  # an inauguration
        date(2021, 1, 20),
    ],
)
def test_no_issue_on_a_federal_holiday(holiday: date) -> None:
    assert not is_issue_day(holiday)
    assert not is_business_day(holiday)


@pytest.mark.parametrize(
    "day",
    [
        date(2020, 6, 18),
        date(2020, 6, 19),  # not yet a holiday
        date(2020, 12, 31),
        date(2022, 1, 20),  # a year without an inauguration
        date(2029, 1, 19),  # an inauguration on a Saturday closes no Friday
    ],
)
def test_an_issue_on_a_business_day(day: date) -> None:
    assert is_issue_day(day)


def test_no_issue_on_a_weekend() -> None:
    assert not is_issue_day(date(2020, 6, 20))
    assert not is_issue_day(date(2020, 6, 21))


@pytest.mark.parametrize("day", [date(2018, 12, 24), date(2024, 12, 24), date(2025, 1, 9)])
def test_a_closing_by_order_stops_the_issue_but_no_date_counted_before(day: date) -> None:
    assert not is_issue_day(day)
    assert is_business_day(day)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_a_business_day_is_never_far_and_none_is_passed_over(day: date) -> None:
    following = business_day_from(day)

    assert is_business_day(following)
    assert timedelta(0) <= following - day <= timedelta(4)
    between = (day + timedelta(n) for n in range((following - day).days))
    assert not any(map(is_business_day, between))
