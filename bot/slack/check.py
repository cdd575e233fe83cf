"""Whether Slack knows us, lets us do what we need, and can reach the default channel."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.config import Settings
from bot.poster import DeliveryError
from bot.slack.client import TIMEOUT, web_client
from bot.slack.manifest import SCOPES
from bot.slack.workspaces import Workspaces
from bot.storage_thread import Storage
from storage import installations
from storage.installations import Installation

_REFUSED = {
    "invalid_auth": "Slack does not know it; copy it again from the app's settings",
    "not_authed": "Slack does not know it; copy it again from the app's settings",
    "token_revoked": "it was revoked; install the app again",
    "account_inactive": "its app was removed from the workspace; install it again",
}


async def problems(settings: Settings) -> list[str]:
    """Every problem of the tokens that are set, the scopes and the default channel."""
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        client = web_client(settings.bot_token, base_url=settings.slack_api_url, session=session)
        try:
            found = await _bot_token(client) if settings.bot_token else []
            if settings.app_token:
                found += await _app_token(client, settings.app_token)
            if settings.channel and settings.bot_token and not found:
                found += await _channel(client, settings.channel)
        except (aiohttp.ClientError, TimeoutError) as error:
            return [f"Slack at {settings.slack_api_url} cannot be reached: {error or 'timeout'}"]
    return found


async def workspace_problems(
    settings: Settings, storage: Storage, *, clock: Callable[[], datetime]
) -> list[str]:
    """Every workspace that installed the app and does not answer to its token."""
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        workspaces = Workspaces(settings, storage, session=session, clock=clock)
        found = await workspaces.tokens.unopened()
        if not found:
            every = await storage.run(installations.every)
            asked = [_workspace(workspaces, each) for each in every if not each.ended_at]
            found = [problem for problem in await asyncio.gather(*asked) if problem]
    return found


async def _workspace(workspaces: Workspaces, installed: Installation) -> str:
    named = f"workspace {installed.workspace} ({installed.name})"
    try:
        await (await workspaces.client(installed.workspace)).auth_test()
    except DeliveryError as error:
        return f"{named}: {error.reason}"
    except SlackApiError as error:
        return f"{named}: {_said(error)}"
    except (aiohttp.ClientError, TimeoutError) as error:
        return f"{named} cannot be reached: {error or 'timeout'}"
    return ""


async def _bot_token(client: AsyncWebClient) -> list[str]:
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        return [f"SLACK_BOT_TOKEN: {_said(error)}"]
    granted = answer.headers.get("x-oauth-scopes", "") if answer.headers else ""
    missing = sorted(set(SCOPES) - set(granted.replace(" ", "").split(","))) if granted else []
    return (
        [f"SLACK_BOT_TOKEN lacks the scopes {', '.join(missing)}; add them and install again"]
        if missing
        else []
    )


async def _app_token(client: AsyncWebClient, token: str) -> list[str]:
    try:
        await client.apps_connections_open(app_token=token)
    except SlackApiError as error:
        return [f"SLACK_APP_TOKEN: {_said(error)}; it needs connections:write and Socket Mode on"]
    return []


async def _channel(client: AsyncWebClient, channel: str) -> list[str]:
    try:
        answer = await client.conversations_info(channel=channel)
    except SlackApiError as error:
        return [f"RULEWIRE_CHANNEL {channel}: {_said(error)}; use the channel's id, such as C0123"]
    if answer["channel"].get("is_archived"):
        return [f"RULEWIRE_CHANNEL {channel} is archived; choose another"]
    if not answer["channel"].get("is_member", True):
        return [f"RULEWIRE_CHANNEL {channel}: invite the bot there with /invite"]
    return []


def _said(error: SlackApiError) -> str:
    code = str(error.response.get("error", "no reason given"))
    return _REFUSED.get(code, f"Slack answered {code}")
