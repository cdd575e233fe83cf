"""What a server's headers ask of us."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.hints import LONGEST, fresh_for, retry_after, seconds

DATE = "Tue, 16 Jun 2020 12:00:00 GMT"


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("999999999", LONGEST),
        ("Tue, 16 Jun 2020 12:05:00 GMT", 300.0),
        ("Tue, 16 Jun 2020 11:00:00 GMT", 0.0),
        ("Wed, 16 Jun 2021 12:00:00 GMT", LONGEST),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("Tue, 99 Jun 2020 12:05:00 GMT", None),
        ("Tue, 16 Jun 2020 12:05:00 +99999999999999", None),
        ("Tue, 16 Jun 99999999999999999999 12:05:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_within_limits(value: str, wait: float | None) -> None:
    assert retry_after(value, date=DATE) == wait


def test_a_date_to_wait_for_means_nothing_without_the_servers_own() -> None:
    assert retry_after("Tue, 16 Jun 2020 12:05:00 GMT", date="") is None


@pytest.mark.parametrize(
    ("value", "age", "lasts"),
    [
        ("max-age=300", "", 300.0),
        ("public, Max-Age = 300", "", 300.0),
        ('max-age="300"', "", 300.0),
        ("max-age=300", "100", 200.0),
        ("max-age=300", "900", 0.0),
        ("max-age=300", "old", 300.0),
        ("max-age=31536000", "", LONGEST),
        ("max-age=300, no-cache", "", None),
        ("no-store, max-age=300", "", None),
        ("s-maxage=300", "", None),
        ("max-age=-1", "", None),
        ("max-age", "", None),
        ("", "", None),
    ],
)
def test_fresh_for_is_max_age_less_age_within_limits(
    value: str, age: str, lasts: float | None
) -> None:
    assert fresh_for(value, age=age) == lasts


@settings(max_examples=50)
@given(st.text(), st.text())
def test_no_header_breaks_the_reading(value: str, other: str) -> None:
    found = [retry_after(value, date=other), fresh_for(value, age=other)]

    assert all(hint is None or 0 <= hint <= LONGEST for hint in found)


@pytest.mark.parametrize(("value", "count"), [("17", 17.0), ("", None), ("\u0661", None)])
def test_seconds_are_plain_digits(value: str, count: float | None) -> None:
    assert seconds(value) == count
