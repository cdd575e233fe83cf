"""How a subscription is told, from words and in words: "weekly fri 08:30" (pure)."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from bot.wording import visible
from storage.subscriptions import NOTE, Cadence, Terms

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: A mute lasts no longer than this.
LONGEST_MUTE = timedelta(days=90)

_DAY = "|".join(f"{name[:3]}(?:{name[3:]})?s?" for name in DAYS)
_TIME = r"\d{1,2}(?::\d\d|\.\d\d)?\s*(?:[ap]\.?m\.?)?"
#: A cadence that ends a line, as people write it: "daily at 9am", "weekly on Fri 08:30".
_CADENCE = re.compile(
    rf"(?:^|\s)(?P<word>now|hourly|daily|weekly)"
    rf"(?:\s+(?:on\s+)?(?P<day>{_DAY}))?(?:\s+(?:at\s+)?(?P<time>{_TIME}))?"
    r"(?:\s+(?P<zone>[a-z_]+(?:/[a-z0-9_+-]+)+|utc))?\s*$",
    re.IGNORECASE,
)
#: A cadence followed by one word that may have been meant as its day or time.
_NEARLY = re.compile(
    r"(?:^|\s)(?:daily|weekly)\s+(?:(?:on|at)\s+)?(?P<word>\S+)\s*$", re.IGNORECASE
)
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?\s*(?P<half>[ap])?(?:\.?m\.?)?", re.IGNORECASE
)
_SPAN = re.compile(r"(?P<count>[0-9]{1,4})\s*(?P<unit>[a-z]+)")
#: Written out, for "1 month" is no minute.
_UNITS = {
    word: lasts
    for words, lasts in (
        ("m min mins minute minutes", timedelta(minutes=1)),
        ("h hr hrs hour hours", timedelta(hours=1)),
        ("d day days", timedelta(days=1)),
        ("w wk wks week weeks", timedelta(weeks=1)),
    )
    for word in words.split()
}
_QUIET = re.compile(
    r"\s*(?P<begins>.+?)\s*(?:-|\u2013|\bto\b|\buntil\b)\s*(?P<ends>.+?)\s*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The cadence that ends a line, and what stands before it."""

    text: str
    cadence: Cadence
    #: None: not said.
    at: time | None
    weekday: int | None
    timezone: ZoneInfo | None

    def applied(self, before: Terms) -> Terms:
        """The terms with what was said; what was not said stays as it was."""
        return replace(
            before,
            cadence=self.cadence,
            at=before.at if self.at is None else self.at,
            weekday=before.weekday if self.weekday is None else self.weekday,
            timezone=self.timezone or before.timezone,
        )


class TermsError(ValueError):
    """Words that name no cadence, time or span; its text says why."""

    def __init__(self, message: str, *, instead: str = "") -> None:
        super().__init__(message)
        #: What to write instead of what was written last; empty when there is no good guess.
        self.instead = instead


def ending(text: str) -> Ending | None:
    """The cadence with which a line ends; None when it ends with none.

    Raises:
        TermsError: it ends with a cadence whose day or time cannot be.
    """
    found = _CADENCE.search(text)
    if found is None:
        _refuse_nearly(text)
        return None
    cadence = Cadence(found["word"].lower())
    at = clock(found["time"]) if found["time"] else None
    weekday = _weekday(found["day"]) if found["day"] else None
    if at and cadence in {Cadence.NOW, Cadence.HOURLY}:
        raise TermsError(f"{cadence.value} takes no time; daily and weekly do.")
    if weekday is not None and cadence is not Cadence.WEEKLY:
        raise TermsError(f"{cadence.value} takes no day; weekly does.")
    return Ending(
        text=text[: found.start()].strip(),
        cadence=cadence,
        at=at,
        weekday=weekday,
        timezone=zone(found["zone"]) if found["zone"] else None,
    )


