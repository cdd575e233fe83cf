"""Slack over HTTP: the routes for its requests and for installs, each bounded and checked."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import aiohttp
from aiohttp import web
from aiolimiter import AsyncLimiter
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.response import BoltResponse

from bot.slack.installing import page
from bot.slack.manifest import EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH
from bot.slack.signed import Signed
from storage.errors import DatabaseError

log = logging.getLogger(__name__)

#: A body that drips in is waited for no longer; Slack itself waits for an answer no longer.
BODY_SECONDS = 3.0
#: Installs are begun by people; each leaves a row for ten minutes.
INSTALLS_AT_ONCE, INSTALLS_WITHIN_SECONDS = 30, 60.0

_FORM = "application/x-www-form-urlencoded"
#: A check of our certificate is a short form (characters).
_SSL_CHECK = 500
_UNREACHED = "Slack could not be reached, or the database be written. Please try again."

Page = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Door:
    """Lets in what Slack signed, and people who install the app."""

    def __init__(
        self,
        app: AsyncApp,
        *,
        signing_secret: str,
        clock: Callable[[], datetime],
        flow: AsyncOAuthFlow | None = None,
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        """Lead to one Bolt app, which does not check signatures itself.

        Args:
            app: With its listeners.
            signing_secret: Slack's.
            clock: Aware time.
            flow: For installs; None where nobody can install the app.
            body_seconds: A body has so long to come in.
        """
        self._app = app
        self._flow = flow
        self._body_seconds = body_seconds
        self._signed = Signed(signing_secret, clock=clock)
        self._installs = AsyncLimiter(INSTALLS_AT_ONCE, INSTALLS_WITHIN_SECONDS)

    def routes(self) -> list[web.RouteDef]:
        """For `bot.web.Site`."""
        routes = [web.post(EVENTS_PATH, self._events)]
        if flow := self._flow:
            begin, end = flow.handle_installation, flow.handle_callback
            routes += [
                web.get(INSTALL_PATH, self._paced(self._page(begin)), allow_head=False),
                web.get(REDIRECT_PATH, self._page(end), allow_head=False),
            ]
        return routes

    async def _events(self, request: web.Request) -> web.Response:
        """One request of Slack: an event, a command, a click, a modal. Of a refusal it gives no reason."""
        body = await _body(request, seconds=self._body_seconds)
        if len(body) < _SSL_CHECK and parse_qs(body).get("ssl_check") == ["1"]:
            return web.Response()  # unsigned, and asks for nothing
        signature = request.headers.get("X-Slack-Signature", "")
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        if not self._signed.admits(body, timestamp=timestamp, signature=signature):
            log.warning("request refused: not signed by Slack, late, or sent before")
            return web.Response(status=401)
        payload = _payload(body, is_form=request.content_type == _FORM)
        if payload is None:
            return web.Response(status=400)
        # As Socket Mode would bring it: Bolt's own reading of a form loses every command that holds the
        # word "payload" (slack_bolt/request/internals.py). Of the headers, which are not signed, Bolt
        # is told none.
        asked = AsyncBoltRequest(body=payload, mode="socket_mode")
        answer = await self._app.async_dispatch(asked)
        if answer.status >= 500:
            self._signed.forget(signature)
        return await to_aiohttp_response(answer)

    def _paced(self, page: Page) -> Page:
        """A page that is opened no oftener than people do: each time leaves a row."""

        async def paced(request: web.Request) -> web.StreamResponse:
            if not self._installs.has_capacity():
                return web.Response(status=429, headers={"Retry-After": "60"})
            await self._installs.acquire()
            return await page(request)

        return paced

    @staticmethod
    def _page(show: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]) -> Page:
        """A page of Bolt's flow, for people."""

        async def shown(request: web.Request) -> web.StreamResponse:
            asked = AsyncBoltRequest(
                body="", query=request.query_string, headers=dict(request.headers)
            )
            try:
                answer = await show(asked)
            except (aiohttp.ClientError, TimeoutError, DatabaseError) as error:
                log.error("install failed reason=%s", error)  # noqa: TRY400  no bug: it says it all
                answer = page("Rulewire is not installed", _UNREACHED, status=503)
            return await to_aiohttp_response(answer)

        return shown


def _payload(body: str, *, is_form: bool) -> dict[str, Any] | None:
    """What was sent: a form, a form that holds JSON, or JSON; None when it is neither."""
    form = dict(parse_qsl(body, keep_blank_values=True)) if is_form else {}
    if is_form and "payload" not in form:
        return form
    try:
        found = json.loads(form.get("payload", body))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


async def _body(request: web.Request, *, seconds: float) -> str:
    """The whole body: quick, UTF-8, and of a megabyte at most, beyond which aiohttp answers 413."""
    try:
        async with asyncio.timeout(seconds):
            return (await request.read()).decode()
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
    except UnicodeDecodeError as error:
        raise web.HTTPBadRequest from error
