"""Periods that the Register's dates are counted by: "60 days after publication", and their last day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dateutil.relativedelta import relativedelta

from feeds.issue_days import business_day_from


class Anchor(StrEnum):
    """The event that a period is counted from."""

    PUBLICATION = "publication"
    #: Filing for public inspection: the document is on display, and the public has notice of it.
    DISPLAY = "display"
    #: One whose day a document does not tell: another's effective date, the end of a comment period.
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A time from an event on; of no length for the event's own day."""

    anchor: Anchor
    count: int = 0
    #: "day", "week", "month" or "year".
    unit: str = "day"

    def end(self, start: date) -> date:
        """The last day, counted as the Office of the Federal Register does (1 CFR 18.17).

        The day after `start` is day one, and weekends and holidays are counted. A month or year ends
        on the same day of the later month, or on that month's last. An end on a weekend or federal
        holiday moves to the next business day; the event's own day does not.
        """
        if not self.count:
            return start
        days, months = _LENGTHS[self.unit]
        return business_day_from(
            start + relativedelta(days=days * self.count, months=months * self.count)
        )


#: Days and months of a unit.
_LENGTHS = {"day": (1, 0), "week": (7, 0), "month": (0, 1), "year": (0, 12)}
_WORDS = {
    word: number
    for number, word in (
        (1, "one"), (2, "two"), (3, "three"), (4, "four"), (5, "five"), (6, "six"), (7, "seven"),
        (10, "ten"), (14, "fourteen"), (15, "fifteen"), (20, "twenty"), (21, "twenty-one"),
        (30, "thirty"), (45, "forty-five"), (60, "sixty"), (75, "seventy-five"), (90, "ninety"),
    )
}  # fmt: skip
_COUNT = rf"(?:(?P<count>\d{{1,3}})|(?P<word>{'|'.join(sorted(_WORDS, key=len, reverse=True))}))"
#: Whether it was published or put on display; whatever else something is "after", we cannot count.
_EVENT = r"(?P<event>publi(?:cation|shed)|display|fil(?:ing|ed)|public\s+inspection)"
#: "30 days after publication", "thirty (30) calendar days from the date on which it is published".
_COUNTED = (
    rf"\b{_COUNT}\b(?:\s*\(\d{{1,3}}\))?[\s-]+(?:calendar\s+)?(?P<unit>day|week|month|year)s?\s+"
    rf"(?:after|from|of|following)\s+(?:(?!effective\b)[a-z]+\s+){{0,6}}?{_EVENT}\b"
)
#: "upon publication", "on the date of its display".
_UPON = (
    rf"\b(?:upon|on|as\s+of|at)\s+(?:the\s+)?(?:date\s+of\s+)?(?:(?:its|the|this)\s+)?{_EVENT}\b"
    r"(?!\s+(?:list|desk)\b)"
)
#: "[INSERT DATE 60 DAYS AFTER DATE OF PUBLICATION IN THE FEDERAL REGISTER]", in whatever spelling.
PLACEHOLDER = (
    r"\[[^\[\]]{0,160}\b(?:insert\b[^\[\]]{0,60}\bdate|date|days?|months?|years?)\b[^\[\]]{0,160}\]"
    r"|\binsert\s+(?:the\s+)?(?:effective\s+)?date\b[^.;,\[\]]{0,120}"
)
#: The same without names of groups, to be part of another pattern. Cases are to be ignored.
COUNTED, UPON = (re.sub(r"\?P<\w+>", "?:", pattern) for pattern in (_COUNTED, _UPON))
_COUNTED_ONE = re.compile(_COUNTED, re.IGNORECASE | re.ASCII)
_EVENT_ALONE = re.compile(_EVENT, re.IGNORECASE | re.ASCII)
_SOME_NUMBER = re.compile(
    r"\d|\b(?:after|before|prior|from|following|effective)\b", re.IGNORECASE | re.ASCII
)


def read(text: str) -> Period:
    """Read a text that `COUNTED`, `UPON` or `PLACEHOLDER` found.

    What is counted in a way we do not know ("[INSERT DATE 10 BUSINESS DAYS AFTER …]", "[INSERT
    EFFECTIVE DATE]") is from `Anchor.OTHER`.
    """
    if counted := _COUNTED_ONE.search(text):
        word = (counted["word"] or "").lower()
        count = int(counted["count"]) if counted["count"] else _WORDS[word]
        return Period(anchor=_anchor(counted["event"]), count=count, unit=counted["unit"].lower())
    event = _EVENT_ALONE.search(text)
    if event is None or _SOME_NUMBER.search(text):
        return Period(anchor=Anchor.OTHER)
    return Period(anchor=_anchor(event["event"]))


def _anchor(event: str) -> Anchor:
    published = event.lower() in ("publication", "published")
    return Anchor.PUBLICATION if published else Anchor.DISPLAY
