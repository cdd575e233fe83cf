"""The named queries: those that ship, and those a user's own file adds or replaces."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from feeds import query
from feeds.errors import ConfigError, QueryError

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_KEYS = ("name", "title", "about", "query")


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A named query."""

    #: As in `topic:name`: small letters, digits and hyphens.
    name: str
    #: Shown to people.
    title: str
    #: One sentence: what is told and what is not.
    about: str
    #: In the language of `feeds.query`; may use other topics.
    query: str
    #: Made for other topics: it may be used in any query, and is not offered by itself.
    part: bool = False


def bundled() -> dict[str, Topic]:
    """The topics that ship, in the order they are shown."""
    text = (resources.files("feeds") / "topics.toml").read_text(encoding="utf-8")
    return load(text, "topics.toml")


def load_with(path: Path | None) -> dict[str, Topic]:
    """The topics that ship, with a user's own file adding to them or replacing them by name.

    Raises:
        ConfigError: the file cannot be read, or every problem in it.
    """
    if path is None:
        return bundled()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: cannot be read: {error}"]) from error
    return load(text, str(path), over=bundled())


def load(text: str, origin: str, *, over: Mapping[str, Topic] | None = None) -> dict[str, Topic]:
    """Read a topics file.

    Args:
        text: TOML with a [[topic]] table for each, of name, title, query, and if wanted about and part.
        origin: Name of the file, for messages.
        over: Topics that stay unless the file has one of the same name.

    Returns:
        All of them by name; every query parses.

    Raises:
        ConfigError: every problem at once, each with the topic it is in.
    """
    try:
        tables = tomllib.loads(text).get("topic", [])
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{origin}: {error}"]) from error
    if not isinstance(tables, list):
        raise ConfigError([f"{origin}: expected [[topic]] tables"])
    problems: list[str] = []
    own: dict[str, Topic] = {}
    for number, table in enumerate(tables, 1):
        topic = _topic(table, f"{origin}: topic {number}", problems)
        if topic and topic.name in own:
            problems.append(f"{origin}: topic {topic.name} is there twice")
        elif topic:
            own[topic.name] = topic
    known = {**(over or {}), **own}
    problems += _query_problems(known, origin)
    if problems:
        raise ConfigError(problems)
    return known


def _topic(table: object, place: str, problems: list[str]) -> Topic | None:
    before = len(problems)
    if not isinstance(table, dict):
        problems.append(f"{place}: expected a [[topic]] table")
        return None
    known = (*_KEYS, "part")
    unknown = sorted(str(key) for key in table if key not in known)
    if unknown:
        problems.append(f"{place}: unknown {', '.join(unknown)}; the keys are {', '.join(known)}")
    part = table.get("part", False)
    if not isinstance(part, bool):
        problems.append(f"{place}: part must be true or false")
    values = {"about": "", **{key: table[key] for key in _KEYS if key in table}}
    for key in _KEYS:
        value = values.get(key)
        if not isinstance(value, str) or (key != "about" and not value.strip()):
            problems.append(f'{place}: {key} must be a text, such as {key} = "…"')
    name = values.get("name")
    if isinstance(name, str) and name.strip() and not _NAME.fullmatch(name):
        problems.append(f"{place}: name {name!r} must be small letters, digits and hyphens")
    if len(problems) > before:
        return None
    return Topic(part=part, **{key: " ".join(str(values[key]).split()) for key in _KEYS})


def _query_problems(topics: Mapping[str, Topic], origin: str) -> list[str]:
    texts = {name: topic.query for name, topic in topics.items()}
    problems = []
    for name, text in texts.items():
        try:
            query.parse(text, topics=texts, limits=query.SHIPPED)
        except QueryError as error:
            better = f" Write: {error.hint}" if error.hint else ""
            problems.append(f"{origin}: topic {name}: {error} (character {error.position}){better}")
    return problems
