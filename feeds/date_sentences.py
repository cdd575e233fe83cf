"""What a sentence of a DATES paragraph says: which day or period, of what kind, for which part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from feeds import periods
from feeds.issue_days import YEARS
from feeds.periods import Period


class DateKind(StrEnum):
    """What happens on a date."""

    EFFECTIVE = "effective"
    COMMENTS_CLOSE = "comments close"
    REPLIES_CLOSE = "reply comments close"
    APPLICABLE = "applicable"
    COMPLIANCE = "compliance"
    EXPIRES = "expires"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One date as a sentence has it."""

    kind: DateKind
    #: A day, a period from an event, or None: delayed indefinitely.
    when: date | Period | None
    #: The sections or instructions named with it, as printed: "§ 734.9", "instructions 3 and 5".
    applies_to: str = ""


_MONTHS = "January February March April May June July August September October November December"
_MONTH = {name[:3].lower(): number for number, name in enumerate(_MONTHS.split(), start=1)}
_DAY = (
    rf"\b(?P<month>{_MONTHS.replace(' ', '|')}|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?)"
    r"\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})\b"
)
#: Words that say which kind the days after them are of; the last before a day decides.
_KINDS = {
    DateKind.REPLIES_CLOSE: r"(?:reply|rebuttal)\s+comments?|replies",
    DateKind.COMMENTS_CLOSE: r"comment(?:s|er|ers)?|responses?",
    DateKind.EFFECTIVE: r"effective|(?:takes?|taking|in(?:to)?|goes? into)\s+effect|in\s+force",
    DateKind.APPLICABLE: r"applicab(?:le|ility)|appl(?:y|ies)",
    DateKind.COMPLIANCE: r"compl(?:iance|y|ying)",
    DateKind.EXPIRES: r"expir(?:e|es|ed|ing|ation)|sunsets?|terminat(?:e|es|ed|ion)|valid(?:ity)?",
}
#: What a sentence is made of, for us.
_TOKEN = re.compile(
    "|".join(
        [
            rf"(?P<on>{_DAY})",
            rf"(?P<period>{periods.PLACEHOLDER}|{periods.COUNTED}|{periods.UPON})",
            *(rf"(?P<{kind.name}>\b(?:{words})\b)" for kind, words in _KINDS.items()),
            r"(?P<meeting>\b(?:meetings?|hearings?|webinars?|workshops?|conferences?|sessions?)\b)",
            (
                r"(?P<moved>\b(?:(?:extend|delay|postpon|defer|reopen|reschedul|suspend|chang)\w*"
                r"|stay(?:s|ed|ing)?|not)\b)"
            ),
            r"(?P<until>\b(?:through|until|till|ending)\b)",
        ]
    ),
    re.IGNORECASE,
)
#: Before a day that is not the one we look for: something began then, or was published.
_ANOTHER = re.compile(
    r"(?:\b(?:since|dated|between|begin(?:s|ning)|start(?:s|ing)|opens|filed"
    r"|(?<!on or )after|(?<!as )(?<!date )of)(?: on)?"
    r"|\b(?:published|issued|appear(?:ed|ing)|signed|adopted|released|promulgated|approved|scheduled"
    r"|assessed)\b(?:(?!\b(?:must|by|before|than|until|through|is|are|will)\b)[^;])*)\W*\Z",
    re.IGNORECASE,
)
#: Characters before a day that are looked at.
_LEAD = 200
_TO = re.compile(r"\W*to\W*", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\W*\Z", re.IGNORECASE)
_INDEFINITELY = re.compile(
    r"\bindefinite(?:ly)?\b|\buntil\s+further\s+notice\b"
    r"|\bannounc\w+\s+(?:the|an|its)\s+effective\s+dates?\b",
    re.IGNORECASE,
)
_LIST = r"(?:(?:,|,?\s+and|,?\s+through|,?\s+or)\s+(?:§+\s*)?\d[\w.()-]*)*"
_PLACE = re.compile(
    rf"(?:amendatory\s+)?instructions?\s+(?:nos?\.\s*)?\d+\w*{_LIST}"
    rf"|§{{1,2}}\s*\d[\w.()-]*{_LIST}"
    rf"|\b\d{{1,2}}\s+CFR\s+(?:parts?\s+)?\d[\w.()-]*{_LIST}"
    rf"|\bsections?\s+\d[\w.()-]*{_LIST}"
    rf"|\b(?:supplement|appendix)\s+(?:no\.\s*)?[A-Z\d]+\b",
    re.IGNORECASE,
)
#: "effective June 5, 2024, for § 734.9": named after its day.
_FOR = re.compile(r"\W{0,3}\b(?:for|with respect to|as to)\b", re.IGNORECASE)


def read(sentence: str) -> Iterator[Stated]:
    """The dates of one sentence, in its order. A day of no kind we know (a meeting's) is passed over.

    "Effective December 28, 2023, through December 31, 2023" is two: effective, and expires. Of a
    period "extended from January 8, 2024, to February 7, 2024" only the new end is one.
    """
    kind: DateKind | None = None
    said: set[str] = set()
    before = told = 0
    for token in _TOKEN.finditer(sentence):
        name = token.lastgroup or ""
        if name in DateKind.__members__:
            kind = DateKind[name]
            said.discard("until")
        elif name == "meeting":
            kind = None
        elif name in ("moved", "until"):
            said.add(name)
        elif when := _when(token):
            lead = sentence[max(before, token.start() - _LEAD) : token.start()]
            before = token.end()
            if kind is None or _is_another(lead, kind, moved="moved" in said):
                continue
            end = _end_of_clause(sentence, token.end())
            places = _places(sentence[told:end])
            if told and _TO.fullmatch(lead):
                said.add("until")
            yield Stated(kind=_ending(kind, said), when=when, applies_to=places)
            said.discard("until")
            told = end
    rest = sentence[told:]
    if _INDEFINITELY.search(rest) and not (told and not _places(rest)):
        yield Stated(kind=DateKind.EFFECTIVE, when=None, applies_to=_places(rest))


def _when(token: re.Match[str]) -> date | Period | None:
    return periods.read(token["period"]) if token["period"] else _written_day(token)


def _is_another(lead: str, kind: DateKind, *, moved: bool) -> bool:
    """Whether the words before a day make it another than the one we look for."""
    comments = kind in (DateKind.COMMENTS_CLOSE, DateKind.REPLIES_CLOSE)
    return bool(_ANOTHER.search(lead) or ((moved or comments) and _FROM.search(lead)))


def _ending(kind: DateKind, said: set[str]) -> DateKind:
    """What is effective or applicable "through" a day expires on it; "delayed until" is the beginning."""
    lasts = kind in (DateKind.EFFECTIVE, DateKind.APPLICABLE)
    return DateKind.EXPIRES if lasts and "until" in said and "moved" not in said else kind


def _end_of_clause(sentence: str, start: int) -> int:
    """Where what is said of a day ends: with the day, or with the part named "for" it behind it."""
    if not _FOR.match(sentence, start):
        return start
    following = _TOKEN.search(sentence, start)
    return following.start() if following else len(sentence)


def _places(clause: str) -> str:
    return ", ".join(place[0].rstrip(".,") for place in _PLACE.finditer(clause))


def days(sentence: str) -> Iterator[tuple[int, date]]:
    """Every day written out in a sentence, with where it begins."""
    for token in _WRITTEN_OUT.finditer(sentence):
        if day := _written_day(token):
            yield token.start(), day


_WRITTEN_OUT = re.compile(_DAY, re.IGNORECASE)


def _written_day(token: re.Match[str]) -> date | None:
    """None for the 30th of February, and for a year that is a slip."""
    try:
        day = date(int(token["year"]), _MONTH[token["month"][:3].lower()], int(token["day"]))
    except ValueError:
        return None
    return day if day.year in YEARS else None
