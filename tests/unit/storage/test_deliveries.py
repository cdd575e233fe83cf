"""storage/deliveries.py: whose subscriptions are read to tell who still wants a story."""

from __future__ import annotations

from sqlite_utils import Database

from feeds.flood import Flood, Reason
from storage import deliveries, entries, events, flood_entries, floods, outbox, subscriptions
from storage.database import transaction
from storage.deliveries import Why
from storage.floods import State
from tests.factories import NOW, make_press

WHY = Why(subscription="huawei", reasons=())


def reading(asked: list[str]) -> list[str]:
    return [sql for sql in asked if sql.startswith("SELECT channel, query FROM subscriptions")]


def subscribe(db: Database, *channels: str) -> None:
    for channel in channels:
        subscriptions.add(db, channel=channel, query="huawei", created_by="U1", now=NOW)


def test_who_knows_a_story_is_told_without_reading_what_others_subscribed_to(db: Database) -> None:
    asked: list[str] = []
    with transaction(db):
        subscribe(db, "C1", "C2")
        entry = entries.remember(db, make_press(), now=NOW).entry
        outbox.enqueue(db, events.reach(db, entry, now=NOW), channel="C1", whys=[WHY], now=NOW)

    with db.tracer(lambda sql, _: asked.append(sql)):
        knowing = deliveries.told(db, entry.story_id)

    assert set(knowing) == {"C1"}
    (sql,) = reading(asked)
    plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", ["[]", 0])]
    assert any(step.startswith("SEARCH subscriptions") for step in plan)


def test_to_release_a_flood_subscriptions_are_read_once_however_much_it_holds(db: Database) -> None:
    asked: list[str] = []
    with transaction(db):
        subscribe(db, "C1")
        flood = Flood(reason=Reason.BURST, held={0: Reason.BURST})
        number = floods.grow(db, "one", flood, title="One", told=0, channel="C9", now=NOW)
        for name in ("alpha", "beta", "gamma"):
            item = make_press(key=name, title=f"{name} tells something else", url="")
            event = events.reach(db, entries.remember(db, item, now=NOW).entry, now=NOW)
            wanted = {"C1": [WHY], "C2": [WHY]}
            flood_entries.hold(db, number, event, Reason.BURST, wanted=wanted, fresh=True)

    with db.tracer(lambda sql, _: asked.append(sql)), transaction(db):
        owed = flood_entries.settle(db, number, State.RELEASED, by="U1", now=NOW)

    assert owed == 3  # C2 asks no more
    assert len(reading(asked)) == 1
