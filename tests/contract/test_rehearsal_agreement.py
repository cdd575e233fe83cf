"""A rehearsal counts exactly what live matching finds in the same entries."""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, date, datetime, timedelta

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from feeds import matching
from feeds.model import EASTERN, Item, SourceKind
from feeds.query import Query
from storage import entries, matches, rehearsal
from storage.database import open_database, transaction
from storage.entries import Entry
from storage.rehearsal import NearMiss, Window
from tests.query_strategies import items, nodes

NOW = datetime(2020, 6, 20, tzinfo=UTC)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(items, min_size=6, max_size=10),
    st.lists(nodes(), min_size=10, max_size=14),
    st.integers(0, 60),
)
def test_a_rehearsal_is_what_live_matching_gives(
    seen: list[Item], queries: list[Query], days: int
) -> None:
    with open_database(":memory:") as db:
        with transaction(db):
            kept = [
                entries.remember(db, item, now=NOW + timedelta(seconds=n)).entry
                for n, item in enumerate(seen)
            ]
        last = NOW.astimezone(EASTERN).date()
        window = Window(first=last - timedelta(days=days), last=last)
        within = {entry.id: entry for entry in kept if window.first <= _day(entry) <= window.last}

        for asked in queries:
            found = rehearsal.find(db, asked, window)
            missed = _ended(rehearsal.near_misses(db, asked, window, found, limit=3))

            live = {n: entry for n, entry in within.items() if matching.match(asked, entry.item)}
            press = [entry for entry in live.values() if entry.item.source is SourceKind.NEWS]
            assert {entry.id for entry in matches.read(db, found.moments)} == set(live), str(asked)
            assert (found.documents, found.press) == (len(live) - len(press), len(press))
            assert found.stories == len({entry.story_id for entry in live.values()})
            assert {miss.entry.id for miss in missed} <= set(within) - set(live), str(asked)


def _ended(pieces: Generator[None, None, list[NearMiss]]) -> list[NearMiss]:
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            missed: list[NearMiss] = end.value
            return missed


def _day(entry: Entry) -> date:
    return entry.item.event_day or entry.first_seen_at.astimezone(EASTERN).date()
