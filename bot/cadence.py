"""When a digest is due, and when quiet hours end: local times as moments (pure)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage.channels import Channel
from storage.subscriptions import Cadence, Terms

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
#: Days looked at for the next digest: a week, and the days on either side that a zone may skip.
_AHEAD = range(-1, 10)


def next_digest(terms: Terms, *, zone: ZoneInfo, after: datetime) -> datetime:
    """The first moment after one at which a subscription speaks; for `now`, that moment itself.

    Args:
        terms: Whose time zone, if they name one, is meant.
        zone: Else.
        after: Aware.
    """
    zone, after = terms.timezone or zone, after.astimezone(UTC)
    if terms.cadence is Cadence.NOW:
        return after
    local = after.astimezone(zone)
    if terms.cadence is Cadence.HOURLY:
        past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        return after - past + _HOUR
    days = (local.date() + number * _DAY for number in _AHEAD)
    moments = (
        moment(day, terms.at, zone)
        for day in days
        if terms.cadence is Cadence.DAILY or day.weekday() == terms.weekday
    )
    return next(each for each in moments if each > after)


def quiet_until(chosen: Channel, *, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the quiet hours end in which a channel is; None when it is in none.

    Args:
        chosen: Whose time zone, if it names one, is meant.
        zone: Else.
        now: Aware.
    """
    begins, ends = chosen.quiet_from, chosen.quiet_until
    if begins is None or ends is None:
        return None
    zone = chosen.timezone or zone
    today = now.astimezone(zone).date()
    for day in (today - _DAY, today, today + _DAY):
        end = moment(day + _DAY if ends < begins else day, ends, zone)
        if moment(day, begins, zone) <= now < end:
            return end
    return None


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When a clock shows a time of a day, as RFC 5545 (3.3.5) reads local times.

    One that comes twice, as clocks are set back, is the first; one that does not come, as they are
    set forward, is as long after the last that did as it would have been.
    """
    return datetime.combine(day, at, zone).astimezone(UTC)