def without_ending(text: str) -> str:
    """What stands before the cadence with which a line ends, though that may be a mistake."""
    found = _CADENCE.search(text) or _NEARLY.search(text)
    return text[: found.start()].strip() if found else text


def _refuse_nearly(text: str) -> None:
    found = _NEARLY.search(text)
    if found is None:
        return
    names = [name.lower() for name in DAYS]
    near = difflib.get_close_matches(found["word"].lower(), names, n=1)
    if near or found["word"][:1].isdecimal():
        word = visible(found["word"], 40)
        raise TermsError(f"“{word}” is no day and no time.", instead=near[0] if near else "09:00")


def zone(text: str) -> ZoneInfo:
    """A time zone by its name.

    Raises:
        TermsError: there is none of that name.
    """
    names = {name.lower(): name for name in available_timezones()}
    asked = text.strip().lower().replace(" ", "_")
    if asked in names:
        return ZoneInfo(names[asked])
    near = difflib.get_close_matches(asked, names, n=1, cutoff=0.5)
    raise TermsError(
        f"“{visible(text, 60)}” is not a time zone such as Europe/Berlin.",
        instead=names[near[0]] if near else "Europe/Berlin",
    )


def clock(text: str) -> time:
    """A time of day: "9", "09:00", "8.30", "5pm".

    Raises:
        TermsError: it is none.
    """
    found = _CLOCK.fullmatch(text.strip())
    hour, minute = (int(found["hour"]), int(found["minute"] or 0)) if found else (24, 0)
    if found and found["half"] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if found["half"].lower() == "p" else 0)
    if hour > 23 or minute > 59:
        raise TermsError(f"“{visible(text, 40)}” is not a time of day such as 09:00.")
    return time(hour, minute)


def span(text: str) -> timedelta:
    """How long a mute lasts: "2h", "3d", "1 week".

    Raises:
        TermsError: it is no span, or too long a one.
    """
    found = _SPAN.fullmatch(text.strip().lower())
    unit = _UNITS.get(found["unit"]) if found else None
    lasts = int(found["count"]) * unit if found and unit else timedelta()
    if not timedelta() < lasts <= LONGEST_MUTE:
        raise TermsError(f"mute takes a time such as 2h or 3d, at most {LONGEST_MUTE.days}d.")
    return lasts


def quiet_hours(text: str) -> tuple[time, time]:
    """Between which times it is quiet: "22:00-07:00", "10pm to 7am".

    Raises:
        TermsError: they are none.
    """
    found = _QUIET.fullmatch(text)
    if found is None:
        raise TermsError("quiet takes two times such as 22:00-07:00, or off.")
    begins, ends = clock(found["begins"]), clock(found["ends"])
    if begins == ends:
        raise TermsError("Quiet hours that end when they begin would be none.")
    return begins, ends


def note(text: str) -> str:
    """A note as it is kept.

    Raises:
        TermsError: it is too long.
    """
    kept = visible(text, NOTE + 1)
    if len(kept) > NOTE:
        raise TermsError(f"A note has at most {NOTE} characters.")
    return kept


def place(zone: ZoneInfo) -> str:
    """A time zone in words: its name without the underscores, which Slack takes for markup."""
    return zone.key.replace("_", " ")


def told(terms: Terms, *, zone: ZoneInfo) -> str:
    """How often and when: "weekly on Friday at 08:30 (Europe/Berlin)"; for `now` "at once".

    Args:
        terms: Whose time zone, if they name one, is meant.
        zone: Else.
    """
    at = f"at {terms.at:%H:%M} ({place(terms.timezone or zone)})"
    match terms.cadence:
        case Cadence.NOW:
            return "at once"
        case Cadence.HOURLY:
            return "hourly"
        case Cadence.DAILY:
            return f"daily {at}"
        case Cadence.WEEKLY:
            return f"weekly on {DAYS[terms.weekday]} {at}"


def _weekday(text: str) -> int:
    return next(number for number, name in enumerate(DAYS) if name[:3].lower() == text[:3].lower())
