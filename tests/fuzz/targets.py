"""Everything that reads outside bytes, each as a function that takes any bytes and fails on a finding.

A refusal in the reader's own words (ParseError, QueryError and so on) is what should happen. Any other
exception, an item that could not be stored or shown safely, and text that comes out alive are findings.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date
from typing import Any

import msgspec
from rich.console import Console

from bot import law_text
from bot.card import Card, card
from bot.slack import blocks, mrkdwn, redline_blocks
from bot.terminal import render_card
from feeds import (
    dates,
    document_dates,
    facts,
    federal_register,
    full_text,
    gist,
    law_change,
    news_body,
    opml,
    prepared,
    public_inspection,
    query,
    reference,
    register_json,
    regulation_xml,
    relations,
    revision,
    summary,
    text,
    topics,
)
from feeds.discovery import discover
from feeds.encodings import Body, EncodingError, TooLargeError
from feeds.errors import ConfigError, ParseError, QueryError
from feeds.hops import RefusedUrlError, checked, next_hop
from feeds.links import url_problem
from feeds.matching import match
from feeds.model import CfrPart, Item
from feeds.source import Fetched
from tests.factories import NOW, make_entry, make_feed
from tests.slack_limits import check_limits

FEED = make_feed()
KINDS = ("", "text/xml", "text/xml; charset=utf-8", "application/rss+xml; charset=windows-1252")
PART = CfrPart(title=15, part="744")
HUAWEI = query.parse('huawei OR "entity list" OR standard*')
TOPICS = {name: topic.query for name, topic in topics.bundled().items()}
#: What may stand between angle brackets: our links to web pages, and moments.
LIVE = re.compile(r"<(?:https?://[^<>|\s]+\|[^<>|\n]+|!date\^-?\d+\^[^<>|]+\|[^<>|]+)>")
#: Controls but line breaks, halves of characters, and marks that turn the direction of writing.
_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def news(data: bytes) -> None:
    """A feed's body, under the header that the first byte picks."""
    kind, body = KINDS[data[0] % len(KINDS)] if data else "", data[1:]
    try:
        items, hashes, _ = news_body.read(body, feed=FEED, content_type=kind, url=FEED.url)
    except ParseError:
        return
    assert len(items) <= news_body.MAX_ITEMS
    again, _, _ = news_body.read(
        body, feed=FEED, content_type=kind, url=FEED.url, known=frozenset(hashes)
    )
    assert again == () or not hashes
    assert "\n" not in news_body.title_of(body, feed=FEED, content_type=kind)
    for item in items[:20]:
        sound(item)


def register(data: bytes) -> None:
    """A list of documents, or of what lies on public inspection."""
    try:
        rows = register_json.results(register_json.payload(data, feed="fr"), feed="fr")
        published, _ = register_json.items(
            rows, lambda row: federal_register.item(row, feed="fr"), feed="fr"
        )
        filed, _ = register_json.items(
            rows, lambda row: public_inspection.item(row, feed="fr"), feed="fr"
        )
    except ParseError:
        return
    for before, after in zip(filed, published, strict=True):
        sound(before)
        sound(after)
        revision.changed_facts(before, after)


def ecfr(data: bytes) -> None:
    """Two texts of a part, with a NUL between them, and what changed."""
    before, _, after = data.partition(b"\x00")
    try:
        old, new = (regulation_xml.read(xml, feed="ecfr") for xml in (before, after or before))
    except ParseError:
        return
    days = (date(2020, 6, 17), date(2020, 6, 18))
    change = law_change.compare(old, new, part=PART, days=days)
    if change.sections:
        _fits(*redline_blocks.reply(change, named="2020-13093"))
    for section in change.sections:
        assert "\n" not in law_text.summary(section)


def feed_list(data: bytes) -> None:
    """An OPML file; what was read is read again from what is written of it."""
    try:
        feeds = opml.read(data)
    except ConfigError:
        return
    assert all(not url_problem(feed.url) for feed in feeds)
    assert [feed.url for feed in opml.read(opml.write(feeds))] == [feed.url for feed in feeds]


def page(data: bytes) -> None:
    """A web page that may name a feed."""
    found = discover(data, "https://news.example/blog/post")
    assert found is None or not url_problem(found)


