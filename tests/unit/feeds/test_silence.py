"""How long a feed may be silent before that is a sign."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.issue_days import is_business_day
from feeds.silence import FEWEST, LEAST, missed, patience, working_days

DAY = timedelta(days=1)
MONDAY = date(2020, 6, 1)
days = st.dates(date(1995, 1, 1), date(2030, 12, 31))


def every(step: int, count: int, *, start: date = MONDAY) -> list[date]:
    """So many working days, each so many after the one before."""
    found = [start]
    while len(found) < count:
        day = found[-1] + DAY
        while working_days(found[-1], day) < step:
            day += DAY
        found.append(day)
    return found


def test_a_daily_feed_is_missed_on_its_second_working_day_without_anything() -> None:
    daily = every(1, 60)

    assert patience(daily) == 2


@pytest.mark.parametrize(
    ("last", "today", "count"),
    [
        (date(2020, 6, 12), date(2020, 6, 13), 0),  # Friday to Saturday
        (date(2020, 6, 12), date(2020, 6, 15), 0),  # to Monday, which is not over
        (date(2020, 6, 12), date(2020, 6, 16), 1),
        (date(2020, 6, 12), date(2020, 6, 17), 2),
        (date(2020, 7, 2), date(2020, 7, 7), 1),  # Friday 3 July was a holiday
        (date(2020, 12, 23), date(2021, 1, 4), 0),  # between the years
    ],
)
def test_only_whole_working_days_are_missed(last: date, today: date, count: int) -> None:
    assert missed(last, today) == count


def test_a_feed_that_publishes_thrice_a_year_is_not_missed_within_the_year() -> None:
    thrice = every(83, 12, start=date(2015, 1, 5))

    allowed = patience(thrice)

    assert allowed is not None
    assert allowed >= 150


def test_a_weekly_feed_is_missed_after_its_second_week() -> None:
    weekly = every(5, 30)

    assert patience(weekly) == 10


def test_a_feed_of_few_days_is_not_known() -> None:
    assert patience(every(1, FEWEST)) is None
    assert patience(every(1, FEWEST + 1)) is not None
    assert patience([]) is None


def test_items_of_weekends_lengthen_no_pause() -> None:
    with_weekends = [MONDAY + DAY * each for each in range(90)]

    assert patience(with_weekends) == 2


@given(st.lists(days, max_size=40))
def test_what_was_seen_before_is_never_a_sign(known: list[date]) -> None:
    allowed = patience(known)

    if allowed is not None:
        assert allowed >= LEAST
        pauses = sorted(
            working_days(a, b) for a, b in zip(sorted(known), sorted(known)[1:], strict=False)
        )
        # Nineteen of twenty pauses that were seen would not have been told of.
        told = [pause for pause in pauses if pause and pause - 1 >= allowed]
        assert len(told) <= len([pause for pause in pauses if pause]) // 20


@given(st.sets(days, min_size=20, max_size=60), st.randoms())
def test_the_order_of_the_days_says_nothing(known: set[date], random: st.randoms) -> None:  # type: ignore[valid-type]  # hypothesis names no type of it
    shuffled = list(known)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # as above

    assert patience(shuffled) == patience(sorted(known))


@given(days, st.integers(0, 900))
def test_working_days_are_counted_one_by_one(after: date, length: int) -> None:
    until = after + DAY * length
    each = [after + DAY * number for number in range(1, length + 1)]

    counted = [
        day for day in each if is_business_day(day) and not (day.month == 12 and day.day >= 24)
    ]

    assert working_days(after, until) == len(counted)
    assert working_days(until, after) == 0
