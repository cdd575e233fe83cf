"""Slack's side of the benchmark `answer`: asks by socket or over HTTP, and notes when it is answered."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
import msgspec
from aiohttp import WSMsgType, web

from bot.answers import Place
from bot.slack import buttons
from storage.search import Order
from tests.benchmarks.texts import Prose
from tests.slack_server import TEAM, SlackServer

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
CHANNELS = [f"C{number:04}" for number in range(20)]
PEOPLE = [f"U{number:04}" for number in range(200)]
#: What is not answered after so many seconds never is.
GIVE_UP = 60.0
#: Of the times that these kinds take the whole is reported; all come equally often.
KINDS = ("help", "search", "subscriptions", "status", "a page turned", "App Home")
_WORDS = Prose(7).vocabulary[45:90]
_ASKED = itertools.count()


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds from when a request was to be made until it was acknowledged, and answered."""

    kind: str
    acknowledged: float
    answered: float


@dataclass(slots=True)
class Line:
    """One bot's connection to its own Slack."""

    server: SlackServer
    client: aiohttp.ClientSession
    #: Where the bot takes requests over HTTP.
    http: str = ""
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    _socket: web.WebSocketResponse | None = None
    _waiting: dict[str, asyncio.Future[float]] = field(default_factory=dict)

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Take the bot's connection; each message of it acknowledges one of ours."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self._socket = socket
        self.connected.set()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self._heard(json.loads(message.data)["envelope_id"])
        return socket

    async def answered(self, method: str, arguments: dict[str, Any]) -> None:
        """Note a reply to a `response_url`, or a Home that is shown."""
        self._heard(arguments["user_id"] if method == "views.publish" else method)

    def _heard(self, name: str) -> None:
        waiting = self._waiting.get(name)
        if waiting and not waiting.done():
            waiting.set_result(time.perf_counter())

    async def offer(self, *, seconds: float, rate: float, at_once: int, http: bool) -> list[Times]:
        """Ask `rate` times a second, `at_once` together, whether or not what was asked is answered."""
        begun, asked = time.perf_counter(), []
        for burst in range(max(1, int(seconds * rate / at_once))):
            due = begun + burst * at_once / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            for _ in range(at_once):
                number = next(_ASKED)
                ask = self._ask(number, due=due, http=http)
                asked.append(asyncio.create_task(ask))
        return await asyncio.gather(*asked)

    async def _ask(self, number: int, *, due: float, http: bool) -> Times:
        kind = KINDS[number % len(KINDS)]
        envelope, payload = _request(kind, number, f"{self.server.url}answer-{number}")
        name = payload["event"]["user"] if kind == "App Home" else f"answer-{number}"
        answered = self._wait(name)
        if http:
            acknowledged = await self._post(envelope, payload)
        else:
            acknowledged = await self._say(f"{number}", envelope, payload)
        told = await _or_never(answered) if self.server.people else acknowledged
        return Times(kind, acknowledged - due, told - due)

    def _wait(self, name: str) -> asyncio.Future[float]:
        self._waiting[name] = asyncio.get_running_loop().create_future()
        return self._waiting[name]

    async def _say(self, name: str, envelope: str, payload: dict[str, Any]) -> float:
        acknowledged = self._wait(name)
        assert self._socket
        message = {"envelope_id": name, "type": envelope, "payload": payload}
        await self._socket.send_json(message | {"accepts_response_payload": False})
        return await _or_never(acknowledged)

    async def _post(self, envelope: str, payload: dict[str, Any]) -> float:
        form = {"interactive": {"payload": json.dumps(payload)}, "slash_commands": payload}
        is_form = envelope in form
        text = urlencode(form[envelope]) if is_form else json.dumps(payload)
        stamp = f"{int(time.time())}"
        signed = hmac.new(SECRET.encode(), f"v0:{stamp}:{text}".encode(), hashlib.sha256)
        headers = {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={signed.hexdigest()}",
            "Content-Type": f"application/{'x-www-form-urlencoded' if is_form else 'json'}",
        }
        async with self.client.post(self.http, data=text.encode(), headers=headers) as answer:
            assert answer.status == 200, await answer.text()
        return time.perf_counter()


async def _or_never(heard: asyncio.Future[float]) -> float:
    try:
        async with asyncio.timeout(GIVE_UP):
            return await heard
    except TimeoutError:
        return time.perf_counter()


def _request(kind: str, number: int, url: str) -> tuple[str, dict[str, Any]]:
    """The envelope's type, and what Slack puts into it."""
    person, channel = PEOPLE[number % len(PEOPLE)], CHANNELS[number % len(CHANNELS)]
    word = _WORDS[number % len(_WORDS)]
    trigger = f"1.2.{number}"
    if kind == "App Home":
        event = {"type": "app_home_opened", "user": person, "channel": "D1", "tab": "home"}
        body = {"type": "event_callback", "team_id": TEAM, "event_id": f"Ev{number}"}
        return "events_api", {**body, "event": event}
    if kind == "a page turned":
        place = msgspec.json.encode(Place(query=word, order=Order.BEST)).decode()
        click = {"type": "button", "block_id": "b", "action_id": buttons.SORT, "value": place}
        where = {"type": "message", "message_ts": "1592488800.000001", "channel_id": channel}
        return "interactive", {
            "type": "block_actions",
            "user": {"id": person, "team_id": TEAM},
            "team": {"id": TEAM},
            "channel": {"id": channel},
            "container": where,
            "actions": [click],
            "response_url": url,
            "trigger_id": trigger,
        }
    return "slash_commands", {
        "command": "/rulewire",
        "text": f"search {word}" if kind == "search" else kind,
        "user_id": person,
        "channel_id": channel,
        "team_id": TEAM,
        "response_url": url,
        "trigger_id": trigger,
    }


@asynccontextmanager
async def slack(*, answers: bool) -> AsyncIterator[Line]:
    """A Slack with channels and people; `answers` unless its bot only acknowledges."""
    server = SlackServer(channels={name: [] for name in CHANNELS})
    server.members = {name: ["U0BOT", *PEOPLE] for name in CHANNELS}
    server.people = {name: {} for name in PEOPLE} if answers else {}
    async with server.running(), aiohttp.ClientSession() as client:
        line = Line(server, client)
        server.before = line.answered
        application = web.Application()
        application.router.add_get("/", line.connect)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.socket = f"ws://127.0.0.1:{runner.addresses[0][1]}/"
        try:
            yield line
        finally:
            await runner.cleanup()
