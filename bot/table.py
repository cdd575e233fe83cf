"""Rows of cells, written as CSV or JSON one after the other, and read back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

import msgspec

from feeds.errors import ConfigError
from storage.database import to_text

Cell = str | int | datetime | date | None | Sequence[str]
Row = Mapping[str, Cell]

#: A spreadsheet takes a cell that begins so for a formula (owasp.org/www-community/attacks/CSV_Injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class Format(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSON = "json"


def written(found: Iterable[Row], form: Format) -> Iterator[str]:
    """The rows as text, piece by piece: a table with its head, or one JSON array of objects.

    Times are UTC. In CSV several values share a cell, with "; " between them, and a cell that a
    spreadsheet would take for a formula begins with an apostrophe.
    """
    return _csv(found) if form is Format.CSV else _json(found)


def read(text: str) -> list[dict[str, str]]:
    """The rows of a table that `written` made, as texts; several values of a cell as in CSV.

    Raises:
        ConfigError: neither a JSON array of objects nor a table with a head.
    """
    if not text.lstrip("\ufeff \t\r\n").startswith("["):
        found = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""), restval="")
        return [{str(name): _bare(str(cell)) for name, cell in row.items()} for row in found]
    try:
        rows = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise ConfigError([f"the file begins as JSON does and is none: {error}"]) from error
    if not all(isinstance(row, dict) for row in rows):
        raise ConfigError(["the file is no list of objects"])
    return [{name: _text(cell) for name, cell in row.items()} for row in rows]


def _json(found: Iterable[Row]) -> Iterator[str]:
    before = "[\n"
    for row in found:
        plain = {name: _plain(cell) for name, cell in row.items()}
        yield before + msgspec.json.encode(plain).decode()
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _csv(found: Iterable[Row]) -> Iterator[str]:
    page = io.StringIO()
    line = csv.writer(page, lineterminator="\r\n")  # RFC 4180
    head = False
    for row in found:
        if not head:
            line.writerow(row)
            head = True
        line.writerow([_cell(cell) for cell in row.values()])
        yield page.getvalue()
        page.seek(0)
        page.truncate()


def _cell(cell: Cell) -> str | int | None:
    plain = _plain(cell)
    text = "; ".join(plain) if isinstance(plain, list) else plain
    return f"'{text}" if isinstance(text, str) and text.startswith(_FORMULA) else text


def _plain(cell: Cell) -> str | int | list[str] | None:
    match cell:
        case datetime():
            return to_text(cell)
        case date():
            return cell.isoformat()
        case str() | int() | None:
            return cell
        case _:
            return list(cell)


def _bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _text(cell: object) -> str:
    if isinstance(cell, list):
        return "; ".join(map(_text, cell))
    return "" if cell is None else str(cell)
