"""feeds.toml → Feeds; every mistake in one report."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any

from feeds.discovery import discover
from feeds.errors import ConfigError
from feeds.links import url_problem
from feeds.model import Feed, FeedKind
from feeds.opml import read as import_opml
from feeds.opml import slug
from feeds.opml import write as export_opml

__all__ = ["bundled", "discover", "export_opml", "import_opml", "load", "load_file", "slug"]

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=7)

_TEXTS = ("name", "kind", "title", "url", "every", "term")
_KEYS = (*_TEXTS, "agencies")
#: Keys that say something only for some kinds.
_FOREIGN = {
    FeedKind.NEWS: ("agencies", "term"),
    FeedKind.FEDERAL_REGISTER: ("url",),
    FeedKind.PUBLIC_INSPECTION: ("url", "term"),
}
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_INTERVAL = re.compile(r"(\d{1,6})\s*([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def bundled() -> tuple[Feed, ...]:
    """Return the feeds that come with Rulewire."""
    text = resources.files("feeds").joinpath("feeds.toml").read_text(encoding="utf-8")
    return load(text, origin="feeds.toml")


def load_file(path: Path) -> tuple[Feed, ...]:
    """Read a person's own `feeds.toml`.

    Raises:
        ConfigError: it cannot be read, or see `load`.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: cannot be read: {error}"]) from error
    return load(text, origin=str(path))


def load(text: str, *, origin: str) -> tuple[Feed, ...]:
    """Read feeds from TOML: a table `[[feed]]` each, with the fields of `Feed`.

    Args:
        text: TOML. `every` is a number and s, m, h or d, from a minute to a week.
        origin: What to call the file in a problem.

    Raises:
        ConfigError: with every problem, each with its line and the feed's name.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{origin}: {error}"]) from error
    rows = tables.pop("feed", [])
    problems = [
        f"{origin}: {_unknown(key, ('feed',))}; feeds are [[feed]] tables" for key in tables
    ]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError([*problems, f"{origin}: feeds are written as [[feed]] tables"])
    if not rows:
        problems.append(f"{origin}: names no feed")
    seen: dict[str, str] = {}
    for row, line in zip(rows, _lines(text, len(rows)), strict=True):
        where = f"{origin}{line} ({row.get('name', 'feed without a name')})"
        found = _problems(row)
        if (first := seen.setdefault(str(row.get("name")), line)) is not line and "name" in row:
            found.append(f"the name is taken{first and f' by the feed at line {first[1:]}'}")
        problems += [f"{where}: {problem}" for problem in found]
    if problems:
        raise ConfigError(problems)
    return tuple(_feed(row) for row in rows)


def _lines(text: str, count: int) -> list[str]:
    """Return ":12" for each feed, or nothing where the tables cannot be told by their headings."""
    headings = re.compile(r"^[ \t]*\[\[[ \t]*feed[ \t]*\]\]", re.MULTILINE)
    lines = [f":{text.count(chr(10), 0, found.start()) + 1}" for found in headings.finditer(text)]
    return lines if len(lines) == count else ["" for _ in range(count)]


def _unknown(key: str, keys: tuple[str, ...]) -> str:
    near = get_close_matches(key, keys, n=1)
    return f"unknown key {key!r}" + (f", did you mean {near[0]!r}?" if near else "")


def _problems(row: Mapping[str, Any]) -> list[str]:
    problems = [_unknown(key, _KEYS) for key in row if key not in _KEYS]
    wrong = [key for key in _TEXTS if key in row and not isinstance(row[key], str)]
    problems += [f"{key} must be text in quotes" for key in wrong]
    good = {key: row[key] for key in row if key not in wrong}
    problems += [f"{key} is missing" for key in ("name", "kind") if not row.get(key)]
    if good.get("name") and (not _SLUG.fullmatch(good["name"]) or len(good["name"]) > 60):
        problems.append("name must be small letters, digits and hyphens, 60 at most")
    if "title" in good and not good["title"].strip():
        problems.append("title is empty")
    problems += _kind_problems(good) + _agency_problems(good) + _interval_problems(good)
    return problems


def _kind_problems(row: Mapping[str, Any]) -> list[str]:
    kinds = [kind.value for kind in FeedKind]
    if not row.get("kind"):
        return []
    if row["kind"] not in kinds:
        near = get_close_matches(row["kind"], kinds, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"kinds are {', '.join(kinds)}"
        return [f"unknown kind {row['kind']!r}, {hint}"]
    kind = FeedKind(row["kind"])
    problems = [f"{key} means nothing for {kind}" for key in _FOREIGN[kind] if row.get(key)]
    if kind is FeedKind.NEWS:
        problem = url_problem(row["url"]) if row.get("url") else "url is missing"
        problems += [problem] if problem else []
    return problems


def _agency_problems(row: Mapping[str, Any]) -> list[str]:
    agencies = row.get("agencies", [])
    if not isinstance(agencies, list):
        return ["agencies must be a list of slugs"]
    wrong = [agency for agency in agencies if not _is_slug(agency)]
    return [
        f'{agency!r} is not an agency slug such as "industry-and-security-bureau"'
        for agency in wrong
    ]


def _is_slug(value: object) -> bool:
    return isinstance(value, str) and _SLUG.fullmatch(value) is not None


def _interval_problems(row: Mapping[str, Any]) -> list[str]:
    if "every" not in row:
        return []
    every = _interval(row["every"])
    if every is None:
        return [f'every = {row["every"]!r} is not an interval such as "15m", "2h" or "1d"']
    if not SHORTEST <= every <= LONGEST:
        return [f"every = {row['every']!r} is not between 1m and 7d"]
    return []


def _interval(text: str) -> timedelta | None:
    found = _INTERVAL.fullmatch(text.strip())
    return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None


def _feed(row: Mapping[str, Any]) -> Feed:
    every = _interval(row["every"]) if "every" in row else None
    return Feed(
        name=row["name"],
        kind=FeedKind(row["kind"]),
        title=row.get("title", row["name"]).strip(),
        url=row.get("url", ""),
        every=every or timedelta(minutes=15),
        agencies=tuple(row.get("agencies", ())),
        term=row.get("term", "").strip(),
    )
