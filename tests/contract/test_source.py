"""Every Source keeps the promises of `feeds/source.py`: the fake, and the real ones over loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol
from xml.sax.saxutils import escape

import msgspec
import pytest
from aiohttp import web

from feeds.errors import FeedError, FetchError, ParseError
from feeds.federal_register import FederalRegister
from feeds.http import Http
from feeds.model import Feed, FeedKind
from feeds.news import News
from feeds.public_inspection import PublicInspection
from feeds.source import Bookmark, Fetched, Source
from feeds.worker import Worker
from tests.factories import NOW, make_feed, make_press
from tests.fake_source import FakeSource
from tests.servers import Reply, ScriptedHost, cut_short, hang_up, reply, scripted_host

FEED = "watched"
#: Bytes of a body; a longer one is refused.
LIMIT = 200_000
#: What a feed lists: title by document number, which serves as the name of a press item, too.
Listing = Mapping[str, str]
ONE: Listing = {"2020-13093": "One"}
BOTH: Listing = {"2020-13094": "Two", **ONE}


class Rig(Protocol):
    """A source, and what a test may do behind its back."""

    async def visit(self, bookmark: Bookmark | None) -> Fetched:
        """Let the source read what is listed, or run into the trouble."""

    def show(self, listing: Listing) -> None:
        """List this from now on."""

    def break_down(self, trouble: str) -> None:
        """Have trouble from now on: one of `TROUBLES`, or "too slow"."""

    def send(self, spoil: Callable[[bytes], bytes]) -> None:
        """Send the listing spoilt, until something is shown again."""


class FakeRig:
    """Scripts before each visit what a source of this state answers."""

    def __init__(self) -> None:
        self.fake = FakeSource()
        self.listing: Listing = {}
        self.error: FeedError | None = None

    async def visit(self, bookmark: Bookmark | None) -> Fetched:
        self.fake.answers.append(self.error or self._answer(bookmark))
        return await self.fake.fetch(bookmark, now=NOW)

    def _answer(self, bookmark: Bookmark | None) -> Fetched:
        mark = dict(self.listing)
        items = [
            make_press(
                key=f"news:{name}", feed=FEED, title=title.replace(HOSTILE, TAMED), summary=""
            )
            for name, title in self.listing.items()
        ]
        same = bookmark == mark
        return Fetched(items=() if same else tuple(items), bookmark=mark, unchanged=same)

    def show(self, listing: Listing) -> None:
        self.listing, self.error = listing, None

    def break_down(self, trouble: str) -> None:
        self.error = FetchError(FEED, trouble)

    def send(self, spoil: Callable[[bytes], bytes]) -> None:
        self.error = ParseError(FEED, "spoilt")


class LoopbackRig:
    """A real source, before a server that answers in its format."""

    def __init__(
        self, host: ScriptedHost, source: Source, path: str, kind: str, body: Callable[..., bytes]
    ) -> None:
        self.host, self.source, self.path, self.kind, self.body = host, source, path, kind, body
        self.listed = b""
        self.released = asyncio.Event()

    async def visit(self, bookmark: Bookmark | None) -> Fetched:
        return await self.source.fetch(bookmark, now=NOW)

    def show(self, listing: Listing) -> None:
        self.listed = self.body(listing)
        self.host.on(self.path, reply(self.listed, content_type=self.kind))

    def break_down(self, trouble: str) -> None:
        self.host.on(self.path, TROUBLES.get(trouble, self._silent))

    async def _silent(self, _: web.Request) -> web.StreamResponse:
        await self.released.wait()
        return web.Response()

    def send(self, spoil: Callable[[bytes], bytes]) -> None:
        self.host.on(self.path, reply(spoil(self.listed), content_type=self.kind))


TROUBLES: dict[str, Reply] = {
    "server error": reply("<html>", status=500, content_type="text/html"),
    "unavailable": reply(status=503),
    "hang up": hang_up(),
    "cut short": cut_short(b"{"),
    "too long": reply(b" " * (LIMIT + 1), content_type="application/json"),
}
HOSTILE = "<script>x</script><!channel> <b>Rule</b> &amp; <https://evil.example|click>\u202e"
TAMED = "Rule &"


def published(listing: Listing) -> bytes:
    rows = [
        {
            "document_number": number,
            "publication_date": "2020-06-18",
            "title": title,
            "abstract": title,
            "html_url": f"https://register.example/{number}",
        }
        for number, title in listing.items()
    ]
    return json.dumps({"count": len(rows), "results": rows}).encode()


def filed(listing: Listing) -> bytes:
    rows = [
        {"document_number": number, "title": title, "filed_at": "2020-06-16T08:45:00.000-04:00"}
        for number, title in listing.items()
    ]
    return json.dumps({"count": len(rows), "results": rows}).encode()


def rss(listing: Listing) -> bytes:
    items = "".join(
        f"<item><title>{escape(title)}</title><link>/{name}</link></item>"
        for name, title in listing.items()
    )
    return f'<rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>'.encode()


def json_feed(listing: Listing) -> bytes:
    items: list[dict[str, Any]] = [
        {"id": name, "url": f"/{name}", "title": title} for name, title in listing.items()
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()


def loopback_rig(name: str, host: ScriptedHost, http: Http, worker: Worker) -> LoopbackRig:
    api = f"{host.base}/api/v1"
    if name == "register":
        feed = Feed(name=FEED, kind=FeedKind.FEDERAL_REGISTER, title="Register")
        source: Source = FederalRegister(http=http, feed=feed, base_url=api)
        path = "/api/v1/documents.json"
        return LoopbackRig(host, source, path, "application/json", published)
    if name == "inspection":
        feed = Feed(name=FEED, kind=FeedKind.PUBLIC_INSPECTION, title="Inspection")
        source = PublicInspection(http=http, feed=feed, base_url=api)
        path = "/api/v1/public-inspection-documents/current.json"
        return LoopbackRig(host, source, path, "application/json", filed)
    source = News(feed=make_feed(name=FEED, url=f"{host.base}/feed"), http=http, worker=worker)
    if name == "rss":
        return LoopbackRig(host, source, "/feed", "application/rss+xml", rss)
    return LoopbackRig(host, source, "/feed", "application/feed+json", json_feed)


@asynccontextmanager
async def opened(name: str, *, patience: float) -> AsyncIterator[Rig]:
    """Build a rig; `patience` is the seconds in which an answer must have come."""
    if name == "fake":
        yield FakeRig()
        return
    async with (
        scripted_host() as host,
        Http(
            user_agent="Rulewire/0.1",
            allow_private_addresses=True,
            spacing=0.0,
            max_bytes=LIMIT,
            total_timeout=patience,
        ) as http,
        Worker() as worker,
    ):
        rig = loopback_rig(name, host, http, worker)
        try:
            yield rig
        finally:
            rig.released.set()


NAMES = ["fake", "register", "inspection", "rss", "json"]


@pytest.fixture(params=NAMES)
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    async with opened(request.param, patience=10.0) as built:
        yield built


def stored(fetched: Fetched) -> Bookmark:
    """The bookmark as it comes back from storage."""
    read: Bookmark = json.loads(json.dumps(fetched.bookmark))
    return read


def titles(fetched: Fetched) -> set[str]:
    return {item.title for item in fetched.items}


async def parsed(rig: Rig) -> Fetched | ParseError:
    try:
        return await rig.visit(None)
    except ParseError as error:
        return error


async def test_a_first_visit_gives_every_item_with_its_key_and_feed(rig: Rig) -> None:
    rig.show(BOTH)

    fetched = await rig.visit(None)

    assert titles(fetched) == {"One", "Two"}
    assert len({item.key for item in fetched.items}) == 2
    assert {item.feed for item in fetched.items} == {FEED}
    assert all(item.url.startswith(("http://", "https://")) for item in fetched.items)
    assert (fetched.unchanged, fetched.warnings) == (False, ())


async def test_a_list_that_did_not_change_is_unchanged(rig: Rig) -> None:
    rig.show(BOTH)
    first = await rig.visit(None)

    again = await rig.visit(stored(first))

    assert (again.items, again.unchanged) == ((), True)
    assert stored(again) == stored(first)


async def test_what_is_new_is_given_to_whoever_hands_the_bookmark_back(rig: Rig) -> None:
    rig.show(ONE)
    first = await rig.visit(None)
    rig.show(BOTH)

    again = await rig.visit(stored(first))

    assert "Two" in titles(again)
    assert not again.unchanged


async def test_what_changed_is_given_again_under_its_key(rig: Rig) -> None:
    rig.show(ONE)
    first = await rig.visit(None)
    rig.show(dict.fromkeys(ONE, "Edited"))

    again = await rig.visit(stored(first))

    assert titles(again) == {"Edited"}
    assert [item.key for item in again.items] == [item.key for item in first.items]


@pytest.mark.parametrize("bookmark", [None, {}, {"of": "another time"}])
async def test_losing_the_bookmark_does_no_harm(rig: Rig, bookmark: Bookmark | None) -> None:
    rig.show(BOTH)
    first = await rig.visit(None)

    again = await rig.visit(bookmark)

    assert again.items == first.items


async def test_a_list_that_is_empty_is_no_error(rig: Rig) -> None:
    rig.show({})

    fetched = await rig.visit(None)

    assert fetched.items == ()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: b"",
        lambda body: body[: len(body) // 2],
        lambda body: body[:-1],
        lambda body: body.replace(b"O", b"\xff\x00"),
        lambda body: b"\x00\xff" * 500,
        lambda body: b"[" * 100_000,
        lambda body: b'{"a":' * 20_000,
        lambda body: b"<a>" * 20_000,
    ],
    ids=["empty", "half", "unended", "odd bytes", "noise", "deep", "deep object", "deep tags"],
)
async def test_what_cannot_be_read_is_a_parse_error_or_a_warning(
    rig: Rig, spoil: Callable[[bytes], bytes]
) -> None:
    rig.show(BOTH)
    rig.send(spoil)

    outcome = await parsed(rig)

    if isinstance(outcome, ParseError):
        assert outcome.feed == FEED
    else:
        assert outcome.warnings


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_what_does_not_arrive_is_an_error_that_may_pass(rig: Rig, trouble: str) -> None:
    rig.break_down(trouble)

    with pytest.raises(FetchError) as caught:
        await rig.visit(None)

    assert caught.value.feed == FEED
    assert not caught.value.permanent


@pytest.mark.parametrize("name", NAMES)
async def test_a_server_that_takes_its_time_is_left(name: str) -> None:
    async with opened(name, patience=0.05) as rig:
        rig.break_down("too slow")

        with pytest.raises(FetchError) as caught:
            await rig.visit(None)

    assert not caught.value.permanent


async def test_a_source_that_failed_reads_again(rig: Rig) -> None:
    rig.show(ONE)
    first = await rig.visit(None)
    rig.send(lambda body: b"")
    with pytest.raises(ParseError):
        await rig.visit(stored(first))

    rig.show(BOTH)
    again = await rig.visit(stored(first))

    assert "Two" in titles(again)


async def test_hostile_text_is_data(rig: Rig) -> None:
    rig.show(dict.fromkeys(ONE, HOSTILE))

    (item,) = (await rig.visit(None)).items

    assert item.title == TAMED
    assert item.summary in {"", TAMED}
    assert item.key.isprintable()
    assert msgspec.json.decode(msgspec.json.encode(item), type=type(item)) == item
