"""Alerts on a terminal: the facts are there, and nothing in them acts on the terminal."""

from __future__ import annotations

import io

from rich.console import Console

from bot.card import Card, card
from bot.poster import Alert, Reply
from bot.terminal import TerminalPoster, render_card
from tests.factories import NOW, make_entry, make_item


def make_card(**but: str) -> Card:
    return card(make_entry(item=make_item(**but)), now=NOW)


def printed(shown: Card, *, colour: bool = False) -> str:
    output = io.StringIO()
    console = Console(
        file=output, width=100, force_terminal=colour, color_system="standard" if colour else None
    )
    console.print(render_card(shown))
    return output.getvalue()


def test_a_card_tells_the_stage_the_title_the_facts_and_where_to_read() -> None:
    text = printed(make_card(url="https://fr.example/1"))

    for fact in (
        "Published and in force · Interim final rule; request for comments",
        "Release of “Technology”",
        "BIS authorizes the release",
        "Effective       18 June 2020, the day of publication",
        "Comments close  17 August 2020, 60 days left",
        "RIN             0694-AI06",
        "Issued by       Industry and Security Bureau (Commerce Department)",
        "Read            https://fr.example/1",
    ):
        assert fact in text


def test_output_that_is_no_terminal_gets_plain_text() -> None:
    assert "\x1b" not in printed(make_card())


def test_a_terminal_gets_a_linked_title() -> None:
    assert "\x1b]8;" in printed(make_card(), colour=True)


def test_outside_text_cannot_act_on_the_terminal() -> None:
    hostile = make_card(
        title="[bold red]loud[/] \x1b]0;owned\x07 \x9b2J :skull:",
        url="https://fr.example/\x1b]8;;https://evil.example\x1b\\",
        summary="[link=https://evil.example]click[/link] \x1b[2J",
    )

    text = printed(hostile)

    assert not {"\x1b", "\x07", "\x9b"} & set(text)
    assert "[bold red]loud[/]" in text
    assert "[link=https://evil.example]click[/link]" in text
    assert ":skull:" in text


async def test_a_step_is_an_indented_line_under_its_card() -> None:
    output = io.StringIO()
    poster = TerminalPoster(Console(file=output, width=400))

    shown = make_card()
    reply = Reply(thread="d-1", step=shown, quiet=False)
    alert = Alert(delivery_id="d-2", channel="terminal", card=shown, reply=reply)
    await poster.post(alert)

    assert output.getvalue().startswith(
        "  ↳ Published and in force · Interim final rule; request for comments:"
    )
    assert output.getvalue().count("\n") == 1


async def test_an_update_prints_nothing_as_the_step_tells_it() -> None:
    output = io.StringIO()
    poster = TerminalPoster(Console(file=output))

    alert = Alert(delivery_id="d-1", channel="terminal", card=make_card())
    await poster.update(alert, conversation="terminal", ts="d-1")

    assert output.getvalue() == ""


async def test_a_mail_or_file_gets_whole_lines() -> None:
    output = io.StringIO()
    address = "https://www.federalregister.gov/documents/2020/06/18/2020-13093/" + "word-" * 20
    alert = Alert(delivery_id="1", channel="terminal", card=make_card(url=address))

    await TerminalPoster(Console(file=output, width=80)).post(alert)

    lines = output.getvalue().splitlines()
    assert f"Read: {address}" in lines
    assert "Published: 18 June 2020, 85 FR 36719" in lines
