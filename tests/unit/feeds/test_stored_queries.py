"""Stored queries: which of them an item matches."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from feeds import matching
from feeds.matching import Prepared
from feeds.model import Item
from feeds.query import Query
from feeds.stored_queries import StoredQueries
from tests.query_strategies import items, nodes

_changes = st.lists(st.tuples(st.integers(0, 12), st.none() | nodes()), min_size=8, max_size=30)


def one_by_one(kept: dict[int, Query], item: Prepared) -> set[int]:
    return {key for key, asked in kept.items() if matching.match(asked, item)}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(_changes, st.lists(items, min_size=1, max_size=6))
def test_the_answer_is_that_of_asking_each_query_whatever_was_added_and_removed(
    changes: list[tuple[int, Query | None]], seen: list[Item]
) -> None:
    stored: StoredQueries[int] = StoredQueries()
    kept: dict[int, Query] = {}
    prepared = [matching.prepare(item) for item in seen]

    for number, (key, asked) in enumerate(changes):
        if asked is not None:
            stored.add(key, asked)
            kept[key] = asked
        elif key in kept:
            stored.remove(key)
            del kept[key]
        item = prepared[number % len(prepared)]

        found = stored.matching(item)

        assert set(found) == one_by_one(kept, item)
        assert len(found) == len(set(found))
