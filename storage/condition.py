"""A query as FTS5 expressions over the search index, each for a span of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from feeds.terms import And, Day, Entity, Fact, Near, Node, Not, Or, Prefix, Topic, Words, cfr_range
from storage.search_index import (
    EVERY,
    IN_TITLE,
    UNDATED,
    WORTH,
    cfr_range_tokens,
    fact_token,
    first_moment,
)

#: Beyond every moment.
END = 2**62


@dataclass(frozen=True, slots=True)
class Span:
    """Moments from `low` to before `high`, and what entries of that time have to match."""

    low: int
    high: int
    expression: str


@dataclass(frozen=True, slots=True)
class _Clause:
    """Entries that an expression finds, or with `barred` all others. No text finds nothing."""

    text: str
    barred: bool = False


_NOTHING = _Clause("")
_EVERYTHING = _Clause("", barred=True)


def spans(node: Node | None) -> list[Span]:
    """What finds the entries that the node matches, the latest time first; None matches all.

    Between two days that the query names, `after:` and `before:` are true or false of every dated
    entry, so that each span needs one expression and no other table.
    """
    if node is None:
        return [Span(0, END, f'"{EVERY}"')]
    cuts = sorted({first_moment(day) for day in _days(node)}, reverse=True)
    found = []
    for high, low in zip([END, *cuts], [*cuts, 0], strict=True):
        clause = _clause(node, low)
        if clause == _NOTHING:
            continue
        text = clause.text
        if clause.barred:
            text = f'"{EVERY}" NOT {text}' if text else f'"{EVERY}"'
        found.append(Span(low, high, text))
    return found


def narrowed(
    wide: Sequence[Span], expression: str, *, alone: bool = False, since: int = 0
) -> list[Span]:
    """The spans with one thing more to match, which few entries do: FTS5 begins with the first.

    Args:
        wide: What matches.
        expression: What has to match besides.
        alone: Whatever the expression finds matches.
        since: The first moment that is looked at.
    """
    return [
        Span(
            max(span.low, since),
            span.high,
            expression if alone else f"{expression} AND ({span.expression})",
        )
        for span in wide
        if span.high > since
    ]


def leaves(node: Node) -> list[Words | Prefix]:
    """The words that are asked for, by which matches are ranked, each once."""
    return list(dict.fromkeys(_asked(node)))


def in_title(leaf: Words | Prefix) -> str:
    """What finds the leaf in the title."""
    return _leaf(replace(leaf, title=True))


def worth(leaf: Words | Prefix, steps: int) -> str:
    """What finds entries that the leaf is worth so much in: one of `WORTH`.

    Of a phrase and of a beginning the index knows no worth; they are looked for in the title.
    """
    if leaf.title or isinstance(leaf, Prefix) or len(leaf.tokens) > 1:
        return in_title(leaf)
    return f'"{WORTH[steps]}{leaf.tokens[0]}"'


def anywhere(leaf: Words | Prefix) -> str:
    """What finds the leaf where the query looks for it."""
    return _leaf(leaf)


def any_of(parts: Iterable[str]) -> str:
    """What finds what some expression finds."""
    return f"({' OR '.join(parts)})"


def all_of(parts: Iterable[str]) -> str:
    """What finds what every expression finds."""
    return f"({' AND '.join(parts)})"


def has_choice(node: Node) -> bool:
    """Whether an entry can match without some word that is asked for."""
    match node:
        case And(nodes):
            return any(map(has_choice, nodes))
        case Or():
            return True
        case Topic(_, part) | Entity(_, part):
            return has_choice(part)
        case _:
            return False


def is_plain(node: Node) -> bool:
    """Whether the node asks for words only: a leaf, or every one or any one of some leaves."""
    parts = node.nodes if isinstance(node, And | Or) else (node,)
    return all(isinstance(part, Words | Prefix) for part in parts)


def _days(node: Node) -> Iterator[date]:
    match node:
        case Day(_, day):
            yield day
        case Not(part) | Topic(_, part) | Entity(_, part):
            yield from _days(part)
        case And(nodes) | Or(nodes):
            for part in nodes:
                yield from _days(part)


def _clause(node: Node, low: int) -> _Clause:  # noqa: PLR0911  one a kind of node
    """The node for the moments from `low` to the next day that the query names."""
    match node:
        case And(nodes):
            return _all([_clause(part, low) for part in nodes])
        case Or(nodes):
            return _negated(_all([_negated(_clause(part, low)) for part in nodes]))
        case Not(part):
            return _negated(_clause(part, low))
        case Topic(_, part) | Entity(_, part):
            return _clause(part, low)
        case Day(after, day):
            holds = (low >= first_moment(day)) == after
            return _Clause(f'"{UNDATED}"', barred=True) if holds else _NOTHING
        case Fact():
            return _Clause(any_of(f'"{token}"' for token in _tokens(node)))
        case _:
            return _Clause(_leaf(node))


def _negated(clause: _Clause) -> _Clause:
    return replace(clause, barred=not clause.barred)


def _all(clauses: Sequence[_Clause]) -> _Clause:
    """What every clause finds: a and b and not c and not d is (a AND b) NOT (c OR d)."""
    asked = [clause.text for clause in clauses if not clause.barred]
    barred = [clause.text for clause in clauses if clause.barred and clause.text]
    if not all(asked):
        return _NOTHING
    if not asked:
        return _Clause(any_of(barred), barred=True) if barred else _EVERYTHING
    text = all_of(asked)
    return _Clause(f"({text} NOT {any_of(barred)})") if barred else _Clause(text)


def _leaf(node: Words | Prefix | Near) -> str:
    mark = IN_TITLE if node.title else ""
    match node:
        case Words():
            return f'"{_joined(node, mark)}"'
        case Prefix(start):
            return f'("{mark}{start}"*)'
        case Near(left, right, distance):
            return any_of(
                f'NEAR("{_joined(a, mark)}" "{_joined(b, mark)}", {distance})'
                for a in left
                for b in right
            )


def _joined(words: Words, mark: str) -> str:
    return " ".join(mark + token for token in words.tokens)


def _tokens(fact: Fact) -> Iterator[str]:
    for value in fact.values:
        span = cfr_range(value) if fact.field == "cfr" else None
        if span:
            yield from cfr_range_tokens(*span)
        else:
            yield fact_token(fact.field, value)


def _asked(node: Node) -> Iterator[Words | Prefix]:
    match node:
        case Words() | Prefix():
            yield node
        case Near(left, right, _):
            for words in (*left, *right):
                yield replace(words, title=node.title)
        case And(nodes) | Or(nodes):
            for part in nodes:
                yield from _asked(part)
        case Topic(_, part) | Entity(_, part):
            yield from _asked(part)
        case _:
            return
