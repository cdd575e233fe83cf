"""What a press report stands on: hearsay, or an announcement; and for which day it promises a document."""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import StrEnum

from feeds.model import Item


class Footing(StrEnum):
    """How official what a press report tells is, by its own words."""

    LEAK = "leak"  # a draft, a plan, or what somebody is said to have said
    ANNOUNCED = "announced"  # an office of the government says or does it
    REPORTED = "reported"  # neither is said


_LEAK = re.compile(
    r"\bdraft(?:s|ed|ing)?\b|[-\u2013\u2014:]\s?(?:sources?|report|officials?)$"
    r"|\bsources?\b(?=.{0,30}\b(?:say|said|tells?|told|familiar)\b)|\bsay\w*\s+(?:people|sources)\b"
    r"|\breportedly\b|\b(?:is|are)\s+said\s+to\b|\bleak(?:s|ed)?\b|\bin\s+final\s+review\b"
    r"|\b(?:consider|weigh|mull|eye|ponder|prepar|plann?|draw)(?:s|es|ing)?\s+(?:to|up|rules?|new|a|an|tougher|more|ban)\b"
    r"|\b(?:set|poised|likely|about|expected|close|near(?:s|ing)?)\s+to\b",
    re.IGNORECASE,
)
_OFFICE = (
    r"(?:U\.?S\.?|United\s+States|Commerce(?:\s+Dep(?:t\.?|artment))?|BIS|FCC|Treasury|White\s+House|USTR|NTIA|NIST"
    r"|Pentagon|State\s+Dep(?:t\.?|artment)|Trump|Biden|regulators?|government)"
)
_ANNOUNCED = re.compile(
    rf"\b{_OFFICE}\b.{{0,40}}?\b(?:announc|issu|post|publish|releas|adopt|sign|unveil|finaliz|amend|vot"
    r"|designat|clarif|confirm|extend|revok|authoriz)(?:es|ed|e|s|ing|ies|ied)?\b"
    rf"|[-\u2013\u2014:]\s?{_OFFICE}$",
    re.IGNORECASE,
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
#: "as early as Tuesday", "is expected on Friday", "to be published Thursday".
_EXPECTED = re.compile(
    r"\b(?:as\s+(?:early|soon)\s+as|expected(?:\s+to\s+be\s+\w+)?(?:\s+(?:on|by))?"
    r"|(?:to|will)\s+be\s+(?:published|released|issued|posted|filed)(?:\s+(?:on|by))?"
    rf"|effective)\s+(?:next\s+)?(?P<day>{'|'.join(_DAYS)})\b",
    re.IGNORECASE,
)


def of(item: Item) -> Footing:
    """What a press report stands on, by its headline; a document stands on itself."""
    title = item.title.strip(" .")
    if _LEAK.search(title):
        return Footing.LEAK
    return Footing.ANNOUNCED if _ANNOUNCED.search(title) else Footing.REPORTED


def expected_on(item: Item) -> date | None:
    """The day for which a press report promises the rule: the first such weekday after its own day.

    None when it promises none, or has no date itself.
    """
    told = item.event_day
    found = _EXPECTED.search(f"{item.title}. {item.summary}")
    if item.document is not None or told is None or found is None:
        return None
    ahead = (_DAYS.index(found["day"].lower()) - told.weekday()) % 7
    return told + timedelta(days=ahead or 7)
