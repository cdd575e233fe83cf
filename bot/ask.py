"""Ask the bot's commands one thing from the shell, and show the answer."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable

import msgspec
from rich.console import Console

from bot.answers import Answer, Problem
from bot.app import Clock, open_app
from bot.commands import Commands
from bot.config import Settings
from bot.report import Explanation
from bot.terminal_answers import render_answer


async def ask_once(
    settings: Settings,
    ask: Callable[[Commands], Awaitable[Answer]],
    *,
    clock: Clock,
    as_json: bool,
) -> bool:
    """Print the answer on stdout, laid out for people or as one JSON document.

    Returns:
        True when the answer is a problem; it is then told on stderr.
    """
    async with open_app(settings, clock=clock) as app:
        answer = await ask(app.commands())
    if settings.bot_token and isinstance(answer, Explanation):
        from bot.slack.permalinks import linked_from_shell  # noqa: PLC0415  only with Slack

        answer = await linked_from_shell(settings, answer)
    problem = isinstance(answer, Problem)
    if as_json and not problem:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(answer)).decode() + "\n")
    else:
        Console(stderr=problem, highlight=False).print(render_answer(answer, settings.timezone))
    return problem
