"""What `storage.polls` promises, on every engine."""

from __future__ import annotations

from datetime import date, timedelta

from sqlite_utils import Database

from storage import polls
from tests.factories import NOW, make_feed

HOUR = timedelta(hours=1)


def test_a_feed_not_seen_before_is_due_at_once(db: Database) -> None:
    polls.schedule(db, ["a", "b"], now=NOW)

    assert [poll.feed for poll in polls.due(db, now=NOW)] == ["a", "b"]
    assert polls.due(db, now=NOW)[0].baselined_at is None


def test_scheduling_again_moves_nothing(db: Database) -> None:
    polls.schedule(db, ["a"], now=NOW)
    polls.record_success(db, "a", bookmark={"page": 2}, next_poll_at=NOW + HOUR, now=NOW)

    polls.schedule(db, ["a"], now=NOW + HOUR / 2)

    assert polls.due(db, now=NOW + HOUR / 2) == []
    kept = polls.get(db, "a")
    assert kept
    assert kept.bookmark == {"page": 2}


def test_a_success_ends_a_run_of_failures(db: Database) -> None:
    polls.schedule(db, ["a"], now=NOW)
    for _ in range(2):
        polls.record_failure(db, "a", reason="HTTP 503", next_poll_at=NOW + HOUR, now=NOW)
    failing = polls.get(db, "a")
    polls.record_success(db, "a", bookmark={}, next_poll_at=NOW + HOUR, now=NOW + HOUR)
    well = polls.get(db, "a")

    assert failing
    assert (failing.failures, failing.last_error, failing.succeeded_at) == (2, "HTTP 503", None)
    assert well
    assert (well.failures, well.last_error, well.succeeded_at) == (0, None, NOW + HOUR)


def test_the_baseline_is_the_first_success(db: Database) -> None:
    polls.schedule(db, ["a"], now=NOW)
    polls.record_success(db, "a", bookmark={}, next_poll_at=NOW, now=NOW)
    polls.record_success(db, "a", bookmark={}, next_poll_at=NOW, now=NOW + HOUR)

    kept = polls.get(db, "a")
    assert kept
    assert kept.baselined_at == NOW


def test_a_partial_visit_makes_no_baseline(db: Database) -> None:
    polls.schedule(db, ["a"], now=NOW)
    polls.record_success(db, "a", bookmark={}, next_poll_at=NOW, now=NOW, partial=True)
    before = polls.get(db, "a")
    polls.record_success(db, "a", bookmark={}, next_poll_at=NOW, now=NOW + HOUR)
    after = polls.get(db, "a")

    assert before
    assert (before.baselined_at, before.succeeded_at) == (None, NOW)
    assert after
    assert after.baselined_at == NOW + HOUR


def test_a_permanent_move_is_remembered(db: Database) -> None:
    polls.schedule(db, ["a"], now=NOW)
    move = ("https://news.example/feed", "https://new.example/feed")
    polls.record_success(db, "a", bookmark={}, next_poll_at=NOW, now=NOW, moved=move)
    polls.record_success(db, "a", bookmark={}, next_poll_at=NOW, now=NOW)

    kept = polls.get(db, "a")
    assert kept
    assert kept.moved == move
    assert [f.url for f in polls.catalog(db, [make_feed(name="a")])] == ["https://new.example/feed"]


def test_a_move_is_forgotten_when_a_person_gives_the_feed_another_address(db: Database) -> None:
    polls.schedule(db, ["a"], now=NOW)
    polls.record_success(
        db, "a", bookmark={}, next_poll_at=NOW, now=NOW, moved=("https://a", "https://b")
    )

    feeds = polls.catalog(db, [make_feed(name="a", url="https://c.example/feed")])

    assert [feed.url for feed in feeds] == ["https://c.example/feed"]


def test_a_feed_that_moves_on_is_read_where_it_moved_last(db: Database) -> None:
    polls.schedule(db, ["a"], now=NOW)
    shipped = make_feed(name="a", url="https://a.example/feed")
    for move in (
        ("https://a.example/feed", "https://b.example/feed"),
        ("https://b.example/feed", "https://c.example/feed"),
    ):
        polls.record_success(db, "a", bookmark={}, next_poll_at=NOW, now=NOW, moved=move)

    assert [feed.url for feed in polls.catalog(db, [shipped])] == ["https://c.example/feed"]


def test_since_when_a_feed_fails_is_known_until_it_is_read(db: Database) -> None:
    polls.schedule(db, ["a"], now=NOW)
    for hours in (0, 1, 2):
        polls.record_failure(
            db,
            "a",
            reason="HTTP 410",
            next_poll_at=NOW + 9 * HOUR,
            now=NOW + hours * HOUR,
            gone=hours == 2,
        )
    failing = polls.get(db, "a")
    polls.record_success(db, "a", bookmark={}, next_poll_at=NOW + HOUR, now=NOW + 3 * HOUR)
    well = polls.get(db, "a")

    assert failing
    assert (failing.failing_since, failing.gone) == (NOW, True)
    assert well
    assert (well.failing_since, well.gone) == (None, False)


def test_people_add_and_remove_feeds(db: Database) -> None:
    shipped = [make_feed(name="a"), make_feed(name="b")]
    added = make_feed(name="c", url="https://c.example/feed", every=HOUR)

    polls.change_feed(db, "c", added, now=NOW)
    polls.change_feed(db, "a", None, now=NOW)

    assert polls.catalog(db, shipped) == (make_feed(name="b"), added)


def test_a_removed_feed_added_again_starts_with_a_baseline(db: Database) -> None:
    polls.schedule(db, ["a"], now=NOW)
    polls.record_success(db, "a", bookmark={}, next_poll_at=NOW, now=NOW)

    polls.change_feed(db, "a", None, now=NOW)
    polls.change_feed(db, "a", make_feed(name="a"), now=NOW)
    polls.schedule(db, ["a"], now=NOW)

    kept = polls.get(db, "a")
    assert kept
    assert kept.baselined_at is None


def test_backfilled_windows_are_kept(db: Database) -> None:
    polls.record_backfill(db, "a", day=date(2020, 1, 1), until=date(2020, 1, 31))
    polls.record_backfill(db, "a", day=date(2020, 1, 1), until=date(2020, 1, 31))

    assert polls.backfilled(db, "a") == {(date(2020, 1, 1), date(2020, 1, 31))}
    assert polls.backfilled(db, "b") == set()


def test_a_feed_that_was_read_at_a_time_that_has_not_come_yet_is_due(db: Database) -> None:
    ahead = NOW + 48 * HOUR
    polls.schedule(db, ["a"], now=NOW)
    polls.record_success(db, "a", bookmark={}, next_poll_at=ahead + HOUR, now=ahead)

    after_the_clock_went_back = [poll.feed for poll in polls.due(db, now=NOW)]
    polls.record_success(db, "a", bookmark={}, next_poll_at=NOW + HOUR, now=NOW)

    assert after_the_clock_went_back == ["a"]
    assert polls.due(db, now=NOW) == []


def test_the_last_heartbeat_counts(db: Database) -> None:
    assert polls.last_beat(db) is None

    polls.beat(db, now=NOW)
    polls.beat(db, now=NOW + HOUR)

    assert polls.last_beat(db) == NOW + HOUR
