"""The door to the network, over real loopback servers: what it follows, refuses and survives."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from ipaddress import ip_network

import brotli  # type: ignore[import-untyped]  # it ships no types
import pytest
from aiohttp import web

from feeds.errors import FetchError
from feeds.http import Http, Response, Validators
from tests.servers import ScriptedHost, cut_short, hang_up, redirect, reply, scripted_host

#: This address counts as public here; every other loopback address is as private as ever.
TRUSTED = ip_network("127.0.0.1/32")
LIMIT = 100_000


@pytest.fixture
async def host() -> AsyncIterator[ScriptedHost]:
    async with scripted_host("127.0.0.1") as running:
        yield running


@pytest.fixture
async def hidden() -> AsyncIterator[ScriptedHost]:
    """A server on an address that nobody trusts."""
    async with scripted_host("127.0.0.2") as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with Http(
        user_agent="Rulewire/0.1 (+https://rulewire.example)",
        trusted=[TRUSTED],
        max_bytes=LIMIT,
        total_timeout=5.0,
        idle_timeout=5.0,
        spacing=0.0,
    ) as opened:
        yield opened


async def get(http: Http, url: str, *, validators: Validators | None = None) -> Response:
    return await http.get(url, feed="test", accept="text/xml", validators=validators)


async def refusal(http: Http, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await get(http, url)
    return caught.value


async def test_an_answer_arrives_with_what_it_says_of_itself(
    host: ScriptedHost, http: Http
) -> None:
    url = host.on(
        "/feed",
        reply(
            "<rss/>",
            content_type="Text/XML; charset=UTF-8",
            etag='"1"',
            last_modified="Tue, 16 Jun 2020 12:00:00 GMT",
            cache_control="max-age=300",
            age="60",
        ),
    )

    answer = await get(http, url)

    assert (answer.status, answer.body, answer.url) == (200, b"<rss/>", url)
    assert (answer.content_type, answer.charset) == ("text/xml", "utf-8")
    assert answer.validators == Validators(
        etag='"1"', last_modified="Tue, 16 Jun 2020 12:00:00 GMT"
    )
    assert (answer.age, answer.fresh_for) == (60.0, 240.0)
    assert not answer.not_modified
    assert answer.moved_to is None


async def test_a_request_says_who_we_are_and_carries_no_cookies(
    host: ScriptedHost, http: Http
) -> None:
    url = host.on("/feed", reply("x", set_cookie="id=1; Path=/"))

    await get(http, url)
    await get(http, url)

    for asked in host.asked:
        assert asked.headers["User-Agent"] == "Rulewire/0.1 (+https://rulewire.example)"
        assert asked.headers["Accept"] == "text/xml"
        assert asked.headers["Accept-Encoding"] == "gzip, br"
        assert "Cookie" not in asked.headers


async def test_parameters_are_encoded_once_and_kept_in_order(
    host: ScriptedHost, http: Http
) -> None:
    params = [("fields[]", "title"), ("fields[]", "type"), ("term", '(a | "b c") & d+e é')]

    await http.get(host.on("/q", reply("x")), feed="test", accept="*/*", params=params)

    assert host.asked[0].query == tuple(params)


async def test_validators_make_the_request_conditional_and_survive_a_304(
    host: ScriptedHost, http: Http
) -> None:
    url = host.on("/feed", reply(status=304, etag='"2"'))
    before = Validators(etag='"1"', last_modified="Tue, 16 Jun 2020 12:00:00 GMT")

    answer = await get(http, url, validators=before)

    assert answer.not_modified
    assert answer.body == b""
    assert host.asked[0].headers["If-None-Match"] == '"1"'
    assert host.asked[0].headers["If-Modified-Since"] == before.last_modified
    assert answer.validators == Validators(etag='"2"', last_modified=before.last_modified)


async def test_a_304_that_nobody_asked_for_is_not_an_answer(host: ScriptedHost, http: Http) -> None:
    url = host.on("/feed", reply(status=304))

    error = await refusal(http, url)

    assert not error.permanent


async def test_validators_that_no_header_can_hold_are_left_out(
    host: ScriptedHost, http: Http
) -> None:
    url = host.on("/feed", reply("x"))

    await get(http, url, validators=Validators(etag='"\udcff"', last_modified="a\r\nX: b"))

    assert "If-None-Match" not in host.asked[0].headers
    assert "If-Modified-Since" not in host.asked[0].headers


async def test_validators_that_cannot_be_sent_back_are_not_kept(
    host: ScriptedHost, http: Http
) -> None:
    url = host.on("/feed", reply("x", etag='"\u00e9"', last_modified="x" * 2_000))

    answer = await get(http, url)

    assert answer.validators == Validators()


@pytest.mark.parametrize("status", [301, 308])
async def test_a_move_for_good_is_told(host: ScriptedHost, http: Http, status: int) -> None:
    old = host.on("/old", redirect("/new", status=status))
    new = host.on("/new", reply("x"))

    answer = await get(http, old)

    assert (answer.url, answer.moved_to) == (new, new)


@pytest.mark.parametrize("status", [302, 303, 307])
async def test_a_move_for_now_is_followed_and_not_told(
    host: ScriptedHost, http: Http, status: int
) -> None:
    old = host.on("/old", redirect("/new", status=status))
    new = host.on("/new", reply("x"))

    answer = await get(http, old)

    assert (answer.url, answer.moved_to) == (new, None)


async def test_a_move_for_good_ends_where_a_move_for_now_begins(
    host: ScriptedHost, http: Http
) -> None:
    first = host.on("/1", redirect("/2", status=301))
    second = host.on("/2", redirect("/3", status=302))
    host.on("/3", redirect("/4", status=301))
    last = host.on("/4", reply("x"))

    answer = await get(http, first)

    assert (answer.url, answer.moved_to) == (last, second)


async def test_redirects_in_a_circle_end(host: ScriptedHost, http: Http) -> None:
    url = host.on("/a", redirect("/b"))
    host.on("/b", redirect("/a"))

    error = await refusal(http, url)

    assert error.reason == "more than 5 redirects"
    assert not error.permanent
    assert len(host.asked) == 6


@pytest.mark.parametrize(
    "to",
    [
        "file:///etc/passwd",
        "ftp://news.example/feed",
        "http://user:secret@news.example/",
        "http://news.example:22/",
        "http://news.example:99999/",
        "http://[::1/",
        "http://a b/",
        "data:text/plain,x",
        "x" * 8_100,
    ],
)
async def test_a_redirect_to_what_is_not_a_web_page_is_refused(
    host: ScriptedHost, http: Http, to: str
) -> None:
    error = await refusal(http, host.on("/feed", redirect(to)))

    assert "secret" not in str(error)
    assert len(host.asked) == 1


async def test_a_private_address_is_refused_and_never_reached(
    hidden: ScriptedHost, http: Http
) -> None:
    error = await refusal(http, hidden.on("/feed", reply("secret")))

    assert error.permanent
    assert hidden.asked == []


async def test_a_redirect_to_a_private_address_is_refused_and_never_reached(
    host: ScriptedHost, hidden: ScriptedHost, http: Http
) -> None:
    inside = hidden.on("/latest/meta-data", reply("secret"))
    outside = host.on("/feed", redirect(inside))

    error = await refusal(http, outside)

    assert error.permanent
    assert len(host.asked) == 1
    assert hidden.asked == []


async def test_a_name_that_resolves_to_a_private_address_is_refused(host: ScriptedHost) -> None:
    url = host.on("/feed", reply("secret")).replace("127.0.0.1", "localhost")

    async with Http(user_agent="Rulewire/0.1") as http:
        error = await refusal(http, url)

    assert error.permanent
    assert host.asked == []


@pytest.mark.parametrize("literal", ["[::ffff:127.0.0.2]", "2130706434", "127.2", "0x7f.0.0.2"])
async def test_a_private_address_in_disguise_is_refused(
    hidden: ScriptedHost, http: Http, literal: str
) -> None:
    url = hidden.on("/feed", reply("secret")).replace("127.0.0.2", literal)

    await refusal(http, url)

    assert hidden.asked == []


async def test_private_addresses_are_reached_when_the_setting_allows_them(
    hidden: ScriptedHost,
) -> None:
    url = hidden.on("/feed", reply("x"))

    async with Http(user_agent="Rulewire/0.1", allow_private_addresses=True) as http:
        answer = await get(http, url)

    assert answer.body == b"x"


async def test_same_host_refuses_to_be_sent_elsewhere(
    host: ScriptedHost, hidden: ScriptedHost
) -> None:
    url = host.on("/api", redirect(hidden.on("/wall", reply("Request Access"))))

    async with Http(user_agent="Rulewire/0.1", allow_private_addresses=True) as http:
        with pytest.raises(FetchError) as caught:
            await http.get(url, feed="test", accept="*/*", same_host=True)

    assert not caught.value.permanent
    assert hidden.asked == []


ENCODED = {
    "gzip": gzip.compress(b"<rss/>"),
    "x-gzip": gzip.compress(b"<rss/>"),
    "br": brotli.compress(b"<rss/>"),
    "deflate": zlib.compress(b"<rss/>"),
    "identity": b"<rss/>",
}


@pytest.mark.parametrize("encoding", ENCODED)
async def test_every_usual_encoding_is_undone(
    host: ScriptedHost, http: Http, encoding: str
) -> None:
    url = host.on("/feed", reply(ENCODED[encoding], content_encoding=encoding))

    answer = await get(http, url)

    assert answer.body == b"<rss/>"


BOMBS = {
    "gzip": gzip.compress(bytes(50 * LIMIT)),
    "br": brotli.compress(bytes(50 * LIMIT)),
    "deflate": zlib.compress(bytes(50 * LIMIT)),
    "identity": bytes(LIMIT + 1),
}


@pytest.mark.parametrize("encoding", BOMBS)
async def test_a_body_that_is_too_large_is_given_up(
    host: ScriptedHost, http: Http, encoding: str
) -> None:
    url = host.on("/feed", reply(BOMBS[encoding], content_encoding=encoding))

    error = await refusal(http, url)

    assert f"larger than {LIMIT} bytes" in error.reason
    assert not error.permanent


async def test_a_body_without_end_is_given_up_at_the_limit(host: ScriptedHost, http: Http) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(1000):
            await response.write(bytes(LIMIT))
        return response

    error = await refusal(http, host.on("/feed", endless))

    assert f"larger than {LIMIT} bytes" in error.reason


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"plain text", "gzip"),
        (b"plain text", "br"),
        (gzip.compress(b"<rss/>" * 99, mtime=0)[:-9], "gzip"),
        (brotli.compress(bytes(range(256)) * 9)[:-9], "br"),
        (b"<rss/>", "zstd"),
        (gzip.compress(gzip.compress(b"<rss/>", mtime=0), mtime=0), "gzip, gzip"),
    ],
)
async def test_a_body_that_cannot_be_decoded_is_an_error(
    host: ScriptedHost, http: Http, body: bytes, encoding: str
) -> None:
    error = await refusal(http, host.on("/feed", reply(body, content_encoding=encoding)))

    assert "unusable body" in error.reason
    assert not error.permanent


async def test_a_body_that_was_cut_short_is_an_error(host: ScriptedHost, http: Http) -> None:
    error = await refusal(http, host.on("/feed", cut_short(b"<rss>")))

    assert "cut short" in error.reason
    assert not error.permanent


async def test_a_server_that_hangs_up_is_an_error(host: ScriptedHost, http: Http) -> None:
    error = await refusal(http, host.on("/feed", hang_up()))

    assert not error.permanent


async def test_a_header_without_end_is_an_error(host: ScriptedHost, http: Http) -> None:
    error = await refusal(http, host.on("/feed", reply("x", x_filler="x" * 20_000)))

    assert not error.permanent


@pytest.mark.parametrize("patience", [{"idle_timeout": 0.02}, {"total_timeout": 0.02}])
async def test_a_server_that_says_nothing_is_given_up(
    host: ScriptedHost, patience: dict[str, float]
) -> None:
    release = asyncio.Event()

    async def silent(_: web.Request) -> web.StreamResponse:
        await release.wait()
        return web.Response()

    url = host.on("/feed", silent)

    async with Http(user_agent="Rulewire/0.1", trusted=[TRUSTED], **patience) as http:  # type: ignore[arg-type]  # a table of floats
        error = await refusal(http, url)
    release.set()

    assert error.reason == "127.0.0.1 did not answer in time"
    assert not error.permanent


async def test_nobody_listening_is_an_error_that_may_pass(http: Http) -> None:
    async with scripted_host() as gone:
        url = gone.base

    error = await refusal(http, url)

    assert error.reason == "127.0.0.1 cannot be connected to"
    assert not error.permanent


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
async def test_what_waiting_does_not_mend_is_permanent(
    host: ScriptedHost, http: Http, status: int
) -> None:
    error = await refusal(http, host.on("/feed", reply(status=status)))

    assert error.permanent
    assert error.gone is (status == 410)
    assert error.reason == f"127.0.0.1 answered {status}"


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_what_waiting_may_mend_is_not_permanent(
    host: ScriptedHost, http: Http, status: int
) -> None:
    error = await refusal(http, host.on("/feed", reply(status=status, retry_after="90")))

    assert not error.permanent
    assert error.retry_after == 90.0


async def test_a_status_that_the_caller_handles_comes_back_with_its_body(
    host: ScriptedHost, http: Http
) -> None:
    url = host.on("/api", reply('{"errors":{}}', status=400))

    answer = await http.get(url, feed="test", accept="*/*", handles=[400])

    assert (answer.status, answer.body) == (400, b'{"errors":{}}')


async def test_a_redirect_without_a_place_is_an_error(host: ScriptedHost, http: Http) -> None:
    error = await refusal(http, host.on("/feed", reply(status=302)))

    assert error.reason == "127.0.0.1 answered 302"


async def test_the_query_of_a_private_feed_is_not_told(host: ScriptedHost, http: Http) -> None:
    url = host.on("/feed", hang_up())

    error = await refusal(http, f"{url}?token=hunter2")

    assert "hunter2" not in str(error)


async def test_one_host_is_asked_only_so_much_at_once(host: ScriptedHost) -> None:
    running: list[int] = []
    busiest: list[int] = []

    async def count(_: web.Request) -> web.StreamResponse:
        running.append(1)
        busiest.append(len(running))
        for _turn in range(20):
            await asyncio.sleep(0)
        running.pop()
        return web.Response()

    url = host.on("/feed", count)

    async with Http(user_agent="Rulewire/0.1", trusted=[TRUSTED], per_host=2, spacing=0.0) as http:
        await asyncio.gather(*(get(http, url) for _ in range(10)))

    assert len(busiest) == 10
    assert max(busiest) <= 2


async def test_a_closed_door_opens_again(host: ScriptedHost, http: Http) -> None:
    url = host.on("/feed", reply("x"))
    await get(http, url)

    await http.close()
    answer = await get(http, url)

    assert answer.body == b"x"
