"""When a feed is visited next."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import rhythm
from feeds.model import EASTERN, Feed, FeedKind
from tests.factories import make_feed

MINUTES_15 = timedelta(minutes=15)
INSPECTION = make_feed(name="pi", kind=FeedKind.PUBLIC_INSPECTION, every=MINUTES_15)
REGISTER = make_feed(name="bis", kind=FeedKind.FEDERAL_REGISTER, every=timedelta(minutes=30))
NEWS = make_feed(every=timedelta(minutes=10))


def eastern(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=EASTERN)


@pytest.mark.parametrize(
    ("now", "minutes"),
    [
        ("2020-06-16T08:46", 2),  # filings appear
        ("2020-06-16T16:20", 2),
        ("2020-06-16T09:30", 15),
        ("2020-06-16T21:00", 60),  # night
        ("2020-06-20T08:46", 60),  # Saturday
        ("2020-07-03T08:46", 60),  # Independence Day, observed
    ],
)
def test_public_inspection_is_watched_when_filings_appear(now: str, minutes: int) -> None:
    then = rhythm.next_poll(INSPECTION, now=eastern(now), jitter=0)

    assert then - eastern(now) == timedelta(minutes=minutes)


def test_a_wait_does_not_step_over_the_next_filing_time() -> None:
    then = rhythm.next_poll(INSPECTION, now=eastern("2020-06-16T08:40"), jitter=0.5)

    assert then == eastern("2020-06-16T08:44")


def test_published_documents_are_watched_when_the_issue_appears() -> None:
    night = rhythm.next_poll(REGISTER, now=eastern("2020-06-18T05:10"), jitter=0)
    dawn = rhythm.next_poll(REGISTER, now=eastern("2020-06-18T06:00"), jitter=0)

    assert night == eastern("2020-06-18T05:58")
    assert dawn == eastern("2020-06-18T06:02")


def test_news_keeps_its_interval_unless_its_server_asks_for_more() -> None:
    now = eastern("2020-06-16T08:46")

    assert rhythm.next_poll(NEWS, now=now, jitter=0) - now == timedelta(minutes=10)
    assert rhythm.next_poll(NEWS, now=now, jitter=0, fresh_for=60) - now == timedelta(minutes=10)
    assert rhythm.next_poll(NEWS, now=now, jitter=0, fresh_for=3600) - now == timedelta(hours=1)


def test_jitter_adds_at_most_a_tenth() -> None:
    now = eastern("2020-06-16T09:30")

    assert rhythm.next_poll(NEWS, now=now, jitter=1) - now == timedelta(minutes=11)


@pytest.mark.parametrize(
    ("failures", "minutes"), [(1, 10), (2, 20), (3, 40), (6, 320), (7, 360), (500, 360)]
)
def test_failures_double_the_wait_up_to_six_hours(failures: int, minutes: int) -> None:
    now = eastern("2020-06-16T09:30")

    then = rhythm.after_failure(NEWS, failures=failures, now=now, jitter=0)

    assert then - now == timedelta(minutes=minutes)


def test_a_server_that_says_when_to_come_back_is_obeyed_up_to_six_hours() -> None:
    now = eastern("2020-06-16T09:30")

    asked = rhythm.after_failure(NEWS, failures=1, now=now, jitter=0, retry_after=1800)
    too_long = rhythm.after_failure(NEWS, failures=1, now=now, jitter=0, retry_after=10**6)

    assert asked - now == timedelta(minutes=30)
    assert too_long - now == timedelta(hours=6)


def test_a_permanent_failure_waits_longest_and_is_never_given_up() -> None:
    now = eastern("2020-06-16T09:30")

    then = rhythm.after_failure(NEWS, failures=1, now=now, jitter=1, permanent=True)

    assert then - now == timedelta(hours=6)


def test_a_feed_that_is_gone_is_asked_once_a_day_whether_it_is_back() -> None:
    now = eastern("2020-06-16T09:30")

    then = rhythm.after_failure(NEWS, failures=30, now=now, jitter=0, permanent=True, gone=True)

    assert then - now == timedelta(days=1)


def test_a_failing_register_is_tried_again_soon() -> None:
    now = eastern("2020-06-16T08:46")

    then = rhythm.after_failure(INSPECTION, failures=1, now=now, jitter=0)

    assert then - now == timedelta(minutes=2)


@given(
    st.datetimes(min_value=datetime(2019, 1, 1), max_value=datetime(2030, 1, 1)),  # noqa: DTZ001  zone added below
    st.floats(0, 1),
    st.sampled_from([INSPECTION, REGISTER, NEWS]),
)
@example(datetime(2028, 11, 5, 1, 0), 0.0, INSPECTION)  # noqa: DTZ001  clocks go back in that hour
def test_the_next_visit_is_always_ahead_and_never_far(
    local: datetime, jitter: float, feed: Feed
) -> None:
    now = local.replace(tzinfo=EASTERN)

    wait = rhythm.next_poll(feed, now=now, jitter=jitter).timestamp() - now.timestamp()

    assert 0 < wait <= 66 * 60
