"""A feed cut at its items, and put together again."""

from __future__ import annotations

import pytest

from feeds.news_split import readable_part, split

AROUND = b'<?xml version="1.0"?>\n<rss version="2.0" q="a > b"><channel>'
HEAD = AROUND + b"<title>N</title>"
ONE = b'<item a="x > y"><title>1</title><item>inside</item></item>'
TWO = b"<item ><title>2</title></item >"
EMPTY = b"<item q='>'/>"
FEED = HEAD + ONE + b"<!-- between -->" + TWO + EMPTY + b"<image/></channel></rss>"


def test_a_feed_is_cut_at_its_outermost_items() -> None:
    pieces = split(FEED)

    assert pieces.items == (ONE, TWO, EMPTY)
    assert pieces.head == AROUND
    assert pieces.tail == b"</channel></rss>"


def test_some_of_the_items_make_a_well_formed_feed_again() -> None:
    pieces = split(FEED)

    smaller = split(pieces.only([1]))

    assert smaller.items == (TWO,)
    assert smaller.hashes == pieces.hashes[1:2]


def test_the_hash_of_an_item_rests_on_its_bytes_and_the_tags_around_it_alone() -> None:
    hashes = split(FEED).hashes
    later_build = FEED.replace(b"<title>N</title>", b"<lastBuildDate>now</lastBuildDate>")
    other_base = FEED.replace(b"<channel>", b'<channel xml:base="https://x.example/">')
    edited = FEED.replace(b"<title>2</title>", b"<title>3</title>")

    assert split(later_build).hashes == hashes
    assert not set(split(other_base).hashes) & set(hashes)
    assert split(edited).hashes[0] == hashes[0]
    assert split(edited).hashes[1] != hashes[1]


def test_prefixes_and_case_are_seen_through() -> None:
    atom = b'<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:Entry>\xc3\xbc</a:Entry></a:feed>'

    pieces = split(atom)

    assert pieces.items == (b"<a:Entry>\xc3\xbc</a:Entry>",)
    assert pieces.tail == b"</a:feed>"


def test_a_lone_entry_is_a_feed_of_one() -> None:
    pieces = split(b"<?xml version='1.0'?><entry>x</entry>")

    assert (pieces.head, pieces.items, pieces.tail) == (
        b"<?xml version='1.0'?>",
        (b"<entry>x</entry>",),
        b"",
    )


def test_an_empty_item_ends_where_its_only_tag_ends() -> None:
    pieces = split(b"<rss><item/></rss>")

    assert (pieces.items, pieces.only([0])) == ((b"<item/>",), b"<rss><item/></rss>")


def test_a_feed_without_items_has_no_pieces() -> None:
    assert split(b"<rss><channel/></rss>").items == ()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not well-formed: no element found"),
        (HEAD + ONE, "not well-formed"),
        (
            HEAD + b"<item><title>&nbsp;</title></item></channel></rss>",
            "not well-formed: undefined entity",
        ),
        (HEAD + b"<dc:date/></channel></rss>", "not well-formed: unbound prefix"),
        (b'<!DOCTYPE rss [<!ENTITY a "b">]><rss/>', "declares entities"),
        (b"<rss><channel><item/></channel><item/></rss>", "items in two places"),
        (b"<rss>\xff</rss>", "not well-formed"),
    ],
)
def test_what_cannot_be_cut_is_an_error_that_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        split(data)


@pytest.mark.parametrize(
    ("data", "limit", "part"),
    [
        (b"<r><item>1</item><item>2</item> end", 9, b"<r><item>1</item><item>2</item> end"),
        (b"<r><item>1</item><item>2</item><item>3", 9, b"<r><item>1</item><item>2</item>"),
        (b"<r><item>1</item><item>2</item></r>", 1, b"<r><item>1</item>"),
        (b"<r><a:ENTRY>1</a:ENTRY ><a:entry x='1'>2", 9, b"<r><a:ENTRY>1</a:ENTRY >"),
        (b"<r><items><item>1", 9, b"<r><items><item>1"),
    ],
)
def test_of_a_broken_feed_the_whole_items_can_be_read(data: bytes, limit: int, part: bytes) -> None:
    assert readable_part(data, limit=limit) == part
