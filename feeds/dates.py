"""Dates as feeds write them, to aware UTC."""

from __future__ import annotations

import re
import time
from calendar import timegm
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from dateutil import parser as dateutil_parser
from dateutil.tz import tzoffset

#: Years a press item can be of; others are mistakes ("0001-01-01", "2106-02-07").
FIRST_YEAR, LAST_YEAR = 1980, 2100
_LONGEST = 80

#: Hours from UTC. RFC 822, section 5.1, and the other abbreviations that feeds are seen to use.
_HOURS = dict.fromkeys(("UT", "UTC", "GMT", "Z", "WET"), 0.0) | {
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
    "BST": 1, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "IST": 5.5,
    "SGT": 8, "HKT": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
#: What Americans write all year round: summer time where it was summer.
_ALL_YEAR = {"ET": "New_York", "CT": "Chicago", "MT": "Denver", "PT": "Los_Angeles"}
_ZONES: dict[str, tzinfo] = {
    **{name: tzoffset(name, int(hours * 3600)) for name, hours in _HOURS.items()},
    **{name: ZoneInfo(f"America/{city}") for name, city in _ALL_YEAR.items()},
}
#: RFC 822, section 5, as nearly every RSS feed has it; dateutil takes ten times as long over it.
_RFC_822 = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(?P<day>\d{1,2})"
    r" (?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (?P<year>\d{4})"
    r" (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
    r" (?:GMT|(?P<sign>[+-])(?P<hours>\d\d)(?P<minutes>\d\d))",
    re.ASCII,
)
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905 - a table of words
#: What is filled in when a part of a date is missing; a year so early that it is refused.
_NO_DATE = datetime(1, 1, 1)  # noqa: DTZ001 - what is read decides the zone


def instant(value: str | time.struct_time | None) -> datetime | None:
    """Read a moment in any shape that feeds use: RFC 822, W3C, or nearly anything else.

    Args:
        value: Text, or a struct_time in UTC as feedparser gives it.

    Returns:
        Aware UTC; a time without a zone is taken to be UTC. None for what is no date, has no year,
        or has a year outside of `FIRST_YEAR` to `LAST_YEAR`. Never raises.
    """
    if value is None:
        return None
    try:
        moment = _read(value)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (
        ValueError,
        ArithmeticError,
        TypeError,
        AttributeError,
    ):  # what dateutil raises on noise
        return None


def _read(value: str | time.struct_time) -> datetime:
    if isinstance(value, time.struct_time):
        return datetime.fromtimestamp(timegm(value), UTC)
    text = " ".join(value[: _LONGEST + 1].split())
    if len(text) > _LONGEST or not re.search(r"\d{2}", text):
        raise ValueError(text)
    if found := _RFC_822.fullmatch(text):
        return _of_rfc_822(found)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        # "GMT+0800 (CST)", as JavaScript prints it, dateutil reads as eight hours behind, or not.
        text = re.sub(r"\b(?:GMT|UTC?)\s?(?=[+-]\d)|\([^()]*\)$", "", text)
        return dateutil_parser.parse(text, default=_NO_DATE, tzinfos=_zone)


def _of_rfc_822(found: re.Match[str]) -> datetime:
    ahead = timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))
    return datetime(
        int(found["year"]),
        _MONTHS.index(found["month"]) + 1,
        int(found["day"]),
        int(found["hour"]),
        int(found["minute"]),
        int(found["second"]),
        tzinfo=timezone(-ahead if found["sign"] == "-" else ahead),
    )


def _zone(name: str | None, offset: int | None) -> tzinfo | None:
    """A zone by its offset in seconds, else by its name; none for a name we do not know."""
    return tzoffset(name, offset) if offset is not None else _ZONES.get(name or "")
