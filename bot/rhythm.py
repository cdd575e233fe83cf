"""When to visit a feed next: its interval, the Federal Register's day, backoff, jitter."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from feeds.issue_days import is_issue_day
from feeds.model import EASTERN, Feed, FeedKind

#: Errors never keep a feed unvisited for longer.
LONGEST_BACKOFF = timedelta(hours=6)
#: A feed that is gone may come back, and is asked whether it has so often.
GONE = timedelta(days=1)
#: Share of the wait that is random, so that feeds and installations do not march in step.
JITTER = 0.1

CLOSE = timedelta(minutes=2)
DAYTIME = timedelta(minutes=15)
SPARSE = timedelta(minutes=60)

#: Eastern times between which something appears on an issue day (federal_register.md §5, §6, §13):
#: the issue around 06:00, filings at 08:45, 11:15, 14:00, 16:15 and 18:00.
CLOSE_WATCH: dict[FeedKind, tuple[tuple[time, time], ...]] = {
    FeedKind.FEDERAL_REGISTER: ((time(5, 58), time(6, 20)), (time(8, 45), time(9, 0))),
    FeedKind.PUBLIC_INSPECTION: (
        (time(8, 44), time(9, 5)),
        (time(11, 14), time(11, 30)),
        (time(13, 59), time(14, 10)),
        (time(16, 14), time(16, 30)),
        (time(17, 59), time(18, 15)),
    ),
}
DAY_STARTS, DAY_ENDS = time(5, 30), time(20, 0)


def next_poll(
    feed: Feed, *, now: datetime, jitter: float, fresh_for: float | None = None
) -> datetime:
    """When to visit after a success.

    Args:
        feed: Whose interval counts; for the Federal Register it holds by day on issue days.
        now: Aware time of this visit.
        jitter: 0 to 1, drawn by the caller.
        fresh_for: Seconds the server asked us to stay away, already within limits.
    """
    now, wait = now.astimezone(UTC), feed.every  # a local clock may go back in between
    if feed.kind in CLOSE_WATCH:
        return _register_wait(feed, now, jitter)
    if fresh_for:
        wait = max(wait, timedelta(seconds=fresh_for))
    return now + wait * (1 + JITTER * jitter)


def after_failure(
    feed: Feed,
    *,
    failures: int,
    now: datetime,
    jitter: float,
    retry_after: float | None = None,
    permanent: bool = False,
    gone: bool = False,
) -> datetime:
    """When to visit after a failure: twice the wait each time, never given up for good.

    Args:
        feed: Whose interval the backoff starts from.
        failures: Failed visits in a row, this one included; at least 1.
        now: Aware time of this visit.
        jitter: 0 to 1, drawn by the caller.
        retry_after: Seconds the server asked for, already within limits.
        permanent: Waiting is not known to help; the longest wait at once.
        gone: The server said that there is nothing there any more.
    """
    now = now.astimezone(UTC)
    if gone:
        return now + GONE * (1 + JITTER * jitter)
    first = min(feed.every, CLOSE if feed.kind in CLOSE_WATCH else DAYTIME)
    wait = (
        LONGEST_BACKOFF if permanent else min(first * 2 ** min(failures - 1, 16), LONGEST_BACKOFF)
    )
    if retry_after:
        wait = max(wait, timedelta(seconds=retry_after))
    return now + min(wait * (1 + JITTER * jitter), LONGEST_BACKOFF)


def _register_wait(feed: Feed, now: datetime, jitter: float) -> datetime:
    """Close polling in the watched windows, the feed's interval by day, sparse otherwise.

    A wait ends at the start of the next window rather than stepping over it.
    """
    local = now.astimezone(EASTERN)
    working = is_issue_day(local.date())
    windows = CLOSE_WATCH[feed.kind] if working else ()
    if any(start <= local.time() < end for start, end in windows):
        wait = CLOSE
    elif working and DAY_STARTS <= local.time() < DAY_ENDS:
        wait = feed.every
    else:
        wait = max(feed.every, SPARSE)
    then = now + wait * (1 + JITTER * jitter)
    openings = (datetime.combine(local.date(), start, EASTERN) for start, _ in windows)
    ahead = [opening for opening in openings if now < opening < then]
    return min(ahead, default=then)
