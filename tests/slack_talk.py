"""A person in front of the local Slack: types commands, clicks buttons, reads what comes back."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.commands import Commands
from bot.slack import desk, listeners
from bot.slack.client import web_client
from bot.slack.permissions import Permissions
from tests.slack_limits import check_limits
from tests.slack_server import TOKEN, SlackServer

CHANNEL = "C01GEN"
ALICE = "U01ALICE"
_TRIGGERS = itertools.count()


@dataclass(kw_only=True)
class Talk:
    """What was said to the app, and what it answered."""

    app: AsyncApp
    server: SlackServer

    @property
    def replies(self) -> list[dict[str, Any]]:
        """What came to the response_url, oldest first."""
        return self.server.asked("respond")

    def blocks(self) -> list[dict[str, Any]]:
        """Blocks of the last reply."""
        blocks: list[dict[str, Any]] = self.replies[-1]["blocks"]
        return blocks

    def button(self, action_id: str, *, number: int = 0) -> dict[str, Any]:
        """A button of the last reply, as Slack sends it back."""
        shown = [part for block in self.blocks() for part in _elements(block)]
        found: dict[str, Any] = [each for each in shown if each["action_id"] == action_id][number]
        return {"type": "button", "action_id": action_id, "value": found["value"]}

    async def type(self, text: str, *, channel: str = CHANNEL, user: str = ALICE) -> dict[str, Any]:
        """Type /rulewire; returns the last reply."""
        body = {
            "command": "/rulewire",
            "text": text,
            "user_id": user,
            "channel_id": channel,
            "team_id": "T01TEST",
            "response_url": f"{self.server.url}respond",
            "trigger_id": f"1.2.{next(_TRIGGERS)}",
        }
        await self.send(body)
        return self.replies[-1]

    async def click(
        self,
        action: dict[str, Any],
        *,
        channel: str = CHANNEL,
        user: str = ALICE,
        ts: str = "1592488800.000001",
    ) -> None:
        """Click something on a message."""
        await self.send(
            {
                "type": "block_actions",
                "user": {"id": user, "team_id": "T01TEST"},
                "team": {"id": "T01TEST"},
                "channel": {"id": channel},
                "container": {"type": "message", "message_ts": ts, "channel_id": channel},
                "actions": [{"type": "button", "block_id": "b", **action}],
                "response_url": f"{self.server.url}respond",
                "trigger_id": f"1.2.{next(_TRIGGERS)}",
            }
        )

    async def send(self, body: dict[str, Any]) -> BoltResponse:
        """Send a payload, wait until it is answered, and hold every answer to Slack's limits."""
        response = await self.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        await desk.finish(self.app, seconds=5)
        for method, arguments in self.server.requests:
            if method in {"respond", "chat.update"}:
                assert check_limits(arguments) == []
        return response


@asynccontextmanager
async def open_talk(
    commands: Commands,
    *,
    admins: frozenset[str] = frozenset(),
    elapsed: Callable[[], float] = time.monotonic,
) -> AsyncIterator[Talk]:
    """The app with its listeners, connected to a local Slack of which Alice is an admin."""
    async with SlackServer().running() as server, aiohttp.ClientSession() as session:
        app = AsyncApp(client=web_client(TOKEN, base_url=server.url, session=session))
        listeners.register(app, commands, Permissions(admins=admins, elapsed=elapsed))
        yield Talk(app=app, server=server)


def _elements(block: dict[str, Any]) -> list[dict[str, Any]]:
    accessory = [block["accessory"]] if "accessory" in block else []
    return [*block.get("elements", []), *accessory] if block["type"] != "context" else []
