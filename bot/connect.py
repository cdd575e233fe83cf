"""How the bot is connected: to Slack by socket or over HTTP, or to the terminal; and its web server."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from bot.app import App, Clock
from bot.commands import Commands
from bot.environment import Listen
from bot.poster import Poster
from bot.readiness import Check

if TYPE_CHECKING:
    from bot.metrics import Metrics
    from bot.web import Routes


@asynccontextmanager
async def poster_of(app: App) -> AsyncIterator[Poster]:
    """Slack when connected, else the terminal. Slack's libraries are loaded only if needed."""
    if not app.settings.slack_connected:
        from bot.terminal import TerminalPoster  # noqa: PLC0415  rich is not needed with Slack

        yield TerminalPoster()
        return
    from bot.slack.connection import slack_poster  # noqa: PLC0415  nor Slack with a terminal

    async with slack_poster(app.settings, app.storage, clock=app.clock) as poster:
        yield poster


@asynccontextmanager
async def routes_of(app: App, commands: Commands) -> AsyncIterator[Routes]:
    """Where Slack is answered over HTTP, within this block."""
    from bot.slack.connection import http  # noqa: PLC0415  as above

    async with http(app.settings, app.storage, commands, clock=app.clock) as routes:
        yield routes


@asynccontextmanager
async def serving(
    app: App, listen: Listen, metrics: Metrics, checks: Mapping[str, Check], routes: Routes
) -> AsyncIterator[None]:
    """Answer web requests, and measure the event loop, within this block."""
    from bot import metrics as measuring  # noqa: PLC0415  as above
    from bot import web  # noqa: PLC0415  most run without it

    site = web.Site(
        app.storage,
        topics=app.queries,
        clock=app.clock,
        metrics=metrics,
        checks=checks,
        slack=routes,
    )
    watching = asyncio.create_task(measuring.watch_loop(metrics), name="watch the event loop")
    try:
        async with web.serving(site.application(), listen):
            yield
    finally:
        watching.cancel()


async def converse(
    app: App, commands: Commands, stop: asyncio.Event, checks: dict[str, Check]
) -> None:
    """Answer people until told to stop: in Slack, or on the terminal's prompt."""
    if app.settings.slack_connected:
        from bot.slack.connection import socket  # noqa: PLC0415  as above

        async with socket(app.settings, app.storage, commands, clock=app.clock) as trouble:
            checks["slack"] = _slack_check(trouble, app.clock)
            await stop.wait()
    elif sys.stdin.isatty():
        from bot import prompt  # noqa: PLC0415  as above

        await prompt.converse(commands, stop)
    else:
        await stop.wait()


async def renew_tokens(app: App) -> None:
    """Renew the tokens of workspaces that end soon; there are none unless workspaces install the app."""
    if app.settings.many_workspaces:
        from bot.slack import connection  # noqa: PLC0415  as above

        await connection.renew_tokens(app.settings, app.storage, clock=app.clock)


def _slack_check(trouble: Callable[[datetime], str], clock: Clock) -> Check:
    async def check() -> str:
        return trouble(clock())

    return check
