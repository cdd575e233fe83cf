"""What was removed and what was added between two texts: words of a paragraph, paragraphs of a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby
from typing import TypeAlias

#: Two texts are compared word by word while so many pairs of their words are equal: difflib looks at
#: each pair, some of them often. It is some 3,000 words of English, and a twentieth of a second.
_MOST_PAIRS = 200_000
#: Blocks of so many paragraphs, old times new, are told apart by likeness.
_MOST_ALIKE = 900
#: Share of their words that two paragraphs have in common when the one became the other, and that
#: the longer keeps of the shorter when they are worth reading as one.
_LIKE = 0.5
#: So many unchanged words between two longer changes read as changed with them.
_ISLAND = 2


class Op(StrEnum):
    """What became of some words."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Words in a row of which the same became."""

    op: Op
    text: str

    @property
    def words(self) -> int:
        """How many."""
        return len(self.text.split())


#: One paragraph: what was and what is, in reading order; removed words stand before added ones.
Redline: TypeAlias = tuple[Run, ...]
#: difflib's opcode.
_Step: TypeAlias = tuple[str, int, int, int, int]


def words(before: str, after: str) -> Redline:
    """The redline of one text, in words as white space parts them.

    Without the added runs it reads as before, without the removed ones as after. Texts that have
    little in common are one removed and one added run between equal ends.
    """
    old, new = before.split(), after.split()
    steps = [step for step in _opcodes(old, new, coarse=_held(old, new) < _LIKE) if _size(step)]
    sizes = [0, *(0 if step[0] == "equal" else _size(step) for step in steps), 0]
    pieces: list[tuple[Op, Sequence[str]]] = []
    for (kind, i1, i2, j1, j2), left, right in zip(steps, sizes, sizes[2:], strict=False):
        island = i2 - i1 <= _ISLAND and min(left, right) > 2 * (i2 - i1)
        if kind == "equal" and not island:
            pieces.append((Op.KEPT, old[i1:i2]))
        else:
            pieces += [(Op.REMOVED, old[i1:i2]), (Op.ADDED, new[j1:j2])]
    return _runs(pieces)


def paragraphs(before: Sequence[str], after: Sequence[str]) -> tuple[Redline, ...]:
    """The redlines of the paragraphs that are not the same before and after, in reading order."""
    changed: list[Redline] = []
    for kind, i1, i2, j1, j2 in _opcodes(before, after):
        if kind != "equal":
            changed += (words(old, new) for old, new in _paired(before[i1:i2], after[j1:j2]))
    return tuple(changed)


def count(redlines: Iterable[Redline], op: Op) -> int:
    """How many words became that."""
    return sum(run.words for redline in redlines for run in redline if run.op is op)


def without(redline: Redline, op: Op) -> str:
    """The text as it was (without `ADDED`) or is (without `REMOVED`)."""
    return " ".join(run.text for run in redline if run.op is not op)


def likeness(old: Sequence[str], new: Sequence[str]) -> float:
    """The share of words that two texts have in common, 0 to 1, wherever they stand."""
    together = len(old) + len(new)
    common = (Counter(old) & Counter(new)).total()
    return 2 * common / together if together else 1.0


def _held(old: Sequence[str], new: Sequence[str]) -> float:
    """The share of the shorter text that the longer holds, too, 0 to 1."""
    shorter = min(len(old), len(new))
    return (Counter(old) & Counter(new)).total() / shorter if shorter else 0.0


def _kinship(old: Sequence[str], new: Sequence[str]) -> float:
    """Likeness; two that open alike ("(b)", "Note on standards:") may be one, rewritten."""
    opens_alike = old[:3] == new[:3] or (old[:1] == new[:1] and old[0].startswith("("))
    return max(likeness(old, new), _LIKE if opens_alike else 0.0)


def _opcodes(
    old: Sequence[Hashable], new: Sequence[Hashable], *, coarse: bool = False
) -> Iterator[_Step]:
    """As difflib's; all between the equal ends at once when asked to, or when it would take long."""
    start, most = 0, min(len(old), len(new))
    while start < most and old[start] == new[start]:
        start += 1
    end = 0
    while end < most - start and old[-1 - end] == new[-1 - end]:
        end += 1
    inner_old, inner_new = old[start : len(old) - end], new[start : len(new) - end]
    yield "equal", 0, start, 0, start
    counted = Counter(inner_new)
    if coarse or sum(counted[each] for each in inner_old) > _MOST_PAIRS:
        yield "replace", start, len(old) - end, start, len(new) - end
    else:
        matcher = SequenceMatcher(None, inner_old, inner_new, autojunk=False)
        for kind, i1, i2, j1, j2 in matcher.get_opcodes():
            yield kind, i1 + start, i2 + start, j1 + start, j2 + start
    yield "equal", len(old) - end, len(old), len(new) - end, len(new)


def _paired(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, str]]:
    """Which paragraph became which, in order: the pairing that keeps most; the rest stand alone."""
    if len(old) * len(new) > _MOST_ALIKE:
        return [*((each, "") for each in old), *(("", each) for each in new)]
    split_old, split_new = [each.split() for each in old], [each.split() for each in new]
    like = [[_kinship(mine, theirs) for theirs in split_new] for mine in split_old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            joined = best[i + 1][j + 1] + like[i][j] if like[i][j] >= _LIKE else 0.0
            best[i][j] = max(joined, best[i + 1][j], best[i][j + 1])
    return list(_walked(old, new, like, best))


def _walked(
    old: Sequence[str],
    new: Sequence[str],
    like: Sequence[Sequence[float]],
    best: Sequence[Sequence[float]],
) -> Iterator[tuple[str, str]]:
    i = j = 0
    while i < len(old) and j < len(new):
        if like[i][j] >= _LIKE and best[i][j] == best[i + 1][j + 1] + like[i][j]:
            yield old[i], new[j]
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            yield old[i], ""
            i += 1
        else:
            yield "", new[j]
            j += 1
    yield from ((each, "") for each in old[i:])
    yield from (("", each) for each in new[j:])


def _size(step: _Step) -> int:
    """Words on both sides."""
    return step[2] - step[1] + step[4] - step[3]


def _runs(pieces: Iterable[tuple[Op, Sequence[str]]]) -> Redline:
    """Neighbours joined: of each change first all that was removed, then all that was added."""
    runs: list[Run] = []
    for kept, group in groupby(pieces, key=lambda piece: piece[0] is Op.KEPT):
        said = list(group)
        for op in (Op.KEPT,) if kept else (Op.REMOVED, Op.ADDED):
            text = " ".join(word for each, many in said if each is op for word in many)
            if text:
                runs.append(Run(op=op, text=text))
    return tuple(runs)
