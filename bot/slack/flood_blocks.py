"""Pure: the floods, and a page of what one holds, as Block Kit."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot import flood_card
from bot.flood_page import FloodRow, Floods, HeldPage
from bot.slack import mrkdwn
from bot.slack.blocks import Block
from bot.slack.bulletin_blocks import row
from bot.slack.buttons import button
from bot.slack.parts import (
    LINE,
    Message,
    clipped,
    fitting,
    plain_lines,
    section,
    when,
    who,
)

_ABOUT = "what feeds brought and nobody is told"


def floods(answer: Floods, timezone: ZoneInfo) -> Message:
    """Each flood with why it is held and what became of it."""
    if not answer.floods:
        return "Nothing was held back.", [section("Nothing was held back.")]
    rows = [
        section(f"{_named(each)}\n{_said(each, timezone)}")
        | {"accessory": button("Show", flood_card.SHOW, _name(each), of=f"flood {each.id}")}
        for each in answer.floods
    ]
    lines = (f"{each.id}: {each.title}" for each in answer.floods)
    return plain_lines(f"Floods: {_ABOUT}", lines), fitting([section(f"*Floods*: {_ABOUT}")], rows)


def page(answer: HeldPage, timezone: ZoneInfo) -> Message:
    """What a flood holds, with buttons that turn the page."""
    flood = answer.flood
    head = f"{_named(flood)}\n{_said(flood, timezone)}\n{answer.extent}"
    lines = [row(each) for each in answer.rows]
    turns = [
        button(label, action, f"{_name(flood)} {number}")
        for label, action, number, there in (
            ("Previous", flood_card.PREVIOUS, answer.page - 1, answer.page > 1),
            ("Next", flood_card.NEXT, answer.page + 1, answer.more),
        )
        if there
    ]
    last: list[Block] = [{"type": "actions", "elements": turns}] if turns else []
    text = clipped("\n".join([head, *lines]))
    return text, fitting([section(head)], [section(line) for line in lines], last)


def _name(flood: FloodRow) -> str:
    return flood_card.name_of(flood.id, flood.began_at)


def _named(flood: FloodRow) -> str:
    return f"*{mrkdwn.escape(flood.title, LINE)}* (flood {flood.id})"


def _said(flood: FloodRow, timezone: ZoneInfo) -> str:
    """Since when and why; and who decided."""
    said = f"{when(flood.began_at, timezone)} · {mrkdwn.escape(flood.why, 3 * LINE)}"
    if not flood.decided:
        return said
    at = f" · {when(flood.at, timezone)}" if flood.at else ""
    by = f" by {who(flood.by)}" if flood.by else ""
    return f"{said}\n{flood.decided}{by}{at}"
