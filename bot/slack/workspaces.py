"""Which workspace a request or an address belongs to, and the client that speaks there."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.config import Settings
from bot.poster import DeliveryError
from bot.slack.address import WORKSPACE
from bot.slack.client import web_client
from bot.slack.tokens import TokenKeeper
from bot.slack.vault import Tokens
from bot.storage_thread import Storage

log = logging.getLogger(__name__)

#: The workspace of a request that names none: nobody's.
_NOBODY = "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The workspace of SLACK_BOT_TOKEN, whose addresses are bare."""

    team: str
    tokens: Tokens


class Workspaces(AsyncAuthorize):
    """Knows every workspace that installed the app, and the one of SLACK_BOT_TOKEN if there is one."""

    def __init__(
        self,
        settings: Settings,
        storage: Storage,
        *,
        session: aiohttp.ClientSession,
        clock: Callable[[], datetime],
    ) -> None:
        """Speak through one session, made with `bot.slack.client.TIMEOUT`."""
        super().__init__()  # type: ignore[no-untyped-call]  # bolt leaves it untyped
        self._settings = settings
        self._session = session
        self._home: Home | None = None
        self.tokens = TokenKeeper(settings, storage, web=self.client_with(None), clock=clock)

    def client_with(self, token: str | None) -> AsyncWebClient:
        """A client with this token, or with none."""
        base_url = self._settings.slack_api_url
        return web_client(token, base_url=base_url, session=self._session)

    async def client(self, workspace: str) -> AsyncWebClient:
        """The client that speaks in a workspace.

        Raises:
            DeliveryError: none can: the app is not installed there, or its token is being renewed.
        """
        if not workspace and self._settings.bot_token:
            return self.client_with(self._settings.bot_token)
        return self.client_with((await self.tokens.get(workspace)).bot_token)

    async def name(
        self, context: AsyncBoltContext, next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        """Say in Bolt's context to whom a request belongs, before anything is done with it."""
        context[WORKSPACE] = await self._named(context)
        return await next_()

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        **_: object,
    ) -> AuthorizeResult | None:
        """With which tokens Bolt answers; None where the app is not installed.

        Unlike Bolt's own, it asks Slack nothing, which would have to fit into the three seconds.
        """
        workspace = context.get(WORKSPACE, _NOBODY)
        home = self._home if not workspace else None
        try:
            tokens = home.tokens if home else await self.tokens.get(workspace)
        except DeliveryError as error:
            log.warning("request refused workspace=%s reason=%s", workspace, error.reason)
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            user_id=user_id,
            bot_id=tokens.bot_id,
            bot_user_id=tokens.bot_user_id,
            bot_token=tokens.bot_token,
            bot_scopes=list(tokens.scopes),
        )

    async def _named(self, context: AsyncBoltContext) -> str:
        home = await self._at_home()
        if home and context.team_id == home.team:
            return ""
        org = context.enterprise_id if context.is_enterprise_install else None
        return org or context.team_id or _NOBODY

    async def _at_home(self) -> Home | None:
        """Whose SLACK_BOT_TOKEN is, asked once; None without one."""
        if self._home or not self._settings.bot_token:
            return self._home
        answer = await self.client_with(self._settings.bot_token).auth_test()
        tokens = Tokens(
            workspace="",
            bot_token=self._settings.bot_token,
            bot_id=str(answer["bot_id"]),
            bot_user_id=str(answer["user_id"]),
        )
        self._home = Home(team=str(answer["team_id"]), tokens=tokens)
        return self._home
