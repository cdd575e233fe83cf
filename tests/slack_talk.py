"""A person in front of the local Slack: types commands, clicks buttons, reads what comes back."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.commands import Commands
from bot.slack import desk, leaving, listeners
from bot.slack.client import web_client
from bot.slack.leaving import End
from bot.slack.permissions import Permissions
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
        return self.replies[-1] if self.replies else {}

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

    async def open_home(self, *, user: str = ALICE, tab: str = "home") -> list[dict[str, Any]]:
        """Open the app; returns the blocks that stand there after."""
        event = {"type": "app_home_opened", "user": user, "channel": "D1", "tab": tab}
        await self.send(
            {
                "type": "event_callback",
                "team_id": "T01TEST",
                "event_id": f"Ev{len(self.server.requests)}",
                "event": event,
            }
        )
        return self.home(user=user)

    def home(self, *, user: str = ALICE) -> list[dict[str, Any]]:
        """Blocks of a person's Home."""
        blocks: list[dict[str, Any]] = self.server.homes.get(user, {}).get("blocks", [])
        return blocks

    def on_home(self, action_id: str, *, number: int = 0, user: str = ALICE) -> dict[str, Any]:
        """A button of Home, as Slack sends it back."""
        shown = [part for block in self.home(user=user) for part in _elements(block)]
        found = [each for each in shown if each["action_id"] == action_id][number]
        return {"type": "button", "action_id": action_id, "value": found["value"]}

    async def press(self, action: dict[str, Any], *, user: str = ALICE) -> None:
        """Click something on Home: there is no channel, no message and no response_url."""
        await self.send(
            {
                "type": "block_actions",
                "user": {"id": user, "team_id": "T01TEST"},
                "team": {"id": "T01TEST"},
                "container": {"type": "view", "view_id": "VHOME"},
                "view": {"id": "VHOME", "type": "home", "private_metadata": "", "hash": "1.home"},
                "actions": [{"block_id": "b", **action}],
                "trigger_id": "1.2.3",
            }
        )

    @property
    def modal(self) -> dict[str, Any]:
        """The modal that was opened last, as it is now."""
        return list(self.server.views.values())[-1]

    def open_form(self, view: dict[str, Any]) -> None:
        """A modal that nobody opened: whatever it says may be forged."""
        self.server.views["VFORGED"] = {"id": "VFORGED", "type": "modal", "hash": "1.h", **view}

    async def fill(
        self, values: dict[str, Any], action: dict[str, Any], *, user: str = ALICE, **view: Any
    ) -> None:
        """Do something in the modal while so much is filled in: by field, as Slack has it."""
        await self.send(
            {
                "type": "block_actions",
                "user": {"id": user, "team_id": "T01TEST"},
                "team": {"id": "T01TEST"},
                "container": {"type": "view", "view_id": self.modal["id"]},
                "view": {**self.modal, "state": _state(values), **view},
                "actions": [{"block_id": "b", **action}],
                "trigger_id": "1.2.3",
            }
        )

    async def submit(
        self, values: dict[str, Any], *, user: str = ALICE, **view: Any
    ) -> dict[str, Any]:
        """Send the modal with so much filled in; returns what it is answered with."""
        answer = await self.send(
            {
                "type": "view_submission",
                "user": {"id": user, "team_id": "T01TEST"},
                "team": {"id": "T01TEST"},
                "view": {**self.modal, "state": _state(values), **view},
                "trigger_id": "1.2.3",
            }
        )
        assert answer.status == 200
        said: dict[str, Any] = json.loads(answer.body) if answer.body else {}
        return said

    async def search(
        self, action_id: str, typed: object, *, user: str = ALICE
    ) -> list[dict[str, Any]]:
        """Type into a list that is searched; returns what it offers."""
        answer = await self.send(
            {
                "type": "block_suggestion",
                "user": {"id": user, "team_id": "T01TEST"},
                "team": {"id": "T01TEST"},
                "action_id": action_id,
                "block_id": action_id,
                "value": typed,
                "container": {"type": "view"},
            }
        )
        offered: list[dict[str, Any]] = json.loads(answer.body)["options"]
        return offered

    async def send(self, body: dict[str, Any]) -> BoltResponse:
        """Send a payload and wait until it is answered."""
        response = await self.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        await desk.finish(self.app, seconds=5)
        return response


@asynccontextmanager
async def open_talk(
    commands: Commands,
    *,
    admins: frozenset[str] = frozenset(),
    elapsed: Callable[[], float] = time.monotonic,
    ending: Callable[[SlackServer], End] | None = None,
) -> AsyncIterator[Talk]:
    """The app with its listeners, connected to a local Slack of which Alice is an admin.

    `ending` makes what hears, before all else, that the app was removed.
    """
    async with SlackServer().running() as server, aiohttp.ClientSession() as session:
        app = AsyncApp(client=web_client(TOKEN, base_url=server.url, session=session))
        permissions = Permissions(admins=admins, elapsed=elapsed)
        if ending:
            leaving.register(app, ending(server))
        listeners.register(app, commands, permissions, elapsed=elapsed)
        yield Talk(app=app, server=server)


def _state(values: dict[str, Any]) -> dict[str, Any]:
    return {"values": {name: {name: value} for name, value in values.items()}}


def _elements(block: dict[str, Any]) -> list[dict[str, Any]]:
    accessory = [block["accessory"]] if "accessory" in block else []
    return [*block.get("elements", []), *accessory] if block["type"] != "context" else []
