"""An alert's sentences: whole, word for word from the source, and the ones that say what happened."""

from __future__ import annotations

import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.model import Agency, Item
from feeds.summary import COUNT, LENGTH, extract
from tests.factories import make_document, make_filing, make_item, make_press

FACTS = tomllib.loads(Path(__file__).with_name("summaries.toml").read_text(encoding="utf-8"))
CASES = [(kind, fact) for kind, facts in FACTS.items() for fact in facts]

SENTENCES = (
    "The U.S. Department of Commerce amends 15 CFR 744.11(a).",
    "In this interim final rule, the Bureau of Industry and Security (BIS) adds Huawei Technologies Co., Ltd. to it.",
    "Comments are due by Aug. 17, 2020, at 5 p.m. Eastern time.",
    "See Supplement No. 4, e.g. the rows of ZTE Corp. and D.J.I. Inc. (Shenzhen).",
    "The order covers (a) parts; (b) “software”; and (c) technology.",
    "Who may export?",
)
NOISE = (
    "Table of Contents",
    "I. Background",
    "2. Entity List . . . . . . . 14",
    "[Docket No. BIS-2020-0017]",
    "RIN 0694-AI06",
    "SUPPLEMENTARY INFORMATION:",
    "Photo: Jane Doe/Getty Images",
    "Tags: Huawei, 5G",
    "All rights reserved.",
    "and told the Senate so.",
    "Among those who wrote were AT&am",
    "Smith &amp; Wesson wrote.",
    "The firms on the Entity […]",
)
TEXT = st.lists(st.sampled_from(SENTENCES + NOISE), max_size=8)


def item_of(kind: str, fact: dict[str, Any]) -> Item:
    title = fact.get("title", "A title")
    if kind == "news":
        return make_press(title=title, summary=fact["text"])
    agencies = (Agency(name=fact["agency"]),) if "agency" in fact else ()
    document = make_document(agencies=agencies)
    return make_item(title=title, summary=fact["text"], document=document)


def bare(shown: str) -> str:
    """A shown sentence without its marks of omission and its first letter."""
    return shown.removeprefix("… ").removesuffix("…")[1:]


@pytest.mark.parametrize(("kind", "fact"), CASES, ids=[fact["is"] for _, fact in CASES])
def test_a_summary_says_what_happened(kind: str, fact: dict[str, Any]) -> None:
    said = extract(item_of(kind, fact), matched=fact.get("matched", ()))

    assert list(said) == fact["says"]


@given(TEXT, st.sampled_from(["document", "news"]))
@settings(max_examples=300)
def test_only_whole_sentences_are_shown_and_in_their_order(pieces: list[str], kind: str) -> None:
    item = item_of(kind, {"text": "\n".join(pieces), "agency": "Industry and Security Bureau"})

    said = extract(item)

    sources = [[n for n, piece in enumerate(pieces) if bare(one) in piece] for one in said]
    assert all(any(pieces[n] in SENTENCES for n in places) for places in sources)
    assert all(min(first) < max(then) for first, then in pairwise(sources))
    assert bool(said) == any(piece in SENTENCES for piece in pieces)


@given(st.text(max_size=400) | TEXT.map(" ".join), st.text(max_size=40))
@settings(max_examples=300)
def test_any_text_gives_few_short_pieces_of_itself(text: str, title: str) -> None:
    said = extract(make_press(summary=text, title=title))

    assert len(said) <= COUNT
    assert sum(len(one.removeprefix("… ")) for one in said) <= LENGTH
    assert all(bare(one) in text for one in said)


@given(st.integers(min_value=1, max_value=200))
@settings(max_examples=50)
def test_a_text_cut_anywhere_by_its_feed_shows_no_half_word(cut: int) -> None:
    text = " ".join(SENTENCES)[:cut]

    said = extract(make_press(summary=f"A first sentence. {text} […]"))

    assert all(
        one.removesuffix("…").split()[-1] in "A first sentence. " + " ".join(SENTENCES)
        for one in said
    )
    assert not any("[" in one for one in said)


@pytest.mark.parametrize(
    "piece",
    ["Read more ", "The post ", "This post first ", "A, b; ", "(", "In this a rule, ", "&", "X.Y."],
)
def test_endless_text_is_read_as_far_as_it_is_shown(piece: str) -> None:
    said = extract(make_press(summary=piece * 100_000))

    assert sum(map(len, said)) <= LENGTH


def test_before_the_abstract_is_known_the_summary_paragraph_is_shown() -> None:
    text = (
        "DEPARTMENT OF COMMERCE\n\n15 CFR Part 744\n\nAGENCY: Bureau of Industry and Security, Commerce.\n\n"
        "ACTION: Interim final rule.\n\n"
        "SUMMARY: In this rule, the Bureau of Industry and Security\n(BIS) amends the EAR to let firms work with\nHuawei on standards.\n"
        " A second paragraph says more.\n\nDATES: This rule is effective June 18, 2020.\n"
    )

    said = extract(make_filing(), full_text=text)

    assert said == (
        "Amends the EAR to let firms work with Huawei on standards.",
        "A second paragraph says more.",
    )


@pytest.mark.parametrize("text", ["", "In SUMMARY: a caption opens a line.", "No captions at all."])
def test_a_text_without_a_summary_paragraph_says_nothing(text: str) -> None:
    assert extract(make_filing(), full_text=text) == ()


def test_the_abstract_is_shown_rather_than_the_text() -> None:
    said = extract(
        make_item(summary="The abstract says it."),
        full_text="SUMMARY: The text, too.\nDATES: None.\n",
    )

    assert said == ("The abstract says it.",)


def test_a_line_of_the_full_text_that_matched_is_found_in_its_sentence() -> None:
    text = "SUMMARY: One is amended. Two is amended. Three is amended. Nobody else\nbut the bodies that write standards is\nconcerned.\nDATES: None.\n"

    said = extract(
        make_filing(), full_text=text, matched=["but the bodies that write standards is"]
    )

    assert said[-1] == "… Nobody else but the bodies that write standards is concerned."
