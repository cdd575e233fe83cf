"""A query as a condition on the table `entries`: SQL with parameters, text as one FTS5 MATCH."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from feeds.terms import And, Day, Entity, Fact, Near, Node, Not, Or, Prefix, Topic, Words, cfr_range
from feeds.words import WRITTEN


@dataclass(frozen=True, slots=True)
class Sql:
    """A condition, true or false for every entry and never NULL, and its parameters."""

    text: str
    values: tuple[str | int, ...] = ()


EVERYTHING = Sql("1")


def of(node: Node, *, narrowed: bool = False) -> Sql:  # noqa: PLR0911  one a kind of node
    """The condition that holds for the entries that the node matches.

    Args:
        node: Of a parsed query.
        narrowed: Text beside it leaves few entries, so that facts are better asked of each.
    """
    if expression := fts(node):
        return Sql(
            "entries.id IN (SELECT rowid FROM entries_fts WHERE entries_fts MATCH ?)", (expression,)
        )
    match node:
        case And(nodes):
            return _and(nodes)
        case Or(nodes):
            text, rest = _split(nodes)
            parts = [*([of(_joined(Or, text))] if text else []), *map(of, rest)]
            return _join(" OR ", parts)
        case Not(part):
            inner = of(part)
            return Sql(f"NOT ({inner.text})", inner.values)
        case Topic(_, part) | Entity(_, part):
            return of(part, narrowed=narrowed)
        case Day(after, day):
            sign = ">=" if after else "<"
            return Sql(f"(event_day IS NOT NULL AND event_day {sign} ?)", (day.isoformat(),))
        case Fact():
            return _fact(node, narrowed=narrowed)
        case _:
            raise AssertionError(node)  # every other kind is text


def ranking(node: Node) -> str:
    """The FTS5 expression by which matches are ranked: all text that is asked for; may be empty."""
    whole = fts(node)
    return whole or _or(fts(part) or "" for part in _asked(node))


def fts(node: Node) -> str:  # noqa: PLR0911  one a kind of node
    """The node as one FTS5 expression; empty when it is not text alone, or only excludes."""
    match node:
        case Words():
            return _scope(node, f'"{" ".join(node.tokens)}"')
        case Prefix(start):
            return _scope(node, f'("{start}"* OR "{WRITTEN}{start}"*)')
        case Near(left, right, distance):
            pairs = ((" ".join(a.tokens), " ".join(b.tokens)) for a in left for b in right)
            return _or(_scope(node, f'NEAR("{a}" "{b}", {distance})') for a, b in pairs)
        case Topic(_, part) | Entity(_, part):
            return fts(part)
        case Or(nodes):
            parts = [fts(part) for part in nodes]
            return _or(parts) if all(parts) else ""
        case And(nodes):
            return _fts_and(nodes)
        case _:
            return ""


def _fts_and(nodes: Sequence[Node]) -> str:
    asked = [fts(part) for part in nodes if not isinstance(part, Not)]
    barred = [fts(part.node) for part in nodes if isinstance(part, Not)]
    if not asked or not all(asked) or not all(barred):
        return ""
    text = " AND ".join(asked)
    return f"(({text}) NOT {_or(barred)})" if barred else f"({text})"


def _or(parts: Iterable[str]) -> str:
    some = [part for part in parts if part]
    return f"({' OR '.join(some)})" if some else ""


def _scope(node: Words | Prefix | Near, expression: str) -> str:
    return f"{{title}} : {expression}" if node.title else expression


def _and(nodes: Sequence[Node]) -> Sql:
    """Text goes together into one MATCH, exclusions of text with it."""
    text, rest = _split(nodes)
    if text:
        barred = [part for part in rest if isinstance(part, Not) and fts(part.node)]
        rest = [part for part in rest if part not in barred]
        parts = [of(_joined(And, [*text, *barred]))]
    else:
        parts = []
    parts += [of(part, narrowed=bool(text)) for part in rest]
    return _join(" AND ", parts)


def _split(nodes: Sequence[Node]) -> tuple[list[Node], list[Node]]:
    text = [part for part in nodes if fts(part)]
    return text, [part for part in nodes if part not in text]


def _joined(kind: type[And | Or], nodes: list[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else kind(tuple(nodes))


def _join(word: str, parts: Sequence[Sql]) -> Sql:
    return Sql(
        f"({word.join(part.text for part in parts)})",
        tuple(value for part in parts for value in part.values),
    )


def _fact(fact: Fact, *, narrowed: bool) -> Sql:
    values = [value for value in fact.values if not _is_range(fact, value)]
    tests, bound = [], list[str | int]()
    if values:
        tests.append(f"value IN ({', '.join('?' * len(values))})")
        bound += values
    for value in fact.values:
        if _is_range(fact, value) and (span := cfr_range(value)):
            title, first, last = span
            place = len(title) + 2
            tests.append(
                "(value > ? AND value < ? AND value GLOB ?"
                f" AND CAST(substr(value, {place}) AS INTEGER) BETWEEN ? AND ?)"
            )
            bound += [f"{title}/", f"{title}0", f"{title}/[0-9]*", first, last]
    test = f"field = ? AND ({' OR '.join(tests)})"
    if narrowed:
        one = f"EXISTS (SELECT 1 FROM entry_facts WHERE {test} AND entry_id = entries.id)"  # noqa: S608  our text only
    else:
        one = f"entries.id IN (SELECT entry_id FROM entry_facts WHERE {test})"  # noqa: S608  our text only
    return Sql(one, (fact.field, *bound))


def _is_range(fact: Fact, value: str) -> bool:
    return fact.field == "cfr" and cfr_range(value) is not None


def _asked(node: Node) -> Iterable[Node]:
    match node:
        case Words() | Prefix() | Near():
            yield node
        case And(nodes) | Or(nodes):
            for part in nodes:
                yield from _asked(part)
        case Topic(_, part) | Entity(_, part):
            yield from _asked(part)
        case _:
            return
