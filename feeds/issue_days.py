"""The days the Federal Register counts by: business days, and those on which it is issued."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

#: The Register began in 1936; a year far off is a slip that no calendar should have to bear.
YEARS = range(1936, 2200)

_DAY = timedelta(days=1)

#: (month, weekday Monday=0, which one; -1 the last) of the moving holidays of 5 U.S.C. 6103.
_MOVING = ((1, 0, 3), (2, 0, 3), (5, 0, -1), (9, 0, 1), (10, 0, 2), (11, 3, 4))
#: (month, day, first year) of the fixed ones; Juneteenth since Public Law 117-17.
_FIXED = ((1, 1, 0), (6, 19, 2021), (7, 4, 0), (11, 11, 0), (12, 25, 0))
#: Offices closed by executive order, from the Register's own list of holidays. Such a day is told a
#: few days ahead, so that no date printed before was counted with it.
_CLOSED = frozenset(
    map(
        date.fromisoformat,
        (
            "2018-12-05",  # E.O. 13852, a day of mourning
            "2018-12-24",  # E.O. 13854
            "2019-12-24",  # E.O. 13900
            "2020-12-24",  # E.O. 13965
            "2024-12-24",
            "2025-01-09",  # a day of mourning
        ),
    )
)


def is_issue_day(day: date) -> bool:
    """Whether an issue is printed that day. A closing still to be ordered is not known."""
    return is_business_day(day) and day not in _CLOSED


def is_business_day(day: date) -> bool:
    """Whether it is neither a weekend nor a federal holiday where the Register has its office."""
    return day.weekday() < 5 and day not in _holidays(day.year)


def business_day_from(day: date) -> date:
    """That day, or the first business day after it."""
    while not is_business_day(day):
        day += _DAY
    return day


@lru_cache(maxsize=16)
def _holidays(year: int) -> frozenset[date]:
    """Federal holidays as observed: on Friday for a Saturday, on Monday for a Sunday."""
    fixed = [date(year, month, day) for month, day, since in _FIXED if year >= since]
    fixed.append(date(year + 1, 1, 1))  # observed on 31 December when it falls on a Saturday
    observed = [day + _DAY * {5: -1, 6: 1}.get(day.weekday(), 0) for day in fixed]
    if year % 4 == 1:
        observed.append(date(year, 1, 20))  # an inauguration, in Washington; 5 U.S.C. 6103(c)
    return frozenset([*observed, *(_moving(year, *rule) for rule in _MOVING)])


def _moving(year: int, month: int, weekday: int, which: int) -> date:
    if which < 0:
        last = date(year, month + 1, 1) - _DAY
        return last - _DAY * ((last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + _DAY * ((weekday - first.weekday()) % 7 + 7 * (which - 1))
