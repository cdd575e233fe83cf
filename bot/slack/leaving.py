"""A workspace removes the app, or revokes its token: nothing is posted there any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.desk import Desk
from bot.slack.reply import Asked
from bot.slack.workspaces import Workspaces
from storage.workspaces import REVOKED, UNINSTALLED


def register(app: AsyncApp, workspaces: Workspaces) -> None:
    """Hear of it, before other surfaces see the event."""

    async def uninstalled(asked: Asked, _: AsyncWebClient) -> None:
        await workspaces.tokens.end(asked.workspace, reason=UNINSTALLED, before=_when(asked.body))

    async def revoked(asked: Asked, _: AsyncWebClient) -> None:
        if _bots(asked.body):
            await workspaces.tokens.end(asked.workspace, reason=REVOKED, before=_when(asked.body))

    desk = Desk(app)
    desk.event("app_uninstalled", uninstalled)
    desk.event("tokens_revoked", revoked)


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
