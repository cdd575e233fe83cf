"""The floods, and a page of what one holds, on a terminal."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text

from bot.flood_page import FloodRow, Floods, HeldPage
from bot.wording import moment, safe_url, visible

#: Longest line of outside text (characters).
_LINE = 600


def render_floods(answer: Floods, timezone: ZoneInfo) -> RenderableType:
    """Each flood by its number."""
    if not answer.floods:
        return Text("Nothing was held back.")
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", overflow="fold")
    table.add_column(overflow="fold")
    for each in answer.floods:
        table.add_row(str(each.id), Text(visible(_said(each, timezone), 2 * _LINE)))
    return table


def render_page(answer: HeldPage, timezone: ZoneInfo) -> RenderableType:
    """What a flood holds, and how to turn the page."""
    flood = answer.flood
    lines = [
        Text(f"Flood {flood.id}", style="bold"),
        Text(visible(_said(flood, timezone), 2 * _LINE)),
        Text(answer.extent, style="dim"),
    ]
    for each in answer.rows:
        linked = Style(bold=True, link=safe_url(each.url))
        lines.append(Text("  ").append(visible(each.text, _LINE), linked))
        lines.append(Text(f"    {visible(each.detail, _LINE)}", style="dim"))
    if answer.more:
        lines.append(Text(f"Go on with: floods show {flood.id} {answer.page + 1}", style="dim"))
    return Group(*lines)


def _said(flood: FloodRow, timezone: ZoneInfo) -> str:
    said = f"{flood.title}, {moment(flood.began_at, timezone)}. {flood.why}"
    if not flood.decided:
        return said
    at = f", {moment(flood.at, timezone)}" if flood.at else ""
    by = f" by {flood.by}" if flood.by else ""
    return f"{said} {flood.decided}{by}{at}."
