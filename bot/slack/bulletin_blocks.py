"""Pure: a Bulletin as Block Kit, and as the text that stands for it."""

from __future__ import annotations

from bot.bulletin import Bulletin, Button, Part, Row
from bot.card import UTC
from bot.slack import mrkdwn
from bot.slack.blocks import Block, plain_text
from bot.slack.parts import LINE, Message, clipped, context, fitting, section, when, who
from bot.wording import visible

#: Longest title, paragraph, section and last line (characters as sent).
_TITLE, _PARAGRAPH, _SECTION, _CLOSING = 300, 1_500, 2_900, 1_100
#: Longest linked text of a row (characters).
_LABEL = 160


def message(bulletin: Bulletin) -> Message:
    """Title, parts, buttons, last line: as much of the parts as one message holds."""
    title, place = mrkdwn.escape(bulletin.title, _TITLE), bulletin.place and who(bulletin.place)
    first = section(f"*{title}* {place}".strip())
    rows = [section(text) for part in bulletin.parts for text in _sections(part)]
    last: list[Block] = []
    if bulletin.buttons:
        last.append({"type": "actions", "elements": [button(each) for each in bulletin.buttons]})
    if closing := _closing(bulletin):
        last.append(context(closing))
    lines = (mrkdwn.escape(line, LINE) for line in bulletin.lines[1:])
    text = clipped("\n".join((f"{title} {place}".strip(), *lines)))
    return text, fitting([first], rows, last)


def _closing(bulletin: Bulletin) -> str:
    """The last line: who did it is mentioned, and when is told in the reader's own time."""
    said = mrkdwn.escape(bulletin.closing, _CLOSING)
    if bulletin.by:
        said += f" by {who(bulletin.by)}"
    return f"{said} · {when(bulletin.at, UTC)}" if bulletin.at else said


def _sections(part: Part) -> list[str]:
    """Its lines in as few sections as hold them."""
    heading, text = mrkdwn.escape(part.heading, LINE), mrkdwn.escape(part.text, _PARAGRAPH)
    said = [each for each in (heading and f"*{heading}*", text) if each]
    texts: list[str] = []
    apart = [False] * len(said) + [
        number > 0 and bool(each.lines) for number, each in enumerate(part.rows)
    ]
    for line, alone in zip((*said, *map(row, part.rows)), apart, strict=True):
        if texts and not alone and len(texts[-1]) + len(line) < _SECTION:
            texts[-1] = f"{texts[-1]}\n{line}"
        else:
            texts.append(line)
    return texts


def row(shown: Row) -> str:
    """A line of a list: its text, linked, and the facts beside it; or an item of several lines."""
    text = visible(shown.text, _LABEL)
    label = who(shown.place) if shown.place else mrkdwn.link(shown.url, text, 2 * LINE)
    detail = f" · {mrkdwn.escape(shown.detail, LINE)}" if shown.detail else ""
    if not shown.lines:
        return f"• {label}{detail}"
    return "\n".join([f"{label}{detail}", *(mrkdwn.escape(line, LINE) for line in shown.lines)])


def button(shown: Button) -> Block:
    """A button, which asks before it acts if it is to."""
    made: Block = {
        "type": "button",
        "text": plain_text(shown.label, 75),
        "action_id": shown.action,
        "value": shown.value,
    }
    if shown.style:
        made["style"] = shown.style
    if shown.confirm:
        made["confirm"] = {
            "title": plain_text(f"{shown.label}?", 100),
            "text": plain_text(shown.confirm, 300),
            "confirm": plain_text(shown.label, 30),
            "deny": plain_text("Cancel", 30),
        }
    return made
