"""The news source over a real loopback server: what a visit costs, and what the next one skips."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from feeds.errors import ParseError
from feeds.http import Http
from feeds.news import News
from feeds.source import Bookmark, Fetched
from feeds.worker import Worker
from tests.factories import NOW, make_feed
from tests.servers import ScriptedHost, redirect, reply, scripted_host

KIND = "application/rss+xml; charset=utf-8"


@pytest.fixture
async def host() -> AsyncIterator[ScriptedHost]:
    async with scripted_host() as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with Http(
        user_agent="Rulewire/0.1", allow_private_addresses=True, spacing=0.0, total_timeout=5.0
    ) as opened:
        yield opened


def rss(*names: str, built: str = "now") -> str:
    items = "".join(f"<item><title>{name}</title><link>/{name}</link></item>" for name in names)
    return (
        f'<rss version="2.0"><channel><title>Wire</title><lastBuildDate>{built}</lastBuildDate>'
        f"{items}</channel></rss>"
    )


async def visit(http: Http, worker: Worker, url: str, bookmark: Bookmark | None = None) -> Fetched:
    """Visit with the bookmark as it comes back from storage."""
    stored = json.loads(json.dumps(bookmark))
    return await News(feed=make_feed(url=url), http=http, worker=worker).fetch(stored, now=NOW)


def titles(fetched: Fetched) -> list[str]:
    return [item.title for item in fetched.items]


async def test_a_first_visit_reads_everything(
    host: ScriptedHost, http: Http, worker: Worker
) -> None:
    url = host.on("/feed", reply(rss("b", "a"), cache_control="max-age=1800", content_type=KIND))

    fetched = await visit(http, worker, url)

    assert titles(fetched) == ["b", "a"]
    assert fetched.items[0].url == f"{host.base}/b"
    assert not fetched.unchanged
    assert fetched.fresh_for == 1800
    assert fetched.moved_to is None


async def test_a_server_that_says_unchanged_is_believed(
    host: ScriptedHost, http: Http, worker: Worker
) -> None:
    url = host.on(
        "/feed",
        reply(rss("a"), etag='"1"', content_type=KIND),
        reply(status=304),
        reply(rss("b", "a"), content_type=KIND),
    )

    first = await visit(http, worker, url)
    second = await visit(http, worker, url, first.bookmark)
    third = await visit(http, worker, url, second.bookmark)

    assert host.asked[1].headers["If-None-Match"] == '"1"'
    assert (second.unchanged, second.items) == (True, ())
    assert host.asked[2].headers["If-None-Match"] == '"1"'
    assert titles(third) == ["b"]


async def test_the_same_bytes_are_unchanged_whatever_the_server_says(
    host: ScriptedHost, http: Http, worker: Worker
) -> None:
    url = host.on("/feed", reply(rss("a"), content_type=KIND))

    first = await visit(http, worker, url)
    second = await visit(http, worker, url, first.bookmark)

    assert (second.unchanged, second.items) == (True, ())
    assert second.bookmark == first.bookmark


async def test_of_a_changed_feed_only_new_and_edited_items_are_read(
    host: ScriptedHost, http: Http, worker: Worker
) -> None:
    edited = rss("c", "b", "a", built="later").replace("<link>/a<", "<link>/a-edited<")
    url = host.on(
        "/feed", reply(rss("b", "a"), content_type=KIND), reply(edited, content_type=KIND)
    )

    first = await visit(http, worker, url)
    second = await visit(http, worker, url, first.bookmark)

    assert titles(second) == ["c", "a"]
    assert len(second.bookmark["items"]) == 3


async def test_without_a_bookmark_no_conditions_are_asked_with(
    host: ScriptedHost, http: Http, worker: Worker
) -> None:
    url = host.on("/feed", reply(rss("a"), etag='"1"', content_type=KIND))

    first = await visit(http, worker, url)
    again = await visit(http, worker, url, None)

    assert titles(again) == titles(first)
    assert "If-None-Match" not in host.asked[1].headers


async def test_the_bookmark_of_another_address_is_not_used(
    host: ScriptedHost, http: Http, worker: Worker
) -> None:
    old = host.on("/old", reply(rss("a"), etag='"1"', content_type=KIND))
    new = host.on("/new", reply(rss("a"), content_type=KIND))

    first = await visit(http, worker, old)
    moved = await visit(http, worker, new, first.bookmark)

    assert "If-None-Match" not in host.asked[1].headers
    assert titles(moved) == ["a"]


async def test_a_feed_that_moved_says_where(host: ScriptedHost, http: Http, worker: Worker) -> None:
    there = host.on("/there/feed", reply(rss("a").replace("/a<", "a<"), content_type=KIND))
    here = host.on("/here", redirect(there, status=301))

    fetched = await visit(http, worker, here)

    assert fetched.moved_to == there
    assert fetched.items[0].url == f"{host.base}/there/a"


async def test_a_broken_feed_gives_what_can_be_read_and_a_warning(
    host: ScriptedHost, http: Http, worker: Worker
) -> None:
    url = host.on("/feed", reply(rss("a") + "<", content_type=KIND))

    fetched = await visit(http, worker, url)

    assert titles(fetched) == ["a"]
    assert "not well-formed" in fetched.warnings[0]


async def test_a_web_page_in_place_of_a_feed_is_a_parse_error(
    host: ScriptedHost, http: Http, worker: Worker
) -> None:
    url = host.on("/feed", reply("<html><p>Request Access<br></html>", content_type="text/html"))

    with pytest.raises(ParseError, match="a web page, not a feed"):
        await visit(http, worker, url)


async def test_a_feed_tells_its_title(host: ScriptedHost, http: Http, worker: Worker) -> None:
    url = host.on("/feed", reply(rss("a"), content_type=KIND))

    title = await News(feed=make_feed(url=url), http=http, worker=worker).title(now=NOW)

    assert title == "Wire"