def typed(data: bytes) -> None:
    """What people type: a query, a reference, a date."""
    words = data.decode("utf-8", "surrogateescape" if data[:1] == b"\xff" else "replace")
    reference.parse(words)
    reference.mentions(words)
    dates.instant(words)
    try:
        asked = query.parse(words, topics=TOPICS)
    except QueryError as error:
        query.parse(error.hint or "huawei", topics=TOPICS)
        return
    assert query.parse(str(asked), topics=TOPICS) == asked
    match(asked, make_entry().item)


def shown(data: bytes) -> None:
    """HTML as text, cut into sentences, and as Slack shows it."""
    html = data.decode("utf-8", "surrogateescape" if data[:1] == b"\xff" else "replace")
    plain = text.plain(html)
    assert not _UNSHOWN.search(plain)
    assert "".join("".join(text.sentences(plain)).split()) == "".join(plain.split())
    for limit in (1, 40, 3_000):
        _deaf(mrkdwn.escape(html, limit), limit)
        _deaf(mrkdwn.link("https://news.example/a", html, limit), limit)
    _deaf(mrkdwn.link(html, "label"), 3_000)


def document(data: bytes) -> None:
    """A document's full text."""
    words = full_text.plain_text(data)
    item = make_entry().item
    assert item.document is not None
    document_dates.of(item.document, stage=item.stage, text=words)
    relations.of(item, text=words)
    summary.extract(item, full_text=words)
    _fits_card(card(make_entry(), preamble=words, now=NOW))


def encoded(data: bytes) -> None:
    """A body under a content encoding, in pieces of the size that the second byte says."""
    if len(data) < 2:
        return
    name = ("gzip", "deflate", "br", "identity")[data[0] % 4]
    body, limit, size = Body(name, limit=10_000), 10_000, data[1] + 1
    try:
        for start in range(2, len(data), size):
            body.add(data[start : start + size])
        assert len(body.finish()) <= limit
    except (EncodingError, TooLargeError):
        return


def hop(data: bytes) -> None:
    """An address, and a redirect to it."""
    where = data.decode("utf-8", "surrogateescape")
    for go in (checked, lambda to: next_hop(checked("http://news.example/a/"), to)):
        try:
            url = go(where)
        except RefusedUrlError:
            continue
        assert url.scheme in {"http", "https"}
        assert url.user is None
        assert not set(str(url)) & set("\r\n\x00 ")


TARGETS: dict[str, Callable[[bytes], None]] = {
    each.__name__.replace("_", "-"): each
    for each in (news, register, ecfr, feed_list, page, typed, shown, document, encoded, hop)
}


def sound(item: Item) -> None:
    """Fail unless an item can be stored, understood and shown, and nothing in it acts."""
    assert msgspec.json.decode(msgspec.json.encode(item), type=Item) == item
    json.dumps(Fetched(items=(item,), bookmark={}).items[0].key).encode()
    for value in _texts(msgspec.to_builtins(item)):
        assert not _UNSHOWN.search(value), ascii(value)
        value.encode()
    assert item.url.startswith(("http://", "https://"))
    assert item.event_at is None or item.event_at.tzinfo in {UTC, None} or item.event_at.utcoffset()
    prepared.prepare(item)
    facts.of(item)
    gist.read(item, now=NOW)
    relations.of(item)
    match(HUAWEI, item)
    _fits_card(card(make_entry(item=item), now=NOW))


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _texts(value)


def _fits_card(made: Card) -> None:
    for shape in (blocks.alert, blocks.step, blocks.entry_row):
        _fits(blocks.fallback(made), shape(made))
    console = Console(file=io.StringIO(), width=100, color_system=None)
    console.print(render_card(made))
    assert isinstance(console.file, io.StringIO)
    assert not _UNSHOWN.search(console.file.getvalue())


def _fits(said: str, made: list[dict[str, Any]]) -> None:
    assert check_limits({"text": said, "blocks": made}) == []
    for markup in (said, *_markup(made)):
        _deaf(markup, 4_000)


def _markup(node: object) -> Iterator[str]:
    """Every text in a payload that Slack reads as its markup."""
    if isinstance(node, dict):
        if node.get("type") == "mrkdwn":
            yield str(node["text"])
        for value in node.values():
            yield from _markup(value)
    elif isinstance(node, list):
        for value in node:
            yield from _markup(value)


def _deaf(markup: str, limit: int) -> None:
    """Fail if outside text in Slack's markup mentions, links or breaks an entity."""
    bare = LIVE.sub("", markup)
    assert len(markup) <= limit
    assert not set(bare) & set("<>\x00\u202e"), ascii(bare)
    assert not re.search(r"&(?!amp;|lt;|gt;)", bare), ascii(bare)
