"""The only door to the network for reading: conditional GET, caps, politeness."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from types import TracebackType
from typing import NamedTuple, Self

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from feeds import http_errors, response
from feeds.encodings import ACCEPTED, Body, TooLargeError
from feeds.errors import FetchError
from feeds.guard import (
    EVERYWHERE,
    Network,
    guarded_sockets,
)
from feeds.hops import RefusedUrlError, checked, next_hop
from feeds.lanes import Lanes
from feeds.response import Response, Validators

__all__ = ["Http", "Response", "Validators"]

MAX_REDIRECTS = 5
_FOR_GOOD = frozenset({301, 308})
_REDIRECTS = _FOR_GOOD | {302, 303, 307}
#: Bytes that may come around a body, beside a quarter of its own: headers, chunk sizes, TLS. Honest
#: servers need a few hundredths.
_FRAMING = 1024 * 1024
#: Characters of one header line, name or value.
_MAX_HEADER = 8190


class _Answer(NamedTuple):
    """What one hop gave."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    #: Seconds from asking to the last byte.
    took: float


class Http:
    """Reads from the network, politely and within limits. Use as `async with`, or `close()`.

    Args:
        user_agent: Who we are, with an address for complaints.
        allow_private_addresses: Also connect to loopback, private and metadata addresses (tests).
        trusted: Networks to connect to although they are not public.
        max_bytes: Largest body, as sent and as decoded.
        total_timeout: Seconds of asking and reading in one visit, all hops together; waiting for our
            turn does not count.
        idle_timeout: Seconds for connecting, and between two pieces of an answer.
        per_host: Requests at once to one host.
        spacing: Seconds between the starts of two requests to one host; 0 for none.
        resolver: Finds the addresses of names, instead of the system.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allow_private_addresses: bool = False,
        trusted: Sequence[Network] = (),
        max_bytes: int = 10 * 1024 * 1024,
        total_timeout: float = 60.0,
        idle_timeout: float = 20.0,
        per_host: int = 2,
        spacing: float = 1.0,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": ACCEPTED}
        self._trusted = EVERYWHERE if allow_private_addresses else tuple(trusted)
        self._max_bytes = max_bytes
        self._total, self._idle = total_timeout, idle_timeout
        self._resolver = resolver
        self._lanes = Lanes(per_host=per_host, spacing=spacing)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection. A later `get` opens anew."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def get(
        self,
        url: str,
        *,
        feed: str,
        accept: str,
        validators: Validators | None = None,
        params: Sequence[tuple[str, str]] = (),
        same_host: bool = False,
        handles: Collection[int] = (),
    ) -> Response:
        """Read one URL, following up to five redirects.

        Every hop is checked: http or https, no password in it, never from https back to http, and
        connected only to an address that is public or trusted.

        Args:
            url: Absolute.
            feed: Name of the feed, for the error.
            accept: The Accept header.
            validators: Of the last visit; makes the request conditional.
            params: Added to the URL's query, in order.
            same_host: Refuse to be sent to another scheme, host or port.
            handles: Error statuses to return, with their body, instead of raising.

        Raises:
            FetchError: permanent for 4xx other than 408, 421, 425 and 429, and for URLs and
                addresses that we refuse. Waiting may help with everything else: 5xx, timeouts, lost
                connections, bodies too large, broken or cut short, redirects without end, and
                being sent to another host under `same_host`.
        """
        headers = self._headers | {"Accept": accept} | (validators.headers if validators else {})
        moved_to, for_good, patience = None, True, self._total
        try:
            here = checked(url).extend_query(params)
            for _ in range(MAX_REDIRECTS + 1):
                answer = await self._hop(
                    here, feed=feed, headers=headers, handles=handles, patience=patience
                )
                patience -= answer.took
                if answer.status not in _REDIRECTS:
                    return _response(answer, url=here, moved_to=moved_to, asked=validators)
                there = next_hop(here, answer.headers["Location"])
                if same_host and there.origin() != here.origin():
                    raise FetchError(feed, f"{here.host} sent us on to {there.host}")
                for_good = for_good and answer.status in _FOR_GOOD
                moved_to = str(there) if for_good else moved_to
                here = there
        except RefusedUrlError as error:
            raise FetchError(feed, str(error), permanent=True) from error
        raise FetchError(feed, f"more than {MAX_REDIRECTS} redirects")

    async def _hop(
        self,
        url: URL,
        *,
        feed: str,
        headers: Mapping[str, str],
        handles: Collection[int],
        patience: float,
    ) -> _Answer:
        try:
            async with self._lanes.turn(url.host or ""):
                return await self._ask(url, feed, headers, handles, patience)
        except http_errors.EXPECTED as error:
            reason, permanent = http_errors.meaning(error)
            host = url.host or "the server"
            raise FetchError(feed, f"{host} {reason}", permanent=permanent) from error

    async def _ask(
        self,
        url: URL,
        feed: str,
        headers: Mapping[str, str],
        handles: Collection[int],
        patience: float,
    ) -> _Answer:
        clock = asyncio.get_running_loop().time
        start = clock()
        timeout = aiohttp.ClientTimeout(
            total=max(patience, 0.001), sock_connect=self._idle, sock_read=self._idle
        )  # a total of 0 would be no limit
        async with self._opened().get(
            url, headers=headers, allow_redirects=False, timeout=timeout
        ) as answer:
            handled = 200 <= answer.status < 300 or answer.status in handles
            if not (handled or _leads_on(answer) or _is_unchanged(answer, headers)):
                raise http_errors.refusal(answer, feed=feed)
            body = await self._read(answer) if handled else b""
            return _Answer(answer.status, answer.headers, body, clock() - start)

    async def _read(self, answer: aiohttp.ClientResponse) -> bytes:
        if (answer.content_length or 0) > self._max_bytes:
            raise TooLargeError(f"larger than {self._max_bytes} bytes")
        body = Body(answer.headers.get("Content-Encoding", ""), limit=self._max_bytes)
        async for chunk in answer.content.iter_any():
            body.add(chunk)
        return body.finish()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:  # here and not in __init__: it belongs to the running loop
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    socket_factory=guarded_sockets(
                        self._trusted, most_bytes=self._max_bytes * 5 // 4 + _FRAMING
                    ),
                    resolver=self._resolver,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,  # feeds.encodings does, under our cap
                trust_env=False,  # a proxy would connect where we cannot look
                max_line_size=_MAX_HEADER,
                max_field_size=_MAX_HEADER,
            )
        return self._session


def _leads_on(answer: aiohttp.ClientResponse) -> bool:
    return answer.status in _REDIRECTS and "Location" in answer.headers


def _is_unchanged(answer: aiohttp.ClientResponse, asked: Mapping[str, str]) -> bool:
    """304 to a question with conditions; without them it would be an answer without a body."""
    conditional = "If-None-Match" in asked or "If-Modified-Since" in asked
    return answer.status == 304 and conditional


def _response(
    answer: _Answer, *, url: URL, moved_to: str | None, asked: Validators | None
) -> Response:
    given = response.arrived(
        status=answer.status,
        headers=answer.headers,
        body=answer.body,
        url=str(url),
        moved_to=moved_to,
    )
    return response.still(given, asked) if asked and given.not_modified else given
