"""JSON Feed, item by item."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from feeds.json_feed import looks_like_json, read
from feeds.press import Told


def body_of(*items: object, **feed: object) -> bytes:
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "items": items, **feed}
    ).encode()


def test_each_field_is_taken_from_where_the_format_puts_it() -> None:
    item = {
        "id": "1",
        "url": "https://x.example/1",
        "external_url": "https://y.example/",
        "title": "T",
        "summary": "S",
        "content_text": "C",
        "date_published": "2020-06-18T06:00:00-04:00",
        "date_modified": "2020-06-19T00:00:00Z",
    }

    title, [(_, told)] = read(body_of(item, title="Feed"))

    assert title == "Feed"
    assert told == Told(
        guid="1",
        link="https://x.example/1",
        title="T",
        body="S",
        date=datetime(2020, 6, 18, 10, 0, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ({"id": 7}, Told(guid="7")),
        ({"id": True, "title": ["x"], "url": None}, Told()),
        ({"external_url": "/a", "content_html": "<p>x</p>"}, Told(link="/a", body="<p>x</p>")),
        ({"content_text": "t", "content_html": "<p>x</p>"}, Told(body="t")),
        ({"date_modified": "2020-06-19"}, Told(date=datetime(2020, 6, 19, tzinfo=UTC))),
        ({"date_published": "soon"}, Told()),
    ],
)
def test_what_is_missing_or_of_another_type_is_made_up_for(item: object, told: Told) -> None:
    _, [(_, found)] = read(body_of(item))

    assert found == told


def test_the_hash_of_an_item_changes_with_any_member_but_not_with_their_order() -> None:
    _, pairs = read(
        body_of({"id": "1", "tags": []}, {"tags": [], "id": "1"}, {"id": "1", "tags": ["x"]})
    )

    first, second, third = (digest for digest, _ in pairs)
    assert first == second != third


def test_rows_that_are_no_items_are_passed_over() -> None:
    assert read(body_of("x", None, [1])) == ("", [])


@pytest.mark.parametrize(
    "body",
    [b"[]", b"{}", b'{"items": {}}', b"{", b"\xff\xfe{", b'{"items": [' + b"9" * 5000 + b"]}"],
)
def test_what_is_no_feed_is_an_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read(body)


@pytest.mark.parametrize(
    ("body", "answer"),
    [(b'\xef\xbb\xbf \n{"a"', True), (b"<rss>{", False), (b"", False), (b"[{", False)],
)
def test_json_is_told_by_how_it_begins(body: bytes, answer: bool) -> None:
    assert looks_like_json(body) is answer
