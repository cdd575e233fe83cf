"""Whether Slack knows us, lets us do what we need, and can reach the channels that subscribe."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.config import Settings
from bot.poster import DeliveryError
from bot.slack.client import TIMEOUT, web_client
from bot.slack.manifest import SCOPES
from bot.slack.workspaces import Workspaces
from bot.storage_thread import Storage
from feeds.secrets import without_secrets
from storage import installations
from storage.installations import Installation

_REFUSED = {
    "invalid_auth": "Slack does not know it; copy it again from the app's settings",
    "not_authed": "Slack does not know it; copy it again from the app's settings",
    "token_revoked": "it was revoked; install the app again",
    "token_expired": "it has expired; copy the new one from the app's settings",
    "account_inactive": "its app was removed from the workspace; install it again",
    "not_allowed_token_type": "it is a token of another kind; copy the right one from the app's settings",
    "team_access_not_granted": "the organisation did not grant it this workspace; ask its admins to",
}
_NO_CHANNEL = (
    "{} has no such channel, or it is private and the bot is not in it; use its id, such as C0123, and"
    " /invite the bot there"
)
#: Channels that are asked for, of many: Slack takes fifty calls of this kind a minute
#: (docs.slack.dev/apis/web-api/rate-limits).
_ASKED = 40


async def problems(settings: Settings, *, channels: Sequence[str] = ()) -> list[str]:
    """Every problem of the tokens, the scopes and the channels, each with what to do.

    Args:
        settings: With a bot token, or nothing is asked.
        channels: Slack's own ids of those that subscribe in the workspace of the bot token.
    """
    if not settings.bot_token:
        return []
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        client = web_client(settings.bot_token, base_url=settings.slack_api_url, session=session)
        try:
            greeted = await client.auth_test()
        except SlackApiError as error:
            found = [f"SLACK_BOT_TOKEN: {_said(error)}"]
            return found + await _app_token(client, settings.app_token, bot={})
        except (aiohttp.ClientError, TimeoutError) as error:
            told = without_secrets(str(error)) or "timeout"
            return [f"Slack at {settings.slack_api_url} cannot be reached: {told}"]
        found = _scopes(greeted.headers or {})
        found += await _app_token(client, settings.app_token, bot=greeted)
        workspace = str(greeted.get("team") or greeted.get("team_id") or "this workspace")
        chosen = {
            settings.owners: "RULEWIRE_OWNERS_CHANNEL",
            settings.channel: "RULEWIRE_CHANNEL",
        }
        # One with a slash is of a workspace that installed the app.
        named = {each: word for each, word in chosen.items() if each and "/" not in each}
        named |= {each: "channel" for each in channels if each not in named}
        asked = [
            _channel(client, each, said=f"{word} {each}", workspace=workspace)
            for each, word in list(named.items())[:_ASKED]
        ]
        found += [problem for problem in await asyncio.gather(*asked) if problem]
    left = len(named) - _ASKED
    return [*found, f"{left} more channels were not asked for"] if left > 0 else found


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


def _scopes(headers: Mapping[str, str]) -> list[str]:
    granted = {name.lower(): value for name, value in headers.items()}.get("x-oauth-scopes", "")
    missing = sorted(set(SCOPES) - set(granted.replace(" ", "").split(","))) if granted else []
    if not missing:
        return []
    return [f"SLACK_BOT_TOKEN lacks the scopes {', '.join(missing)}; add them and install again"]


async def _app_token(client: AsyncWebClient, token: str, *, bot: Any) -> list[str]:
    """Of Socket Mode; whether it is of the same app as the bot token, as far as that is known."""
    if not token:
        return []
    try:
        await client.apps_connections_open(app_token=token)
        app = await _app_of(client, bot)
    except SlackApiError as error:
        return [f"SLACK_APP_TOKEN: {_said(error)}; it needs connections:write and Socket Mode on"]
    except (aiohttp.ClientError, TimeoutError):
        return ["SLACK_APP_TOKEN: Slack did not answer; try again"]
    # "xapp-1-A0123ABCD-…": the app stands in the token itself.
    parts = token.split("-")
    if app and len(parts) > 3 and parts[2].startswith("A") and parts[2] != app:
        return [
            f"SLACK_APP_TOKEN is of the app {parts[2]}, SLACK_BOT_TOKEN of {app}; take both from one"
        ]
    return []


async def _app_of(client: AsyncWebClient, bot: Any) -> str:
    """The app of the bot token; empty when Slack does not say."""
    if not bot.get("bot_id"):
        return ""
    try:
        answer = await client.bots_info(bot=bot["bot_id"])
    except SlackApiError:  # it takes users:read, which is told of as a missing scope
        return ""
    found = answer.get("bot")
    return str(found.get("app_id") or "") if isinstance(found, Mapping) else ""


async def _channel(
    client: AsyncWebClient, channel: str, *, said: str, workspace: str
) -> str | None:
    if channel[:1] in {"U", "W", "D"}:  # a person, to whom we can always write
        return None
    wrong = None
    try:
        found = (await client.conversations_info(channel=channel)).get("channel") or {}
        if found.get("is_archived"):
            wrong = "it is archived; choose another, or unsubscribe it"
        elif not found.get("is_member", True):
            wrong = "invite the bot there with /invite"
    except SlackApiError as error:
        unknown = error.response.get("error") == "channel_not_found"
        wrong = _NO_CHANNEL.format(workspace) if unknown else _said(error)
    except (aiohttp.ClientError, TimeoutError):
        wrong = "Slack did not answer; try again"
    return wrong and f"{said}: {wrong}"


def _said(error: SlackApiError) -> str:
    code = str(error.response.get("error", "no reason given"))
    needed = error.response.get("needed") if code == "missing_scope" else None
    if needed:
        return f"the app lacks the scope {needed}; add it and install again"
    return _REFUSED.get(code, f"Slack answered {code}")
