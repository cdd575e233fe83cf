"""HTML becomes what a reader would see; sentences and clips do not cut facts in two."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.text import MAX_CHARS, clip, plain, sentences

MARKUP = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<a href='",
            '"',
            ">",
            "<",
            "&amp;",
            "&#",
            "<!--",
            "-->",
            "<script>",
            "x",
            " ",
            "\n",
            "</script>",
            "<![CDATA[",
            "]]>",
            "&lt;b&gt;",
            "\x00",
            "\u202e",
            "�",
            "<br/>",
            "&#99999999999;",
        ]
    ),
    max_size=40,
).map("".join)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two &amp; three</p>", "One\nTwo & three"),
        ("a<br>b<BR/>c", "a\nb\nc"),
        ("bold<b>face</b>", "boldface"),
        ("<script>alert('x')</script><style>p{}</style>shown", "shown"),
        ("<head><title>t</title></head><header>kept</header>", "kept"),
        ("<!-- hidden <b> -->shown<!DOCTYPE x><?php y ?>", "shown"),
        ('<img alt="a > b" src=x>after', "after"),
        ("<![CDATA[inside]]>", "inside"),
        ("<![if IE]>odd<![endif]>", "odd"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("a<b", "a<b"),
        ("AT&amp;T", "AT&T"),
        ("AT&amp;amp;T", "AT&T"),
        ("&lt;p&gt;twice &amp;amp; encoded&lt;/p&gt;", "twice & encoded"),
        ("<p>the tag &lt;p&gt; itself</p>", "the tag <p> itself"),
        ("one\n  two\t three&nbsp;four", "one two three four"),
        ("zero\u200bwidth\x00 and \u202eback\u2066wards", "zerowidth and backwards"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("&#0;&#xD800;", "\ufffd\ufffd"),
        ("", ""),
    ],
)
def test_html_reads_as_a_reader_would_see_it(html: str, text: str) -> None:
    assert plain(html) == text


@given(MARKUP)
@settings(max_examples=200)
def test_plain_text_never_raises_and_never_hides_anything(html: str) -> None:
    text = plain(html)

    text.encode("utf-8")
    hidden = [c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs"} and c != "\n"]
    assert hidden == []
    assert text == text.strip()
    assert "  " not in text


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        ("", "<a "), ("", "<a b='"), ("", '<a b="'), ("", "<!--"), ("", "</"), ("", "<script>"),
        ("", "<a \"<a '"), ("", "&#"), ("<", "a"), ("<a", "='"), ("<a", '="'), ("<script ", "a"),
    ],
)  # fmt: skip
def test_endless_broken_markup_is_read_up_to_the_cap(start: str, piece: str) -> None:
    text = plain(start + piece * 200_000)

    assert len(text) <= MAX_CHARS


@pytest.mark.parametrize(
    ("text", "limit", "clipped"),
    [
        ("short", 5, "short"),
        ("one two three", 9, "one two…"),
        ("one, two", 5, "one…"),
        ("unbreakable", 6, "unbre…"),
        ("anything", 1, "…"),
        ("anything", 0, ""),
    ],
)
def test_a_clip_ends_at_a_word(text: str, limit: int, clipped: str) -> None:
    assert clip(text, limit) == clipped


@given(st.text(max_size=60), st.integers(min_value=0, max_value=60))
@settings(max_examples=100)
def test_a_clip_is_never_longer_than_asked(text: str, limit: int) -> None:
    assert len(clip(text, limit)) <= limit or text == clip(text, limit) == ""


@pytest.mark.parametrize(
    "sentence",
    [
        "The U.S. Department of Commerce acts.",
        "Huawei Technologies Co., Ltd. and its affiliates are listed.",
        "See No. 5 of Supplement No. 4 to Part 744.",
        "Effective Jan. 5, 2020, it rests on Sec. 1758.",
        "See 85 FR 36719 and 15 CFR 744.11 for 3.5 percent.",
        "Gen. J. Smith, e.g. of NIST, agreed.",
        "Restrictions under 50 U.S.C. 4801 apply.",
        "Under E.O. 13873, Pub. L. 115-232 and Executive Order (E.O.) 13777 it acts.",
        "Southern LNG Company, L.L.C. (Southern LNG) and Fokker Services B.V. Model F28 are named.",
        "It extends to non-U.S. Affiliates and DHS/U.S. Customs of P.O. Box 646.",
        "1. Background.",
    ],
)
def test_a_dot_inside_a_sentence_does_not_end_it(sentence: str) -> None:
    assert sentences(sentence + " Then another.") == [sentence, "Then another."]


def test_a_sentence_may_end_in_an_abbreviation() -> None:
    told = sentences("They work in the U.S. The rule was made by Huawei Inc. However, it holds.")

    assert told == [
        "They work in the U.S.",
        "The rule was made by Huawei Inc.",
        "However, it holds.",
    ]


def test_a_newline_and_a_closing_quote_end_a_sentence() -> None:
    told = sentences('He said "Yes." Then he left!\nAnd came back')

    assert told == ['He said "Yes."', "Then he left!", "And came back"]


@given(st.text(alphabet="aA1 .!?\n\"'", max_size=80))
@settings(max_examples=100)
def test_sentences_lose_no_word(text: str) -> None:
    assert " ".join(sentences(text)).split() == text.split()


def test_endless_dots_that_end_nothing_are_one_sentence() -> None:
    text = "No. 5 " * 40_000

    assert sentences(text) == [text.strip()]
