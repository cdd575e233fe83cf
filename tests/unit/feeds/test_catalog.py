"""feeds.toml, OPML and the feed that a page names: what is read, and every mistake told at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.catalog import bundled, discover, export_opml, import_opml, load, load_file, slug
from feeds.errors import ConfigError
from feeds.model import Feed, FeedKind
from tests.factories import make_feed

GOOD = """
[[feed]]
name = "bis"
kind = "federal-register"
title = "BIS"
every = "10m"
agencies = ["industry-and-security-bureau"]
term = '"Entity List"'

[[feed]]
name = "wire"
kind = "news"
url = "https://wire.example/feed"
"""


def problems_of(text: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load(text, origin="mine.toml")
    return raised.value.problems


def feed_table(*lines: str, kind: str = "news", url: str = "https://x.example/") -> str:
    address = f'url = "{url}"' if url else ""
    return "\n".join(["[[feed]]", 'name = "x"', f'kind = "{kind}"', address, *lines])


def test_the_feeds_of_a_file_are_read_with_what_it_leaves_out_filled_in() -> None:
    assert load(GOOD, origin="mine.toml") == (
        Feed(
            name="bis",
            kind=FeedKind.FEDERAL_REGISTER,
            title="BIS",
            every=timedelta(minutes=10),
            agencies=("industry-and-security-bureau",),
            term='"Entity List"',
        ),
        Feed(name="wire", kind=FeedKind.NEWS, title="wire", url="https://wire.example/feed"),
    )


def test_every_mistake_is_told_at_once_with_its_line_and_feed() -> None:
    problems = problems_of(
        GOOD
        + '\n[[feed]]\nname = "wire"\nkind = "new"\ntitel = "x"\n\n[[feed]]\nkind = "news"\n[feeds]\n'
    )

    assert problems == [
        "mine.toml: unknown key 'feeds', did you mean 'feed'?; feeds are [[feed]] tables",
        "mine.toml:15 (wire): unknown key 'titel', did you mean 'title'?",
        "mine.toml:15 (wire): unknown kind 'new', did you mean 'news'?",
        "mine.toml:15 (wire): the name is taken by the feed at line 10",
        "mine.toml:20 (feed without a name): name is missing",
        "mine.toml:20 (feed without a name): url is missing",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (feed_table('every = "30s"'), "every = '30s' is not between 1m and 7d"),
        (feed_table('every = "8d"'), "every = '8d' is not between 1m and 7d"),
        (feed_table('every = "soon"'), "is not an interval"),
        (feed_table("every = 15"), "every must be text in quotes"),
        (feed_table('term = "x"'), "term means nothing for news"),
        (feed_table('title = " "'), "title is empty"),
        (feed_table(url=""), "url is missing"),
        (feed_table(url="ftp://x.example/"), "does not begin with https:// or http://"),
        (feed_table(url="https://"), "is not an address"),
        (feed_table(url="https://[x"), "is not an address"),
        (feed_table(url="https://me:pw@x.example/"), "must not hold a user name or password"),
        (
            feed_table(kind="rss"),
            "unknown kind 'rss', kinds are federal-register, public-inspection, news",
        ),
        (feed_table(kind="public-inspection"), "url means nothing for public-inspection"),
        (
            feed_table('agencies = ["Commerce Department"]', kind="federal-register", url=""),
            "not an agency slug",
        ),
        (
            feed_table('agencies = "bis"', kind="federal-register", url=""),
            "agencies must be a list of slugs",
        ),
        (feed_table().replace('"x"', '"X y"'), "name must be small letters, digits and hyphens"),
        ("feed = 5", "feeds are written as [[feed]] tables"),
        ("", "names no feed"),
        ("[[feed]\n", "line 1"),
    ],
)
def test_a_mistake_is_told_in_words(text: str, problem: str) -> None:
    (told,) = problems_of(text)

    assert told.startswith("mine.toml")
    assert problem in told


def test_a_password_in_an_address_is_not_repeated_in_the_report() -> None:
    assert "pw" not in "".join(problems_of(feed_table(url="https://me:pw@x.example/")))


def test_the_bundled_feeds_load_and_cover_every_kind() -> None:
    feeds = bundled()

    assert {feed.kind for feed in feeds} == set(FeedKind)
    assert "industry-and-security-bureau" in {slug for feed in feeds for slug in feed.agencies}
    assert any(feed.term == "Huawei" for feed in feeds)
    assert all(feed.title != feed.name for feed in feeds)
    assert len({feed.url for feed in feeds if feed.url}) == sum(bool(feed.url) for feed in feeds)


def test_a_persons_own_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())

    assert load_file(path) == load(GOOD, origin="mine.toml")


@pytest.mark.parametrize("content", [None, b"\xff\xff"])
def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ConfigError, match="cannot be read"):
        load_file(path)


def test_news_feeds_survive_a_trip_through_opml() -> None:
    news = (
        make_feed(name="q-a", title='Q & "A" <b', url="https://x.example/feed?a=1&b=2"),
        make_feed(name="standards", title="Standards", url="https://y.example/feed"),
    )
    register = make_feed(name="bis", kind=FeedKind.FEDERAL_REGISTER, url="")

    back = import_opml(export_opml([*news, register]))

    assert [(feed.title, feed.url) for feed in back] == [(feed.title, feed.url) for feed in news]


@pytest.mark.parametrize(
    "encoding", ["utfh-8", "utf-32", "rot13", "idna", "shift_jis", "undefined"]
)
def test_an_opml_file_in_an_encoding_that_cannot_be_read_is_refused(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><opml><body/></opml>'

    with pytest.raises(ConfigError, match="not well-formed"):
        import_opml(text.encode())


def test_folders_duplicates_and_equal_titles_of_an_opml_file_are_sorted_out() -> None:
    text = """<?xml version="1.0" encoding="utf-16"?>
      <opml version="2.0"><body><outline text="Folder">
        <outline text="Wire" xmlUrl="https://a.example/feed"/>
        <outline title="Wire" xmlUrl="feed://b.example/feed"/>
        <outline xmlUrl=" feed:https://c.example/feed "/>
        <outline text="Again" xmlUrl="http://www.a.example/feed/"/>
      </outline></body></opml>"""

    feeds = import_opml(text)

    assert [(feed.name, feed.url) for feed in feeds] == [
        ("wire", "https://a.example/feed"),
        ("wire-2", "http://b.example/feed"),
        ("c-example", "https://c.example/feed"),
    ]


def test_very_many_feeds_under_one_title_are_named_apart_at_little_cost() -> None:
    outlines = "".join(
        f'<outline text="Wire" xmlUrl="https://{n}.example/"/>' for n in range(20_000)
    )

    feeds = import_opml(f"<opml><body>{outlines}</body></opml>")

    assert [feed.name for feed in feeds[:3]] == ["wire", "wire-2", "wire-3"]
    assert len({feed.name for feed in feeds}) == 20_000


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('<!DOCTYPE opml [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml/>', "declares a DTD"),
        ("<opml><body>", "not well-formed"),
        ("<html/>", "not an OPML file"),
        ("", "not well-formed"),
        ('<opml><outline xmlUrl="javascript:alert(1)"/></opml>', "does not begin with https"),
        ("<opml>" + " " * 5_000_000, "longer than"),
    ],
)
def test_what_is_no_safe_opml_is_a_problem(text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        import_opml(text)
    with pytest.raises(ConfigError, match=problem):
        import_opml(text.encode())


@pytest.mark.parametrize(
    ("html", "feed"),
    [
        (
            '<link rel="alternate" type="application/rss+xml" href="/feed?a=1&amp;b=2">',
            "https://x.example/feed?a=1&b=2",
        ),
        (
            "<LINK REL=alternate TYPE=application/atom+xml HREF=atom.xml>",
            "https://x.example/blog/atom.xml",
        ),
        (
            "<link href='//y.example/f' type='application/feed+json' rel='x alternate'/>",
            "https://y.example/f",
        ),
        (
            '<base href="https://z.example/"><link rel=alternate type=application/rss+xml href=f>',
            "https://z.example/f",
        ),
        ('<link rel="alternate" type="application/rss+xml" href="javascript:x">', None),
        ('<link rel="alternate" type="application/rss+xml" href="http://[x">', None),
        ('<link rel="alternate" type="application/rss+xml">', None),
        ('<link rel="stylesheet" type="application/rss+xml" href="/feed">', None),
        ('<link rel="alternate" type="text/html" hreflang="fr" href="/fr">', None),
        ("<link " * 50_000, None),
        (f"<link {'a' * 1990}>" * 500, None),
    ],
)
def test_a_page_names_its_feed(html: str, feed: str | None) -> None:
    assert discover(html.encode(), "https://x.example/blog/post") == feed


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Ärzte & Co. \u2013 News!", "arzte-co-news"),
        ("华为", "feed"),
        ("a" * 99, "a" * 60),
        ("", "feed"),
    ],
)
def test_a_title_makes_a_name(title: str, name: str) -> None:
    assert slug(title) == name


@given(st.text(max_size=100))
@settings(max_examples=100)
def test_any_title_makes_a_name_that_the_catalog_takes(title: str) -> None:
    text = feed_table().replace('"x"', f'"{slug(title)}"')

    assert load(text, origin="mine.toml")[0].name == slug(title)
