"""What `storage.uncertain` and `storage.restored` promise, on every engine."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage import bulletins, deliveries, entries, events, outbox, restored, uncertain, upkeep
from storage.database import open_database, transaction
from storage.deliveries import Delivery, State
from storage.uncertain import Settlement, Verdict
from tests.factories import NOW, make_item, make_press


def owe(db: Database, *, press: bool = False) -> None:
    item = make_press() if press else make_item()
    entry = entries.remember(db, item, now=NOW).entry
    outbox.enqueue(db, events.reach(db, entry, now=NOW), channel="C1", whys=[], now=NOW)


@pytest.fixture
def doubt(db: Database) -> Delivery:
    owe(db)
    claimed = outbox.claim(db, "C1", now=NOW)
    assert claimed
    outbox.settle_uncertain(db, claimed, reason="answer lost", now=NOW)
    (found,) = deliveries.in_state(db, State.UNCERTAIN)
    return found


def test_what_is_found_is_sent_under_its_name(db: Database, doubt: Delivery) -> None:
    assert uncertain.settle(db, doubt, Verdict.FOUND, by="rulewire", ts="1.5", now=NOW)

    (sent,) = deliveries.in_state(db, State.SENT)
    assert (sent.ts, sent.last_error, sent.settled_at) == ("1.5", None, NOW)


def test_what_is_absent_is_owed_again_with_what_went_wrong(db: Database, doubt: Delivery) -> None:
    assert uncertain.settle(db, doubt, Verdict.ABSENT, by="rulewire", now=NOW)

    again = outbox.claim(db, "C1", now=NOW)
    assert again
    assert (again.attempts, again.last_error) == (2, "answer lost")


def test_a_second_verdict_changes_nothing_and_the_first_is_kept(
    db: Database, doubt: Delivery
) -> None:
    first = uncertain.settle(db, doubt, Verdict.SENT, by="U1", now=NOW)
    second = uncertain.settle(db, doubt, Verdict.AGAIN, by="U2", now=NOW + timedelta(seconds=1))

    assert (first, second) == (True, False)
    assert outbox.counts(db) == {State.SENT: 1}
    assert uncertain.last(db, doubt.id) == Settlement(verdict=Verdict.SENT, by="U1", at=NOW)


def test_a_verdict_on_an_earlier_attempt_says_nothing_of_a_later_one(
    db: Database, doubt: Delivery
) -> None:
    uncertain.settle(db, doubt, Verdict.ABSENT, by="rulewire", now=NOW)
    again = outbox.claim(db, "C1", now=NOW)
    assert again
    outbox.settle_uncertain(db, again, reason="answer lost", now=NOW)

    assert not uncertain.settle(db, doubt, Verdict.ABSENT, by="rulewire", now=NOW)
    assert outbox.counts(db) == {State.UNCERTAIN: 1}


def test_a_backup_says_that_it_is_one_and_the_database_itself_does_not(tmp_path: Path) -> None:
    with open_database(tmp_path / "rulewire.db") as db, transaction(db):
        owe(db)
    with open_database(tmp_path / "rulewire.db") as db:
        upkeep.back_up(db, tmp_path / "backup.db", now=NOW)
        assert restored.notice(db, now=NOW) is None

    with open_database(tmp_path / "backup.db") as db:
        first = restored.notice(db, now=NOW + timedelta(days=1))
        second = restored.notice(db, now=NOW + timedelta(days=1))
        assert (first, second, restored.backed_up_at(db)) == (NOW, None, NOW)
        assert outbox.counts(db) == {State.UNCERTAIN: 1}


def test_what_turns_up_for_a_day_after_a_restore_may_have_been_told(db: Database) -> None:
    restored.stamp(db, now=NOW - timedelta(hours=20))
    restored.notice(db, now=NOW)
    owe(db)
    within = outbox.counts(db)
    entry = entries.remember(db, make_press(), now=NOW).entry
    event = events.reach(db, entry, now=NOW)
    outbox.enqueue(db, event, channel="C1", whys=[], now=NOW + timedelta(days=1, seconds=1))

    assert within == {State.UNCERTAIN: 1}
    assert outbox.counts(db) == {State.UNCERTAIN: 1, State.PENDING: 1}
    (doubt,) = deliveries.in_state(db, State.UNCERTAIN)
    assert doubt.last_error
    assert "restored from a backup of 2020-06-17 18:00" in doubt.last_error


def test_what_stands_says_after_a_restore_what_the_database_says(db: Database) -> None:
    """Edits that were made after the backup are in Slack and not in the database."""
    owed = bulletins.owe(db, channel="C1", kind="flood", key="1", body="held", now=NOW)
    claimed = outbox.claim(db, "C1", now=NOW)
    assert claimed
    outbox.settle_sent(db, claimed, ts="1.5", now=NOW)
    restored.stamp(db, now=NOW)

    restored.notice(db, now=NOW + timedelta(hours=1))

    ((delivery, changes),) = bulletins.outdated(db)
    assert (delivery.id, changes) == (owed, 1)
