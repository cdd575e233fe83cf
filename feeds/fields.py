"""The fields of a query: which there are, what their values mean, what to say of a wrong one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from feeds import facts, renumbered
from feeds.model import DocumentType, SourceKind, Stage
from feeds.signs import Problem
from feeds.terms import Day, Fact, cfr_range

#: Every field with an example of it, as the documentation and the errors show it.
FIELDS: Final = {
    "title": "title:standards",
    "agency": "agency:bis",
    "type": "type:rule",
    "cfr": "cfr:15/744",
    "rin": "rin:0694-AI06",
    "docket": "docket:BIS-2020-0017",
    "source": "source:register",
    "stage": "stage:published",
    "feed": "feed:public-inspection",
    "publisher": "publisher:reuters",
    "topic": "topic:huawei",
    "entity": "entity:huawei",
    "after": "after:2020-06-18",
    "before": "before:2021-01-01",
}
_CLOSED: Final = {
    "type": tuple(kind.value for kind in DocumentType),
    "source": tuple(kind.value for kind in SourceKind),
    "stage": tuple(stage.value for stage in Stage),
}
_TYPE_NAMES: Final = {
    "prorule": "proposed",
    "proposed-rule": "proposed",
    "presdocu": "presidential",
    "presidential-document": "presidential",
}
_MOST_VALUES: Final = 50


def example(field: str) -> str:
    """How a field is written, as the end of a sentence."""
    return f"such as {FIELDS[field]}."


def name(typed: str, value: str, place: int) -> str:
    """The field that was meant.

    Raises:
        Problem: there is none of this name.
    """
    field = typed.lower()
    if field in FIELDS:
        return field
    close = difflib.get_close_matches(field, FIELDS, n=1, cutoff=0.6)
    if close:
        message = f"There is no field {typed}: (did you mean {close[0]}:?)"
        raise Problem(message, place, drop=len(typed), add=close[0])
    known = ", ".join(FIELDS)
    raise Problem(
        f"There is no field {typed}: (the fields are {known}). To look for the words, quote them.",
        place,
        drop=len(typed) + 1 + len(value),
        add=f'"{typed} {value}"',
    )


def term(field: str, value: str, place: int) -> Fact | Day:
    """What `field:value` asks; several values with a bar between them ask for any of them.

    Raises:
        Problem: no such value.
    """
    if field in ("after", "before"):
        return Day(field == "after", _day(field, value.strip(), place))
    values: list[str] = []
    for part in value.split("|"):
        start = place + value.index(part)
        values.append(_cfr(part, start) if field == "cfr" else _value(field, part, start))
    values = [*renumbered.names(*values)] if field == "cfr" else values
    if len(values) > _MOST_VALUES:
        raise Problem(f"More than {_MOST_VALUES} values for one field.", place)
    return Fact(field, tuple(values))


def unknown(field: str, value: str, known: Iterable[str], place: int) -> Problem:
    """What to say of a value that a field cannot have."""
    choices = sorted(known)
    close = difflib.get_close_matches(value, choices, n=1, cutoff=0.4)
    shown = ", ".join(choices) or "none"
    message = f"There is no {field} {value} (there are: {shown})."
    return Problem(message, place, drop=len(value) if close else 0, add=close[0] if close else "")


def _value(field: str, part: str, place: int) -> str:
    value = facts.canonical(field, part)
    if field == "docket":
        value = next(iter(facts.dockets(part)), value)
    if not value:
        raise Problem(f"Expected a value for {field}:, {example(field)}", place)
    if field in _CLOSED:
        value = _TYPE_NAMES.get(value, value) if field == "type" else value
        if value not in _CLOSED[field]:
            raise unknown(field, part, _CLOSED[field], place)
    return value


_CFR = re.compile(
    r"(?P<title>\d{1,2})"
    r"(?:(?:\s*/\s*|\s+c\.?f\.?r\.?\s+(?:parts?\s+)?)(?P<part>\d{1,5}[a-z]?(?:-\d{1,5})?)"
    r"(?P<section>\.\S*)?)?",
    re.IGNORECASE | re.ASCII,
)


def _cfr(text: str, place: int) -> str:
    found = _CFR.fullmatch(text.strip())
    if found is None:
        raise Problem(f"Expected a title, a part or parts: cfr:15, {example('cfr')}", place)
    title = str(int(found["title"]))
    if found["part"] is None:
        return title
    value = f"{title}/{found['part'].lower()}"
    if found["section"]:
        message = f"The Register names parts, not sections: cfr:{value}."
        raise Problem(message, place, drop=len(text), add=value)
    if "-" in value and title != "41" and cfr_range(value) is None:
        raise Problem(f"{value} is no range of parts: expected such as cfr:15/730-774.", place)
    return value


def _day(field: str, text: str, place: int) -> date:
    found = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", text, re.ASCII)
    if found:
        try:
            return date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
        except ValueError:
            raise Problem(f"There is no day {text}, {example(field)}", place) from None
    message = f"Expected a day as year-month-day after {field}:, {example(field)}"
    american = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text, re.ASCII)
    guess = f"{american[3]}-{american[1]:0>2}-{american[2]:0>2}" if american else ""
    raise Problem(message, place, drop=len(text) if american else 0, add=guess)
