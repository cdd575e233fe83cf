"""The companies that rules are about, and every name they go by: what `entity:` finds."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib import resources

from feeds.errors import ConfigError
from feeds.terms import Near, Node, Words, either
from feeds.words import written

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
#: Words between an ambiguous name and what makes it the company's.
_DISTANCE = 10


class AliasKind(StrEnum):
    """How a name came to an entity."""

    NAME = "name"
    NATIVE = "native"
    FORMER = "former"
    AFFILIATE = "affiliate"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """One name of an entity."""

    text: str
    kind: AliasKind
    #: Where the name is found, for whoever doubts it.
    source: str
    #: Not empty for a name that means other things, too: it counts within ten words of one of these.
    near: tuple[str, ...] = ()

    @property
    def node(self) -> Words | Near:
        """What finds it."""
        name = Words(tuple(written(self.text)))
        if not self.near:
            return name
        return Near((name,), tuple(Words(tuple(written(text))) for text in self.near), _DISTANCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A company with all its names."""

    #: As in `entity:name`: small letters, digits and hyphens.
    name: str
    #: Shown to people.
    title: str
    #: Its own names first, then those of its affiliates.
    aliases: tuple[Alias, ...]

    def node(self, *, title: bool = False) -> Node:
        """The tree that finds any of its names, only in titles if so asked."""
        return either([replace(alias.node, title=title) for alias in self.aliases])


@cache
def bundled() -> Mapping[str, Entity]:
    """The entities that ship, by name."""
    text = (resources.files("feeds") / "entities.toml").read_text(encoding="utf-8")
    return load(text, "entities.toml")


def find(text: str) -> Entity | None:
    """The entity that goes by this name, its own or one that means nothing else."""
    known = bundled()
    slug = "-".join(written(text))
    if slug in known:
        return known[slug]
    named = tuple(written(text))
    for entity in known.values():
        if any(tuple(written(a.text)) == named and not a.near for a in entity.aliases):
            return entity
    return None


def load(text: str, origin: str) -> dict[str, Entity]:
    """Read an entities file.

    Args:
        text: TOML with an [[entity]] table for each, as the head of entities.toml explains.
        origin: Name of the file, for messages.

    Returns:
        All of them by name, in the order of the file.

    Raises:
        ConfigError: every problem at once, each with the entity it is in.
    """
    try:
        tables = tomllib.loads(text).get("entity", [])
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{origin}: {error}"]) from error
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigError([f"{origin}: expected [[entity]] tables"])
    problems: list[str] = []
    known: dict[str, Entity] = {}
    belongs: dict[str, str] = {}
    for number, table in enumerate(tables, 1):
        place = f"{origin}: entity {table.get('name') or number}"
        entity = _entity(table, place, problems)
        if entity.name in known:
            problems.append(f"{place}: is there twice")
        known[entity.name] = entity
        if "affiliate_of" in table:
            belongs[entity.name] = str(table["affiliate_of"])
    problems += _strangers(belongs, known, origin)
    if problems:
        raise ConfigError(problems)
    for name, owner in belongs.items():
        theirs = (*known[owner].aliases, *known[name].aliases)
        known[owner] = replace(known[owner], aliases=theirs)
    return known


def _strangers(
    belongs: Mapping[str, str], known: Mapping[str, Entity], origin: str
) -> Iterator[str]:
    for name, owner in belongs.items():
        if owner not in known or owner in belongs:
            yield f"{origin}: entity {name}: affiliate_of {owner!r} must name an entity of its own"


def _entity(table: Mapping[str, object], place: str, problems: list[str]) -> Entity:
    name, title = (_text(table, key, place, problems) for key in ("name", "title"))
    if name and not _NAME.fullmatch(name):
        problems.append(f"{place}: name {name!r} must be small letters, digits and hyphens")
    problems += _unknown(table, ("name", "title", "affiliate_of", "alias"), place)
    aliases = table.get("alias")
    if not isinstance(aliases, list) or not aliases:
        problems.append(f"{place}: expected [[entity.alias]] tables")
        aliases = []
    return Entity(
        name=name,
        title=title,
        aliases=tuple(
            _alias(one if isinstance(one, dict) else {}, f"{place}: alias {number}", problems)
            for number, one in enumerate(aliases, 1)
        ),
    )


def _alias(table: Mapping[str, object], place: str, problems: list[str]) -> Alias:
    text, source, kind = (_text(table, key, place, problems) for key in ("text", "source", "kind"))
    near = table.get("near", [])
    if not isinstance(near, list) or not all(isinstance(one, str) and written(one) for one in near):
        problems.append(f"{place}: near must be words, such as near = ['chip', 'AI processor']")
        near = []
    if text and not written(text):
        problems.append(f"{place}: there is no word in {text!r}")
    if kind and kind not in tuple(AliasKind):
        problems.append(f"{place}: kind must be one of {', '.join(AliasKind)}")
    problems += _unknown(table, ("text", "kind", "source", "near"), place)
    known = AliasKind(kind) if kind in tuple(AliasKind) else AliasKind.NAME
    return Alias(text=text, kind=known, source=source, near=tuple(map(str, near)))


def _text(table: Mapping[str, object], key: str, place: str, problems: list[str]) -> str:
    value = table.get(key)
    if isinstance(value, str) and value.strip():
        return value.strip()
    problems.append(f'{place}: {key} must be a text, such as {key} = "…"')
    return ""


def _unknown(table: Mapping[str, object], keys: tuple[str, ...], place: str) -> Iterator[str]:
    strange = sorted(set(table) - set(keys))
    if strange:
        yield f"{place}: unknown {', '.join(strange)}; the keys are {', '.join(keys)}"
