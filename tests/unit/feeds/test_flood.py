"""What of a visit is a flood: each item is judged by what it says, and news passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.flood import BURST_AT_LEAST, FEW, Flood, Reason, Sighted, judge
from feeds.habits import ACQUAINTED, Habits, Known
from feeds.model import Item
from tests.factories import HEADLINE_WORDS, NOW, make_item, make_press

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def story(n: int, *, host: str = "news.example", at: datetime | None = None) -> Item:
    """A report of its own: no two share a headline, a page or a text."""
    words = " ".join(HEADLINE_WORDS[int(digit)] for digit in f"{n:04}")
    return make_press(
        key=f"news:https://{host}/{n}",
        url=f"https://{host}/{n}",
        title=f"Officials speak of {words} number {n}",
        summary=f"A report about {words} with the number {n} and more to say.",
        event_at=at or NOW - n * DAY,
    )


def usual(count: int = 30, *, every: timedelta = DAY) -> list[Known]:
    """A feed that brought one report a day until yesterday."""
    return [
        Known(item=story(n, at=at), seen_at=at + HOUR)
        for n in range(1, count + 1)
        for at in [NOW - n * every]
    ]


def judged(
    visit: Sequence[Sighted],
    history: Sequence[Known] | None = None,
    *,
    last_visit: datetime | None = NOW - HOUR,
    told_today: int = 0,
) -> Flood | None:
    habits = Habits(usual() if history is None else history, now=NOW)
    return judge(visit, habits, last_visit=last_visit, told_today=told_today, now=NOW)


def held_of(visit: Sequence[Sighted], history: Sequence[Known]) -> set[int]:
    found = judged(visit, history)
    return set(found.held) if found else set()


def new(item: Item, **but: object) -> Sighted:
    return replace(Sighted(item=item, wanted=True), **but)  # type: ignore[arg-type]  # facts of any type


NEWS = new(story(900, at=NOW - HOUR))


def again(n: int, **but: object) -> Item:
    """What the feed brought on day `n`, with another id, link and date."""
    changed = {"key": f"news:example-news:v2-{n}", "url": f"https://news.example/v2/{n}"}
    return replace(story(n), event_at=NOW, **(changed | but))  # type: ignore[arg-type]  # as above


def test_what_a_feed_brought_before_is_held_and_the_news_among_it_is_not() -> None:
    found = judged([*(new(again(n)) for n in range(1, 26)), NEWS])

    assert found
    assert found.reason is Reason.REISSUED
    assert found.held == dict.fromkeys(range(25), Reason.REISSUED)


@pytest.mark.parametrize(
    "but",
    [
        {"title": "Something else altogether", "summary": ""},
        {"url": "https://news.example/", "summary": ""},
        {"url": "https://news.example/", "title": "Now under this"},
    ],
    ids=["by its page", "by its headline", "by its text"],
)
def test_one_thing_that_stayed_the_same_is_enough_to_know_an_item_by(but: dict[str, str]) -> None:
    page = {"url": "https://news.example/{n}"} if "url" not in but else {}
    visit = [
        new(again(n, **{k: v.format(n=n) for k, v in (page | but).items()})) for n in range(1, 9)
    ]

    found = judged(visit)

    assert found
    assert set(found.held.values()) == {Reason.REISSUED}
    assert len(found.held) == 8


def test_a_site_that_adds_its_name_to_every_headline_is_known_again() -> None:
    visit = [
        new(again(n, title=f"{story(n).title} - Example News", summary="")) for n in range(1, 9)
    ]

    found = judged(visit)

    assert found
    assert len(found.held) == 8


def test_fewer_than_a_few_are_no_flood() -> None:
    assert judged([new(again(n)) for n in range(1, FEW)]) is None


def test_items_known_by_their_link_are_counted_and_nothing_is_held() -> None:
    visit = [
        Sighted(item=replace(story(n), key=f"v2-{n}", event_at=NOW), before=story(n))
        for n in range(1, 26)
    ]

    found = judged([*visit, NEWS])

    assert found == Flood(reason=Reason.REISSUED, known=25)


def test_what_stands_over_many_items_tells_none_of_them_apart() -> None:
    title = "Airworthiness Directives; The Boeing Company Airplanes"
    history = [replace(each, item=replace(each.item, title=title)) for each in usual()]
    visit = [new(replace(story(n, at=NOW - HOUR), title=title)) for n in range(600, 612)]

    assert judged(visit, history) is None


def test_with_a_flood_comes_what_the_feed_shows_over_and_over_but_not_the_next_of_its_kind() -> (
    None
):
    title = "Notice of sanctions actions taken this week"
    often = [replace(story(n), title=title, summary="") for n in (40, 41, 42)]
    history = [*usual(), *(Known(item=each, seen_at=NOW - DAY) for each in often)]
    visit = [new(again(n)) for n in range(1, 11)]
    three = [
        new(replace(each, key=f"v2-{n}", url=f"https://news.example/v2/{n}", event_at=NOW))
        for n, each in enumerate(often)
    ]
    following = new(replace(story(700, at=NOW - HOUR), title=title, summary=""))

    assert held_of([*visit, *three], history) == set(range(13))
    assert held_of([*visit, *three[:2], following], history) == set(range(12))


def test_items_of_a_host_that_the_feed_never_linked_to_are_foreign() -> None:
    foreign = [new(story(n, host="other.example.org", at=NOW - HOUR)) for n in range(500, 525)]

    found = judged([*foreign, NEWS])

    assert found
    assert (found.reason, found.origin) == (Reason.FOREIGN, "other.example.org")
    assert set(found.held) == set(range(25))


def test_a_feed_that_moves_house_takes_its_news_along() -> None:
    moved = [new(replace(again(n), url=f"https://new.example.org/{n}")) for n in range(1, 21)]
    fresh = [new(story(n, host="new.example.org", at=NOW - HOUR)) for n in range(500, 508)]

    found = judged([*moved, *fresh])

    assert found
    assert set(found.held) == set(range(20))


def test_a_feed_that_links_everywhere_is_never_foreign() -> None:
    history = [
        Known(item=story(n, host=f"paper{n}.example"), seen_at=NOW - n * DAY) for n in range(1, 40)
    ]
    visit = [new(story(n, host=f"paper{n}.example", at=NOW - HOUR)) for n in range(500, 515)]

    assert judged(visit, history) is None


def test_a_feed_that_shows_another_feeds_items_is_held() -> None:
    theirs = [new(story(n, at=NOW - HOUR), elsewhere="other") for n in range(500, 512)]

    found = judged([*theirs, NEWS])

    assert found
    assert (found.reason, found.origin, len(found.held)) == (Reason.FOREIGN, "other", 12)


def test_a_wire_that_always_repeats_others_is_not() -> None:
    history = [replace(each, shared=True) for each in usual()]
    theirs = [new(story(n, at=NOW - HOUR), elsewhere="other") for n in range(500, 512)]

    assert judged(theirs, history) is None


def test_what_is_dated_long_before_the_last_visit_is_old() -> None:
    dump = [new(story(n, at=NOW - n * DAY)) for n in range(100, 400)]

    found = judged([*dump, NEWS])

    assert found
    assert found.reason is Reason.OLD
    assert len(found.held) == 300


def test_what_came_while_we_were_away_is_no_older_than_that() -> None:
    missed = [new(story(500 + n, at=NOW - n * DAY)) for n in range(1, 20)]
    history = usual(every=DAY)[20:]

    assert judged(missed, history, last_visit=NOW - 21 * DAY) is None


def test_a_feed_that_stood_still_for_a_week_catches_up() -> None:
    missed = [new(story(500 + n, at=NOW - n * DAY)) for n in range(1, 8)]
    history = usual()[8:]

    assert judged(missed, history) is None


def test_a_feed_that_always_dates_its_items_back_is_believed() -> None:
    history = [replace(each, seen_at=each.seen_at + 9 * DAY) for each in usual()]
    late = [new(story(500 + n, at=NOW - (40 + n) * DAY)) for n in range(10)]

    assert judged(late, history) is None


def test_documents_found_within_a_month_are_told_and_those_of_years_ago_are_not() -> None:
    late = [new(make_item(key=f"fr:{n}", event_at=NOW - 30 * DAY)) for n in range(50)]
    old = [new(make_item(key=f"fr:o{n}", event_at=NOW - 900 * DAY)) for n in range(50)]

    assert judged(late, []) is None
    found = judged(old, [])
    assert found
    assert (found.reason, len(found.held)) == (Reason.OLD, 50)


def test_nine_hundred_documents_in_one_issue_are_told() -> None:
    issue = [new(make_item(key=f"fr:{n}", event_at=NOW - HOUR)) for n in range(900)]

    assert judged(issue, []) is None


def test_a_footer_under_every_text_makes_no_news_of_them() -> None:
    before = [story(n) for n in range(1, 21)]
    visit = [
        Sighted(item=replace(each, summary="Huawei"), before=each, changed=True, wanted=True)
        for each in before
    ]

    found = judged([*visit, NEWS])

    assert found
    assert (found.reason, len(found.held)) == (Reason.REWRITTEN, 20)


def test_of_twenty_times_the_usual_a_few_are_told_and_first_what_others_tell_too() -> None:
    burst = [new(story(500 + n, at=NOW - n * timedelta(minutes=1))) for n in range(60)]
    burst[50] = replace(burst[50], corroborated=True)

    found = judged(burst)

    assert found
    assert found.reason is Reason.BURST
    told = set(range(60)) - set(found.held)
    assert len(told) == FEW
    assert 50 in told
    assert {0, 1} <= told


def test_what_has_its_own_moment_is_told_before_what_was_all_dated_at_once() -> None:
    burst = [new(story(500 + n, at=NOW)) for n in range(60)]
    burst[30] = NEWS

    found = judged(burst)

    assert found
    assert 30 not in found.held


def test_what_was_told_today_counts_in_a_burst() -> None:
    burst = [new(story(500 + n, at=NOW - n * timedelta(minutes=1))) for n in range(60)]

    found = judged(burst, told_today=FEW)

    assert found
    assert len(found.held) == 60


def test_a_burst_that_nobody_asks_for_is_no_matter() -> None:
    burst = [new(story(500 + n, at=NOW - HOUR), wanted=False) for n in range(200)]

    assert judged([*burst, NEWS]) is None


def test_twice_the_busiest_day_is_a_busy_day() -> None:
    busy = [
        Known(item=story(n, at=at), seen_at=at)
        for n in range(1, 16)
        for at in [NOW - 9 * DAY + n * timedelta(minutes=1)]
    ]
    day = [new(story(500 + n, at=NOW - n * timedelta(minutes=1))) for n in range(29)]

    assert judged(day, [*usual(60), *busy]) is None


def test_of_a_feed_hardly_known_nothing_is_a_burst_and_nothing_foreign() -> None:
    visit = [new(story(n, host="x.example", at=NOW - HOUR)) for n in range(500, 600)]

    assert judged(visit, usual(ACQUAINTED - 1)) is None


def test_a_month_away_brings_a_months_worth() -> None:
    missed = [new(story(500 + n, at=NOW - n * HOUR)) for n in range(29 * 20)]
    history = [replace(each, seen_at=each.seen_at - 30 * DAY) for each in usual(60)[30:]]

    found = judged(missed[: 5 * BURST_AT_LEAST], history, last_visit=NOW - 30 * DAY)

    assert found is None


@given(
    st.lists(
        st.one_of(
            st.integers(1, 30).map(lambda n: new(again(n))),
            st.integers(500, 540).map(lambda n: new(story(n, host="x.example", at=NOW - HOUR))),
            st.integers(100, 150).map(lambda n: new(story(n))),
        ),
        max_size=60,
        unique_by=lambda each: each.item.key,
    )
)
def test_news_of_its_own_is_told_whatever_comes_with_it(noise: list[Sighted]) -> None:
    found = judged([*noise, NEWS])

    assert found is None or len(noise) not in found.held


@given(
    st.lists(
        st.tuples(st.integers(1, 600), st.booleans(), st.sampled_from(["", "other"])), max_size=80
    ),
    st.integers(0, 9),
)
def test_only_what_was_there_is_held_and_never_just_a_few_of_a_kind(
    drawn: list[tuple[int, bool, str]], told_today: int
) -> None:
    visit = [new(story(n, at=NOW - HOUR), wanted=w, elsewhere=e) for n, w, e in drawn]

    found = judged(visit, told_today=told_today)

    if found:
        assert set(found.held) <= set(range(len(visit)))
        assert found.held or found.known >= FEW
