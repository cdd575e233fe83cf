"""The door to the network under attack: floods, drips, hops and names that lead inside."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Iterator
from ipaddress import ip_network
from itertools import chain, repeat
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from feeds.errors import FetchError
from feeds.http import Http, Response
from tests.hostile_server import hostile_server
from tests.servers import ScriptedHost, redirect, reply, scripted_host

TRUSTED = ip_network("127.0.0.1/32")
LIMIT = 1_000_000
#: What the systems on both ends may hold of what nobody read.
BUFFERS = 16_000_000

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
#: How an answer begins, and what comes then for ever.
FLOODS = {
    "interim answers": (b"", b"HTTP/1.1 102 Processing\r\n\r\n" * 500),
    "interim answers with headers": (b"", b"HTTP/1.1 100 Continue\r\nA: " + b"a" * 8_000 + b"\r\n\r\n"),
    "empty lines": (b"", b"\r\n" * 5_000),
    "a status line": (b"HTTP/1.1 200 ", b"b" * 10_000),
    "headers": (OK, b"A: b\r\n" * 1_000),
    "one header": (OK + b"A: ", b"b" * 10_000),
    "a folded header": (OK + b"A: b\r\n", b" c\r\n" * 1_000),
    "cookies": (OK, b"Set-Cookie: a=" + b"b;" * 3_000 + b"\r\n"),
    "chunk extensions": (CHUNKED, b"1;" + b"e" * 4_000 + b"\r\nx\r\n"),
    "a chunk size": (CHUNKED, b"0" * 10_000),
    "tiny chunks": (CHUNKED, b"1\r\nx\r\n" * 1_000),
    "trailers": (CHUNKED + b"0\r\n", b"A: b\r\n" * 1_000),
    "a body": (OK + b"\r\n", b"x" * 10_000),
    "gzip members": (OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"", mtime=0) * 100),
    "a body that is no brotli": (OK + b"Content-Encoding: br\r\n\r\n", b"\x06" * 1_000),
}  # fmt: skip


def opened(
    *, resolver: AbstractResolver | None = None, total_timeout: float = 60.0, per_host: int = 2
) -> Http:
    return Http(
        user_agent="Rulewire/0.1",
        trusted=[TRUSTED],
        max_bytes=LIMIT,
        total_timeout=total_timeout,
        spacing=0.0,
        per_host=per_host,
        resolver=resolver,
    )


@pytest.fixture
async def host() -> AsyncIterator[ScriptedHost]:
    async with scripted_host() as running:
        yield running


async def get(http: Http, url: str) -> Response:
    return await http.get(url, feed="test", accept="text/xml")


async def refusal(http: Http, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await get(http, url)
    return caught.value


@pytest.mark.parametrize("flood", FLOODS)
async def test_an_answer_without_end_is_given_up_by_its_bytes_and_not_by_the_clock(
    flood: str,
) -> None:
    head, piece = FLOODS[flood]

    async with hostile_server(lambda: chain([head], repeat(piece))) as server, opened() as http:
        error = await refusal(http, server.url)

        assert "in time" not in error.reason
        assert not error.permanent
        assert server.questions <= 2  # aiohttp asks again when a connection breaks off
        assert server.sent < 2 * (LIMIT * 5 // 4 + BUFFERS)


async def test_what_came_in_answer_to_one_question_is_not_held_against_the_next(
    host: ScriptedHost,
) -> None:
    url = host.on("/feed", reply(bytes(LIMIT)))

    async with opened() as http:  # one connection, kept open
        sizes = [len((await get(http, url)).body) for _ in range(4)]

    assert sizes == [LIMIT] * 4


async def test_a_body_that_drips_for_ever_is_given_up() -> None:
    def drips() -> Iterator[bytes]:
        yield OK + b"\r\n"
        yield from repeat(b"x")

    async with hostile_server(drips) as server, opened(total_timeout=1.0) as http:
        error = await refusal(http, server.url)

    assert error.reason == "127.0.0.1 did not answer in time"


async def test_a_header_that_drips_for_ever_is_given_up() -> None:
    def drips() -> Iterator[bytes]:
        yield OK
        yield from (b"A: b\r\n" if not number % 50_000 else b"" for number in range(10**9))

    async with hostile_server(drips) as server, opened(total_timeout=1.0) as http:
        error = await refusal(http, server.url)

    assert error.reason == "127.0.0.1 did not answer in time"


async def test_many_slow_hops_have_no_more_time_than_one(host: ScriptedHost) -> None:
    async def dawdle(_: web.Request) -> web.StreamResponse:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.15)
        raise web.HTTPFound("/feed")

    async with opened(total_timeout=0.4) as http:
        error = await refusal(http, host.on("/feed", dawdle))

    assert error.reason == "127.0.0.1 did not answer in time"


async def test_who_waits_for_a_host_that_hangs_is_not_kept_waiting(host: ScriptedHost) -> None:
    released = asyncio.Event()

    async def hang(_: web.Request) -> web.StreamResponse:
        await released.wait()
        return web.Response()

    url = host.on("/feed", hang)
    async with opened(total_timeout=2.0) as http:
        errors = await asyncio.gather(*(refusal(http, url) for _ in range(50)))
        asked = len(host.asked)
        host.on("/feed", reply("x"))
        released.set()
        later = await get(http, url)

    assert {error.reason for error in errors} == {"127.0.0.1 did not answer in time"}
    assert asked == 2
    assert later.body == b"x"


@pytest.mark.parametrize(
    "head",
    [
        b"Location: http://127.0.0.1/\x00\r\n",
        b"Location: http://127.0.0.1/\r\r\n",
        b"Location: " + b"x" * 8_500 + b"\r\n",
        b"Location: http://[:   :1]/\r\n",
        b"Location: //[-]-0@ \r\n",
        b"Location: gopher://127.0.0.1:70/_GET\r\n",
        b"Location: javascript:alert(1)\r\n",
        b"Location: http://127.0.0.1:11/\r\n",
    ],
)
async def test_a_location_that_leads_nowhere_is_an_error_and_asks_nobody(head: bytes) -> None:
    answer = b"HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\n" + head + b"\r\n"

    async with hostile_server(lambda: [answer]) as server, opened() as http:
        await refusal(http, server.url)

        assert server.questions == 1


INSIDE = [
    "127.0.0.2",
    "127.1.2.3",
    "2130706434",
    "0x7f000002",
    "0177.0.0.2",
    "127.2",
    "\uff11\uff12\uff17.0.0.2",
    "127.0.0.2.",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "168.63.129.16",
    "0.0.0.0",
    "0",
    "255.255.255.255",
    "224.0.0.1",
    "[::]",
    "[::1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:0:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[ff02::1]",
]


@pytest.mark.parametrize("inside", INSIDE)
@pytest.mark.parametrize("hops", [0, 1])
async def test_no_way_leads_inside(host: ScriptedHost, inside: str, hops: int) -> None:
    url = f"http://{inside}:{urlsplit(host.base).port}/secret"
    if hops:
        url = host.on("/feed", redirect(url.encode("ascii", "ignore").decode() or url))

    async with opened() as http:
        error = await refusal(http, url)

    assert len(host.asked) == hops
    assert error.permanent or "cannot be connected to" in error.reason


class Names(AbstractResolver):
    """Names with addresses that change: each asking takes the next, and the last stays."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in found
        ]

    async def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
