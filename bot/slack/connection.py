"""The connections to Slack: the Web API for posting; Socket Mode or HTTP for what people ask."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import aiohttp
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands import Commands
from bot.config import Settings
from bot.poster import Poster
from bot.slack import desk, installing, leaving, listeners
from bot.slack.client import TIMEOUT, SlackPoster, web_client
from bot.slack.forms import Forms
from bot.slack.home_rounds import ClientOf, kept_fresh
from bot.slack.http import Door
from bot.slack.permissions import Permissions
from bot.slack.workspaces import Workspaces
from bot.slack.workspaces_poster import WorkspacesPoster
from bot.storage_thread import Storage
from feeds.errors import ConfigError

if TYPE_CHECKING:
    from bot.web import Routes

log = logging.getLogger(__name__)

#: With the handler's own 10 s a frozen connection goes unnoticed twice as long
#: (reference/slack.md §2.3, measured).
PING_SECONDS = 5
#: The client calls a connection dead after four pings without an answer, and makes another.
SILENT_SECONDS = 4 * PING_SECONDS
#: Slack waits this long for an answer before it calls the command failed; so do we for the last ones.
LAST_ANSWERS_SECONDS = 3
#: What it looks like when Slack cannot be reached, or lets us not in.
_OUTAGES = (aiohttp.ClientError, TimeoutError, SlackApiError)


@asynccontextmanager
async def slack_poster(
    settings: Settings, storage: Storage, *, clock: Callable[[], datetime]
) -> AsyncIterator[Poster]:
    """What alerts are posted with: in one workspace, or wherever the app was installed."""
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        if settings.many_workspaces:
            yield WorkspacesPoster(Workspaces(settings, storage, session=session, clock=clock))
        else:
            yield SlackPoster(_client(settings, session))


@asynccontextmanager
async def socket(
    settings: Settings, storage: Storage, commands: Commands, *, clock: Callable[[], datetime]
) -> AsyncIterator[Callable[[datetime], str]]:
    """Everything that people do in Slack is answered within this block, by Socket Mode.

    A Slack that cannot be reached is tried again until it can; polling goes on meanwhile.

    Yields:
        What is wrong with the connection at a moment, empty when nothing is: Slack answers a ping
        every few seconds while it is alive.
    """
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        client = _client(settings, session)
        app = _own_app(client, storage, clock)
        forms = _register(app, commands, settings)
        handler = AsyncSocketModeHandler(app, settings.app_token, ping_interval=PING_SECONDS)
        connecting = asyncio.create_task(_connect(handler), name="connect to Slack")
        try:
            async with kept_fresh(forms.homes, commands, _one(client)):
                yield lambda now: silence(handler.client, now)
        finally:
            connecting.cancel()
            await handler.close_async()  # type: ignore[no-untyped-call]  # bolt leaves it untyped
            await desk.finish(app, seconds=LAST_ANSWERS_SECONDS)


def _one(client: AsyncWebClient) -> ClientOf:
    """The same client for every workspace, as there is one."""

    async def client_of(_workspace: str) -> AsyncWebClient:
        return client

    return client_of


@asynccontextmanager
async def http(
    settings: Settings, storage: Storage, commands: Commands, *, clock: Callable[[], datetime]
) -> AsyncIterator[Routes]:
    """The same over HTTP.

    Yields:
        The routes to be served within the block.

    Raises:
        ConfigError: tokens of workspaces that no key opens.
    """
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        client_of: ClientOf
        if settings.many_workspaces:
            workspaces = Workspaces(settings, storage, session=session, clock=clock)
            if unopened := await workspaces.tokens.unopened():
                raise ConfigError(unopened)
            flow = installing.flow(settings, storage, workspaces, clock=clock)
            app, client_of = _shared_app(workspaces, flow), workspaces.client
        else:
            client, flow = _client(settings, session), None
            app, client_of = _own_app(client, storage, clock), _one(client)
        forms = _register(app, commands, settings)
        door = Door(app, signing_secret=settings.signing_secret, clock=clock, flow=flow)
        try:
            async with kept_fresh(forms.homes, commands, client_of):
                yield door.routes()
        finally:
            await desk.finish(app, seconds=LAST_ANSWERS_SECONDS)


def _own_app(client: AsyncWebClient, storage: Storage, clock: Callable[[], datetime]) -> AsyncApp:
    """The Bolt app of the one workspace whose token is set."""
    app = AsyncApp(client=client, logger=_bolt_log())
    leaving.register(app, leaving.ending_home(storage, clock=clock))
    return app


def _shared_app(workspaces: Workspaces, flow: AsyncOAuthFlow) -> AsyncApp:
    """The Bolt app that answers each workspace with its own token."""
    app = AsyncApp(
        client=workspaces.client_with(None),
        logger=_bolt_log(),
        before_authorize=workspaces.name,
        authorize=workspaces,  # type: ignore[arg-type]  # bolt takes an AsyncAuthorize, and says only a function
        # Given, so that Bolt makes none of its own from SLACK_CLIENT_ID in the environment.
        oauth_flow=flow,
        user_facing_authorize_error_message="Rulewire is not installed here any more.",
    )
    leaving.register(app, workspaces.tokens.end)
    return app


async def renew_tokens(
    settings: Settings, storage: Storage, *, clock: Callable[[], datetime]
) -> None:
    """Renew the tokens of workspaces that end soon."""
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        await Workspaces(settings, storage, session=session, clock=clock).tokens.renew_due()


def _register(app: AsyncApp, commands: Commands, settings: Settings) -> Forms:
    elapsed = asyncio.get_running_loop().time
    permissions = Permissions(admins=settings.admins, elapsed=elapsed)
    return listeners.register(app, commands, permissions, elapsed=elapsed)


def silence(client: SocketModeClient, now: datetime) -> str:
    """Since when Slack answers no ping, in words; empty while it does."""
    if client.last_ping_pong_time is None:
        return "not connected"
    seconds = now.timestamp() - client.last_ping_pong_time
    return f"no answer to a ping for {seconds:.0f} s" if seconds > SILENT_SECONDS else ""


def _client(settings: Settings, session: aiohttp.ClientSession) -> AsyncWebClient:
    return web_client(settings.bot_token, base_url=settings.slack_api_url, session=session)


def _bolt_log() -> logging.Logger:
    bolt = logging.getLogger("bot.slack.bolt")
    bolt.addFilter(_worth_reading)
    return bolt


def _worth_reading(record: logging.LogRecord) -> bool:
    """Leave out Bolt's warning that the token in the environment is the client's, too.

    And of an outage the stack: Bolt logs it every few seconds, and its line says what is wrong.
    """
    error = record.exc_info[1] if record.exc_info else None
    # Of an answer that is no JSON the client stumbles over what was refused.
    if isinstance(error, _OUTAGES) or (error and isinstance(error.__context__, _OUTAGES)):
        record.exc_info = None
    return "`token` will be unused" not in record.getMessage()


async def _connect(handler: AsyncSocketModeHandler) -> None:
    """The client itself tries until it can (slack_sdk/socket_mode/aiohttp), and says each time why not."""
    await handler.connect_async()  # type: ignore[no-untyped-call]  # bolt leaves it untyped
    log.info("slack connected=yes")
