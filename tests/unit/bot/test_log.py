"""Log lines: one an event, without secrets."""

from __future__ import annotations

import json
import logging

import pytest

from bot.log import JsonFormatter, TextFormatter

SECRET = "xoxb-1234-abcd"


def record(message: str, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, None) if error else None
    return logging.LogRecord("bot.poll", logging.INFO, "poll.py", 1, message, (), info)


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_tokens_never_reach_a_line(formatter: logging.Formatter) -> None:
    line = formatter.format(record(f"posted with {SECRET}", ValueError(f"xapp-1-A-2-b {SECRET}")))

    assert SECRET not in line
    assert "xapp-1-A-2-b" not in line
    assert line.count("[token]") == 3


def test_a_json_line_is_one_document() -> None:
    line = JsonFormatter().format(record('polled feed="a"\nb', ValueError("no")))

    assert "\n" not in line
    assert json.loads(line)["event"] == 'polled feed="a"\nb'
    assert json.loads(line)["level"] == "info"


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_the_address_of_a_calendar_never_reaches_a_line(formatter: logging.Formatter) -> None:
    line = formatter.format(record("GET /calendar/12-aB_c-9.ics failed"))

    assert "aB_c" not in line
    assert "/calendar/[secret].ics" in line


def test_a_json_line_is_one_line_to_whoever_reads_it() -> None:
    line = JsonFormatter().format(record("a\u2028b\x85c\x0bd\re\udc80"))

    assert line.splitlines() == [line]
    assert json.loads(line)["event"] == "a\u2028b\x85c\x0bd\re\udc80"
