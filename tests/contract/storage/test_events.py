"""What `storage.events` promises, and that what was owed before it is still owed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlite_utils import Database

from feeds.revision import ChangedFact
from storage import deliveries, entries, events
from storage.database import APPLICATION_ID, open_database, to_text
from storage.deliveries import State
from storage.events import Step
from storage.migrations import migrations
from tests.factories import NOW, make_filing, make_item, make_press

MOVED = ChangedFact(name="comment deadline", before="2020-08-17", after="2020-09-16")


def test_an_event_is_kept_once(db: Database) -> None:
    entry = entries.remember(db, make_item(), now=NOW).entry

    first, new = events.record(db, entry, Step.CORRECTED, source="C1-2020-13093", now=NOW)
    second, again = events.record(
        db, entry, Step.CORRECTED, source="another", now=NOW + timedelta(days=1)
    )

    assert (new, again) == (True, False)
    assert first == second
    assert first.seen_at == NOW


def test_two_occasions_of_one_step_are_two_events(db: Database) -> None:
    entry = entries.remember(db, make_item(), now=NOW).entry

    for day in ("2020-09-16", "2020-10-16"):
        events.record(
            db, entry, Step.MOVED, source="register", occasion=day, changes=[MOVED], now=NOW
        )

    told = events.of_story(db, entry.story_id)
    assert [(event.occasion, event.changes) for event in told] == [
        ("2020-09-16", (MOVED,)),
        ("2020-10-16", (MOVED,)),
    ]
    assert events.count(db, entry.id, Step.MOVED) == 2


def test_a_document_keeps_an_event_for_each_stage_with_its_own_time(db: Database) -> None:
    filed = entries.remember(db, make_filing(), now=NOW - timedelta(days=2)).entry
    events.reach(db, filed, now=NOW - timedelta(days=2))
    published = entries.remember(db, make_item(), now=NOW).entry
    events.reach(db, published, now=NOW)

    told = events.of_story(db, published.story_id)

    assert [(event.step, event.at, event.source) for event in told] == [
        (Step.FILED, make_filing().event_at, "public-inspection"),
        (Step.PUBLISHED, make_item().event_at, "public-inspection"),
    ]


def test_what_was_owed_by_stage_is_owed_for_its_event_after_an_upgrade(tmp_path: Path) -> None:
    old = Database(tmp_path / "old.db")
    old.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.apply(old, stop_before="m005_events")
    with open_database(":memory:") as new:
        filed = entries.remember(new, make_filing(), now=NOW).entry
        entries.remember(new, make_item(), now=NOW)
        entries.remember(new, make_press(), now=NOW)
        for table in ("stories", "entries"):  # these were the same then
            old.table(table).insert_all(
                {name: row[name] for name in old.table(table).columns_dict}
                for row in new.table(table).rows
            )
    rows = [
        ("inspection", "sent", "C1"),
        ("published", "uncertain", "C1"),
        ("published", "pending", "C2"),
    ]
    for number, (kind, state, channel) in enumerate(rows):
        old.table("outbox").insert(
            {
                "delivery_id": f"d{number}",
                "channel": channel,
                "entry_id": filed.id,
                "story_id": filed.story_id,
                "kind": kind,
                "whys": "[]",
                "state": state,
                "due_at": to_text(NOW),
                "created_at": to_text(NOW),
            }
        )
    old.conn.commit()
    old.close()

    with open_database(tmp_path / "old.db") as db:
        told = deliveries.of_story(db, filed.story_id)
        steps = {event.step for event in events.of_story(db, filed.story_id)}

    assert [(each.delivery_id, each.channel, each.event.step, each.state) for each in told] == [
        ("d0", "C1", Step.FILED, State.SENT),
        ("d1", "C1", Step.PUBLISHED, State.UNCERTAIN),
        ("d2", "C2", Step.PUBLISHED, State.PENDING),
    ]
    assert steps == {Step.FILED, Step.PUBLISHED, Step.REPORTED}
