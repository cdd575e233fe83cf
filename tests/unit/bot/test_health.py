"""Which feeds are out, by what cause, and which are back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.health import Began, Change, Joined, Known, Left, changes, ill
from feeds.silence import working_days
from storage.outages import NETWORK, Out, Outage, Trouble
from storage.polls import Poll
from storage.publishing import Publishing
from tests.factories import NOW, make_feed

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def poll(feed: str, *, tries: int = 0, hours: float = 0, gone: bool = False) -> Poll:
    """A feed that has failed so often since so many hours ago."""
    return Poll(
        feed=feed,
        bookmark={},
        next_poll_at=NOW,
        baselined_at=NOW - 90 * DAY,
        polled_at=NOW,
        succeeded_at=NOW - hours * HOUR,
        failures=tries,
        failing_since=NOW - hours * HOUR if tries else None,
        gone=gone,
        last_error="answered 503" if tries else None,
        warning=None,
        moved=None,
    )


def known(name: str, host: str = "a.example", **but: float) -> Known:
    its = poll(name, tries=int(but.get("tries", 0)), hours=but.get("hours", 0))
    return Known(feed=make_feed(name=name), host=host, poll=its, publishing=None)


def catalog(*feeds: Known) -> dict[str, Known]:
    return {each.feed.name: each for each in feeds}


def outage(kind: Trouble, *names: str, scope: str = "a.example", since: datetime = NOW) -> Outage:
    outs = tuple(Out(feed=name, since=since, reason="answered 503") for name in names)
    return Outage(id=1, kind=kind, scope=scope, key="k", told_at=NOW, feeds=outs)


def began(found: list[Change]) -> list[tuple[Trouble, str, set[str]]]:
    return [
        (each.kind, each.scope, {out.feed for out in each.feeds})
        for each in found
        if isinstance(each, Began)
    ]


@pytest.mark.parametrize(
    ("tries", "hours", "told"), [(4, 2, True), (3, 9, False), (9, 1.9, False), (0, 0, False)]
)
def test_a_feed_is_failing_after_so_many_tries_and_so_long(
    tries: int, hours: float, told: bool
) -> None:
    found = changes(
        catalog(known("a", tries=tries, hours=hours), known("b", "b.example")), [], now=NOW
    )

    assert began(found) == ([(Trouble.FAILING, "a.example", {"a"})] if told else [])


def test_a_feed_that_was_out_today_is_given_longer() -> None:
    again = replace(known("a", tries=9, hours=3), back_at=NOW - 4 * HOUR)

    assert changes(catalog(again), [], now=NOW) == []
    assert changes(catalog(replace(again, poll=poll("a", tries=9, hours=12))), [], now=NOW)


def test_a_host_that_fails_as_a_whole_is_one_outage() -> None:
    feeds = [known(f"a{each}", tries=4 if each else 1, hours=3) for each in range(12)]
    others = [known(f"b{each}", f"b{each}.example") for each in range(20)]

    found = changes(catalog(*feeds, *others), [], now=NOW)

    assert began(found) == [(Trouble.FAILING, "a.example", {each.feed.name for each in feeds})]


def test_of_a_host_that_answers_others_only_what_fails_for_long_is_told() -> None:
    feeds = [known("bad", tries=8, hours=9), known("shaky", tries=1, hours=0.1), known("well")]

    assert began(changes(catalog(*feeds), [], now=NOW)) == [(Trouble.FAILING, "a.example", {"bad"})]


def test_a_network_of_our_own_that_fails_is_one_outage_and_not_forty() -> None:
    feeds = [
        known(f"f{each}", f"{each}.example", tries=4 - each % 3, hours=3) for each in range(40)
    ]

    found = changes(catalog(*feeds), [], now=NOW)

    assert began(found) == [(Trouble.FAILING, NETWORK, {each.feed.name for each in feeds})]


def test_what_fails_later_by_a_cause_that_was_told_joins_it() -> None:
    feeds = catalog(known("a", tries=5, hours=4), known("b", tries=4, hours=2))

    found = changes(feeds, [outage(Trouble.FAILING, "a")], now=NOW)

    (joined,) = found
    assert isinstance(joined, Joined)
    assert [out.feed for out in joined.feeds] == ["b"]


def test_an_outage_that_lasts_is_told_once() -> None:
    feeds = catalog(known("a", tries=50, hours=900))

    assert changes(feeds, [outage(Trouble.FAILING, "a")], now=NOW) == []


def test_a_feed_that_is_read_again_is_back() -> None:
    (left,) = changes(catalog(known("a")), [outage(Trouble.FAILING, "a")], now=NOW)

    assert isinstance(left, Left)
    assert (left.left, left.back, left.over) == (("a",), ("a",), True)


def test_an_outage_of_many_is_over_when_more_than_half_are_back_and_the_rest_begins_its_own() -> (
    None
):
    names = [f"f{each}" for each in range(5)]
    feeds = catalog(
        *(known(name, f"{name}.example") for name in names[:3]),
        *(known(name, f"{name}.example", tries=20, hours=9) for name in names[3:]),
    )
    told = outage(Trouble.FAILING, *names, scope=NETWORK)

    (left,) = changes(feeds, [told], now=NOW)
    after = changes(feeds, [], now=NOW)

    assert isinstance(left, Left)
    assert (left.over, left.back) == (True, tuple(names[:3]))
    assert began(after) == [
        (Trouble.FAILING, "f3.example", {"f3"}),
        (Trouble.FAILING, "f4.example", {"f4"}),
    ]


def test_a_feed_that_was_removed_ends_its_outage_and_is_not_back() -> None:
    (left,) = changes({}, [outage(Trouble.FAILING, "a")], now=NOW)

    assert isinstance(left, Left)
    assert (left.over, left.back) == (True, ())


def test_a_feed_that_is_gone_is_told_at_once_and_not_as_failing() -> None:
    gone = replace(known("a"), poll=poll("a", tries=1, hours=0, gone=True))

    assert began(changes(catalog(gone), [], now=NOW)) == [(Trouble.GONE, "a.example", {"a"})]


def test_a_failing_feed_that_turns_out_gone_is_told_as_gone() -> None:
    gone = replace(known("a"), poll=poll("a", tries=9, hours=30, gone=True))

    found = changes(catalog(gone), [outage(Trouble.FAILING, "a")], now=NOW)

    assert began(found) == [(Trouble.GONE, "a.example", {"a"})]
    (left,) = [each for each in found if isinstance(each, Left)]
    assert (left.over, left.back) == (True, ())


def daily(name: str, last: date) -> Known:
    """A feed that published on each working day up to one."""
    each = [last - DAY * number for number in range(90)]
    worked = tuple(sorted(day for day in each if working_days(day - DAY, day)))
    return replace(known(name), publishing=Publishing(days=worked, last=last))


def test_feeds_that_fall_silent_together_are_told_of_together() -> None:
    monday = date(2020, 6, 15)
    feeds = catalog(*(daily(name, monday) for name in ("a", "b")), known("young"))

    before = changes(feeds, [], now=NOW - DAY)  # on Wednesday
    after = changes(feeds, [], now=NOW)  # Tuesday and Wednesday have passed without anything

    assert before == []
    assert began(after) == [(Trouble.SILENT, "", {"a", "b"})]


def test_a_feed_that_cannot_be_read_or_was_not_read_lately_is_not_silent() -> None:
    silent = daily("a", date(2020, 6, 1))
    unread = replace(silent, poll=replace(silent.poll, succeeded_at=NOW - 2 * DAY))
    failing = replace(silent, poll=poll("a", tries=1, hours=0.5))

    assert [ill(each, now=NOW) for each in (unread, failing)] == [None, None]
    assert ill(silent, now=NOW)


def test_a_silent_feed_is_back_when_it_publishes() -> None:
    told = outage(Trouble.SILENT, "a", scope="", since=NOW - 3 * DAY)

    still = changes(catalog(daily("a", date(2020, 6, 15))), [told], now=NOW)
    back = changes(catalog(daily("a", date(2020, 6, 18))), [told], now=NOW)

    assert still == []
    (left,) = back
    assert isinstance(left, Left)
    assert (left.over, left.back) == (True, ("a",))
