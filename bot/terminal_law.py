"""A page of the law's changes on a terminal: removed words as [-so-], added ones as {+so+}, in colour."""

from __future__ import annotations

from itertools import groupby

from rich.console import Group, RenderableType
from rich.text import Text

from bot.law_page import LawPage, Line
from bot.wording import visible
from feeds.redline import Op

#: As `git diff --word-diff` marks them, so that they can be told apart without colours, too.
_MARKS = {
    Op.KEPT: ("", "", ""),
    Op.REMOVED: ("[-", "-]", "red strike"),
    Op.ADDED: ("{+", "+}", "bold green"),
}
_LONGEST = 2_000


def render_law(answer: LawPage) -> RenderableType:
    """A page as rich shows it."""
    lines = [Text(f"{visible(answer.title, _LONGEST)}  {answer.extent}".strip(), style="bold")]
    for heading, group in groupby(answer.passages, key=lambda passage: passage.heading):
        passages = list(group)
        lines += [Text(), *_heading(heading, opens=passages[0].opens)]
        lines += [_line(line) for passage in passages for line in passage.lines]
    return Group(*lines)


def _heading(heading: str, *, opens: bool) -> list[Text]:
    first, *rest = heading.splitlines() or [""]
    style = "bold" if opens else "cyan"
    return [
        Text(visible(first, _LONGEST), style=style),
        *(Text(visible(line, _LONGEST)) for line in rest),
    ]


def _line(line: Line) -> Text:
    said = Text("  ")
    if line.label:
        said.append(f"{visible(line.label, 80)}: ", style="dim")
    for at, run in enumerate(line.redline):
        before, after, style = _MARKS[run.op]
        said.append(" " if at else "").append(
            f"{before}{visible(run.text, _LONGEST)}{after}", style
        )
    return said