async def hidden(host: ScriptedHost) -> AsyncIterator[ScriptedHost]:
    """A server inside, at the same port as the one outside."""
    async with scripted_host("127.0.0.2", port=urlsplit(host.base).port or 0) as running:
        running.on("/feed", reply("secret"))
        yield running


def named(host: ScriptedHost, name: str = "feed.example") -> str:
    return host.on("/feed", reply("public")).replace("127.0.0.1", name)


async def test_a_name_that_moves_inside_is_not_followed_there(
    host: ScriptedHost, hidden: ScriptedHost
) -> None:
    async with opened(resolver=Names(["127.0.0.1"], ["127.0.0.2"])) as http:
        first = await get(http, named(host))
        await http.close()  # and with it what it knows of names and connections
        error = await refusal(http, named(host))

    assert first.body == b"public"
    assert error.permanent
    assert hidden.asked == []


@pytest.mark.parametrize(
    "addresses", [["127.0.0.2", "127.0.0.1"], ["127.0.0.1", "127.0.0.2"], ["::1", "127.0.0.1"]]
)
async def test_of_several_addresses_only_those_outside_are_connected_to(
    host: ScriptedHost, hidden: ScriptedHost, addresses: list[str]
) -> None:
    async with opened(resolver=Names(addresses)) as http:
        answer = await get(http, named(host))

    assert answer.body == b"public"
    assert hidden.asked == []


@pytest.mark.parametrize("addresses", [["127.0.0.2"], ["::ffff:127.0.0.2"], ["10.0.0.1", "::1"]])
async def test_a_name_with_addresses_inside_only_is_refused(
    host: ScriptedHost, hidden: ScriptedHost, addresses: list[str]
) -> None:
    async with opened(resolver=Names(addresses)) as http:
        error = await refusal(http, named(host))

    assert error.reason == "feed.example is not at a public address"
    assert error.permanent
    assert hidden.asked == []


async def test_a_foreign_name_is_asked_for_in_ascii(host: ScriptedHost) -> None:
    async with opened(resolver=Names(["127.0.0.1"])) as http:
        answer = await get(http, named(host, "b\u00fccher.example"))

    assert answer.body == b"public"
    assert host.asked[0].headers["Host"].startswith("xn--bcher-kva.example")
