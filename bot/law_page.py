"""A page of what changed in the text of the law, before it has a form: its passages, and where it is."""

from __future__ import annotations

from dataclasses import dataclass

from feeds.redline import Redline


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One paragraph, or one cell of a row."""

    redline: Redline
    #: The cell's column; empty for a paragraph.
    label: str = ""

    @property
    def minor(self) -> bool:
        """It only tells where a row was printed."""
        return "citation" in self.label.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What is read in one go: a heading in our words, and at most a few lines of the law's."""

    heading: str
    lines: tuple[Line, ...] = ()
    #: It opens a document's share of a page; its heading then tells of all of it.
    opens: bool = False

    @property
    def size(self) -> int:
        """Characters, more or less."""
        runs = (run for line in self.lines for run in line.redline)
        return len(self.heading) + sum(len(run.text) + 4 for run in runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class LawPlace:
    """One page of what changed in the law: all that a button needs to open it."""

    #: A CFR part or section, or a document: "15 CFR 744", "2020-13093".
    named: str
    #: Counted from 1.
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LawPage:
    """A page of what changed in the text of the law."""

    title: str
    passages: tuple[Passage, ...]
    page: int
    pages: int
    next: LawPlace | None = None
    previous: LawPlace | None = None

    @property
    def extent(self) -> str:
        """Which of how many: "Page 2 of 5"; empty when there is but one."""
        return f"Page {self.page:,} of {self.pages:,}" if self.pages > 1 else ""
