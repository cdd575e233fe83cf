"""JSON within bounds."""

from __future__ import annotations

import tracemalloc

import pytest

from feeds import json_feed, register_json
from feeds.errors import ParseError
from feeds.json_text import MOST_VALUES, decoded

BOMBS = {
    "empty objects": b'{"results":[' + b"{}," * 3_000_000 + b"{}]}",
    "objects": b'{"results":[' + b'{"":0},' * 1_000_000 + b"{}]}",
    "lists": b'{"results":[' + b"[]," * 3_000_000 + b"[]]}",
    "numbers": b'{"results":[' + b"1e9," * 2_000_000 + b"0]}",
    "members": b'{"results":[{' + b'"a":0,' * 1_000_000 + b'"a":0}]}',
    "depth": b'{"results":' + b"[" * 400_000,
    "objects in objects": b'{"results":' * 100_000,
}


def test_what_json_says_is_read() -> None:
    assert decoded(b'{"a": [1, "x"]}') == {"a": [1, "x"]}


def test_as_many_values_as_are_allowed_are_read() -> None:
    rows = decoded(b"[" + b"0," * (MOST_VALUES - 1) + b"0]")

    assert isinstance(rows, list)
    assert len(rows) == MOST_VALUES


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_before_it_takes_memory(bomb: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"values|nested"):
            decoded(BOMBS[bomb])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 50_000_000


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_no_answer_of_the_register_and_no_feed(bomb: str) -> None:
    with pytest.raises(ParseError):
        register_json.payload(BOMBS[bomb], feed="fr")
    with pytest.raises(ValueError, match=r"values|nested"):
        json_feed.read(BOMBS[bomb].replace(b"results", b"items"))
    assert register_json.refusal(BOMBS[bomb]) == "no reason given"
