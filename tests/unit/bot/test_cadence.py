"""When a digest is due and quiet hours end, over time zones and the days that clocks are set."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.cadence import next_digest, quiet_until
from storage.channels import Channel
from storage.subscriptions import Cadence, Terms

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
#: Whole hours, halves and quarters; clocks set by an hour and by half of one; days that were skipped.
ZONES = st.sampled_from(
    [
        *(NEW_YORK, BERLIN, ZoneInfo("UTC"), ZoneInfo("Asia/Kathmandu")),
        *(ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Apia"), ZoneInfo("America/St_Johns")),
        *(ZoneInfo("Africa/Casablanca"), ZoneInfo("Asia/Tehran"), ZoneInfo("Pacific/Kiritimati")),
    ]
)
MOMENTS = st.integers(1_293_840_000, 1_893_456_000).map(  # 2011 to 2029
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)
TIMES = st.times().map(lambda each: each.replace(second=0, microsecond=0))


def local(text: str, zone: ZoneInfo, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("terms", "after", "due"),
    [
        (Terms(cadence=Cadence.DAILY), "2020-06-18T08:59", "2020-06-18T09:00"),
        (Terms(cadence=Cadence.DAILY), "2020-06-18T09:00", "2020-06-19T09:00"),
        (Terms(cadence=Cadence.DAILY, at=time(0)), "2020-06-18T23:59", "2020-06-19T00:00"),
        (Terms(cadence=Cadence.WEEKLY), "2020-06-18T12:00", "2020-06-22T09:00"),
        (Terms(cadence=Cadence.WEEKLY, weekday=3), "2020-06-18T08:00", "2020-06-18T09:00"),
        (Terms(cadence=Cadence.WEEKLY, weekday=3), "2020-06-18T09:00", "2020-06-25T09:00"),
        (Terms(cadence=Cadence.HOURLY), "2020-06-18T12:00", "2020-06-18T13:00"),
        (Terms(cadence=Cadence.HOURLY), "2020-06-18T12:59", "2020-06-18T13:00"),
        (Terms(cadence=Cadence.NOW), "2020-06-18T12:59", "2020-06-18T12:59"),
    ],
)
def test_a_digest_is_due_at_its_next_time(terms: Terms, after: str, due: str) -> None:
    assert next_digest(terms, zone=BERLIN, after=local(after, BERLIN)) == local(due, BERLIN)


def test_a_subscriptions_own_zone_comes_before_its_channels() -> None:
    terms = Terms(cadence=Cadence.DAILY, timezone=BERLIN)

    due = next_digest(terms, zone=NEW_YORK, after=local("2020-06-18T12:00", BERLIN))

    assert due == local("2020-06-19T09:00", BERLIN)


def test_a_time_that_the_clock_skips_comes_as_late_as_it_would_have() -> None:
    terms = Terms(cadence=Cadence.DAILY, at=time(2, 30))

    due = next_digest(terms, zone=BERLIN, after=local("2020-03-29T01:59", BERLIN))
    following = next_digest(terms, zone=BERLIN, after=due)

    assert due == local("2020-03-29T03:30", BERLIN)
    assert following == local("2020-03-30T02:30", BERLIN)


def test_a_time_that_the_clock_shows_twice_comes_once() -> None:
    terms = Terms(cadence=Cadence.DAILY, at=time(2, 30))

    due = next_digest(terms, zone=BERLIN, after=local("2020-10-25T01:00", BERLIN))
    following = next_digest(terms, zone=BERLIN, after=due)

    assert due == local("2020-10-25T02:30", BERLIN, fold=0)
    assert following == local("2020-10-26T02:30", BERLIN)


def test_both_hours_that_the_clock_shows_alike_have_their_digest() -> None:
    terms = Terms(cadence=Cadence.HOURLY)
    first = next_digest(terms, zone=BERLIN, after=local("2020-10-25T01:10", BERLIN))

    second = next_digest(terms, zone=BERLIN, after=first)

    assert (first, second) == (
        local("2020-10-25T02:00", BERLIN, fold=0),
        local("2020-10-25T02:00", BERLIN, fold=1),
    )


@given(zone=ZONES, after=MOMENTS, at=TIMES)
@example(
    zone=ZoneInfo("Pacific/Apia"), after=datetime(2011, 12, 30, 9, tzinfo=UTC), at=time(23, 30)
)
def test_there_is_one_daily_digest_for_each_day_of_the_calendar(
    zone: ZoneInfo, after: datetime, at: time
) -> None:
    terms = Terms(cadence=Cadence.DAILY, at=at)
    due = [after]
    for _ in range(8):
        due.append(next_digest(terms, zone=zone, after=due[-1]))

    gaps = [later - earlier for earlier, later in pairwise(due[1:])]

    assert all(earlier < later for earlier, later in pairwise(due))
    assert timedelta() < due[1] - after <= timedelta(hours=48)
    assert all(timedelta(hours=22) <= gap <= timedelta(hours=26) for gap in gaps)
    on_time = [each for each in due[1:] if each.astimezone(zone).time() == at]
    assert len(on_time) >= 7


@given(zone=ZONES, after=MOMENTS, at=TIMES, weekday=st.integers(0, 6))
def test_a_weekly_digest_comes_on_its_day(
    zone: ZoneInfo, after: datetime, at: time, weekday: int
) -> None:
    terms = Terms(cadence=Cadence.WEEKLY, at=at, weekday=weekday)

    due = next_digest(terms, zone=zone, after=after)
    following = next_digest(terms, zone=zone, after=due)

    assert after < due <= after + timedelta(days=8, hours=2)
    assert timedelta(days=6, hours=22) <= following - due <= timedelta(days=8, hours=2)
    days = [each.astimezone(zone).weekday() for each in (due, following)]
    assert weekday in days


@given(zone=ZONES, after=MOMENTS)
def test_an_hourly_digest_comes_within_the_hour(zone: ZoneInfo, after: datetime) -> None:
    due = next_digest(Terms(cadence=Cadence.HOURLY), zone=zone, after=after)

    assert timedelta() < due - after <= timedelta(hours=1)
    assert due.astimezone(zone).minute in {0, 30}


@given(zone=ZONES, now=MOMENTS, begins=TIMES, ends=TIMES)
def test_quiet_hours_end_at_their_time_and_not_before(
    zone: ZoneInfo, now: datetime, begins: time, ends: time
) -> None:
    chosen = Channel(quiet_from=begins, quiet_until=ends)

    end = quiet_until(chosen, zone=zone, now=now)

    if end is None:
        return
    assert now < end <= now + timedelta(hours=49)
    assert quiet_until(chosen, zone=zone, now=end - timedelta(milliseconds=1)) == end


@given(now=MOMENTS, begins=TIMES, ends=TIMES)
def test_where_no_clock_is_set_it_is_quiet_by_the_time_of_day_alone(
    now: datetime, begins: time, ends: time
) -> None:
    chosen = Channel(quiet_from=begins, quiet_until=ends)
    within = begins <= now.time() < ends
    over_midnight = ends < begins and (now.time() >= begins or now.time() < ends)

    end = quiet_until(chosen, zone=ZoneInfo("UTC"), now=now)

    assert (end is not None) == (within or over_midnight)
    assert end is None or end.time() == ends


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2020-06-18T21:59", None),
        ("2020-06-18T22:00", "2020-06-19T07:00"),
        ("2020-06-19T06:59", "2020-06-19T07:00"),
        ("2020-06-19T07:00", None),
        ("2020-06-19T12:00", None),
    ],
)
def test_quiet_hours_go_over_midnight(now: str, end: str | None) -> None:
    chosen = Channel(quiet_from=time(22), quiet_until=time(7))

    found = quiet_until(chosen, zone=BERLIN, now=local(now, BERLIN))

    assert found == (local(end, BERLIN) if end else None)


def test_quiet_hours_within_a_day_are_of_the_channels_own_zone() -> None:
    chosen = Channel(quiet_from=time(12), quiet_until=time(13), timezone=BERLIN)
    noon = local("2020-06-18T12:30", BERLIN)

    assert quiet_until(chosen, zone=NEW_YORK, now=noon) == local("2020-06-18T13:00", BERLIN)
    assert quiet_until(Channel(), zone=NEW_YORK, now=noon) is None


def test_quiet_hours_that_end_do_not_begin_again_as_the_clock_is_set_back() -> None:
    chosen = Channel(quiet_from=time(22), quiet_until=time(2, 30))
    again = local("2020-10-25T02:10", BERLIN, fold=1)

    assert quiet_until(chosen, zone=BERLIN, now=again) is None
