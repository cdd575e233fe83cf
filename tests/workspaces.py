"""Workspaces that install the app: their settings, Slack's answers, and requests as Slack signs them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import itertools
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp

from bot import web
from bot.commands import Commands
from bot.config import Settings
from bot.environment import Listen
from bot.metrics import Metrics
from bot.slack import connection
from bot.slack.vault import new_key
from bot.storage_thread import Storage
from tests.delivering import Clock
from tests.slack_server import SlackServer

_TRIGGERS = itertools.count()
ONE, TWO, ORG = "T01ONE", "T02TWO", "E01ORG"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
URL = "https://rules.example"


def shared_settings(server: SlackServer, **but: Any) -> Settings:
    """Settings of an app that many workspaces install."""
    values: dict[str, Any] = {
        "signing_secret": SECRET,
        "client_id": "1.2",
        "client_secret": "client-secret",
        "keys": (new_key(),),
        "slack_api_url": server.url,
        "url": URL,
        "listen": Listen(host="127.0.0.1", port=0),
    }
    return Settings(**(values | but))


def access(workspace: str, token: str, **but: Any) -> dict[str, Any]:
    """What oauth.v2.access answers when a workspace, or an organisation, installs the app.

    Source: https://docs.slack.dev/reference/methods/oauth.v2.access
    """
    org = workspace.startswith("E")
    named = {"id": workspace, "name": f"Name of {workspace}"}
    return {
        "access_token": token,
        "scope": "chat:write,commands",
        "bot_user_id": "U0BOT",
        "app_id": "A01APP",
        "team": None if org else named,
        "enterprise": named if org else None,
        "is_enterprise_install": org,
        "authed_user": {"id": "U01ALICE"},
        **but,
    }


def rotating(workspace: str, token: str, refresh: str) -> dict[str, Any]:
    """The same of an app whose tokens end after 12 hours."""
    return access(workspace, token, refresh_token=refresh, expires_in=43_200)


@dataclass(kw_only=True)
class Reached:
    """An answer over HTTP."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass(kw_only=True)
class Web:
    """The bot's web server as Slack, and people's browsers, reach it."""

    base: str
    client: aiohttp.ClientSession
    clock: Clock
    server: SlackServer
    storage: Storage
    settings: Settings

    async def send(
        self,
        body: dict[str, Any] | str,
        *,
        form: bool = False,
        age: float = 0,
        secret: str = SECRET,
        headers: Mapping[str, str] | None = None,
    ) -> Reached:
        """A request as Slack sends it, signed `age` seconds ago."""
        text = body if isinstance(body, str) else urlencode(body) if form else json.dumps(body)
        stamp = str(int(self.clock.now.timestamp() - age))
        base = f"v0:{stamp}:{text}".encode()
        signature = "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        sent = {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature,
            "Content-Type": kind,
            **(headers or {}),
        }
        return await self.post("/slack/events", text.encode(), sent)

    async def interact(self, payload: dict[str, Any]) -> Reached:
        return await self.send({"payload": json.dumps(payload)}, form=True)

    async def answered(self) -> list[dict[str, Any]]:
        """Everything that came to a response_url, once nothing is in hand any more."""
        in_hand = [task for task in asyncio.all_tasks() if task.get_name().startswith("answer ")]
        if in_hand:
            await asyncio.wait(in_hand)
        return self.server.asked("respond")

    async def post(self, path: str, body: bytes, headers: dict[str, str]) -> Reached:
        async with self.client.post(
            f"{self.base}{path}", data=io.BytesIO(body), headers=headers
        ) as answer:
            return Reached(
                status=answer.status, headers=dict(answer.headers), text=await answer.text()
            )

    async def get(self, path: str, *, cookie: str = "") -> Reached:
        headers = {"Cookie": cookie} if cookie else {}
        async with self.client.get(
            f"{self.base}{path}", headers=headers, allow_redirects=False
        ) as answer:
            return Reached(
                status=answer.status, headers=dict(answer.headers), text=await answer.text()
            )

    async def begin(self) -> tuple[str, str]:
        """Open the install page: the state with which it leads to Slack, and the browser's cookie."""
        answer = await self.get("/slack/install")
        (state,) = parse_qs(urlsplit(answer.headers["Location"]).query)["state"]
        return state, answer.headers["Set-Cookie"].partition(";")[0]

    async def install(self, workspace: str, token: str, **but: Any) -> Reached:
        """Install the app in a workspace, from its first page to its last."""
        self.server.grants[f"code-{token}"] = access(workspace, token, **but)
        state, cookie = await self.begin()
        return await self.get(
            f"/slack/oauth_redirect?code=code-{token}&state={state}", cookie=cookie
        )


@asynccontextmanager
async def open_web(
    commands: Commands, storage: Storage, *, settings: Callable[[SlackServer], Settings]
) -> AsyncIterator[Web]:
    """The bot over HTTP, beside a Slack of its own."""
    clock, metrics = Clock(), Metrics()
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(SlackServer().running())
        client = await stack.enter_async_context(aiohttp.ClientSession())
        chosen = settings(server)
        http = connection.http(chosen, storage, commands, clock=clock)
        routes = await stack.enter_async_context(http)
        site = web.Site(storage, topics={}, clock=clock, metrics=metrics, checks={}, slack=routes)
        listen = Listen(host="127.0.0.1", port=0)
        there = await stack.enter_async_context(web.serving(site.application(), listen))
        yield Web(
            base=f"http://{there}",
            client=client,
            clock=clock,
            server=server,
            storage=storage,
            settings=chosen,
        )


def command(text: str, workspace: str, **but: Any) -> dict[str, Any]:
    """A slash command as it comes from a workspace."""
    return {
        "command": "/rulewire",
        "text": text,
        "user_id": "U01ALICE",
        "channel_id": "C01GEN",
        "team_id": workspace,
        "is_enterprise_install": "false",
        "trigger_id": f"1.2.{next(_TRIGGERS)}",
        **but,
    }
