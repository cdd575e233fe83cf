"""Outside text in Slack's markup shows as written and does nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack import mrkdwn


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("AT&T <b> 3 > 2", "AT&amp;T &lt;b&gt; 3 &gt; 2"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U01ALICE> <#C01> <!subteam^S1>", "&lt;@U01ALICE&gt; &lt;#C01&gt; &lt;!subteam^S1&gt;"),
        ("&lt;", "&amp;lt;"),
        ("two\nlines", "two lines"),
        ("> quoted", "\u200b&gt; quoted"),
        ("at 8:45, :tada:", "at 8:45, :\u200btada:"),
    ],
)
def test_control_characters_are_escaped(text: str, escaped: str) -> None:
    assert mrkdwn.escape(text) == escaped


@pytest.mark.parametrize("text", ["*bold*", "_italic_", "~gone~", "`code`", "```block```"])
def test_no_outside_text_is_bold_italic_struck_or_code(text: str) -> None:
    escaped = mrkdwn.escape(text)

    assert len(escaped) == len(text)
    assert not set(escaped) & set("*_~`")


@settings(max_examples=150)
@given(st.text(alphabet="&<>*:|a \n", max_size=400), st.integers(-5, 120))
def test_text_is_cut_before_it_is_escaped(text: str, limit: int) -> None:
    escaped = mrkdwn.escape(text, limit)

    assert len(escaped) <= max(limit, 0)
    bare = escaped.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert not set(bare) & set("&<>*\n")


def test_a_label_cannot_end_the_address_of_its_link() -> None:
    made = mrkdwn.link("https://news.example/a|b>?x=1&y=2", "a | <b>\nc")

    assert made == "<https://news.example/a%7Cb%3E?x=1&amp;y=2|a ¦ &lt;b&gt; c>"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://a.example/" + "x" * 2000, ""])
def test_an_address_that_is_not_safe_leaves_its_label(url: str) -> None:
    assert mrkdwn.link(url, "Read *me*") == "Read \u2217me\u2217"


def test_a_link_without_a_label_has_one() -> None:
    assert mrkdwn.link("https://a.example/", "\u200b") == "<https://a.example/|Link>"


def test_a_moment_is_shown_in_the_readers_own_time_zone() -> None:
    filed = datetime(2020, 6, 16, 12, 45, tzinfo=UTC)

    shown = mrkdwn.date(filed, "16 June 2020, 8:45 a.m. EDT")

    words = "16 June 2020, 8:45 a.m. EDT"
    assert shown == f"<!date^1592311500^{{date_short_pretty}} at {{time}}|{words}>"
