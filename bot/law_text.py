"""What a change of the law says, in passages that can be shown one after another; before it has a form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from bot.law_page import Line, Passage
from bot.wording import day
from feeds.law_change import Kind, LawChange, SectionChange
from feeds.redline import Op, Redline, Run
from feeds.rows import RowChange, RowKind
from storage.amendments import Amendment, State

#: Longest line of a passage; a longer one goes on in the next passage (characters).
ROOM = 900
#: Unchanged words that are shown on each side of a change.
_AROUND = 12
#: Rows that are named before "and 7 more".
_NAMED = 4
#: Longest name that is shown in a summary (characters).
_NAME = 90


def headline(change: LawChange) -> str:
    """As in: The text of 15 CFR 744 has changed: eCFR of 18 June 2020."""
    return f"The text of {change.part} has changed: eCFR of {day(change.as_of)}"


def address(change: LawChange) -> str:
    """Where the part can be read as it stood on that day."""
    part = f"title-{change.part.title}/part-{change.part.part}"
    return f"https://www.ecfr.gov/on/{change.as_of.isoformat()}/{part}"


def standing(amendment: Amendment, *, today: date) -> str:
    """How far a document's amendment of a part has come, in a sentence."""
    since = day(amendment.effective_on)
    if amendment.change:
        return f"{headline(amendment.change)}."
    if amendment.state is State.UNSEEN:
        return f"In effect since {since}, but the eCFR shows no change of {amendment.part} by it."
    if amendment.effective_on > today:
        return f"Changes {amendment.part} from {since}."
    late = f"Text of {amendment.part} not yet updated: in effect since {since}"
    shown = amendment.shown_until
    if shown is None:
        return f"{late}."
    behind = shown < amendment.effective_on
    return (
        f"{late}; the eCFR {'has come to' if behind else 'shows nothing of it as of'} {day(shown)}."
    )


def summary(section: SectionChange) -> str:
    """One line: "§ 744.11: 83 words added", "Supplement No. 4 …: 1 entry added (Huawei Cloud)"."""
    said = [f"was {section.moved_from}"] if section.kind is Kind.MOVED else []
    whole = section.kind in {Kind.ADDED, Kind.REMOVED}
    said += [section.kind.value] if whole else []
    for op in (Op.ADDED, Op.REMOVED):
        if words := section.words(op):
            counted = f"{words:,} {'word' if words == 1 else 'words'}"
            said.append(counted if whole else f"{counted} {op.value}")
    said += _counted_rows(section.rows)
    return f"{section.label}: {', '.join(said)}"


def passages(change: LawChange) -> Iterator[Passage]:
    """Everything that changed, in the part's order, cut so that each passage can be shown whole."""
    for section in change.sections:
        heading = _heading(section)
        for paragraph in section.paragraphs:
            for piece in _cut(shortened(paragraph)):
                yield Passage(heading=heading, lines=(Line(redline=piece),))
        for row in section.rows:
            yield from _row_passages(section, row)
        if not section.paragraphs and not section.rows:
            yield Passage(heading=heading)


def shortened(redline: Redline, around: int = _AROUND) -> Redline:
    """A redline with its long unchanged stretches cut down to the words beside the changes."""
    last = len(redline) - 1
    return tuple(
        run if run.op is not Op.KEPT else Run(op=Op.KEPT, text=_ends(run.text, at, last, around))
        for at, run in enumerate(redline)
    )


def _ends(text: str, at: int, last: int, around: int) -> str:
    """The words of an unchanged run that stand beside a change, and the first few of a paragraph."""
    words = text.split()
    head = around // 2 if at == 0 else around
    tail = 0 if at == last else around
    if len(words) <= head + tail + 2:
        return text
    return " ".join([*words[:head], "…", *words[len(words) - tail :]])


def _heading(section: SectionChange) -> str:
    """Its label and title, and what became of it when that is more than a change."""
    title = section.heading.removeprefix(section.label).strip(" .—-")
    named = f"{section.label} {title}".strip()
    if section.kind is Kind.MOVED:
        return f"{named} (was {section.moved_from})"
    return named if section.kind is Kind.CHANGED else f"{named} ({section.kind.value})"


def _row_passages(section: SectionChange, row: RowChange) -> Iterator[Passage]:
    place = f", {row.group}" if row.group else ""
    heading = f"{section.label}: {row.name}{place} ({row.kind.value})"
    # The heading names the country.
    cells = [cell for cell in row.cells if not (row.group and _is_group(cell.column))]
    lines = [
        Line(label=cell.column, redline=piece)
        for cell in cells
        for piece in _cut(shortened(cell.redline))
    ]
    yield from (
        Passage(heading=heading, lines=tuple(group)) for group in _grouped(lines, room=ROOM)
    )


def _is_group(column: str) -> bool:
    return column.casefold() == "country"


def _grouped(lines: Sequence[Line], *, room: int) -> Iterator[list[Line]]:
    group: list[Line] = []
    left = room
    for line in lines:
        size = sum(len(run.text) for run in line.redline)
        if group and size > left:
            yield group
            group, left = [], room
        group.append(line)
        left -= size
    if group:
        yield group


def _cut(redline: Redline) -> Iterator[Redline]:
    """A redline in pieces of at most `ROOM` characters, cut between words."""
    piece: list[Run] = []
    left = ROOM
    for run in redline:
        words = run.text.split()
        while words:
            took = _fitting(words, left)
            if not took and piece:
                yield tuple(piece)
                piece, left = [], ROOM
                continue
            text = " ".join(words[: took or 1])[:ROOM]
            piece.append(Run(op=run.op, text=text))
            words = words[took or 1 :]
            left -= len(text) + 1
    if piece:
        yield tuple(piece)


def _fitting(words: Sequence[str], room: int) -> int:
    """How many words fit."""
    for count, word in enumerate(words):
        room -= len(word) + 1
        if room < 0:
            return count
    return len(words)


def _counted_rows(rows: Sequence[RowChange]) -> list[str]:
    counts = Counter(row.kind for row in rows)
    said: list[str] = []
    for kind in RowKind:
        if counts[kind]:
            many = ("entry", "entries") if any(row.group for row in rows) else ("row", "rows")
            what = f" {many[counts[kind] > 1]}" if not said else ""
            names = _names(row.name for row in rows if row.kind is kind)
            said.append(f"{counts[kind]:,}{what} {kind.value} ({names})")
    return said


def _names(names: Iterable[str]) -> str:
    """The first few, and how many more."""
    every = [name if len(name) <= _NAME else f"{name[: _NAME - 1]}…" for name in names]
    more = f"; and {len(every) - _NAMED:,} more" if len(every) > _NAMED else ""
    return "; ".join(every[:_NAMED]) + more
