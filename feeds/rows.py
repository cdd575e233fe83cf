"""What changed in a table: rows added, removed and changed, by the names they are known under."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from feeds import redline
from feeds.cited import citations
from feeds.redline import Op, Redline
from feeds.regulation import Row


class RowKind(StrEnum):
    """What became of a row."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell that changed, or one of a row that came or went."""

    #: Its column's heading; empty when the table has none.
    column: str
    redline: Redline


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """What became of one row."""

    kind: RowKind
    name: str
    #: The country it stands under, in the lists of part 744; else empty.
    group: str
    #: Of a changed row only the cells that changed.
    cells: tuple[Cell, ...]

    @property
    def cites(self) -> tuple[str, ...]:
        """The Register citations that the row did not hold before."""
        return tuple(
            cite
            for cell in self.cells
            for run in cell.redline
            if run.op is Op.ADDED
            for cite in citations(run.text)
        )


def changed_rows(before: Sequence[Row], after: Sequence[Row]) -> tuple[RowChange, ...]:
    """The rows that are not the same before and after: those of today in order, then those gone.

    A row that changed is known again by its name under its country, then by its name alone. Where
    rows stand does not matter: a long list is not read in order.
    """
    old, new = _unequal(before, after)
    became: dict[int, Row] = {}
    for key in (_place, _called):
        old = _match(old, new, became, key)
    changes = [_change(became.get(at), row) for at, row in enumerate(new)]
    return (*changes, *(_gone(row) for row in old))


def _unequal(before: Sequence[Row], after: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The rows of each side that the other has not, however often each stands there."""
    sides = []
    for mine, theirs in ((before, after), (after, before)):
        spare = Counter(row.cells for row in theirs)
        kept = []
        for row in mine:
            if spare[row.cells]:
                spare[row.cells] -= 1
            else:
                kept.append(row)
        sides.append(kept)
    return sides[0], sides[1]


def _match(
    old: Sequence[Row], new: Sequence[Row], became: dict[int, Row], key: Callable[[Row], Hashable]
) -> list[Row]:
    """Note which of the new rows each old one became; returns the old ones that became none."""
    waiting: defaultdict[Hashable, list[int]] = defaultdict(list)
    for at, row in reversed(list(enumerate(new))):
        if at not in became:
            waiting[key(row)].append(at)
    left = []
    for row in old:
        if waiting[key(row)]:
            became[waiting[key(row)].pop()] = row
        else:
            left.append(row)
    return left


def _called(row: Row) -> str:
    return row.name.casefold()


def _place(row: Row) -> tuple[str, str]:
    return row.group.casefold(), row.name.casefold()


def _change(before: Row | None, row: Row) -> RowChange:
    cells = _cells(before.cells if before else (), row.cells, row.columns)
    kind = RowKind.CHANGED if before else RowKind.ADDED
    return RowChange(kind=kind, name=row.name, group=row.group, cells=cells)


def _gone(row: Row) -> RowChange:
    cells = _cells(row.cells, (), row.columns)
    return RowChange(kind=RowKind.REMOVED, name=row.name, group=row.group, cells=cells)


def _cells(before: Sequence[str], after: Sequence[str], columns: Sequence[str]) -> tuple[Cell, ...]:
    width = max(len(before), len(after))
    old, new, named = ([*texts, *[""] * (width - len(texts))] for texts in (before, after, columns))
    return tuple(
        Cell(column=column, redline=redline.words(was, now))
        for column, was, now in zip(named, old, new, strict=False)
        if was != now
    )
