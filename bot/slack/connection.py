"""One connection to Slack: the Web API for posting, Socket Mode for what people ask."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import aiohttp
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from bot.commands import Commands
from bot.config import Settings
from bot.slack import desk, listeners
from bot.slack.client import TIMEOUT, SlackPoster, web_client
from bot.slack.permissions import Permissions

log = logging.getLogger(__name__)

#: With the handler's own 10 s a frozen connection goes unnoticed twice as long
#: (reference/slack.md §2.3, measured).
PING_SECONDS = 5
#: The client calls a connection dead after four pings without an answer, and makes another.
SILENT_SECONDS = 4 * PING_SECONDS
#: Slack waits this long for an answer before it calls the command failed; so do we for the last ones.
LAST_ANSWERS_SECONDS = 3
RECONNECT_FIRST_SECONDS, RECONNECT_LONGEST_SECONDS = 1.0, 60.0


@asynccontextmanager
async def slack_poster(settings: Settings) -> AsyncIterator[SlackPoster]:
    """What alerts are posted with."""
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        yield SlackPoster(
            web_client(settings.bot_token, base_url=settings.slack_api_url, session=session)
        )


@asynccontextmanager
async def answering(
    settings: Settings, commands: Commands
) -> AsyncIterator[Callable[[datetime], str]]:
    """Slash commands and buttons are answered within this block.

    A Slack that cannot be reached is tried again until it can; polling goes on meanwhile.

    Yields:
        What is wrong with the connection at a moment, empty when nothing is: Slack answers a ping
        every few seconds while it is alive.
    """
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        client = web_client(settings.bot_token, base_url=settings.slack_api_url, session=session)
        app = AsyncApp(client=client, logger=_bolt_log())
        loop = asyncio.get_running_loop()
        permissions = Permissions(admins=settings.admins, elapsed=loop.time)
        listeners.register(app, commands, permissions)
        handler = AsyncSocketModeHandler(app, settings.app_token, ping_interval=PING_SECONDS)
        connecting = asyncio.create_task(_connect(handler), name="connect to Slack")
        try:
            yield lambda now: silence(handler.client, now)
        finally:
            connecting.cancel()
            await handler.close_async()  # type: ignore[no-untyped-call]  # bolt leaves it untyped
            await desk.finish(app, seconds=LAST_ANSWERS_SECONDS)


def silence(client: SocketModeClient, now: datetime) -> str:
    """Since when Slack answers no ping, in words; empty while it does."""
    if client.last_ping_pong_time is None:
        return "not connected"
    seconds = now.timestamp() - client.last_ping_pong_time
    return f"no answer to a ping for {seconds:.0f} s" if seconds > SILENT_SECONDS else ""


def _bolt_log() -> logging.Logger:
    """Bolt's log, without its warning that the token in the environment is the client's, too."""
    bolt = logging.getLogger("bot.slack.bolt")
    bolt.addFilter(lambda record: "`token` will be unused" not in record.getMessage())
    return bolt


async def _connect(handler: AsyncSocketModeHandler) -> None:
    wait = RECONNECT_FIRST_SECONDS
    while True:
        try:
            await handler.connect_async()  # type: ignore[no-untyped-call]  # bolt leaves it untyped
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            reason = error.response["error"] if isinstance(error, SlackApiError) else error
            log.error("slack connected=no retry_in=%.0f reason=%s", wait, reason)  # noqa: TRY400  Slack's word says it all
            await asyncio.sleep(wait)
            wait = min(wait * 2, RECONNECT_LONGEST_SECONDS)
        else:
            log.info("slack connected=yes")
            return
