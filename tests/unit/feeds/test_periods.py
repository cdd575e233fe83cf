"""Periods: "60 days after publication" in every spelling, and the day that each ends on."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import periods
from feeds.issue_days import is_business_day
from feeds.periods import Anchor, Period


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("[INSERT DATE OF PUBLICATION IN THE FEDERAL REGISTER]", (Anchor.PUBLICATION, 0, "day")),
        ("[insert date of publication]", (Anchor.PUBLICATION, 0, "day")),
        (
            "[INSERT DATE 60 DAYS AFTER DATE OF PUBLICATION IN THE FEDERAL REGISTER]",
            (Anchor.PUBLICATION, 60, "day"),
        ),
        (
            "[Insert date 30 days after date of publication in the Federal Register]",
            (Anchor.PUBLICATION, 30, "day"),
        ),
        ("[INSERT DATE THAT IS 45-DAYS FROM PUBLICATION]", (Anchor.PUBLICATION, 45, "day")),
        ("[60 days after publication]", (Anchor.PUBLICATION, 60, "day")),
        ("INSERT DATE 1 YEAR AFTER DATE OF PUBLICATION", (Anchor.PUBLICATION, 1, "year")),
        ("[INSERT DATE 18 MONTHS AFTER PUBLICATION]", (Anchor.PUBLICATION, 18, "month")),
        ("[INSERT DATE TWO WEEKS AFTER PUBLICATION]", (Anchor.PUBLICATION, 2, "week")),
        ("[INSERT DATE OF DISPLAY ON THE PUBLIC INSPECTION LIST]", (Anchor.DISPLAY, 0, "day")),
        ("[INSERT DATE OF FILING FOR PUBLIC INSPECTION]", (Anchor.DISPLAY, 0, "day")),
        ("30 days after publication in the Federal Register", (Anchor.PUBLICATION, 30, "day")),
        ("30 days after this notice is published", (Anchor.PUBLICATION, 30, "day")),
        ("thirty (30) calendar days from the date of publication", (Anchor.PUBLICATION, 30, "day")),
        ("60 days after filing", (Anchor.DISPLAY, 60, "day")),
        ("upon publication", (Anchor.PUBLICATION, 0, "day")),
        ("on the date of its publication", (Anchor.PUBLICATION, 0, "day")),
    ],
)
def test_a_period_is_read_in_every_spelling(text: str, period: tuple[Anchor, int, str]) -> None:
    anchor, count, unit = period

    assert periods.read(text) == Period(anchor=anchor, count=count, unit=unit)
    assert re.search(
        f"{periods.PLACEHOLDER}|{periods.COUNTED}|{periods.UPON}", text, re.IGNORECASE
    ), "and found in a sentence"


@pytest.mark.parametrize(
    "text",
    [
        "[INSERT EFFECTIVE DATE]",
        "[INSERT DATE 10 BUSINESS DAYS AFTER PUBLICATION]",
        "[INSERT DATE 90 DAYS AFTER THE EFFECTIVE DATE]",
        "[INSERT DATE 30 DAYS PRIOR TO PUBLICATION]",
        "[INSERT DATE]",
    ],
)
def test_what_is_counted_in_a_way_we_do_not_know_has_no_day(text: str) -> None:
    assert periods.read(text).anchor is Anchor.OTHER


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ((60, "day"), date(2020, 6, 18), date(2020, 8, 17)),
        ((0, "day"), date(2020, 6, 18), date(2020, 6, 18)),
        ((30, "day"), date(2018, 5, 2), date(2018, 6, 1)),
        ((60, "day"), date(2018, 10, 23), date(2018, 12, 24)),  # from a Saturday; closed only later
        ((45, "day"), date(2021, 1, 15), date(2021, 3, 1)),
        ((60, "day"), date(2024, 7, 5), date(2024, 9, 3)),
        ((60, "day"), date(2020, 11, 2), date(2021, 1, 4)),  # over New Year's Day and a weekend
        ((1, "month"), date(2021, 1, 29), date(2021, 3, 1)),  # the 28th of February is a Sunday
        ((1, "year"), date(2024, 2, 29), date(2025, 2, 28)),
        ((2, "week"), date(2020, 6, 18), date(2020, 7, 2)),
    ],
)
def test_days_are_counted_as_the_register_does(
    period: tuple[int, str], start: date, end: date
) -> None:
    count, unit = period

    assert Period(anchor=Anchor.PUBLICATION, count=count, unit=unit).end(start) == end


@given(
    st.integers(0, 999),
    st.sampled_from(["day", "week", "month", "year"]),
    st.dates(date(1990, 1, 1), date(2100, 1, 1)).filter(is_business_day),
)
def test_a_period_ends_on_a_business_day_at_its_length_or_just_after(
    count: int, unit: str, start: date
) -> None:
    end = Period(anchor=Anchor.PUBLICATION, count=count, unit=unit).end(start)

    assert is_business_day(end)
    if unit == "day":
        assert timedelta(count) <= end - start <= timedelta(count + 4)
    assert end >= start


@given(st.integers(1, 365), st.dates(date(2000, 1, 1), date(2060, 1, 1)))
def test_a_longer_period_never_ends_sooner(count: int, start: date) -> None:
    shorter = Period(anchor=Anchor.PUBLICATION, count=count).end(start)
    longer = Period(anchor=Anchor.PUBLICATION, count=count + 1).end(start)

    assert shorter <= longer
