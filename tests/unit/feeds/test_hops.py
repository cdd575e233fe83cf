"""Which URLs may be asked for, and where a redirect leads."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.hops import RefusedUrlError, checked, next_hop


@pytest.mark.parametrize(
    "url",
    [
        "http://news.example/feed",
        "https://news.example:8443/feed?a=1",
        "https://b\u00fccher.example/",
        "http://[2606:4700::1111]/",
        "  https://news.example/feed\n",
    ],
)
def test_a_web_address_may_be_asked_for(url: str) -> None:
    assert checked(url).host


@pytest.mark.parametrize(
    "url",
    [
        "",
        "news.example/feed",
        "//news.example/feed",
        "ftp://news.example/feed",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "http:///feed",
        "http://user@news.example/",
        "http://user:secret@news.example/",
        "http://:secret@news.example/",
        "http://news.example:0/",
        "http://news.example:25/",
        "http://news.example:99999/",
        "http://news example/",
        "http://news.example\x00/",
        "http://[::1/",
        "http://xn--a/",
        "http://a..b/",
        "http://./",
        "http://%41/",
        "http://[fe80::1%25eth0]/",
        "http://" + "a" * 64 + ".example/",
        "http://" + "a" * 9_000,
    ],
)
def test_anything_else_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(RefusedUrlError) as caught:
        checked(url)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("location", "leads"),
    [
        ("https://other.example/x", "https://other.example/x"),
        ("/x?y=1", "https://news.example/x?y=1"),
        ("x", "https://news.example/a/x"),
        ("?page=2", "https://news.example/a/feed?page=2"),
        ("//other.example/x", "https://other.example/x"),
        ("/x#part", "https://news.example/x"),
        ("/x%0d%0aHost:%20evil", "https://news.example/x%0D%0AHost:%20evil"),
    ],
)
def test_a_location_is_read_from_where_it_was_given(location: str, leads: str) -> None:
    here = checked("https://news.example/a/feed")

    assert str(next_hop(here, location)) == leads


@pytest.mark.parametrize(
    "location", ["http://news.example/a/feed", "http://other.example/", "ftp://news.example/"]
)
def test_there_is_no_way_back_from_https(location: str) -> None:
    with pytest.raises(RefusedUrlError):
        next_hop(checked("https://news.example/a/feed"), location)


@pytest.mark.parametrize(
    "location",
    [
        "http://[::1/",
        "http://a:99999/",
        "http://\udcff/",
        "gopher:x",
        "http://[:   :1]/",  # found by fuzzing: yarl reads these late, with errors of its own
        "//[-]-0@ ",
    ],
)
def test_a_location_that_makes_no_sense_is_refused(location: str) -> None:
    with pytest.raises(RefusedUrlError):
        next_hop(checked("http://news.example/feed"), location)


@settings(max_examples=100)
@given(st.from_regex(r"(https?:)?//[\w.%\[\]:@\-]{0,80}(/.{0,20})?", fullmatch=True) | st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    try:
        found = next_hop(checked("http://news.example/feed"), text)
    except RefusedUrlError:
        return
    assert found.scheme in {"http", "https"}
    assert found.host
    assert found.host.encode("idna")
