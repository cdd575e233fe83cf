"""Pure: what changed in the law as Block Kit: ~removed~ and *added*, a short reply and whole pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, islice, zip_longest
from zoneinfo import ZoneInfo

from bot import law_text
from bot.law_page import LawPage, Line, Passage
from bot.slack import buttons, mrkdwn
from bot.slack.blocks import Block
from bot.slack.parts import LINE, Message, clipped, code, context, fitting, section
from feeds.law_change import LawChange
from feeds.redline import Op, Redline

#: Characters of a section of one passage, as sent.
_PASSAGE = 2_800
#: Sections and passages that the reply in a story's thread shows; the rest is a click away.
_SUMMARIES, _SHOWN = 6, 3
#: Longest passage of that reply, and unchanged words beside a change (characters; words).
_SHORT, _AROUND = 450, 8
#: Less room than this is not worth a word (characters).
_LEAST = 20
_MARKS = {Op.KEPT: "", Op.REMOVED: "~", Op.ADDED: "*"}
_LEGEND = "~removed~ · *added*"


def reply(change: LawChange, *, named: str) -> Message:
    """A change told in its story's thread: how much, and the first of it.

    Args:
        change: What the document changed in one part.
        named: What `/rulewire law` shows all of it for: a document number or a CFR part.
    """
    link = mrkdwn.link(law_text.address(change), law_text.headline(change), LINE)
    summaries = [f"• {mrkdwn.escape(law_text.summary(each), 600)}" for each in change.sections]
    left = len(summaries) - _SUMMARIES
    more = [f"… and {left:,} more sections"] if left > 0 else []
    text = "\n".join([f"*{link}*", *summaries[:_SUMMARIES], *more])
    told = (_brief(passage) for passage in law_text.passages(change))
    shown = islice((passage for passage in told if passage.lines), _SHOWN)
    last = [
        context(f"{_LEGEND} · all of it: {code(f'/rulewire law {named}')}"),
        *buttons.law(named),
    ]
    return clipped(text), fitting([section(clipped(text))], _rows(shown, limit=_SHORT), last)


def page(answer: LawPage, _timezone: ZoneInfo) -> Message:
    """A page of everything that changed; its passages stand under the section they are of."""
    head = f"*{mrkdwn.escape(answer.title, LINE)}*"
    if answer.extent:
        head = f"{head} · {answer.extent}"
    rows = _rows(answer.passages, limit=_PASSAGE)
    text = "\n".join([head, *(mrkdwn.escape(each.heading, LINE) for each in answer.passages)])
    legend = [context(_LEGEND)] if any(each.lines for each in answer.passages) else []
    return clipped(text), fitting([section(head)], rows, [*legend, *buttons.of_law(answer)])


def _rows(passages: Iterable[Passage], *, limit: int) -> list[Block]:
    """Passages under their headings, each heading once."""
    rows: list[Block] = []
    for (heading, opens), group in groupby(passages, key=lambda each: (each.heading, each.opens)):
        first, *rest = (mrkdwn.escape(line, LINE) for line in heading.splitlines() or [""])
        if opens:
            rows.append(section(clipped("\n".join([f"*{first}*", *rest]))))
        elif first:
            rows.append(context(first))
        texts = (_lines(each.lines, limit) for each in group if each.lines)
        rows += [section(text) for text in texts if text.strip()]
    return rows


def _brief(passage: Passage) -> Passage:
    """What it says beyond where a row was printed, with few words around."""
    lines = tuple(
        Line(label=line.label, redline=law_text.shortened(line.redline, _AROUND))
        for line in passage.lines
        if not line.minor
    )
    return Passage(heading=passage.heading, lines=lines[:2])


def _lines(lines: Sequence[Line], limit: int) -> str:
    return "\n".join(_line(line, limit // len(lines)) for line in lines)


def _line(line: Line, limit: int) -> str:
    label = f"{mrkdwn.escape(line.label, 80)}: " if line.label else ""
    return label + marked(line.redline, limit - len(label))


def marked(redline: Redline, limit: int) -> str:
    """A redline in Slack's markup, of at most so many characters; outside text in it does nothing.

    Where it does not fit, removed words leave half of the room to the added ones that follow.
    """
    said: list[str] = []
    room = limit - len(" …")
    for run, following in zip_longest(redline, redline[1:]):
        mark = _MARKS[run.op]
        needed = len(following.text) + 3 if following and run.op is Op.REMOVED else 0
        text = mrkdwn.escape(run.text, max(room // 2, room - needed) - 2 * len(mark))
        if room < _LEAST:
            break
        if text:
            said.append(f"{mark}{text}{mark}")
            room -= len(said[-1]) + 1
    else:
        return " ".join(said)
    return " ".join([*said, "…"])
