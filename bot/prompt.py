"""The terminal's prompt: a line read, the same commands asked, the answer shown."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

from bot.answers import Answer, Entries, Problem
from bot.commands import Commands
from bot.config import TERMINAL
from bot.law_page import LawPage
from bot.terminal_answers import render_answer
from bot.timeline import DaysAhead
from storage.errors import DatabaseError

#: Whoever sits at the terminal.
USER = "you"
_PROMPT = "rulewire> "
_HELLO = "Write help for what can be asked, quit to stop."
_LONGEST_LINE = 8_192
_PAGES = ("next", "previous")
Paged = Entries | LawPage | DaysAhead


async def converse(
    commands: Commands,
    stop: asyncio.Event,
    *,
    source: int | None = None,
    console: Console | None = None,
) -> None:
    """Answer what is typed until told to stop; `quit` and the end of input tell everyone to stop.

    Args:
        commands: What answers.
        stop: Set from outside it ends the talk at once, in the middle of a line.
        source: File descriptor to read lines from; standard input if left out.
        console: Where answers are shown; standard output if left out.
    """
    shown = console or Console(highlight=False)
    shown.print(Text(_HELLO, style="dim"))
    last: Answer | None = None
    stopping = asyncio.create_task(stop.wait())
    with _lines(sys.stdin.fileno() if source is None else source) as lines:
        while not stop.is_set():
            shown.print(Text(_PROMPT, style="bold cyan"), end="")
            reading = asyncio.create_task(lines.get())
            await asyncio.wait({reading, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                reading.cancel()
                break
            line = reading.result()
            if line is None or line.strip().lower() in {"quit", "exit"}:
                stop.set()
            elif line.strip():
                last = await _answer(commands, line.strip(), last)
                shown.print(render_answer(last, commands.timezone))
                if isinstance(last, Paged) and last.next:
                    shown.print(Text("next shows more", style="dim"))
    shown.print()
    stopping.cancel()


async def _answer(commands: Commands, line: str, last: Answer | None) -> Answer:
    """The answer to a line, also when the database has none."""
    try:
        turned = await _turned(commands, line.lower(), last)
        return turned or await commands.answer(line, channel=TERMINAL, user=USER)
    except DatabaseError as error:  # one that is busy does not end the bot
        return Problem(message=str(error))


async def _turned(commands: Commands, word: str, last: Answer | None) -> Answer | None:
    """Another page of what was shown last; None where no such page is asked for."""
    if isinstance(last, DaysAhead) and last.next and word == "next":
        return await commands.days_ahead(last.query, last.next, channel=TERMINAL, user=USER)
    if isinstance(last, Entries | LawPage) and word in _PAGES:
        place = last.next if word == "next" else last.previous
        return await commands.page(place, channel=TERMINAL, user=USER) if place else None
    return None


@contextmanager
def _lines(source: int) -> Iterator[asyncio.Queue[str | None]]:
    """Lines as they are typed; None at the end of input.

    A terminal hands over whole lines, so reading when there is something to read never blocks. It
    must not be made non-blocking: standard output is the same terminal and would become so, too.
    """
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    rest = bytearray()
    loop = asyncio.get_running_loop()

    def read() -> None:
        chunk = os.read(source, _LONGEST_LINE)
        rest.extend(chunk)
        *whole, unfinished = bytes(rest).split(b"\n")
        rest[:] = unfinished[-_LONGEST_LINE:]
        for line in whole:
            lines.put_nowait(line.decode("utf-8", "replace"))
        if not chunk:
            loop.remove_reader(source)
            lines.put_nowait(None)

    loop.add_reader(source, read)
    try:
        yield lines
    finally:
        loop.remove_reader(source)
