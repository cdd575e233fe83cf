"""What Slack brings again is known for a day."""

from __future__ import annotations

from datetime import timedelta

from sqlite_utils import Database

from storage import seen_events
from tests.factories import NOW


def test_a_thing_is_first_once(db: Database) -> None:
    heard = [seen_events.first(db, key, now=NOW) for key in ("Ev1", "Ev1", "Ev2")]

    assert heard == [True, False, True]


def test_it_is_known_for_a_day_and_forgotten_then(db: Database) -> None:
    seen_events.first(db, "Ev1", now=NOW)

    within = seen_events.first(db, "Ev1", now=NOW + timedelta(days=1))
    seen_events.first(db, "Ev2", now=NOW + timedelta(days=2))

    assert not within
    assert [row["key"] for row in db.query("SELECT key FROM seen_events")] == ["Ev2"]
