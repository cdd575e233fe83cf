"""What `storage.lease` promises, on every engine."""

from __future__ import annotations

from datetime import timedelta

from sqlite_utils import Database

from storage import lease
from tests.factories import NOW


def test_a_free_lease_is_taken_by_whoever_asks_first(db: Database) -> None:
    first = lease.take(db, "a", now=NOW)
    second = lease.take(db, "b", now=NOW)

    assert (first.owner, second.owner) == ("a", "a")
    assert lease.held(db, "a")
    assert not lease.held(db, "b")


def test_each_renewal_can_be_seen(db: Database) -> None:
    beats = [lease.take(db, "a", now=NOW).beat for _ in range(3)]

    assert beats == sorted(set(beats))
    assert lease.read(db).at == NOW


def test_a_lease_is_taken_over_only_as_it_was_seen(db: Database) -> None:
    seen = lease.take(db, "a", now=NOW)
    lease.take(db, "a", now=NOW)
    too_late = lease.take(db, "b", now=NOW, silent=seen)
    seen = lease.read(db)

    taken = lease.take(db, "b", now=NOW - timedelta(days=1), silent=seen)

    assert too_late.owner == "a"
    assert taken.owner == "b"
    assert not lease.held(db, "a")


def test_a_lease_is_handed_over_at_once_and_only_by_its_owner(db: Database) -> None:
    lease.take(db, "a", now=NOW)

    lease.release(db, "b")
    still = lease.read(db).owner
    lease.release(db, "a")

    assert still == "a"
    assert lease.take(db, "b", now=NOW).owner == "b"
