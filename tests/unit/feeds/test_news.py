"""News feeds become items: what is read of them, and that reading only new items loses nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.errors import ParseError
from feeds.model import Item, SourceKind, Stage
from feeds.news_body import MAX_ITEMS, read, title_of
from feeds.parsed_entry import stand_in, told_by
from feeds.press import MAX_SUMMARY, MAX_TITLE, item_of
from tests.factories import make_feed

FIXTURES = Path(__file__).parents[2] / "fixtures" / "feeds"
WELL_FORMED = sorted(path.name for path in FIXTURES.glob("*.xml") if "broken" not in path.name)
URL = "https://news.example/feed"
FEED = make_feed(url=URL)
XML = "application/rss+xml"


def read_now(
    body: bytes, *, content_type: str = XML, known: frozenset[str] = frozenset()
) -> tuple[tuple[Item, ...], tuple[str, ...], tuple[str, ...]]:
    return read(body, feed=FEED, content_type=content_type, url=URL, known=known)


def items_of(body: bytes | str, *, content_type: str = XML) -> tuple[Item, ...]:
    raw = body.encode() if isinstance(body, str) else body
    return read_now(raw, content_type=content_type)[0]


def read_whole(body: bytes, *, content_type: str) -> tuple[Item, ...]:
    """The oracle: feedparser, given everything as it came."""
    parsed: Any = feedparser.parse(
        BytesIO(body.lstrip() if body.lstrip().startswith(b"<") else body),
        response_headers={"content-type": content_type, "content-location": stand_in(URL)},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    items = (item_of(told_by(entry, url=URL), feed=FEED) for entry in parsed.entries)
    return tuple(item for item in items if item)


def rss(*items: str, version: str = "2.0") -> str:
    body = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="{version}"><channel><title>N</title>{body}</channel></rss>'


@pytest.mark.parametrize("content_type", [XML, "text/xml", "text/html; charset=utf-8", ""])
@pytest.mark.parametrize("name", WELL_FORMED)
def test_cutting_a_feed_reads_the_same_as_reading_it_whole(name: str, content_type: str) -> None:
    body = (FIXTURES / name).read_bytes()

    items, known, warnings = read_now(body, content_type=content_type)

    assert items == read_whole(body, content_type=content_type)
    assert items
    assert len(known) >= len(items)
    assert warnings == ()


@pytest.mark.parametrize("name", WELL_FORMED)
def test_items_known_by_their_bytes_are_left_out_and_no_others(name: str) -> None:
    body = (FIXTURES / name).read_bytes()
    items, known, _ = read_now(body)
    alone = {each: read_now(body, known=frozenset(known) - {each})[0] for each in known}

    for count in range(len(known) + 1):
        left = read_now(body, known=frozenset(known[:count]))
        assert left[0] == tuple(chain.from_iterable(alone[each] for each in known[count:]))
        assert left[1] == known
    assert tuple(chain.from_iterable(alone.values())) == items


TEXT = st.text(
    alphabet=st.characters(codec="windows-1252", exclude_categories=["Cc", "Cs"]), max_size=20
)
ENCODINGS = st.sampled_from(
    ["utf-8", "utf-8-sig", "utf-16", "windows-1252", "iso-8859-1", "us-ascii"]
)


@st.composite
def feeds(draw: st.DrawFn) -> tuple[bytes, str, bytes]:
    """A well-formed feed of any format, the content type it is served with, and it in UTF-8."""
    style = draw(st.sampled_from([_RSS, _ATOM, _RDF]))
    count = draw(st.integers(min_value=1, max_value=5))
    entries = [draw(_entry(style, number=number)) for number in range(count)]
    between = draw(st.sampled_from(["", "\n  ", "<!-- <item> -->", "<?php echo ?>"]))
    encoding = draw(ENCODINGS)
    declared = encoding.removesuffix("-sig")
    declaration = f'<?xml version="1.0" encoding="{declared}"?>\n'
    text = declaration + style["open"] + between.join(entries) + style["close"]
    charset = draw(st.sampled_from(["", f"; charset={declared}"]))
    kind = draw(st.sampled_from(["application/xml", "text/xml", "application/octet-stream"]))
    served = text.encode(encoding, "xmlcharrefreplace")
    plainly = served.decode(encoding).replace(f'encoding="{declared}"', 'encoding="utf-8"')
    return served, kind + charset, plainly.encode()


_RSS = {
    "open": '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xml:base="https://b.example/x/">'
    "<channel><title>T</title><link>https://b.example/</link><language>en</language>",
    "close": "<image><title>I</title><url>u</url></image></channel></rss>",
    "item": "item",
    "id": "guid",
    "date": "pubDate",
    "text": "description",
    "link": "<link>{}</link>",
}
_ATOM = {
    "open": '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>T</title><id>i</id>',
    "close": "</feed>",
    "item": "entry",
    "id": "id",
    "date": "updated",
    "text": "summary",
    "link": '<link href="{}"/>',
}
_RDF = _RSS | {
    "open": '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel r:about="c"><title>T</title></channel>',
    "close": "</r:RDF>",
    "date": "dc:date",
}


@st.composite
def _entry(draw: st.DrawFn, style: dict[str, str], *, number: int) -> str:
    parts = [
        f"<title>{_written(draw, draw(TEXT))}</title>",
        style["link"].format(
            escape(draw(st.sampled_from(["/a", "https://c.example/?a=1&b=2", "x y", ""])))
        ),
        f"<{style['id']}>{escape(draw(TEXT))}</{style['id']}>",
        f"<{style['date']}>2020-06-1{draw(st.integers(0, 9))}T10:00:00Z</{style['date']}>",
        f"<{style['text']}>{_written(draw, '<p>' + draw(TEXT) + '</p>')}</{style['text']}>",
        '<x xmlns="urn:other"><item>inside</item></x>',
    ]
    wanted = draw(st.lists(st.sampled_from(parts), unique=True))
    base = draw(st.sampled_from(["", ' xml:base="https://d.example/y/"', ' q="a > b"']))
    return f"<{style['item']} n='{number}'{base}>{''.join(wanted)}</{style['item']}>"


def _written(draw: st.DrawFn, text: str) -> str:
    return f"<![CDATA[{text}]]>" if draw(st.booleans()) and "]]>" not in text else escape(text)


@given(feeds(), st.data())
@settings(max_examples=150)
def test_any_feed_reads_the_same_cut_or_whole_from_anything_known(
    served: tuple[bytes, str, bytes], data: st.DataObject
) -> None:
    body, content_type, plainly = served
    whole = read_whole(plainly, content_type="application/xml; charset=utf-8")

    items, known, warnings = read_now(body, content_type=content_type)

    assert warnings == ()
    assert items == whole
    some = frozenset(data.draw(st.sets(st.sampled_from(known))))
    alone = {
        each: read_now(body, content_type=content_type, known=frozenset(known) - {each})[0]
        for each in known
    }
    rest = read_now(body, content_type=content_type, known=some)[0]
    assert rest == tuple(chain.from_iterable(alone[each] for each in known if each not in some))


def test_an_rss_item_is_read() -> None:
    first, second, third = items_of((FIXTURES / "rss.xml").read_bytes())

    assert first == Item(
        key="news:example-news:post-101",
        feed="example-news",
        source=SourceKind.NEWS,
        stage=Stage.REPORTED,
        title="Commerce signs off on Huawei rule \u2013 “as early as Tuesday”",
        url="https://standards.example/2020/06/15/rule?utm_source=rss",
        summary="US companies may work with Huawei in standards bodies.",
        event_at=datetime(2020, 6, 15, 23, 20, tzinfo=UTC),
        publisher="Example News",
    )
    assert second.key == "news:https://standards.example/2020/06/14/att"
    assert second.url == "https://news.example/2020/06/14/att"
    assert second.summary == "First.\nSecond paragraph with an in it."
    assert second.event_at == datetime(2020, 6, 14, 12, 0, tzinfo=UTC)
    assert third.title == third.summary == "Café talks: no title, no link, no guid."
    assert third.url == "https://news.example/"
    assert third.publisher == "Wire \u2013 Service"


def test_an_atom_entry_is_read() -> None:
    first, second = items_of((FIXTURES / "atom.xml").read_bytes())

    assert first.key == "news:example-news:tag:atom.example,2020:1"
    assert first.title == "Rule <published> today"
    assert first.url == "https://atom.example/news/2020/rule"
    assert first.summary == "In force at once.\nComments by 17 August."
    assert first.event_at == datetime(2020, 6, 18, 10, 0, tzinfo=UTC)
    assert second.url == "https://atom.example/second"
    assert second.summary == "Body"
    assert second.publisher == "Another paper"


def test_rss_of_every_age_and_rdf_are_read() -> None:
    assert [item.title for item in items_of((FIXTURES / "rss091.xml").read_bytes())] == [
        "First",
        "Second",
    ]
    first, second = items_of((FIXTURES / "rdf.xml").read_bytes())
    assert (first.key, first.url) == ("news:https://rdf.example/a", "https://rdf.example/a")
    assert second.summary == "Text"


@pytest.mark.parametrize(
    "name", ["rss_utf16.xml", "rss_windows1252.xml", "rss_bom.xml", "rss_no_declaration.xml"]
)
def test_encodings_make_no_difference(name: str) -> None:
    assert items_of((FIXTURES / name).read_bytes()) == items_of((FIXTURES / "rss.xml").read_bytes())


def test_the_charset_of_the_server_goes_before_the_declaration() -> None:
    body = '<?xml version="1.0" encoding="iso-8859-1"?>' + rss("<title>Café</title><link>/a</link>")

    (item,) = items_of(body.encode("utf-8"), content_type="application/xml; charset=utf-8")

    assert item.title == "Café"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("content_type", ["text/xml", "text/xml; charset=utf-8", XML])
def test_wide_characters_are_told_by_how_the_text_begins(encoding: str, content_type: str) -> None:
    (item,) = items_of(rss("<title>Plain</title>").encode(encoding), content_type=content_type)

    assert item.title == "Plain"


def test_a_json_feed_is_read() -> None:
    body = (FIXTURES / "feed.json").read_bytes()

    items, known, _ = read_now(body, content_type="application/feed+json")

    first, second = items
    assert first.key == "news:https://json.example/1"
    assert (first.title, first.summary) == ("Huawei & standards", "Rule published.")
    assert second.key == "news:example-news:2"
    assert second.url == "https://news.example/linked"
    assert second.title == "A note without a title. It has two sentences."
    assert second.event_at == datetime(2020, 6, 17, tzinfo=UTC)
    assert read_now(body, known=frozenset(known[:1]))[0] == (second,)
    assert read_now(body, known=frozenset(known))[0] == ()


@pytest.mark.parametrize(
    ("item", "url"),
    [
        ("<link>javascript:alert(1)</link>", "https://news.example/"),
        ("<link>file:///etc/passwd</link>", "https://news.example/"),
        ("<link>http://[broken</link>", "https://news.example/"),
        ("<guid>not-an-address</guid>", "https://news.example/"),
        ("<guid>https://news.example/by-guid</guid>", "https://news.example/by-guid"),
        ("<link>story?id=5#x</link>", "https://news.example/story?id=5#x"),
        ("<link>//other.example/a</link>", "https://other.example/a"),
        ("<link>HTtP://other.example/A</link>", "http://other.example/A"),
        (
            "<link>https://x.example/a b\u202e&lt;c&gt;|d</link>",
            "https://x.example/a%20b%E2%80%AE%3Cc%3E%7Cd",
        ),
        (f"<link>https://x.example/{'a' * 3000}</link>", "https://news.example/"),
    ],
)
def test_a_link_is_a_web_address_or_the_home_of_the_feed(item: str, url: str) -> None:
    (read_item,) = items_of(rss(f"<title>T</title>{item}"))

    assert read_item.url == url


def test_a_redirect_picks_a_new_base_but_no_new_key() -> None:
    body = rss("<title>T</title><guid isPermaLink='false'>7</guid><link>/a</link>").encode()

    (moved,), _, _ = read(
        body, feed=FEED, content_type=XML, url="https://cdn.example/x/feed?token=1"
    )

    assert moved.url == "https://cdn.example/a"
    assert moved.key == items_of(body)[0].key


def test_long_texts_are_clipped_and_the_footer_of_a_blog_is_dropped() -> None:
    footer = '&lt;p&gt;The post &lt;a href="x"&gt;T&lt;/a&gt; appeared first on &lt;a href="y"&gt;B&lt;/a&gt;.&lt;/p&gt;'

    long, footed, twice = items_of(
        rss(
            f"<title>{'word ' * 500}</title><description>{'text ' * 5000}</description>",
            f"<title>T</title><description>Told.{footer}</description>",
            "<title>Said twice</title><description>&lt;p&gt;Said twice&lt;/p&gt;</description>",
        )
    )

    assert len(long.title) <= MAX_TITLE
    assert len(long.summary) <= MAX_SUMMARY
    assert footed.summary == "Told."
    assert twice.summary == ""


def test_an_item_that_says_nothing_is_left_out() -> None:
    assert items_of(rss("<author>a</author>", "<title>T</title>"))[0].title == "T"
    assert len(items_of(rss("<author>a</author>", "<title>T</title>"))) == 1


@pytest.mark.parametrize("name", ["broken_entities.xml", "broken_nbsp.xml"])
def test_a_feed_that_cannot_be_cut_is_read_whole_with_a_warning(name: str) -> None:
    body = (FIXTURES / name).read_bytes()

    items, known, warnings = read_now(body, known=frozenset({"anything"}))

    assert len(items) == 2
    assert items[1].key == "news:https://e.example/2"
    assert known == ()
    assert len(warnings) == 1


def test_an_item_that_breaks_off_is_not_taken_for_another() -> None:
    items, _, warnings = read_now((FIXTURES / "broken_off.xml").read_bytes())

    assert [item.title for item in items] == ["Whole"]
    assert "not well-formed" in warnings[0]


def test_entities_are_never_expanded_into_a_bomb() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    body = f'<!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}]>' + rss(
        "<title>&l11;</title><link>/a</link>"
    )

    (item,) = items_of(body)

    assert len(item.title) <= MAX_TITLE


def test_a_feed_without_items_is_a_feed() -> None:
    assert read_now(rss().encode()) == ((), (), ())
    assert read_now(b'{"version": "https://jsonfeed.org/version/1", "items": []}') == ((), (), ())


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not"),
        (b"plain words", "not well-formed"),
        (
            b"<!DOCTYPE html><html><body><p>Request Access<br></body></html>",
            "a web page, not a feed",
        ),
        (b"<html><body/></html>", "a web page, not a feed"),
        (b"<rss><channel><title>N", "not well-formed"),
        (b"\x00\xff\x00\xff" * 50, "not"),
        (b'<?xml version="1.0" encoding="punycode"?><rss/>', "no encoding that we read: punycode"),
        (b'{"items": 5}', "not a JSON feed"),
        (b'{"items": [', "not a JSON feed"),
        (b"{" + b'"a":[' * 100_000, "not a JSON feed"),
    ],
)
def test_what_is_no_feed_is_an_error_that_says_so(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason) as raised:
        read_now(body)

    assert raised.value.feed == "example-news"


@pytest.mark.parametrize("broken", ["", "<"])
def test_halves_of_an_emoji_do_not_cost_the_feed(broken: str) -> None:
    items, known, warnings = read_now(
        (rss("<title>Ban &#55357;&#56832; lifted</title><link>/a</link>") + broken).encode()
    )

    assert [item.title for item in items] == ["Ban \ufffd\ufffd lifted"]
    assert len(known) == (0 if broken else 1)
    assert len(warnings) == 1


@pytest.mark.parametrize("number", ["0", "x1f", "xD800", "xFFFE", "x110000", "9" * 30])
def test_a_reference_to_no_character_is_a_sign_for_one(number: str) -> None:
    (item,) = items_of(rss(f"<title>A&#{number};B</title><link>/a</link>"))

    assert item.title == "A\ufffdB"


@pytest.mark.parametrize(
    "inside",
    [
        "<author>" + "a" * 1_000_000 + "</author>",
        "<author>" + "&#97;." * 100_000 + "</author>",
        "".join(f"<category>{number}</category>" for number in range(30_000)),
    ],
)
def test_what_we_do_not_use_costs_no_endless_time(inside: str) -> None:
    (item,) = items_of(rss(f"<title>T</title><link>/a</link>{inside}"))

    assert item.title == "T"


@pytest.mark.parametrize("start", ["", "<!DOCTYPE rss [<!ENTITY a 'b'>]>"])
def test_a_tag_with_endless_attributes_is_an_error(start: str) -> None:
    attributes = " ".join(f"a{number} = '>'" for number in range(200_000))

    with pytest.raises(ParseError, match="attributes"):
        items_of(f"{start}<rss><channel><item {attributes}><title>T</title></item></channel></rss>")


@given(
    st.binary(max_size=200),
    st.sampled_from(["", "<rss><channel><item>", "<feed><entry>", '{"items":[']),
)
@settings(max_examples=150)
def test_noise_gives_items_or_a_parse_error_and_nothing_else(noise: bytes, start: str) -> None:
    try:
        items = read_now(start.encode() + noise, content_type="text/xml; charset=utf-8")[0]
    except ParseError:
        items = ()

    assert all(item.url.startswith(("http://", "https://")) and item.title for item in items)


@pytest.mark.parametrize("shape", ["rss", "json", "broken"])
def test_an_endless_feed_is_read_up_to_a_bound(shape: str) -> None:
    titles = [f"T{number}" for number in range(MAX_ITEMS + 5)]
    xml = rss(*(f"<title>{title}</title><link>/{title}</link>" for title in titles))
    json_rows = ",".join(f'{{"id": "{title}", "title": "{title}"}}' for title in titles)
    body = {"rss": xml, "json": f'{{"items": [{json_rows}]}}', "broken": xml + "<"}[shape]

    items, known, warnings = read_now(body.encode())

    assert [item.title for item in items] == titles[:MAX_ITEMS]
    assert len(known) <= MAX_ITEMS
    assert len(warnings) == 1


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("rss.xml", "Standards Watch \u2013 news"),
        ("atom.xml", "Atom news"),
        ("feed.json", "JSON news"),
        ("broken_nbsp.xml", "Undeclared"),
    ],
)
def test_a_feed_says_what_it_is_called(name: str, title: str) -> None:
    body = (FIXTURES / name).read_bytes()

    assert title_of(body, feed=FEED, content_type=XML) == title


@pytest.mark.parametrize(
    ("guid", "key"),
    [
        ("12345", "news:example-news:12345"),
        ("n1@paper", "news:example-news:n1@paper"),
        ("https://news.example/2020/a", "news:https://news.example/2020/a"),
    ],
)
def test_a_guid_is_never_made_an_address(guid: str, key: str) -> None:
    (item,) = items_of(rss(f"<title>T</title><link>/x</link><guid>{guid}</guid>"))

    assert item.key == key


def test_the_base_of_one_entry_is_not_the_base_of_the_next() -> None:
    first, second = items_of(
        '<feed xmlns="http://www.w3.org/2005/Atom">'
        '<entry xml:base="https://other.example/y/"><title>A</title><link href="a"/></entry>'
        '<entry><title>B</title><link href="b"/></entry></feed>'
    )

    assert first.url == "https://other.example/y/a"
    assert second.url == "https://news.example/b"
