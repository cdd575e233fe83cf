"""Best first: what an entry says of the words asked for, weighed by rarity and place."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from feeds.terms import Prefix, Words
from storage import condition
from storage.condition import Span
from storage.matches import newest

#: So many matches are all ranked. Of more, so many of the newest are, so many of the newest that have
#: the words in the title, and so many of the others that are likely to be best.
WHOLE = 500
NEWEST = 200
TITLED = 150
BESIDE = 60
#: So many of the words asked for are weighed; a topic may ask for hundreds.
WEIGHED = 24
#: What a word counts in the title, the summary and the evidence.
_TITLE, _SUMMARY, _EVIDENCE = 10, 3, 1
#: BM25's k1 and b (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009, 3.4, as
#: its BM25F has fields); lengths in bytes.
_K, _B = 1.2, 0.3
_USUAL_LENGTH = 800
#: Merits nearer to each other than this are equal, and the newer comes first.
_STEP = 0.05
#: How often a word is used is told from so many of its newest entries.
_SAMPLE = 32
#: Likely ones are looked for as far back as the rarest word has so many uses: with a word in the
#: title, with all words. To leap through long lists takes time, to walk through them less.
_REACH, _REACH_FOR_ALL, _REACH_IF_DENSE = 2_500, 600, 10_000
#: Words are dense when the rarest is in one entry of so many.
_DENSE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """Matches, best first."""

    moments: list[int]
    #: All matches from this moment on are among them; 0 when all matches are.
    floor: int


@dataclass(frozen=True, slots=True)
class _Usage:
    """How much each word weighs, and how many entries hold the rarest."""

    weights: list[float]
    least: float
    entries: int
    #: The first and last moment of the archive.
    first: int
    last: int

    def since(self, uses: int) -> int:
        """The moment since which the rarest word has about so many uses."""
        if self.least <= uses:
            return 0
        return self.last - int((self.last - self.first) * uses / self.least)


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A word that is asked for: what stands for it in the tokens of a text, and its weight."""

    plain: bytes
    #: In those of a title.
    spaced: bytes
    in_title: bool
    weight: float


def rank(
    db: Database,
    wanted: Sequence[Span],
    leaves: Sequence[Words | Prefix],
    *,
    found: Sequence[int],
    mark: int,
    choice: bool,
    whole: int = WHOLE,
) -> Ranked:
    """Order matches by merit, and by time at equal merit.

    Of more matches than `whole` the `NEWEST` are ranked, and with them the newest that have the
    words in their title, have all of them, or have the rarest.

    Args:
        db: Only read.
        wanted: What matches.
        leaves: The words asked for.
        found: The newest matches, one more than `whole` of them if there are so many.
        mark: Entries with a higher id are left out, so that the order stays as it was.
        choice: Whether an entry can match without one of the words.
        whole: How many matches are all ranked.
    """
    leaves = leaves[:WEIGHED]
    usage = _usage(db, leaves, mark)
    ranked = list(found)
    floor = 0
    if len(found) > whole:
        ranked = ranked[:NEWEST]
        floor = ranked[-1]
        plain = condition.anywhere(leaves[0]) if len(leaves) == 1 else ""
        for expression, since, many in _kinds(leaves, usage, choice=choice):
            some = condition.narrowed(wanted, expression, instead=plain, since=since)
            ranked += newest(db, some, limit=many, mark=mark)
    weighed = [_weighed(leaf, weight) for leaf, weight in zip(leaves, usage.weights, strict=True)]
    merits = _merits(db, list(dict.fromkeys(ranked)), weighed)
    merits.sort(reverse=True)
    return Ranked(moments=[moment for _, moment in merits], floor=floor)


