"""storage/search.py and what it stands on: pages of what a query matches."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlite_utils import Database

from feeds import query
from feeds.model import CfrPart
from storage import entries, ranking, search, search_index
from storage.database import transaction
from storage.search import COUNT_CAP, Cursor, Order
from tests.factories import NOW, make_document, make_item, make_press


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

    assert (page.total, page.counted, len(page.entries)) == (COUNT_CAP, False, 2)


def test_a_page_of_more_than_are_counted_is_whole(db: Database) -> None:
    remember(db, *["huawei"] * (COUNT_CAP + 5))

    page = search.search(db, query.parse("huawei"), limit=COUNT_CAP + 50)

    assert (page.total, page.counted, page.next) == (COUNT_CAP + 5, True, None)


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize(
    "text", ['"export of chips"', "export NEAR/3 chips", "export chips", "rule OR chips"]
)
def test_beyond_its_reach_a_search_counts_nothing_but_finds_all(
    db: Database, order: Order, text: str
) -> None:
    remember(db, *[f"export of chips {n}" if n % 3 else f"rule {n}" for n in range(120)])
    asked = query.parse(text)
    whole = search.search(db, asked, order=order, limit=200)
    seen: list[str] = []
    cursor: Cursor | None = None
    counts = []

    while True:
        page = search.search(db, asked, order=order, limit=7, after=cursor, reach=60)
        seen += titles(page)
        counts.append((page.counted, page.total))
        remember(db, "export of chips, and a new rule", first=1_000 + len(seen))
        if page.next is None:
            break
        cursor = page.next

    assert sorted(seen) == sorted(titles(whole))
    assert counts[0][0] is False
    assert 7 <= counts[0][1] < whole.total


@pytest.mark.parametrize(
    "text",
    [
        "",
        "newest",
        "best~x~1",
        "newest~2020~1 OR 1",
        "worst~1~1",
        "newest~'~1",
        "best~1~1~1",
        "rest~-1~1",
    ],
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


def everything(db: Database, text: str, order: Order) -> list[str]:
    """The titles of all pages."""
    seen: list[str] = []
    cursor: Cursor | None = None
    while True:
        page = search.search(db, query.parse(text), order=order, limit=40, after=cursor)
        seen += titles(page)
        if page.next is None:
            return seen
        cursor = Cursor.read(str(page.next))


def test_the_best_of_very_many_are_ranked_and_the_others_follow(db: Database) -> None:
    remember(db, "huawei in a title of old", summary="nothing")
    remember(db, *[f"n{n}" for n in range(ranking.WHOLE + 90)], summary="huawei", first=1)

    page = search.search(db, query.parse("huawei"), order=Order.BEST, limit=2)
    all_pages = everything(db, "huawei", Order.BEST)

    assert page.bounded
    assert titles(page) == ["huawei in a title of old", f"n{ranking.WHOLE + 89}"]
    assert sorted(all_pages) == sorted(everything(db, "huawei", Order.NEWEST))
    assert len(all_pages) == len(set(all_pages)) == ranking.WHOLE + 91


def test_what_arrives_while_very_many_are_paged_shifts_none(db: Database) -> None:
    remember(db, *[f"n{n}" for n in range(ranking.WHOLE + 20)], summary="huawei zte")
    asked = query.parse("huawei OR zte")
    seen: list[str] = []
    cursor: Cursor | None = None

    while True:
        page = search.search(db, asked, order=Order.BEST, limit=60, after=cursor)
        seen += titles(page)
        remember(db, f"huawei zte {len(seen)}", first=10_000 + len(seen))
        if page.next is None:
            break
        cursor = page.next

    assert sorted(seen) == sorted(f"n{n}" for n in range(ranking.WHOLE + 20))


def test_best_first_asks_for_every_word_however_many_there_are(db: Database) -> None:
    words = [f"word{n:02}" for n in range(ranking.WEIGHED + 6)]
    remember(db, *[" ".join(words)] * (ranking.WHOLE + 60))
    remember(db, " ".join(words[:-1]), first=10_000)

    found = everything(db, " ".join(words), Order.BEST)

    assert found == [" ".join(words)] * (ranking.WHOLE + 60)


def test_few_matches_are_all_ranked(db: Database) -> None:
    remember(db, "huawei", "zte")

    page = search.search(db, query.parse("huawei"), order=Order.BEST)

    assert not page.bounded


def test_the_rarer_word_weighs_more(db: Database) -> None:
    remember(db, *["common"] * 30, "rare thing", *["common"] * 30)

    page = search.search(db, query.parse("common OR rare"), order=Order.BEST, limit=1)

    assert titles(page) == ["rare thing"]


def test_at_equal_merit_the_newer_comes_first(db: Database) -> None:
    remember(db, "huawei older one", "huawei newer one")

    page = search.search(db, query.parse("huawei"), order=Order.BEST)

    assert titles(page) == ["huawei newer one", "huawei older one"]


def test_a_day_begins_and_ends_in_washington(db: Database) -> None:
    moments = {
        "last of the 15th": datetime(2020, 6, 16, 3, 59, 59, tzinfo=UTC),
        "first of the 16th": datetime(2020, 6, 16, 4, 0, tzinfo=UTC),
        "undated": None,
    }
    for n, (title, moment) in enumerate(moments.items()):
        item = make_press(
            key=f"n:{n}", url=f"https://news.example/{n}", title=title, event_at=moment
        )
        entries.remember(db, item, now=NOW)

    found = [
        sorted(titles(search.search(db, query.parse(text))))
        for text in ("after:2020-06-16", "before:2020-06-16", "-after:2020-06-16")
    ]

    assert found == [
        ["first of the 16th"],
        ["last of the 15th"],
        ["last of the 15th", "undated"],
    ]


def test_an_entry_whose_event_moves_is_found_at_its_new_time_only(db: Database) -> None:
    item = make_press(event_at=datetime(2020, 7, 1, tzinfo=UTC))
    entries.remember(db, item, now=NOW)

    entries.remember(db, replace(item, event_at=datetime(2020, 6, 1, tzinfo=UTC)), now=NOW)

    found = [
        search.search(db, query.parse(t)).total for t in ("after:2020-06-15", "before:2020-06-15")
    ]
    assert found == [0, 1]


def test_a_press_item_that_is_dated_anew_stays_where_it_was(db: Database) -> None:
    item = make_press(event_at=datetime(2020, 6, 1, tzinfo=UTC))
    entries.remember(db, item, now=NOW)

    entries.remember(db, replace(item, event_at=datetime(2020, 7, 1, tzinfo=UTC)), now=NOW)

    found = [
        search.search(db, query.parse(t)).total for t in ("after:2020-06-15", "before:2020-06-15")
    ]
    assert found == [0, 1]


def test_a_minute_with_no_room_left_lends_of_its_own_day(db: Database) -> None:
    evening = datetime(2020, 6, 16, 3, 59, tzinfo=UTC)
    item = make_press(event_at=evening)
    entries.remember(db, item, now=NOW)
    last = search_index.first_moment(date(2020, 6, 16)) - 1
    db.execute("UPDATE entries SET moment = ?", [last])

    found = search_index.moment_of(db, item, first_seen_at=NOW)

    assert search_index.first_moment(date(2020, 6, 15)) <= found < last


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cfr:15/730-774", ["15 744", "15 772a"]),
        ("cfr:15/744-744", ["15 744"]),
        ("cfr:15/0-99999", ["15 7", "15 744", "15 772a"]),
        ("cfr:15/745-771", []),
        ("cfr:47/1-99999", ["47 1000"]),
        ("cfr:15", ["15 7", "15 744", "15 772a"]),
        ("cfr:15/7", ["15 7"]),
        ("cfr:15/791", ["15 7"]),  # its number since 2024
        ("cfr:15/790-799", ["15 7"]),
    ],
)
def test_a_range_finds_the_parts_in_it(db: Database, text: str, found: list[str]) -> None:
    for n, (title, part) in enumerate(
        [(15, "744"), (15, "772a"), (15, "7"), (47, "1000"), (41, "102-3")]
    ):
        document = make_document(
            number=f"2020-1309{n}", cfr_parts=(CfrPart(title=title, part=part),)
        )
        item = make_item(key=f"fr:2020-1309{n}", title=f"{title} {part}", document=document)
        entries.remember(db, item, now=NOW)

    assert sorted(titles(search.search(db, query.parse(text)))) == found


def test_a_wide_range_takes_few_tokens() -> None:
    tokens = list(search_index.cfr_range_tokens("15", 1, 98_765))

    assert len(tokens) == len(set(tokens)) < 80


def test_prefixes_find_words_as_written_and_in_the_title_only_when_told(db: Database) -> None:
    remember(db, "Standardization", "nothing")
    remember(db, "other", summary="standardizing", first=2)

    found = [
        search.search(db, query.parse(text)).total
        for text in ("standardiza*", "sta*", "title:sta*", "title:standardizi*", "§ev*")
    ]

    assert found == [1, 2, 1, 0, 0]
