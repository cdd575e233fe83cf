"""Federal Register JSON, read field by field: a fact of the wrong shape is an absent fact.

The API's shapes drift (CFR parts were numbers and became text, links change hosts), so one odd
field must not cost a document. Only a row without a usable number is given up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from feeds import json_text
from feeds.errors import ParseError
from feeds.issue_days import YEARS
from feeds.links import DASHES
from feeds.model import Agency, DocumentType, Item
from feeds.text import clip, plain

#: A JSON object as the API sent it.
Row = Mapping[str, object]

#: Display names, which the API gives as `type`; whatever else it prints is OTHER.
_TYPES = {
    "Rule": DocumentType.RULE,
    "Proposed Rule": DocumentType.PROPOSED,
    "Notice": DocumentType.NOTICE,
    "Sunshine Act Document": DocumentType.NOTICE,
    "Presidential Document": DocumentType.PRESIDENTIAL,
}

_NUMBER = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_LONGEST_NUMBER = 40
_LONGEST_LINK = 2_000
#: Malformed rows that are told of one by one.
_TOLD = 5


class MalformedRowError(ValueError):
    """A row from which no document can be read."""


def payload(body: bytes, *, feed: str) -> Row:
    """The JSON object in `body`.

    Raises:
        ParseError: it holds no JSON object.
    """
    try:
        decoded = json_text.decoded(body)
    except ValueError as error:
        raise ParseError(feed, "the answer is not JSON") from error
    if not isinstance(decoded, dict):
        raise ParseError(feed, "the answer is JSON, but not an object")
    return decoded


def results(envelope: Row, *, feed: str) -> Sequence[object]:
    """The rows of a list answer. No rows have two shapes: an empty `results`, or none at count 0.

    Raises:
        ParseError: neither rows nor the word that there are none.
    """
    rows = envelope.get("results")
    if isinstance(rows, list):
        return rows
    if rows is None and envelope.get("count") == 0:
        return ()
    raise ParseError(feed, "the answer holds no list of documents")


def items(
    rows: Sequence[object], read: Callable[[Row], Item], *, feed: str
) -> tuple[list[Item], list[str]]:
    """Read every row that can be read, and say what was wrong with the others.

    Raises:
        ParseError: there are rows, and not one can be read.
    """
    found: list[Item] = []
    warnings: list[str] = []
    for place, row in enumerate(rows, start=1):
        try:
            found.append(read(row if isinstance(row, dict) else {}))
        except MalformedRowError as error:
            warnings.append(f"row {place}: {error}")
    if rows and not found:
        raise ParseError(feed, f"none of {len(rows)} rows can be read; {warnings[0]}")
    if len(warnings) > _TOLD:
        warnings[_TOLD:] = [f"and {len(warnings) - _TOLD} more rows"]
    return found, warnings


def number(row: Row) -> str:
    """The row's document number, with plain hyphens.

    Raises:
        MalformedRowError: the row has none that is usable.
    """
    raw = row.get("document_number")
    found = raw.translate(DASHES).strip() if isinstance(raw, str) else ""
    if not is_number(found):
        raise MalformedRowError("no usable document_number")
    return found


def is_number(text: str) -> bool:
    """Whether `text` looks like a document number: 2020-13093, C1-2012-28919, E9-30480."""
    return len(text) <= _LONGEST_NUMBER and _NUMBER.fullmatch(text) is not None


def text(row: Row, field: str) -> str | None:
    """Plain text in one line; None when there is none."""
    raw = row.get(field)
    return _line(raw) if isinstance(raw, str) else None


def texts(row: Row, field: str) -> tuple[str, ...]:
    """A list of plain texts, each once, in the API's order."""
    raw = row.get(field)
    lines = (
        [_line(entry) for entry in raw if isinstance(entry, str)] if isinstance(raw, list) else []
    )
    return tuple(dict.fromkeys(line for line in lines if line))


def rows(row: Row, field: str) -> list[Row]:
    """A list of objects; what is in it that is no object is left out."""
    raw = row.get(field)
    return [entry for entry in raw if isinstance(entry, dict)] if isinstance(raw, list) else []


def whole(row: Row, field: str) -> int | None:
    """A number from 1 to 999,999, written as one or as text."""
    raw = row.get(field)
    found = re.fullmatch(r"[1-9][0-9]{0,5}", str(raw)) if isinstance(raw, int | str) else None
    return int(found[0]) if found else None


def flag(row: Row, field: str) -> bool | None:
    """True, false, or None for everything else."""
    raw = row.get(field)
    return raw if isinstance(raw, bool) else None


def day(row: Row, field: str) -> date | None:
    """A calendar day, YYYY-MM-DD."""
    raw = row.get(field)
    try:
        found = date.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        return None
    return found if found and found.year in YEARS else None


def moment(row: Row, field: str) -> datetime | None:
    """An instant in UTC, from Eastern time with its offset (lists) or from Z (search)."""
    raw = row.get(field)
    try:
        found = datetime.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        return None
    if found is None or found.tzinfo is None or found.year not in YEARS:
        return None
    return found.astimezone(UTC)


def link(row: Row, field: str) -> str | None:
    """An absolute http or https URL of printable characters."""
    raw = row.get(field)
    if not isinstance(raw, str) or len(raw) > _LONGEST_LINK:
        return None
    try:
        parts = urlsplit(raw)
    except ValueError:
        return None
    printable = raw.isascii() and raw.isprintable() and not set(raw) & set(' "<>\\^`{|}')
    return raw if printable and parts.scheme in {"http", "https"} and parts.hostname else None


def page(row: Row, number: str) -> str:
    """Where a person reads the document: its page, or else the Register's short address for it."""
    return link(row, "html_url") or f"https://www.federalregister.gov/d/{number}"


def title(row: Row) -> str:
    """The title; where it is missing, what the API itself prints then."""
    return text(row, "title") or "[No title available]"


def document_type(row: Row) -> DocumentType:
    """The type, from its display name."""
    return _TYPES.get(text(row, "type") or "", DocumentType.OTHER)


def agencies(row: Row) -> tuple[Agency, ...]:
    """Who issued it, each once; a name that the Register does not map has only `raw_name`."""
    found = []
    for entry in rows(row, "agencies"):
        name = text(entry, "name") or text(entry, "raw_name")
        if name:
            found.append(Agency(name=name, slug=text(entry, "slug")))
    return tuple(dict.fromkeys(found))


def linked_number(url: object) -> str | None:
    """The document number that an API address ends in; None when it does not."""
    if not isinstance(url, str):
        return None
    last = re.split(r"[?#]", url, maxsplit=1)[0].rstrip("/").rpartition("/")[2]
    found = last.removesuffix(".json").translate(DASHES)
    return found if is_number(found) and any(map(str.isdigit, found)) else None


def refusal(body: bytes) -> str:
    """The API's own words in a 400: `{"errors": {field: words}}` or `{"message": words}`."""
    try:
        decoded = json_text.decoded(body)
    except ValueError:
        return "no reason given"
    if not isinstance(decoded, dict):
        return "no reason given"
    errors = decoded.get("errors")
    told = (
        [f"{field}: {words}" for field, words in errors.items()] if isinstance(errors, dict) else []
    )
    said = "; ".join(told) or str(decoded.get("message") or "no reason given")
    return clip(_line(said) or "no reason given", 200)


def _line(raw: str) -> str | None:
    return " ".join(plain(raw).split()) or None
