"""A loopback Slack Web API for contract tests: posts, updates, history, and faults on demand."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from aiohttp import web

TOKEN = "xoxb-test-token"
BOT_ID = "B0BOT"
_JSON_ARGUMENTS = ("blocks", "metadata", "attachments")


class When(StrEnum):
    """Whether a fault comes before or after the request has had its effect."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How one request goes wrong."""

    when: When = When.BEFORE
    #: Slack's error string; with none, `status` comes with a page of HTML.
    error: str | None = None
    status: int = 200
    retry_after: int | None = None
    #: The connection is cut instead of an answer.
    drop: bool = False


@dataclass(slots=True)
class SlackServer:
    """What stands in its channels, what it was asked, and how it is to fail."""

    #: Messages by channel, oldest first, as conversations.history has them.
    channels: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    #: Every request: method and arguments, also those that failed.
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    #: What the next requests of a method meet, first first.
    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    #: "http://127.0.0.1:40123/api/" while it runs.
    url: str = ""
    _clock: int = 1_592_488_800_000_000

    def fail(self, method: str, *faults: Fault) -> None:
        self.faults.setdefault(method, deque()).extend(faults)

    def asked(self, method: str) -> list[dict[str, Any]]:
        return [arguments for name, arguments in self.requests if name == method]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[SlackServer]:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/api/"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.requests.append((method, arguments))
        waiting = self.faults.get(method)
        fault = waiting.popleft() if waiting else None
        if fault and fault.when is When.BEFORE:
            return _failed(request, fault)
        answer = self._call(request, method, arguments)
        return _failed(request, fault) if fault else web.json_response(answer)

    def _call(self, request: web.Request, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if TOKEN not in {token, arguments.get("token")}:
            return {"ok": False, "error": "invalid_auth"}
        methods = {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post,
            "chat.getPermalink": self._permalink,
            "chat.update": self._update,
            "conversations.history": self._history,
        }
        if method not in methods:
            return {"ok": False, "error": "unknown_method"}
        return methods[method](arguments)

    def _auth_test(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "user_id": "U0BOT", "bot_id": BOT_ID, "team_id": "T01TEST"}

    def _post(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel = self.channels.get(arguments["channel"])
        if channel is None:
            return {"ok": False, "error": "channel_not_found"}
        thread = arguments.get("thread_ts")
        if thread and not any(message["ts"] == thread for message in channel):
            return {"ok": False, "error": "thread_not_found"}
        self._clock += 1
        ts = f"{self._clock // 1_000_000}.{self._clock % 1_000_000:06d}"
        message = {**_kept(arguments), "ts": ts, "bot_id": BOT_ID}
        channel.append({**message, "thread_ts": thread} if thread else message)
        return {"ok": True, "channel": arguments["channel"], "ts": ts, "message": message}

    def _permalink(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel, ts = arguments["channel"], arguments["message_ts"]
        if not any(message["ts"] == ts for message in self.channels.get(channel, [])):
            return {"ok": False, "error": "message_not_found"}
        return {
            "ok": True,
            "permalink": f"https://test.slack.com/archives/{channel}/p{ts.replace('.', '')}",
        }

    def _update(self, arguments: dict[str, Any]) -> dict[str, Any]:
        if len(arguments.get("text", "")) > 4000:
            return {"ok": False, "error": "msg_too_long"}
        for message in self.channels.get(arguments["channel"], []):
            if message["ts"] == arguments["ts"]:
                message.update(_kept(arguments))
                return {"ok": True, "channel": arguments["channel"], "ts": message["ts"]}
        return {"ok": False, "error": "message_not_found"}

    def _history(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel = self.channels.get(arguments["channel"])
        if channel is None:
            return {"ok": False, "error": "channel_not_found"}
        oldest = float(arguments.get("oldest") or 0)
        skip, limit = int(arguments.get("cursor") or 0), int(arguments.get("limit") or 100)
        shown = [
            message
            for message in reversed(channel)
            if float(message["ts"]) > oldest
            and ("thread_ts" not in message or message.get("reply_broadcast"))
        ]
        page = shown[skip : skip + limit]
        if str(arguments.get("include_all_metadata", "")).lower() not in {"1", "true"}:
            page = [{key: value for key, value in one.items() if key != "metadata"} for one in page]
        more = skip + limit < len(shown)
        cursor = str(skip + limit) if more else ""
        metadata = {"next_cursor": cursor}
        return {"ok": True, "messages": page, "has_more": more, "response_metadata": metadata}


async def _arguments(request: web.Request) -> dict[str, Any]:
    """Arguments from JSON, a form or the address: the SDK sends all three."""
    arguments: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        arguments |= await request.json()
    elif request.can_read_body:
        arguments |= dict(await request.post())
    for name in _JSON_ARGUMENTS:
        if isinstance(arguments.get(name), str):
            arguments[name] = json.loads(arguments[name])
    return arguments


def _kept(arguments: dict[str, Any]) -> dict[str, Any]:
    names = ("text", "blocks", "metadata", "reply_broadcast")
    return {name: arguments[name] for name in names if name in arguments}


def _failed(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.drop and request.transport:
        request.transport.close()
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else {}
    if fault.error:
        body = {"ok": False, "error": fault.error}
        return web.json_response(body, status=fault.status, headers=headers)
    page = "<html>trouble</html>"
    return web.Response(text=page, content_type="text/html", status=fault.status, headers=headers)
