"""A workspace removes the app, or revokes its token: nothing is posted there any more."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.desk import Desk
from bot.slack.reply import Asked
from bot.storage_thread import Storage
from storage import workspaces
from storage.workspaces import REVOKED, UNINSTALLED

log = logging.getLogger(__name__)


class End(Protocol):
    """Ends what a workspace is owed."""

    async def __call__(
        self, workspace: str, *, reason: str, before: datetime | None = None
    ) -> None:
        """As `bot.slack.tokens.TokenKeeper.end` says."""
        ...


def register(app: AsyncApp, end: End) -> None:
    """Hear of it, before other surfaces see the event."""

    async def uninstalled(asked: Asked, _: AsyncWebClient) -> None:
        await end(asked.workspace, reason=UNINSTALLED, before=_when(asked.body))

    async def revoked(asked: Asked, _: AsyncWebClient) -> None:
        if _bots(asked.body):
            await end(asked.workspace, reason=REVOKED, before=_when(asked.body))

    desk = Desk(app)
    desk.event("app_uninstalled", uninstalled)
    desk.event("tokens_revoked", revoked)


def ending_home(storage: Storage, *, clock: Callable[[], datetime]) -> End:
    """Ends the workspace of SLACK_BOT_TOKEN: until the bot is started with a token that works.

    What happened before this is made is not believed: the token may be a newer one.
    """
    since = clock()

    async def end(workspace: str, *, reason: str, before: datetime | None = None) -> None:
        if before is None or before >= since.replace(microsecond=0):
            dead = await storage.run(workspaces.stop, workspace, reason=reason, now=clock())
            log.warning("workspace ended reason=%s dead=%d", reason, dead)

    return end


def _when(body: Mapping[str, Any]) -> datetime | None:
    """When it happened: Slack may tell late, or again, when the app is installed anew already."""
    seconds = body.get("event_time")
    if not isinstance(seconds, int) or not 0 < seconds < 10**11:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _bots(body: Mapping[str, Any]) -> bool:
    """Whether the bot's token is among them (https://docs.slack.dev/reference/events/tokens_revoked)."""
    event = body.get("event")
    tokens = event.get("tokens") if isinstance(event, Mapping) else None
    return isinstance(tokens, Mapping) and bool(tokens.get("bot"))