def _kinds(
    leaves: Sequence[Words | Prefix], usage: _Usage, *, choice: bool
) -> list[tuple[str, int, int]]:
    """What the best matches are likely to have, since when to look for it, and for how many."""
    rarest = sorted(zip(usage.weights, leaves, strict=True), key=lambda pair: -pair[0])
    words = [condition.anywhere(leaf) for _, leaf in rarest]
    titles = [condition.in_title(leaf) for _, leaf in rarest]
    many = TITLED if len(leaves) > 1 else 2 * TITLED
    kinds = [(condition.any_of(titles), usage.since(_REACH), many)]
    dense = usage.least * _DENSE >= usage.entries
    back = usage.since(_REACH_IF_DENSE if dense else _REACH_FOR_ALL)
    if len(leaves) > 1 and (dense or not choice):
        kinds.append((condition.all_of(titles), back, TITLED if dense else BESIDE))
    if len(leaves) > 1 and choice:
        kinds.append((words[0], 0, BESIDE))
    if len(leaves) > 1 and choice and dense:
        kinds.append((condition.all_of(words), back, TITLED))
    return kinds


def _merits(
    db: Database, moments: Sequence[int], weighed: Sequence[_Weighed]
) -> list[tuple[int, int]]:
    # The tokens as FTS5 keeps them (sqlite.org/fts5.html, appendix B); asking FTS5 takes longer.
    rows = db.execute(
        "SELECT id, CAST(c0 AS BLOB), CAST(c1 AS BLOB), CAST(c2 AS BLOB) FROM entries_fts_content"
        " WHERE id IN (SELECT value FROM json_each(?))",
        [json.dumps(moments)],
    )
    most = sum(word.weight for word in weighed) * _STEP
    return [
        (round(_merit(weighed, title, summary, head) / most), moment)
        for moment, title, summary, head in rows.fetchall()
    ]


def _merit(weighed: Sequence[_Weighed], title: bytes, summary: bytes, head: bytes) -> float:
    longer = min((len(title) + len(summary)) / _USUAL_LENGTH, 2.0)
    slack = _K * (1 - _B + _B * longer)
    merit = 0.0
    for word in weighed:
        uses = _TITLE * title.count(word.spaced)
        if not word.in_title:
            uses += _SUMMARY * summary.count(word.plain)
            if head:
                uses += _EVIDENCE * head.count(word.plain)
        merit += word.weight * uses / (uses + slack)
    return merit


def _weighed(leaf: Words | Prefix, weight: float) -> _Weighed:
    if isinstance(leaf, Prefix):
        start = f" {leaf.start}".encode()
        return _Weighed(start, start, leaf.title, weight)
    plain, spaced = (f" {gap.join(leaf.tokens)} ".encode() for gap in (" ", "  "))
    return _Weighed(plain, spaced, leaf.title, weight)


def _usage(db: Database, leaves: Sequence[Words | Prefix], mark: int) -> _Usage:
    """How rare each is; the rarity of a phrase is that of its words together."""
    first = db.execute(
        "SELECT moment FROM entries WHERE id <= ? ORDER BY moment LIMIT 1", [mark]
    ).fetchone()
    last = newest(db, condition.spans(None), limit=1, mark=mark)
    if not last or not first:
        return _Usage([1.0] * len(leaves), 0.0, 0, 0, 0)
    age = last[0] - first[0] + 1
    words = {token for leaf in leaves for token in (leaf.tokens if isinstance(leaf, Words) else ())}
    held = {token: _held(db, token, age=age, mark=mark) for token in words}
    rarity = {token: math.log(1 + (mark - n + 0.5) / (n + 0.5)) for token, n in held.items()}
    weights = [
        sum(rarity[token] for token in leaf.tokens) if isinstance(leaf, Words) else 1.0
        for leaf in leaves
    ]
    least = min(held.values(), default=0.0)
    return _Usage(weights, least, mark, first[0], last[0])


def _held(db: Database, token: str, *, age: int, mark: int) -> float:
    """How many entries hold a word, told from how far back its newest uses reach."""
    wanted = [Span(0, condition.END, f'"{token}"')]
    used = newest(db, wanted, limit=_SAMPLE, mark=mark)
    if len(used) < _SAMPLE:
        return float(len(used))
    return min(mark * 0.99, _SAMPLE * age / max(used[0] - used[-1], 1))
