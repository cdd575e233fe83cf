"""What a server's headers ask of us: how long to wait, how long an answer stays fresh."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

#: Seconds. No server can put a feed off for longer than this, by mistake or on purpose.
LONGEST = 6 * 60 * 60.0

_SECONDS = re.compile(r"[0-9]{1,12}")


def retry_after(value: str, *, date: str) -> float | None:
    """Seconds to wait by a Retry-After header (RFC 9110, 10.2.3), 0 to `LONGEST`.

    Args:
        value: The header: seconds, or the HTTP date to wait for.
        date: The answer's Date header, from which an HTTP date is counted: the server's own clock.

    Returns:
        None when the server did not say, or not so that it can be understood.
    """
    value = value.strip()
    if _SECONDS.fullmatch(value):
        return _clamped(float(value))
    until, since = _http_date(value), _http_date(date)
    if until is None or since is None:
        return None
    return _clamped((until - since).total_seconds())


def fresh_for(cache_control: str, *, age: str = "") -> float | None:
    """Seconds for which an answer need not be asked for again, 0 to `LONGEST`.

    Args:
        cache_control: The Cache-Control header (RFC 9111, 5.2.2).
        age: The Age header: seconds that the answer has already spent in caches.

    Returns:
        None when there is no max-age, or when the answer is not to be kept at all.
    """
    directives = dict(_directive(part) for part in cache_control.split(","))
    if "no-store" in directives or "no-cache" in directives:
        return None
    lasts = directives.get("max-age", "")
    if not _SECONDS.fullmatch(lasts):
        return None
    return _clamped(float(lasts) - (seconds(age) or 0.0))


def seconds(value: str) -> float | None:
    """A header that holds a count of seconds; None when it does not."""
    value = value.strip()
    return float(value) if _SECONDS.fullmatch(value) else None


def _directive(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return name.strip().lower(), value.strip().strip('"')


def _clamped(value: float) -> float:
    return min(max(value, 0.0), LONGEST)


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # the latter for numbers without end
        return None
    return moment if moment.tzinfo else None
