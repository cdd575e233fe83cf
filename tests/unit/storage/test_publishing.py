"""storage/publishing.py: what of a feed's days is read again and again."""

from __future__ import annotations

from datetime import timedelta

from sqlite_utils import Database

from storage import publishing
from tests.factories import NOW, make_press

DAY = timedelta(days=1)


def test_of_a_feed_that_publishes_for_years_the_last_days_are_enough(db: Database) -> None:
    items = [make_press(event_at=NOW - number * DAY) for number in range(1_000)]
    publishing.note(db, "news", items, first=True, now=NOW)

    known = publishing.known(db)["news"]

    today = NOW.date()
    assert known.days == tuple(today - number * DAY for number in reversed(range(240)))


def test_an_old_report_that_is_new_today_breaks_the_silence(db: Database) -> None:
    items = [make_press(event_at=NOW - number * DAY) for number in range(5, 1_000)]
    publishing.note(db, "news", items, first=True, now=NOW)
    old = make_press(event_at=NOW - 2_000 * DAY)

    publishing.note(db, "news", [old], first=False, now=NOW)

    assert publishing.known(db)["news"].last == NOW.date()
