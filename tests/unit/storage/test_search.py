"""storage/search.py and storage/condition.py: pages of what a query matches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlite_utils import Database

from feeds import query
from storage import entries, search
from storage.database import transaction
from storage.search import COUNT_CAP, Cursor, Order
from tests.factories import NOW, make_press


def remember(
    db: Database, *titles: str, summary: str = "", first: int = 0, dated: bool = True
) -> None:
    with transaction(db):
        for n, title in enumerate(titles, first):
            moment = datetime(2020, 6, 1, tzinfo=UTC) + timedelta(hours=n // 2)  # pairs tie
            item = make_press(
                key=f"news:{n}",
                url=f"https://news.example/{n}",
                title=title,
                summary=summary,
                event_at=moment if dated else None,
            )
            entries.remember(db, item, now=NOW + timedelta(seconds=n))


def titles(page: search.Page) -> list[str]:
    return [entry.item.title for entry in page.entries]


def test_the_newest_come_first_and_undated_ones_by_when_they_were_seen(db: Database) -> None:
    remember(db, "huawei one", "zte two", "huawei three", "huawei four")
    remember(db, "huawei undated", first=4, dated=False)

    page = search.search(db, query.parse("huawei"), limit=10)

    assert titles(page) == ["huawei undated", "huawei four", "huawei three", "huawei one"]
    assert (page.total, page.next) == (4, None)


def test_no_query_finds_everything(db: Database) -> None:
    remember(db, "one", "two")

    page = search.search(db, None)

    assert titles(page) == ["two", "one"]


def test_the_best_come_first_title_before_summary(db: Database) -> None:
    remember(db, "nothing to see", summary="huawei here")
    remember(db, "huawei huawei", "huawei and a good many other words", "zte", first=1)

    page = search.search(db, query.parse("huawei"), order=Order.BEST)

    assert titles(page) == ["huawei huawei", "huawei and a good many other words", "nothing to see"]


def test_best_first_without_words_is_newest_first(db: Database) -> None:
    remember(db, "one", "two")

    page = search.search(db, query.parse("source:news -zte"), order=Order.BEST)

    assert titles(page) == ["two", "one"]


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("text", ["huawei", "huawei OR after:2020", "source:news"])
def test_pages_neither_skip_nor_repeat_while_entries_arrive(
    db: Database, order: Order, text: str
) -> None:
    asked = query.parse(text)
    remember(db, *[f"huawei {n}" for n in range(11)])
    seen: list[str] = []
    cursor: Cursor | None = None
    arrived = 100

    while True:
        page = search.search(db, asked, order=order, limit=3, after=cursor)
        seen += titles(page)
        remember(db, f"huawei new {arrived}", first=arrived)
        arrived += 2
        if page.next is None:
            break
        cursor = Cursor.read(str(page.next))

    assert sorted(seen) == sorted(f"huawei {n}" for n in range(11))


def test_counting_stops_at_the_cap(db: Database) -> None:
    remember(db, *["huawei"] * (COUNT_CAP + 5))

    page = search.search(db, query.parse("huawei"), limit=2)

    assert (page.total, len(page.entries)) == (COUNT_CAP, 2)


@pytest.mark.parametrize(
    "text",
    ["", "newest", "best~x~1", "newest~2020~1 OR 1", "worst~1~1", "newest~'~1", "best~1~1~1"],
)
def test_a_forged_cursor_is_no_cursor(text: str) -> None:
    assert Cursor.read(text) is None


def test_signs_of_sql_and_fts5_in_words_are_only_words(db: Database) -> None:
    remember(db, 'Robert\'); DROP TABLE entries;-- NEAR("x" {title} : * ^huawei')

    found = [
        search.search(db, query.parse(text)).total
        for text in ('"drop table"', '"near x title huawei"', "robert*", 'feed:"x\' OR 1"')
    ]

    assert found == [1, 1, 1, 0]


def test_the_largest_query_is_answered(db: Database) -> None:
    remember(db, "huawei word199")
    wide = " OR ".join(f"w{n:03}x" for n in range(190)) + " OR huawei"
    mixed = (
        "huawei ("
        + " OR ".join(["source:inspection", *[f"title:w{n}" for n in range(100)], "word199"])
        + ")"
    )
    deep = "-(" * 9 + "huawei source:news" + ")" * 9

    found = [search.search(db, query.parse(text)).total for text in (wide, mixed, deep)]

    assert found == [1, 1, 0]
