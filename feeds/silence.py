"""How long a feed may publish nothing before that is a sign, by its own rhythm (pure)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from itertools import accumulate, pairwise

from feeds.issue_days import is_business_day

_DAY = timedelta(days=1)

#: A feed is known by so many pauses at least; until then it says nothing of itself.
FEWEST = 8
#: Only the last so many count: half a year of a daily feed.
MOST = 120
#: Missed days from which on anything can be said at all.
LEAST = 2
#: How rarely a feed that publishes at random would pause for so long: once in so many pauses.
_ODDS = 2_000


def working_days(after: date, until: date) -> int:
    """Days after the one and up to the other on which publishers work.

    Business days of the government (`feeds.issue_days`), and of those none between Christmas and
    New Year, when the press rests as well.
    """
    if until <= after:
        return 0
    between = sum(_of_year(year)[-1] for year in range(after.year, until.year))
    return between + _worked(until) - _worked(after)


def missed(last: date, today: date) -> int:
    """Whole working days on which nothing came: neither the day of the last item nor today."""
    return working_days(last, today - _DAY)


def patience(days: Sequence[date]) -> int | None:
    """How many whole working days without anything are more than a feed's own pauses explain.

    Of two bounds on its pauses the wider holds: what chance would do to a feed that publishes as
    often and has no habit, and three times the pause that one in twenty exceeds. Neither asks for
    more than twice the longest pause that was seen, for habits are stricter than chance.

    Args:
        days: On which it published, in any order.

    Returns:
        At least `LEAST`; None when too little is known of it.
    """
    known = sorted(set(days))
    pauses = sorted([length for a, b in pairwise(known) if (length := working_days(a, b))][-MOST:])
    if len(pauses) < FEWEST:
        return None
    common = pauses[math.ceil(0.95 * len(pauses)) - 1]
    wide = max(_by_chance(len(pauses) / sum(pauses)), 3 * common if common > 1 else 0)
    return max(LEAST, min(wide, 2 * pauses[-1]))


def _by_chance(share: float) -> int:
    """The pause that is exceeded once in `_ODDS`, of a feed that publishes on this share of days."""
    return math.ceil(math.log(_ODDS) / -math.log1p(-share)) if share < 1 else 0


def _worked(day: date) -> int:
    """Working days of its year up to a day."""
    return _of_year(day.year)[day.timetuple().tm_yday]


@cache
def _of_year(year: int) -> list[int]:
    """Working days up to each day of a year, from none before the first."""
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    days = map(date.fromordinal, range(first, last + 1))
    return list(accumulate(map(_is_working, days), initial=0))


def _is_working(day: date) -> bool:
    return is_business_day(day) and not (day.month == 12 and day.day >= 24)
