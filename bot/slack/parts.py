"""Pure: what messages are put together from: sections, lines, code, names, moments; all within limits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape as entities
from zoneinfo import ZoneInfo

from bot.slack import mrkdwn
from bot.slack.blocks import Block, mrkdwn_text
from bot.wording import moment, visible

#: Text and blocks: one message.
Message = tuple[str, list[Block]]

#: Longest line of a list made of outside text (characters as sent).
LINE = 400
#: Longest command or query that is shown in full (characters before they are escaped).
QUERY = 300
#: Slack refuses messages of about 13,000 characters of JSON (slackapi/bolt-js#2509), and of more
#: than 50 blocks.
_WHOLE, _BLOCKS = 12_000, 48
#: Longest cell of a table: three of them fit the width of a phone (characters).
_CELL = 30
#: Characters of a section, and of a fallback text.
_SECTION, _TEXT = 2_900, 2_900


def listed(
    head: str,
    lines: Sequence[str],
    table: Sequence[Sequence[str]] = (),
    *,
    last: Sequence[Block] = (),
) -> Message:
    """A heading, lines of our own markup, and a table of outside text: as much as one message holds.

    Args:
        head: Our own markup.
        lines: Each within a section. They may take two thirds of the message when a table follows.
        table: Rows of equally many cells, set in columns.
        last: Blocks that stand below it in any case.
    """
    first = section(head)
    room = _WHOLE - size([first, *last])
    said = _packed(lines, room=room * 2 // 3 if table else room)
    columns = _columns(table)
    rows = _packed(columns, room=room - size(said), fence="```")
    return clipped("\n".join([head, *lines, *columns])), [first, *said, *rows, *last]


def _packed(lines: Sequence[str], *, room: int, fence: str = "") -> list[Block]:
    """Lines in as few sections as hold them, and how many of them there was no room for."""
    texts: list[str] = []
    left = 0
    room -= size(context(f"… and {len(lines)} more"))
    for number, line in enumerate(lines):
        opens = not texts or len(texts[-1]) + len(line) >= _SECTION
        room -= size(line) + (size(section(2 * fence)) if opens else 0)
        if room < 0:
            left = len(lines) - number
            break
        texts = [*texts, line] if opens else [*texts[:-1], f"{texts[-1]}\n{line}"]
    more = [context(f"… and {left} more")] if left else []
    return [*(section(f"{fence}{text}{fence}") for text in texts), *more]


def _columns(table: Sequence[Sequence[str]]) -> list[str]:
    """Each row as one line of a code block."""
    cells = [[visible(cell, _CELL).replace("`", "'") for cell in row] for row in table]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    padded = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )
    return [entities(line, quote=False) for line in padded]


def plain_lines(head: str, lines: Iterable[str]) -> str:
    """A fallback text: a heading and a list, both outside text."""
    return clipped("\n".join([head, *(mrkdwn.escape(line, LINE) for line in lines)]))


def clipped(text: str) -> str:
    """Our own markup cut at a line's end, so that no link or entity is cut in half."""
    if len(text) <= _TEXT:
        return text
    return text[:_TEXT].rpartition("\n")[0] + "\n…"


def fitting(
    first: Sequence[Block], rows: Sequence[Block], last: Sequence[Block] = ()
) -> list[Block]:
    """As many of the rows as one message holds, and a line that says how many were left out."""
    kept = [*first, *last]
    room = _WHOLE - size(kept)
    shown = 0
    for row in rows:
        room -= size(row)
        if room < 0 or shown + len(kept) >= _BLOCKS:
            break
        shown += 1
    left = len(rows) - shown
    more = [context(f"… and {left} more")] if left else []
    return [*first, *rows[:shown], *more, *last]


def section(text: str) -> Block:
    """A section of our own markup."""
    return {"type": "section", "text": mrkdwn_text(text)}


def context(text: str) -> Block:
    """A small line of our own markup."""
    return {"type": "context", "elements": [mrkdwn_text(text)]}


def actions(*elements: Block) -> Block:
    """A row of buttons."""
    return {"type": "actions", "elements": list(elements)}


def code(text: str) -> str:
    """A command or query that can be copied as it is; a backtick would end it and is replaced."""
    return f"`{entities(visible(text, QUERY).replace('`', chr(39)), quote=False)}`"


def who(holder: str) -> str:
    """A person or a conversation by its address; anything else as outside text."""
    return mrkdwn.who(holder)


def when(at: datetime, timezone: ZoneInfo) -> str:
    """A moment in the reader's own time zone."""
    return mrkdwn.date(at, moment(at, timezone))


def size(blocks: object) -> int:
    """Characters of JSON."""
    return len(json.dumps(blocks, ensure_ascii=False))
