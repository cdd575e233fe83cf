"""The local Slack (npm local-slack) as the tests drive it: commands, clicks, and what stands where."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.e2e.waiting import until

Message = dict[str, Any]

BOT_TOKEN, APP_TOKEN = "xoxb-test-token", "xapp-test-token"
SIGNING_SECRET = "test-signing-secret"
APP, BOT = "A01APP", "U0BOT"
ALICE, BOB = "U01ALICE", "U02BOB"
#: The default channel, and another one.
GENERAL, POLICY = "C01GEN", "C02POL"

_APP = {
    "appId": APP,
    "botUserId": BOT,
    "botName": "Rulewire",
    "botToken": BOT_TOKEN,
    "appToken": APP_TOKEN,
    "signingSecret": SIGNING_SECRET,
    "mode": "socket",
}
_WORKSPACE: dict[str, Any] = {
    "workspace": {"name": "Rulewire Test", "domain": "rulewire-test", "teamId": "T01TEST"},
    "users": [
        {"id": ALICE, "name": "alice", "real_name": "Alice Moreau", "email": "alice@example.com"},
        {"id": BOB, "name": "bob", "real_name": "Bob Okafor", "email": "bob@example.com"},
    ],
    "channels": [
        {"id": GENERAL, "name": "standards-rules", "members": [ALICE, BOB, BOT]},
        {"id": POLICY, "name": "policy", "members": [ALICE, BOT]},
    ],
}


@dataclass(frozen=True, slots=True)
class LocalSlack:
    """A running local Slack. It checks no token, drops metadata and never says no."""

    #: "http://127.0.0.1:40123".
    base: str

    @property
    def settings(self) -> dict[str, str]:
        """What connects Rulewire to it."""
        return {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": f"{self.base}/api/",
            "RULEWIRE_CHANNEL": GENERAL,
        }

    async def reset(self) -> None:
        """An empty workspace again."""
        await self._post("reset", {})

    async def command(self, text: str, *, channel: str = GENERAL, user: str = ALICE) -> None:
        """A person types `/rulewire text`."""
        body = {"channel": channel, "user": user, "command": "/rulewire", "text": text}
        await self._post("command", body)

    async def ask(self, text: str, *, channel: str = GENERAL) -> Message:
        """Type a command and wait for the message that answers it."""
        before = len(await self.messages(channel))
        await self.command(text, channel=channel)

        async def new() -> list[Message]:
            return (await self.messages(channel))[before:]

        return (await until(new, what=f"answer to /rulewire {text}"))[0]

    async def click(self, message: Message, label: str, *, user: str = ALICE) -> None:
        """A person clicks the button so labelled."""
        found = (each for each in _elements(message) if each["type"] == "button")
        button = next(each for each in found if each["text"]["text"] == label)
        await self._interact(message, button, user=user)

    async def choose(self, message: Message, label: str, *, user: str = ALICE) -> None:
        """A person chooses an option of the overflow menu."""
        menu = next(each for each in _elements(message) if each["type"] == "overflow")
        option = next(each for each in menu["options"] if each["text"]["text"] == label)
        await self._interact(message, {**menu, "selected_option": option}, user=user)

    async def _interact(self, message: Message, action: dict[str, Any], *, user: str) -> None:
        clicked = {"channel": message["channel"], "messageTs": message["ts"], "user": user}
        await self._post("interact", clicked | {"action": action})

    async def messages(self, channel: str = GENERAL) -> list[Message]:
        """What stands in a channel, oldest first: threads and answers for one person included."""
        answer = await self._get(f"messages/{channel}")
        found: list[Message] = answer["messages"]
        return found

    async def cards(self, channel: str = GENERAL) -> list[Message]:
        """The bot's messages for everyone in the channel itself."""
        return [
            message
            for message in await self.messages(channel)
            if message["user"] == BOT
            and message.get("thread_ts", message["ts"]) == message["ts"]
            and message.get("subtype") != "ephemeral"
        ]

    async def thread(self, parent: Message) -> list[Message]:
        """The answers below a message."""
        return [
            message
            for message in await self.messages(parent["channel"])
            if message.get("thread_ts") == parent["ts"] != message["ts"]
        ]

    async def calls(self, method: str) -> list[dict[str, Any]]:
        """The arguments of every call of a Web API method, in order."""
        answer = await self._get("log")
        return [
            entry["detail"]
            for entry in answer["log"]
            if (entry["kind"], entry["summary"]) == ("web_api", method)
        ]

    async def direct_messages(self, user: str) -> list[Message]:
        """What stands between the bot and a person."""
        state = await self._get("state")
        talks = [
            talk["id"] for talk in state["channels"] if talk["is_im"] and user in talk["members"]
        ]
        return [message for talk in talks for message in await self.messages(talk)]

    async def _post(self, path: str, body: object) -> None:
        async with aiohttp.request("POST", f"{self.base}/_control/{path}", json=body) as answer:
            assert answer.status == 200, await answer.text()

    async def _get(self, path: str) -> dict[str, Any]:
        async with aiohttp.request("GET", f"{self.base}/_control/{path}") as answer:
            found: dict[str, Any] = await answer.json()
            return found


def _elements(message: Message) -> Iterator[dict[str, Any]]:
    """Whatever in a message can be clicked, in order."""
    for block in message["blocks"]:
        yield from block.get("elements", []) if block["type"] == "actions" else []
        yield from [block["accessory"]] if "accessory" in block else []


@contextmanager
def local_slack(
    program: str, folder: Path, *, request_url: str = ""
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Start the program on a free port; its own words, which name the port, go to the path given.

    With a request URL everything goes there, signed; else over the socket.
    """
    config, said = folder / "slack.yaml", folder / "slack.log"
    mode: dict[str, str] = {"mode": "events", "requestUrl": request_url} if request_url else {}
    workspace: dict[str, Any] = _WORKSPACE | {"app": _APP | mode}
    config.write_text(json.dumps(workspace), encoding="utf-8")  # JSON is YAML
    command = [program, "--config", str(config), "--port", "0", "--base-host", "127.0.0.1"]
    with (
        said.open("wb") as out,
        subprocess.Popen(
            [*command, "--files-dir", str(folder)], stdout=out, stderr=subprocess.STDOUT
        ) as running,
    ):
        try:
            yield running, said
        finally:
            running.kill()


def said_base(running: subprocess.Popen[bytes], said: Path) -> str:
    """The address in the program's own words; empty before it has said so."""
    text = said.read_text(encoding="utf-8")
    assert running.poll() is None, f"the local Slack stopped: {text}"
    return next((line.split()[-1] for line in text.splitlines() if "Web UI:" in line), "")
