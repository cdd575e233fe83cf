"""bot/slack/spoken.py: a message's text is read aloud as sentences, and does nothing."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.slack import mrkdwn
from bot.slack.spoken import spoken
from tests.reads_aloud import unreadable


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("*Topics*: a name", "Topics: a name."),
        ("Published · Rule\n• one\n&gt; two", "Published, Rule.\none.\ntwo."),
        ("<https://fr.example/1|A rule> · PDF", "A rule, PDF."),
        ("See <https://fr.example/1>", "See https://fr.example/1"),
        ("*<https://rules.example/-_x_>*", "https://rules.example/-_x_"),
        ("Try `a*`", "Try “a\u2217”."),
        ("```R&amp;D (\n    ^```", "“R&amp;D ( ^”."),
        ("<@U01ALICE> subscribed.", "<@U01ALICE> subscribed."),
        ("by <!date^1^{time}|noon>", "by <!date^1^{time}|noon>."),
        ("a snake_case word, _Subscribed._", "a snake_case word, Subscribed."),
        ("\n\n", ""),
    ],
)
def test_marks_that_lay_out_a_text_are_not_read(text: str, said: str) -> None:
    assert spoken(text) == said


@example(text="", code="•")
@example(text="Huawei • standards", code="")
@given(text=st.text(max_size=300), code=st.text(max_size=100))
def test_whatever_was_written_reads_as_sentences_and_mentions_nobody(text: str, code: str) -> None:
    marked = f"*{mrkdwn.escape(text) or 'x'}* · `{mrkdwn.escape(code).replace('`', '') or 'y'}`"

    said = spoken(marked)

    assert list(unreadable({"text": said, "blocks": []})) == []
    assert "<!" not in said


@given(text=st.text(max_size=300))
def test_reading_a_text_twice_changes_nothing(text: str) -> None:
    once = spoken(mrkdwn.escape(text))

    assert spoken(once) == once


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "Hello `x`.", "blocks": []},
        {"text": "Hello", "blocks": []},
        {
            "text": "Hi.",
            "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Rule"}}],
        },
        {"type": "home", "blocks": [{"type": "image", "image_url": "x", "alt_text": " "}]},
        {"text": "Hi.", "attachments": [{"color": "#f00"}], "blocks": []},
        {"type": "home", "blocks": [{"type": "button", "text": {"text": "⭐"}}]},
        {"type": "home", "blocks": [{"type": "button", "text": {"text": "Edit"}}] * 2},
        {"type": "home", "blocks": [{"type": "mrkdwn", "text": "all :red_circle: here"}]},
    ],
)
def test_what_somebody_could_not_read_is_found(wrong: dict[str, object]) -> None:
    assert len(set(unreadable(wrong))) == 1
