"""Pure: what messages are put together from: sections, lines, code, names, moments; all within limits."""

from __future__ import annotations

import json
import re
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
#: Characters of a section, and of a fallback text.
_SECTION, _TEXT = 2_900, 2_900
_PERSON = re.compile(r"[UW][A-Z0-9]{2,30}")
_CONVERSATION = re.compile(r"[CGD][A-Z0-9]{2,30}")


def listed(head: str, lines: Sequence[str]) -> Message:
    """A heading and lines of our own markup, as few sections as will hold them."""
    sections: list[str] = [head]
    for line in lines:
        if len(sections) > 1 and len(sections[-1]) + len(line) < _SECTION:
            sections[-1] += f"\n{line}"
        else:
            sections.append(line)
    return clipped("\n".join([head, *lines])), fitting([], [section(text) for text in sections])


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


def code(text: str) -> str:
    """A command or query that can be copied as it is; a backtick would end it and is replaced."""
    return f"`{entities(visible(text, QUERY).replace('`', chr(39)), quote=False)}`"


def who(holder: str) -> str:
    """A person or a conversation by name; anything else as outside text."""
    if _PERSON.fullmatch(holder):
        return f"<@{holder}>"
    return f"<#{holder}>" if _CONVERSATION.fullmatch(holder) else mrkdwn.escape(holder, 80)


def when(at: datetime, timezone: ZoneInfo) -> str:
    """A moment in the reader's own time zone."""
    return mrkdwn.date(at, moment(at, timezone))


def size(blocks: object) -> int:
    """Characters of JSON."""
    return len(json.dumps(blocks, ensure_ascii=False))
