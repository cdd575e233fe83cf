"""A workspace installs the app: Slack's OAuth flow, with states and tokens kept in our database."""

from __future__ import annotations

import html
import logging
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import (
    AsyncCallbackOptions,
    AsyncFailureArgs,
    AsyncSuccessArgs,
)
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation as Installed
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.config import DEFAULT_QUERY, Settings
from bot.slack.manifest import (
    COMMAND,
    INSTALL_PATH,
    OPTIONAL_SCOPES,
    REDIRECT_PATH,
    SCOPES,
)
from bot.slack.vault import Tokens
from bot.slack.workspaces import Workspaces
from bot.storage_thread import Storage
from storage import installations
from storage.installations import Installation

log = logging.getLogger(__name__)

#: Whoever was sent to Slack has so long to come back.
STATE_LIVES = timedelta(minutes=10)
_STATE_BYTES = 32
#: Nothing of a page is loaded from elsewhere, and nobody frames it.
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class States(AsyncOAuthStateStore):
    """Random states, each good for one return within ten minutes."""

    def __init__(self, storage: Storage, *, clock: Callable[[], datetime]) -> None:
        self._storage = storage
        self._clock = clock

    async def async_issue(self, *_: object, **__: object) -> str:
        """A new state."""
        state, now = secrets.token_urlsafe(_STATE_BYTES), self._clock()
        begin = installations.begin_install
        await self._storage.run(begin, state, expires_at=now + STATE_LIVES, now=now)
        return state

    async def async_consume(self, state: str) -> bool:
        """Whether it is one of ours that was not used before."""
        return await self._storage.run(installations.come_back, state, now=self._clock())


class Store(AsyncInstallationStore):
    """Keeps what Slack gives to an installation. Bolt reads nothing back: `Workspaces` does."""

    def __init__(self, workspaces: Workspaces, *, clock: Callable[[], datetime]) -> None:
        self._workspaces = workspaces
        self._clock = clock

    async def async_save(self, installation: Installed) -> None:
        """Keep the bot's tokens; others are not asked for.

        Raises:
            BoltError: the answer names no workspace or no bot.
        """
        if installation.is_enterprise_install:
            workspace, name = installation.enterprise_id, installation.enterprise_name
        else:
            workspace, name = installation.team_id, installation.team_name
        if not (workspace and installation.bot_token and installation.bot_id):
            raise BoltError("Slack named no workspace or no bot")
        ends, now = installation.bot_token_expires_at, self._clock()
        tokens = Tokens(
            workspace=workspace,
            bot_token=installation.bot_token,
            bot_id=installation.bot_id,
            bot_user_id=installation.bot_user_id or "",
            scopes=tuple(installation.bot_scopes or ()),
            refresh_token=installation.bot_refresh_token or "",
        )
        about = Installation(
            workspace=workspace,
            name=name or workspace,
            sealed="",
            expires_at=now + timedelta(seconds=ends - installation.installed_at) if ends else None,
            installed_by=installation.user_id or "",
            installed_at=now,
        )
        woken = await self._workspaces.tokens.keep(tokens, about=about)
        log.info("installed workspace=%s name=%r woken=%d", workspace, name, woken)


def flow(
    settings: Settings, storage: Storage, workspaces: Workspaces, *, clock: Callable[[], datetime]
) -> AsyncOAuthFlow:
    """Slack's flow: a page that leads to Slack, and the one to which Slack leads back.

    Bolt makes the state, binds it to the browser by a cookie, checks both, and trades the code.
    """
    return AsyncOAuthFlow(
        client=workspaces.client_with(None),
        logger=log,
        settings=AsyncOAuthSettings(
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            scopes=[*SCOPES, *OPTIONAL_SCOPES],
            user_scopes=[],
            redirect_uri=f"{settings.url}{REDIRECT_PATH}",
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
            install_page_rendering_enabled=False,
            authorization_url=f"{settings.slack_api_url.removesuffix('api/')}oauth/v2/authorize",
            callback_options=AsyncCallbackOptions(success=_welcome, failure=_refused),
            installation_store=Store(workspaces, clock=clock),
            state_store=States(storage, clock=clock),
            state_expiration_seconds=int(STATE_LIVES.total_seconds()),
            logger=log,
        ),
    )


def page(title: str, *lines: str, status: int = 200, cookie: str = "") -> BoltResponse:
    """A page of plain text."""
    said = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    head = f"<title>{html.escape(title)}</title>"
    body = f'<!doctype html><html lang="en"><meta charset="utf-8">{head}<h1>{html.escape(title)}</h1>{said}'
    headers: dict[str, str | Sequence[str]] = {
        **_HEADERS,
        **({"Set-Cookie": cookie} if cookie else {}),
    }
    return BoltResponse(status=status, body=body, headers=headers)


async def _welcome(args: AsyncSuccessArgs) -> BoltResponse:
    """What to do first. Nobody is written to in Slack who did not ask."""
    topic = DEFAULT_QUERY.removeprefix("topic:")
    where = args.installation.team_name or args.installation.enterprise_name or "your workspace"
    return page(
        "Rulewire is installed",
        f"In a channel of {where}, type /invite @Rulewire, and then:",
        f"{COMMAND} subscribe {topic}",
        f"{COMMAND} help shows what else it can do. It tells nobody anything before you subscribe.",
        cookie=args.settings.state_utils.build_set_cookie_for_deletion(),
    )


async def _refused(args: AsyncFailureArgs) -> BoltResponse:
    log.warning("not installed reason=%r", args.reason[:100])
    said = {
        "access_denied": "You chose not to install it.",
        "invalid_browser": "This install was begun in another browser.",
        "invalid_state": "This install was begun too long ago, or has been finished already.",
    }
    return page(
        "Rulewire is not installed",
        said.get(args.reason, "Slack did not confirm the install."),
        f"To begin anew, open {args.settings.install_path} at this address.",
        status=args.suggested_status_code,
        cookie=args.settings.state_utils.build_set_cookie_for_deletion(),
    )
