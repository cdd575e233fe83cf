"""Pure: a Bulletin as Block Kit, and as the text that stands for it."""

from __future__ import annotations

from bot.bulletin import Bulletin, Button, Part, Row
from bot.slack import mrkdwn
from bot.slack.blocks import Block, plain_text
from bot.slack.parts import LINE, Message, clipped, context, fitting, section
from bot.wording import visible

#: Longest title and paragraph, and most of one section (characters as sent).
_TITLE, _PARAGRAPH, _SECTION = 300, 1_500, 2_900
#: Longest linked text of a row (characters).
_LABEL = 160


def message(bulletin: Bulletin) -> Message:
    """Title, parts, buttons, last line: as much of the parts as one message holds."""
    first = section(f"*{mrkdwn.escape(bulletin.title, _TITLE)}*")
    rows = [section(text) for part in bulletin.parts for text in _sections(part)]
    last: list[Block] = []
    if bulletin.buttons:
        last.append({"type": "actions", "elements": [_button(each) for each in bulletin.buttons]})
    if closing := mrkdwn.escape(bulletin.closing, LINE):
        last.append(context(closing))
    text = clipped("\n".join(mrkdwn.escape(line, LINE) for line in bulletin.lines))
    return text, fitting([first], rows, last)


def _sections(part: Part) -> list[str]:
    """Its lines in as few sections as hold them."""
    heading, text = mrkdwn.escape(part.heading, LINE), mrkdwn.escape(part.text, _PARAGRAPH)
    said = [each for each in (heading and f"*{heading}*", text) if each]
    texts: list[str] = []
    for line in (*said, *map(_row, part.rows)):
        if texts and len(texts[-1]) + len(line) < _SECTION:
            texts[-1] = f"{texts[-1]}\n{line}"
        else:
            texts.append(line)
    return texts


def _row(row: Row) -> str:
    detail = f" · {mrkdwn.escape(row.detail, LINE)}" if row.detail else ""
    return f"• {mrkdwn.link(row.url, visible(row.text, _LABEL), 2 * LINE)}{detail}"


def _button(button: Button) -> Block:
    made: Block = {
        "type": "button",
        "text": plain_text(button.label, 75),
        "action_id": button.action,
        "value": button.value,
    }
    if button.style:
        made["style"] = button.style
    if button.confirm:
        made["confirm"] = {
            "title": plain_text(f"{button.label}?", 100),
            "text": plain_text(button.confirm, 300),
            "confirm": plain_text(button.label, 30),
            "deny": plain_text("Cancel", 30),
        }
    return made
