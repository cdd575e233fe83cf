"""A door in front of the local Slack that answers some calls as Slack does on a bad day."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto

import aiohttp
from aiohttp import web

from tests.e2e.local_slack import LocalSlack


class Fault(Enum):
    """How a call goes wrong."""

    BUSY = auto()  # refused: 429 with Retry-After: 1
    LOST = auto()  # done, and the connection is cut before the answer
    HELD = auto()  # done, and the answer never comes
    NEVER_CAME = auto()  # cut before anything was done: from outside the same as LOST
    ARCHIVED = auto()  # refused: the channel is archived


@dataclass(slots=True)
class FaultySlack:
    """Passes the Web API's calls on, but for those that are to go wrong."""

    base: str
    session: aiohttp.ClientSession
    #: "http://127.0.0.1:40123/api/" while it runs.
    url: str = ""
    #: What the next calls of a method meet, first first.
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    #: Every call of a method, in order.
    calls: list[str] = field(default_factory=list)
    #: Set when a call that is held has been done.
    held: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.calls.append(method)
        fault = self.faults[method].popleft() if self.faults[method] else None
        if fault is Fault.BUSY:
            body = {"ok": False, "error": "ratelimited"}
            return web.json_response(body, status=429, headers={"Retry-After": "1"})
        if fault is Fault.ARCHIVED:
            return web.json_response({"ok": False, "error": "is_archived"})
        if fault is Fault.NEVER_CAME:
            return _cut(request)
        headers = {name: request.headers[name] for name in ("Authorization", "Content-Type")}
        async with self.session.post(
            f"{self.base}/api/{method}",
            params=request.query,
            data=await request.read(),
            headers=headers,
        ) as answer:
            said = await answer.json()
        if fault is Fault.HELD:
            self.held.set()
            await self.over.wait()
        if fault in {Fault.LOST, Fault.HELD}:
            return _cut(request)
        return web.json_response(said)


def _cut(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()


@asynccontextmanager
async def faulty_slack(slack: LocalSlack) -> AsyncIterator[FaultySlack]:
    """Open the door on a free port."""
    async with aiohttp.ClientSession() as session:
        door = FaultySlack(slack.base, session)
        app = web.Application(client_max_size=1 << 20)
        app.router.add_route("*", "/api/{method}", door.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        door.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
        try:
            yield door
        finally:
            door.over.set()
            await runner.cleanup()
