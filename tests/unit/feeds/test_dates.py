"""Dates in the shapes that feeds use."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.dates import FIRST_YEAR, LAST_YEAR, instant

NOON = datetime(2020, 6, 16, 12, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Tue, 16 Jun 2020 12:45:00 GMT",
        "Tue, 16 Jun 2020 08:45:00 EDT",
        "Tue, 16 Jun 2020 08:45:00 -0400",
        "Tue, 16 Jun 2020 08:45:00 ET",
        "June 16, 2020 5:45 AM PT",
        "16 Jun 20 12:45 UT",
        "Tue, 16 Jun 2020 14:45:00 CEST",
        "2020-06-16T12:45:00Z",
        "2020-06-16T08:45:00-04:00",
        "2020-06-16 12:45:00",
        "2020-06-16T12:45:00",
        "June 16, 2020 12:45 pm",
        " 2020-06-16T12:45Z\n",
        "Tue Jun 16 2020 20:45:00 GMT+0800 (China Standard Time)",
        "16 Jun 2020 09:45 UTC-3",
        "16 June 2020 12:45 XYZ",
    ],
)
def test_a_date_is_read_in_any_shape(text: str) -> None:
    assert instant(text) == NOON


@given(
    st.datetimes(datetime(FIRST_YEAR, 1, 2), datetime(LAST_YEAR, 12, 30)),  # noqa: DTZ001  the zone is drawn
    st.integers(-23 * 60, 23 * 60),
)
def test_a_date_as_rfc_822_has_it_is_read_with_its_zone(moment: datetime, ahead: int) -> None:
    zoned = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=ahead)))

    assert instant(format_datetime(zoned)) == zoned


@pytest.mark.parametrize(
    "text",
    [
        "Thu, 31 Sep 2020 12:45:00 GMT",
        "Thu, 16 Jun 2020 25:45:00 GMT",
        "Thu, 16 Jun 2020 12:45:00 +9900",
    ],
)
def test_a_date_as_rfc_822_has_it_that_cannot_be_is_none(text: str) -> None:
    assert instant(text) is None


def test_a_zone_that_is_written_all_year_has_no_summer_time_in_winter() -> None:
    assert instant("Tue, 15 Dec 2020 08:45:00 ET") == datetime(2020, 12, 15, 13, 45, tzinfo=UTC)


def test_a_struct_time_is_utc() -> None:
    assert instant(time.struct_time((2020, 6, 16, 12, 45, 0, 1, 168, 0))) == NOON


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "Tuesday",
        "10:30",
        "16 Jun",
        "0001-01-01T00:00:00Z",
        "9999-12-31",
        "0000-00-00 00:00:00",
        "2020-13-45",
        "1 2 3 4 5 6 7 8 9",
        "20200616" * 20,
        "2020-06-16T12:45:00+99:99",
        "Tue, 16 Jun 2:9999999999999999999999999999920 08:45:00 GMT",
        "\x00",
        None,
    ],
)
def test_what_is_no_date_or_has_no_likely_year_is_none(text: str | None) -> None:
    assert instant(text) is None


@given(st.one_of(st.text(max_size=40), st.text(alphabet="0123456789-:+TZ /.GMTaJun,", max_size=40)))
@settings(max_examples=300)
def test_reading_a_date_never_raises_and_gives_utc_within_bounds(text: str) -> None:
    moment = instant(text)

    assert moment is None or (
        moment.tzinfo is UTC and FIRST_YEAR - 1 <= moment.year <= LAST_YEAR + 1
    )
