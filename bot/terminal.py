"""Alerts on a terminal, or in a file when the output is one: panels, and steps as one line."""

from __future__ import annotations

from datetime import timedelta

from rich.box import ROUNDED
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.style import Style
from rich.table import Table
from rich.text import Text

from bot import law_text
from bot.bulletin import Bulletin
from bot.card import Card
from bot.poster import Alert, DeliveryError, Outcome, Posted
from bot.wording import safe_url, visible
from feeds.law_change import SectionChange
from storage.stories import Mark

#: Lines longer than this are hard to read, however wide the window (characters).
_WIDTH = 100
#: Longest line of outside text (characters).
_LINE = 600


class TerminalPoster:
    """Shows alerts where the bot was started. A `Poster`."""

    def __init__(self, console: Console | None = None) -> None:
        """Print to a console, else to standard output."""
        self._console = console or Console(highlight=False)

    async def post(self, alert: Alert) -> Posted:
        """Print the card, or one indented line when it belongs to a card printed before.

        Raises:
            DeliveryError: the output cannot be written to.
        """
        framed = self._console.is_terminal
        shown = _shown(alert, framed=framed)
        with self._console.capture() as rendered:
            self._console.print(shown, soft_wrap=not framed)
        try:
            # Written by hand: a console whose write fails would print the same again with the next.
            self._console.file.write(rendered.get())
            self._console.file.flush()
        except OSError as error:
            raise DeliveryError(f"terminal: {error}", outcome=Outcome.LATER) from error
        return Posted(ts=alert.delivery_id, conversation=alert.channel)

    async def update(self, alert: Alert, *, conversation: str, ts: str) -> None:
        """Print nothing: what is printed stands, and the step that follows tells what changed."""

    async def read_back(self, conversation: str, *, thread: str | None, age: timedelta) -> None:
        """Nothing: what was printed is known only to whoever looked."""


def _shown(alert: Alert, *, framed: bool) -> RenderableType:
    if isinstance(alert.card, Bulletin):
        return _bulletin(alert.card)
    if alert.reply is None:
        return render_card(alert.card) if framed else _plain(alert.card)
    shown = _step(alert.reply.step)
    change = alert.reply.change
    return Group(shown, *map(_summary, change.sections)) if change else shown


def _bulletin(bulletin: Bulletin) -> RenderableType:
    """A bulletin as lines, with the addresses that Slack hides behind its rows."""
    lines = [Text(visible(bulletin.headline, _LINE), style="bold cyan")]
    for part in bulletin.parts:
        said = (visible(part.heading, _LINE), visible(part.text, 3 * _LINE))
        lines += [Text(each) for each in said if each]
        for row in part.rows:
            whole = ": ".join(filter(None, (row.named, row.detail)))
            lines.append(Text(f"  - {visible(whole, _LINE)}"))
            lines += [Text(f"    {visible(each, _LINE)}") for each in row.lines]
            lines += [Text(f"    {url}", style="dim") for url in [safe_url(row.url)] if url]
    if bulletin.closed:
        lines.append(Text(visible(bulletin.closed, _LINE), style="dim"))
    return Group(*lines, Text())


def render_card(card: Card) -> RenderableType:
    """The card as a panel. Nothing in outside text is taken for markup or for a control sequence."""
    address = safe_url(card.url)
    parts: list[RenderableType] = [Text(card.title, style=Style(bold=True, link=address))]
    if card.sentences:
        parts += [Text(), Text(" ".join(card.sentences))]
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in _facts(card):
        table.add_row(Text(label), Text(value))
    return Panel(
        Group(*parts, Text(), table),
        title=Text(card.headline, style="bold cyan"),
        title_align="left",
        box=ROUNDED,
        padding=(1, 2),
        width=_WIDTH,
    )


def _plain(card: Card) -> RenderableType:
    """The card in a file or a mail: whole lines, so that addresses and citations stay in one."""
    lines = [card.headline, card.title, " ".join(card.sentences)]
    lines += [f"{label}: {value}" for label, value in _facts(card)]
    return Text("\n".join(line for line in lines if line) + "\n")


def _facts(card: Card) -> list[tuple[str, str]]:
    """Every fact of the card that is known, with its label."""
    facts = [(fact.label, fact.value) for fact in (*card.facts, *card.references)]
    facts += [("Issued by", card.issued_by), ("Read", safe_url(card.url) or "")]
    facts += [("Why", why) for why in card.why]
    if Mark.MUTED in card.marks:
        facts.append(("Muted", "what happens next in this story is not told here"))
    return [(label, value) for label, value in facts if value]


def _summary(section: SectionChange) -> RenderableType:
    return Text(f"    {visible(law_text.summary(section), 600)}")


def _step(card: Card) -> RenderableType:
    facts = " · ".join(fact.phrase for fact in card.facts)
    line = Text.assemble("  ↳ ", (card.headline, "bold cyan"), f": {card.title}")
    return line.append(f" ({facts})", style="dim") if facts else line
