"""The bot's own web server: is it alive, is it ready, its metrics, and the calendars."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import aiohttp
from aiohttp import web
from aiolimiter import AsyncLimiter

from bot import commands_calendar, deadline_calendar, night
from bot.environment import Listen
from bot.metrics import CONTENT_TYPE, Metrics
from bot.readiness import Check, findings
from bot.storage_thread import Storage
from feeds.errors import ConfigError
from feeds.secrets import without_secrets
from storage import deliveries, floods
from storage.deadlines import Dated
from storage.errors import DatabaseError
from storage.subscriptions import Subscription

log = logging.getLogger(__name__)

#: Served beside our own.
Routes = Sequence[web.AbstractRouteDef]

#: How `/healthz` answers, by which `check` knows a running bot.
ALIVE = "rulewire is alive\n"
#: Calendars are read a few times an hour by each who has one; guesses at addresses get no further.
CALENDARS_AT_ONCE, CALENDARS_WITHIN_SECONDS = 60, 20.0
#: A calendar may be kept by whoever asked for it, and by nobody between (RFC 9111, 5.2.2.7).
_CACHING = "private, max-age=300"
#: Open answers have so long when the bot stops.
_STOP_SECONDS = 1.0


class Site:
    """Answers requests. Of an address that is not served it says nothing but that."""

    def __init__(
        self,
        storage: Storage,
        *,
        topics: Mapping[str, str],
        clock: Callable[[], datetime],
        metrics: Metrics,
        checks: Mapping[str, Check],
        slack: Routes = (),
    ) -> None:
        """Serve one bot.

        Args:
            storage: Opened.
            topics: Query of each topic, by name.
            clock: Aware time.
            metrics: Shown as they are.
            checks: What has to be well, by name; looked at anew for each question.
            slack: For Slack's requests, when it is answered over HTTP.
        """
        self._storage = storage
        self._topics = topics
        self._clock = clock
        self._metrics = metrics
        self._checks = checks
        self._slack = slack
        self._limiter = AsyncLimiter(CALENDARS_AT_ONCE, CALENDARS_WITHIN_SECONDS)

    def application(self) -> web.Application:
        """The routes, for `serving`."""
        application = web.Application()
        application.router.add_get("/healthz", self._alive)
        application.router.add_get("/readyz", self._ready)
        application.router.add_get("/metrics", self._measured)
        application.router.add_get(r"/calendar/{name:[0-9A-Za-z_-]{1,80}}.ics", self._calendar)
        application.router.add_routes(self._slack)
        return application

    async def _alive(self, _: web.Request) -> web.Response:
        return web.Response(text=ALIVE)

    async def _ready(self, _: web.Request) -> web.Response:
        said = await findings(self._checks)
        ready = not any(said.values())
        shown = {name: wrong or "ok" for name, wrong in said.items()}
        shown = {name: without_secrets(text) for name, text in shown.items()}
        return web.json_response({"ready": ready, "checks": shown}, status=200 if ready else 503)

    async def _measured(self, _: web.Request) -> web.Response:
        with suppress(DatabaseError):  # told by /readyz; the other numbers are known all the same
            self._metrics.waiting(len(await self._storage.run(floods.undecided)))
            self._metrics.owed(await self._storage.run(deliveries.backlogs), now=self._clock())
            self._metrics.compared(await self._storage.run(night.read, now=self._clock()))
        return web.Response(body=self._metrics.page(), headers={"Content-Type": CONTENT_TYPE})

    async def _calendar(self, request: web.Request) -> web.Response:
        if not self._limiter.has_capacity():
            return web.Response(status=429, headers={"Retry-After": "10"})
        await self._limiter.acquire()
        try:
            found = await self._storage.run(
                commands_calendar.shown,
                request.match_info["name"],
                topics=self._topics,
                now=self._clock(),
            )
        except DatabaseError:
            return web.Response(status=503, headers={"Retry-After": "60"})
        if found is None:
            raise web.HTTPNotFound
        # Off the event loop, which has alerts to send.
        page = await asyncio.to_thread(_page, *found)
        return _unless_known(request, page)


def _page(subscription: Subscription, days: Sequence[Dated]) -> bytes:
    return b"".join(deadline_calendar.calendar(f"Rulewire: {subscription.query}", days))


def _unless_known(request: web.Request, page: bytes) -> web.Response:
    """The page, or that it is the one the client has (RFC 9110, 13.1.2)."""
    tag = hashlib.sha256(page).hexdigest()[:32]
    known = {each.value for each in request.if_none_match or ()}
    if known & {tag, "*"}:
        response = web.Response(status=304)
    else:
        response = web.Response(body=page, content_type="text/calendar", charset="utf-8")
    response.etag = tag
    response.headers["Cache-Control"] = _CACHING
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@asynccontextmanager
async def serving(application: web.Application, listen: Listen) -> AsyncIterator[Listen]:
    """Answer requests within this block.

    No request is logged: the address of a calendar is a secret.

    Yields:
        Where it listens, with the port that was free when it was asked to find one.

    Raises:
        ConfigError: it cannot listen there.
    """
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=_STOP_SECONDS)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, listen.host or None, listen.port).start()
        except OSError as error:
            raise ConfigError([_unusable(listen, error)]) from error
        port = runner.addresses[0][1]
        log.info("serving port=%d", port)
        yield Listen(host=listen.host, port=port)
    finally:
        await runner.cleanup()


async def problems(listen: Listen) -> list[str]:
    """Why the server could not listen there; a bot that does so already is none."""
    try:
        async with await asyncio.start_server(_hang_up, listen.host or None, listen.port):
            return []
    except OSError as error:
        if error.errno == errno.EADDRINUSE and await _is_ours(listen):
            return []
        return [_unusable(listen, error)]


async def _hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _is_ours(listen: Listen) -> bool:
    timeout = aiohttp.ClientTimeout(total=2)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"http://{listen}/healthz", allow_redirects=False) as answer,
        ):
            return await answer.content.read(len(ALIVE)) == ALIVE.encode()
    except (aiohttp.ClientError, TimeoutError):
        return False


def _unusable(listen: Listen, error: OSError) -> str:
    taken = error.errno == errno.EADDRINUSE
    reason = "another program uses it; choose another port" if taken else error.strerror or error
    return f"RULEWIRE_PORT {listen}: {reason}"
