"""One definition: a query matches an item, alone or stored among others, exactly when a search finds it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from feeds import matching
from feeds.model import Item
from feeds.prepared import prepare
from feeds.query import Query
from feeds.stored_queries import StoredQueries
from storage import entries, search
from storage.database import open_database, transaction
from tests.query_strategies import items, nodes


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(items, min_size=6, max_size=10), st.lists(nodes(), min_size=12, max_size=16))
def test_a_query_matches_an_item_exactly_when_a_search_finds_it(
    remembered: list[Item], queries: list[Query]
) -> None:
    with open_database(":memory:") as db:
        now = datetime(2020, 6, 20, tzinfo=UTC)
        with transaction(db):
            kept = [
                entries.remember(db, item, now=now + timedelta(seconds=n)).entry
                for n, item in enumerate(remembered)
            ]
        by_id = {entry.id: entry.item for entry in kept}
        stored: StoredQueries[int] = StoredQueries()
        for number, asked in enumerate(queries):
            stored.add(number, asked)
        met = {id_: stored.matching(prepare(item)) for id_, item in by_id.items()}

        for number, asked in enumerate(queries):
            matched = {id_ for id_, item in by_id.items() if matching.match(asked, item)}
            assert {id_ for id_, numbers in met.items() if number in numbers} == matched, str(asked)
            for order in search.Order:
                page = search.search(db, asked, order=order, limit=50)

                assert {entry.id for entry in page.entries} == matched, str(asked)
                assert page.total == len(matched)
