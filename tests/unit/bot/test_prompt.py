"""The prompt answers what is typed, and stops when it is told to."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from sqlite_utils import Database

from bot.answers import Notice, Problem
from bot.card import UTC
from bot.prompt import converse
from bot.terminal_answers import render_answer
from tests.archive import Archive, document, press
from tests.ecfr_server import part
from tests.unit.bot.test_answer_blocks import CARD, HOSTILE, answers
from tests.unit.bot.test_commands_law import LONG, changed, compare
from tests.unit.bot.test_deadlines import closing, note


@pytest.fixture
def screen() -> Console:
    return Console(file=StringIO(), width=100, highlight=False)


@contextmanager
def keyboard(*chunks: bytes) -> Iterator[int]:
    """A descriptor on which these bytes were typed, and then nothing more."""
    reader, writer = os.pipe()
    for chunk in chunks:
        os.write(writer, chunk)
    os.close(writer)
    yield reader
    os.close(reader)


def seen(screen: Console) -> str:
    assert isinstance(screen.file, StringIO)
    return screen.file.getvalue()


async def type_all(archive: Archive, screen: Console, *chunks: bytes) -> asyncio.Event:
    stop = asyncio.Event()
    with keyboard(*chunks) as source:
        await converse(archive.commands, stop, source=source, console=screen)
    return stop


async def test_a_line_is_answered_as_in_slack(archive: Archive, screen: Console) -> None:
    await archive.remember(document())

    await type_all(archive, screen, b"2020-13", b"093\nsubscribe huawei\n")

    assert "Interim final rule" in seen(screen)
    assert "subscribed to topic:huawei" in seen(screen)
    assert await archive.subscribed("terminal") == ["topic:huawei"]


async def test_next_turns_a_page_of_the_law(archive: Archive, screen: Console) -> None:
    await changed(archive, compare(part(), LONG))

    await type_all(archive, screen, b"law 15 CFR 744\nnext\n")

    assert "15 CFR 744  Page 1 of" in seen(screen)
    assert "15 CFR 744  Page 2 of" in seen(screen)


@pytest.mark.parametrize("typed", [b"quit\nstatus\n", b"QUIT\n", b"exit\n", b"", b"\n\n"])
async def test_quit_and_the_end_of_input_stop_the_bot(
    archive: Archive, screen: Console, typed: bytes
) -> None:
    stop = await type_all(archive, screen, typed)

    assert stop.is_set()
    assert "feed" not in seen(screen)


async def test_a_stop_from_outside_ends_a_prompt_that_waits(
    archive: Archive, screen: Console
) -> None:
    stop = asyncio.Event()
    reader, writer = os.pipe()
    os.write(writer, b"half a li")

    talking = asyncio.create_task(converse(archive.commands, stop, source=reader, console=screen))
    await asyncio.sleep(0)
    stop.set()
    await talking

    os.close(writer)
    os.close(reader)
    assert "rulewire>" in seen(screen)


async def test_next_and_previous_turn_the_page(archive: Archive, screen: Console) -> None:
    await archive.remember(*(press(n) for n in range(7)))

    await type_all(archive, screen, b"search huawei\nnext\nprevious\n")

    extents = [line.strip() for line in seen(screen).splitlines() if " of 7" in line]
    assert [line.partition(",")[0] for line in extents] == [
        "1 to 5 of 7",
        "6 to 7 of 7",
        "1 to 5 of 7",
    ]


async def test_next_turns_the_page_of_the_days_ahead(archive: Archive, screen: Console) -> None:
    days = [date(2020, 8, 1) + timedelta(days=number) for number in range(12)]
    await note(archive, *(closing(number, day) for number, day in enumerate(days)))

    await type_all(archive, screen, b"deadlines huawei\nnext\n")

    assert "next shows more" in seen(screen)
    assert [f"Rule {number} on Huawei" in seen(screen) for number in range(12)] == [True] * 12


async def test_a_busy_database_does_not_end_the_bot(
    archive: Archive, screen: Console, tmp_path: Path
) -> None:
    await archive.storage.run_plain(_wait_for_nobody)

    other = sqlite3.connect(tmp_path / "archive.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await type_all(archive, screen, b"status\n")
    other.close()

    assert "database is locked" in seen(screen)
    assert seen(screen).count("rulewire>") == 2


def _wait_for_nobody(db: Database) -> None:
    db.execute("PRAGMA busy_timeout = 0")


async def test_next_without_a_page_is_an_unknown_word(archive: Archive, screen: Console) -> None:
    await type_all(archive, screen, b"next\n")

    assert "“next” is not a command" in seen(screen)


async def test_bytes_that_are_no_text_are_answered(archive: Archive, screen: Console) -> None:
    await type_all(archive, screen, b"\xff\xfe\x00\n", b"x" * 20_000 + b"\n")

    assert seen(screen).count("is not a command") == 2


@pytest.mark.parametrize(
    "text", [HOSTILE, "[bold]huawei[/bold] [link=http://x]", "\x1b]0;title\x07\x1b[2J"]
)
def test_every_answer_is_shown_and_outside_text_steers_no_terminal(
    screen: Console, text: str
) -> None:
    for answer in answers(text, 3, CARD):
        screen.print(render_answer(answer, UTC))

    assert "\x1b" not in seen(screen)
    assert "\u202e" not in seen(screen)


def test_markup_of_the_terminal_is_shown_as_written(screen: Console) -> None:
    screen.print(render_answer(Notice(text="[red]huawei[/red]"), UTC))

    assert "[red]huawei[/red]" in seen(screen)


def test_a_bad_query_is_pointed_at(screen: Console) -> None:
    problem = Problem(message="No.", text="huawei (", position=7, hint="search huawei")

    screen.print(render_answer(problem, UTC))

    assert "  huawei (\n         ^\n" in seen(screen)
    assert "Try search huawei" in seen(screen)


def test_what_is_no_answer_is_refused() -> None:
    with pytest.raises(TypeError):
        render_answer("no answer", UTC)
