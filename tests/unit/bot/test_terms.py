"""How often and when, from words and in words."""

from __future__ import annotations

from contextlib import suppress
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import terms
from bot.terms import TermsError
from storage.subscriptions import Cadence, Terms

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "left", "agreed"),
    [
        ("huawei now", "huawei", Terms()),
        ("huawei hourly", "huawei", Terms(cadence=Cadence.HOURLY)),
        ("huawei Daily", "huawei", Terms(cadence=Cadence.DAILY)),
        ("huawei daily 08:30", "huawei", Terms(cadence=Cadence.DAILY, at=time(8, 30))),
        ("huawei daily at 8.30", "huawei", Terms(cadence=Cadence.DAILY, at=time(8, 30))),
        ("huawei daily 7", "huawei", Terms(cadence=Cadence.DAILY, at=time(7))),
        ("huawei daily 5pm", "huawei", Terms(cadence=Cadence.DAILY, at=time(17))),
        ("huawei daily at 12 a.m.", "huawei", Terms(cadence=Cadence.DAILY, at=time(0))),
        ("huawei daily 12pm", "huawei", Terms(cadence=Cadence.DAILY, at=time(12))),
        ("huawei weekly", "huawei", Terms(cadence=Cadence.WEEKLY)),
        ("huawei weekly fri", "huawei", Terms(cadence=Cadence.WEEKLY, weekday=4)),
        (
            "huawei weekly on Sundays at 18:00",
            "huawei",
            Terms(cadence=Cadence.WEEKLY, weekday=6, at=time(18)),
        ),
        ("huawei weekly 10:00", "huawei", Terms(cadence=Cadence.WEEKLY, at=time(10))),
        (
            "a OR b daily 09:00 europe/berlin",
            "a OR b",
            Terms(cadence=Cadence.DAILY, timezone=BERLIN),
        ),
        ("hourly", "", Terms(cadence=Cadence.HOURLY)),
    ],
)
def test_a_line_ends_with_how_often_and_when(text: str, left: str, agreed: Terms) -> None:
    found = terms.ending(text)

    assert found
    assert (found.text, found.applied(Terms())) == (left, agreed)


@pytest.mark.parametrize(
    "text",
    [
        *("huawei", "snow", '"people\'s daily"', "agency:daily", "huawei weekly reports"),
        *("daily huawei", "nowhere", "huawei -daily", "(china daily)"),
    ],
)
def test_a_word_within_a_query_is_no_cadence(text: str) -> None:
    assert terms.ending(text) is None


def test_what_is_not_said_stays_as_it_was() -> None:
    before = Terms(cadence=Cadence.WEEKLY, at=time(7), weekday=3, timezone=BERLIN, note="Ours")
    found = terms.ending("huawei daily")

    assert found
    assert found.applied(before) == Terms(
        cadence=Cadence.DAILY, at=time(7), weekday=3, timezone=BERLIN, note="Ours"
    )


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("huawei weekly fryday", "friday"),
        ("huawei daily 9:5", "09:00"),
        ("huawei daily 25:00", ""),
        ("huawei hourly 09:00", ""),
        ("huawei daily monday", ""),
        ("huawei daily 09:00 europe/berlim", "Europe/Berlin"),
    ],
)
def test_what_is_meant_as_a_time_and_is_none_is_refused(text: str, instead: str) -> None:
    with pytest.raises(TermsError) as refused:
        terms.ending(text)

    assert refused.value.instead == instead


@given(
    cadence=st.sampled_from(Cadence),
    at=st.times().map(lambda each: each.replace(second=0, microsecond=0)),
    weekday=st.integers(0, 6),
)
def test_what_is_told_can_be_typed_again(cadence: Cadence, at: time, weekday: int) -> None:
    made = Terms(cadence=cadence, at=at, weekday=weekday, timezone=BERLIN)
    said = terms.told(made, zone=ZoneInfo("UTC")).replace("at once", "now")

    found = terms.ending("huawei " + said.replace("(", "").replace(")", ""))

    assert found
    assert terms.told(found.applied(Terms()), zone=BERLIN).replace("at once", "now") == said


@pytest.mark.parametrize(
    ("text", "lasts"),
    [
        ("2h", timedelta(hours=2)),
        ("3d", timedelta(days=3)),
        ("1 week", timedelta(days=7)),
        ("90 min", timedelta(minutes=90)),
        ("2 hrs", timedelta(hours=2)),
        ("30 Minutes", timedelta(minutes=30)),
    ],
)
def test_a_mute_lasts_as_long_as_is_said(text: str, lasts: timedelta) -> None:
    assert terms.span(text) == lasts


@pytest.mark.parametrize(
    "text", ["", "0h", "forever", "2", "h", "91d", "-2h", "9999w", "2 h 3", "1 month", "2 decades"]
)
def test_what_is_no_time_to_be_muted_is_refused(text: str) -> None:
    with pytest.raises(TermsError, match="such as 2h or 3d"):
        terms.span(text)


@pytest.mark.parametrize(
    "text", ["22:00-07:00", "22:00 - 7", "10pm to 7am", "22 until 07.00", "22\u20137"]
)
def test_quiet_hours_are_two_times(text: str) -> None:
    assert terms.quiet_hours(text) == (time(22), time(7))


@pytest.mark.parametrize("text", ["", "22:00", "22:00-22:00", "25-7", "at night", "-", "1-2-3"])
def test_what_is_no_quiet_hours_is_refused(text: str) -> None:
    with pytest.raises(TermsError):
        terms.quiet_hours(text)


@given(st.text(max_size=80))
def test_whatever_is_typed_is_understood_or_refused(text: str) -> None:
    for read in (terms.ending, terms.clock, terms.span, terms.quiet_hours, terms.note, terms.zone):
        with suppress(TermsError):
            assert read(text) is None or read(text) == read(text)
