"""What `storage.held` and `storage.silences` promise, on every engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from sqlite_utils import Database

from storage import (
    bulletins,
    channels,
    deliveries,
    entries,
    events,
    held,
    outbox,
    restored,
    silences,
    subscriptions,
    uncertain,
)
from storage.channels import Channel
from storage.database import transaction
from storage.deliveries import FOLLOWED, Delivery, State, Why
from storage.held import Gate
from storage.subscriptions import Cadence, Subscription, Terms
from storage.uncertain import Verdict
from tests.factories import NOW, make_item

DAILY = Terms(cadence=Cadence.DAILY)
LATER = NOW + timedelta(hours=5)


def subscribe(db: Database, terms: Terms = DAILY, *, query: str = "huawei") -> Subscription:
    made, _ = subscriptions.add(
        db, channel="C1", query=query, created_by="U1", now=NOW, terms=terms
    )
    return made


def owe(db: Database, *queries: str, number: int = 1, now: datetime = NOW) -> Delivery:
    item = make_item(key=f"fr:2020-{number}", title=f"Rule {number}", document=None)
    event = events.reach(db, entries.remember(db, item, now=now).entry, now=now)
    whys = [Why(subscription=query, reasons=()) for query in queries]
    outbox.enqueue(db, event, channel="C1", whys=whys, now=now)
    return deliveries.of_story(db, event.story_id)[-1]


@pytest.mark.parametrize(
    ("cadences", "asked", "state"),
    [
        ([Cadence.NOW], ["huawei"], State.PENDING),
        ([Cadence.HOURLY], ["huawei"], State.HELD),
        ([Cadence.WEEKLY, Cadence.DAILY], ["huawei", "zte"], State.HELD),
        ([Cadence.DAILY, Cadence.NOW], ["huawei", "zte"], State.PENDING),
        ([Cadence.NOW, Cadence.DAILY], ["zte"], State.HELD),
        ([Cadence.DAILY], [FOLLOWED], State.PENDING),
        ([Cadence.DAILY], [], State.PENDING),
    ],
)
def test_what_no_subscription_wants_now_is_held(
    db: Database, cadences: list[Cadence], asked: list[str], state: State
) -> None:
    for query, cadence in zip(("huawei", "zte"), cadences, strict=False):
        subscribe(db, Terms(cadence=cadence), query=query)

    assert owe(db, *asked).state is state


@pytest.mark.parametrize(
    ("chosen", "state"),
    [
        (Channel(quiet_from=time(22), quiet_until=time(7)), State.HELD),
        (Channel(muted_until=LATER, muted_by="U1"), State.HELD),
        (Channel(muted_until=NOW - timedelta(seconds=1), muted_by="U1"), State.PENDING),
        (Channel(), State.PENDING),
    ],
)
def test_a_channel_that_may_want_quiet_has_all_held_until_that_is_judged(
    db: Database, chosen: Channel, state: State
) -> None:
    subscribe(db, Terms())
    channels.put(db, "C1", chosen)

    owed = owe(db, "huawei")

    assert owed.state is state
    assert owed.gate is None


def test_in_a_restored_database_what_would_be_held_is_looked_for_first(db: Database) -> None:
    restored.stamp(db, now=NOW - timedelta(hours=1))
    restored.notice(db, now=NOW)
    subscribe(db)

    assert owe(db, "huawei").state is State.UNCERTAIN


def test_what_is_not_found_after_a_restore_waits_as_it_would_have(db: Database) -> None:
    restored.stamp(db, now=NOW - timedelta(hours=1))
    restored.notice(db, now=NOW)
    subscribe(db)
    owed = owe(db, "huawei")

    uncertain.settle(db, owed, Verdict.ABSENT, by="rulewire", now=NOW)
    (waiting,) = deliveries.held_for(db, "C1")
    held.release(db, waiting.id, now=NOW)

    assert outbox.counts(db) == {State.PENDING: 1}


def test_what_a_person_has_sent_again_waits_for_nothing(db: Database) -> None:
    restored.stamp(db, now=NOW - timedelta(hours=1))
    restored.notice(db, now=NOW)
    subscribe(db)
    owed = owe(db, "huawei")

    uncertain.settle(db, owed, Verdict.AGAIN, by="U1", now=NOW)

    assert outbox.counts(db) == {State.PENDING: 1}


def test_what_a_restored_database_holds_is_looked_for_before_it_is_told(db: Database) -> None:
    """Held when the backup was made; released or folded, and told, before the file was lost."""
    subscribe(db)
    owe(db, "huawei")
    restored.stamp(db, now=NOW)

    restored.notice(db, now=LATER)

    (doubt,) = deliveries.in_state(db, State.UNCERTAIN)
    assert doubt.last_error
    assert "perhaps told since" in doubt.last_error


def test_what_is_put_off_is_due_again_at_its_moment(db: Database) -> None:
    subscribe(db)
    owed = owe(db, "huawei")
    due = [held.channels_due(db, now=NOW)]

    held.put_off(db, owed.id, gate=Gate.DIGEST, until=LATER)

    (waiting,) = deliveries.held_for(db, "C1")
    assert (waiting.gate, waiting.held_until) == (Gate.DIGEST, LATER)
    due += [held.channels_due(db, now=now) for now in (LATER - timedelta(seconds=1), LATER)]
    assert due == [["C1"], [], ["C1"]]


def test_put_off_by_a_clock_that_has_gone_back_it_is_due(db: Database) -> None:
    subscribe(db)
    held.put_off(db, owe(db, "huawei").id, gate=Gate.DIGEST, until=LATER)

    assert held.channels_due(db, now=NOW - timedelta(days=1)) == ["C1"]


def test_whatever_changes_how_a_channel_is_told_has_what_waits_judged_anew(db: Database) -> None:
    made = subscribe(db)
    subscribe(db, query="zte")
    owed = owe(db, "huawei")

    def is_due_after(*, done: bool) -> bool:
        assert done
        due = held.channels_due(db, now=NOW)
        held.put_off(db, owed.id, gate=Gate.DIGEST, until=LATER)
        return due == ["C1"]

    assert is_due_after(done=True)
    assert held.channels_due(db, now=NOW) == []
    assert is_due_after(done=subscriptions.change(db, made.id, replace(made, at=time(7))))
    assert is_due_after(done=subscriptions.pause(db, made.id, by="U1"))
    assert is_due_after(done=subscriptions.resume(db, made.id))
    channels.put(db, "C1", Channel())
    assert is_due_after(done=True)
    assert is_due_after(done=subscriptions.remove(db, channel="C1", query="zte"))


def test_what_is_released_is_owed_and_held_no_more(db: Database) -> None:
    subscribe(db)
    owed = owe(db, "huawei")

    held.release(db, owed.id, now=NOW)
    held.put_off(db, owed.id, gate=Gate.DIGEST, until=LATER)

    assert [each.id for each in deliveries.in_state(db, State.PENDING)] == [owed.id]
    assert outbox.channels_due(db, now=NOW) == ["C1"]


def test_what_is_folded_names_the_message_and_is_told_by_no_other(db: Database) -> None:
    subscribe(db)
    owed = owe(db, "huawei")
    number = bulletins.owe(db, channel="C1", kind="digest", key="1", body="{}", now=NOW)
    assert number

    held.fold(db, owed.id, into=number, now=NOW)
    held.release(db, owed.id, now=NOW)
    held.drop(db, owed.id, reason="too late", now=NOW)

    (told,) = deliveries.in_state(db, State.SENT)
    assert (told.folded_into, told.last_error, told.held_until) == (number, None, None)
    assert deliveries.held_for(db, "C1") == []


def test_a_fold_that_is_cut_off_leaves_everything_held(db: Database) -> None:
    with transaction(db):
        subscribe(db)
        owed = owe(db, "huawei")

    with pytest.raises(KeyboardInterrupt):
        cut_off(db, owed)

    assert [each.id for each in deliveries.held_for(db, "C1")] == [owed.id]
    assert bulletins.in_state(db, State.PENDING) == []


def cut_off(db: Database, owed: Delivery) -> None:
    with transaction(db):
        number = bulletins.owe(db, channel="C1", kind="digest", key="1", body="{}", now=NOW)
        held.fold(db, owed.id, into=number or 0, now=NOW)
        raise KeyboardInterrupt


def test_a_mute_takes_back_what_is_owed_and_not_on_its_way(db: Database) -> None:
    subscribe(db, Terms())
    first, second = (owe(db, "huawei", number=number) for number in (1, 2))
    bulletins.owe(db, channel="C1", kind="health", key="1", body="{}", now=NOW)
    outbox.claim(db, "C1", now=NOW)

    channels.put(db, "C1", Channel(muted_until=LATER, muted_by="U1"))

    assert [each.id for each in deliveries.in_state(db, State.SENDING)] == [first.id]
    assert [each.id for each in deliveries.held_for(db, "C1")] == [second.id]
    assert len(bulletins.in_state(db, State.PENDING)) == 1


def muted_in_flight(db: Database) -> Delivery:
    """One whose channel was muted as it was on its way."""
    subscribe(db, Terms())
    owe(db, "huawei")
    claimed = outbox.claim(db, "C1", now=NOW)
    assert isinstance(claimed, Delivery)
    channels.put(db, "C1", Channel(muted_until=LATER, muted_by="U1"))
    return claimed


@pytest.mark.parametrize(
    ("due_at", "state"),
    [(NOW, State.HELD), (LATER - timedelta(seconds=1), State.HELD), (LATER, State.PENDING)],
)
def test_what_slack_puts_off_is_held_where_the_channel_is_muted_by_then(
    db: Database, due_at: datetime, state: State
) -> None:
    claimed = muted_in_flight(db)

    outbox.settle_later(db, claimed, reason="ratelimited", due_at=due_at)

    assert outbox.counts(db) == {state: 1}


def test_what_a_muted_channel_does_not_show_is_held(db: Database) -> None:
    claimed = muted_in_flight(db)
    outbox.settle_uncertain(db, claimed, reason="answer lost", now=NOW)

    uncertain.settle(db, claimed, Verdict.ABSENT, by="rulewire", now=NOW)

    assert outbox.counts(db) == {State.HELD: 1}


def test_a_digest_that_is_owed_waits_until_a_mute_ends_and_health_does_not(db: Database) -> None:
    subscribe(db)
    waiting = owe(db, "huawei")
    digest = bulletins.owe(db, channel="C1", kind="digest", key="1", body="{}", now=NOW)
    health = bulletins.owe(db, channel="C1", kind="health", key="1", body="{}", now=NOW)
    assert digest
    held.fold(db, waiting.id, into=digest, now=NOW)
    channels.put(db, "C1", Channel(muted_until=LATER, muted_by="U1"))

    first = outbox.claim(db, "C1", now=NOW)
    assert first
    outbox.settle_sent(db, first, ts="1.2", now=NOW)
    during = outbox.channels_due(db, now=NOW)
    channels.put(db, "C1", Channel())
    then = outbox.claim(db, "C1", now=NOW)

    assert (first.id, during) == (health, [])
    assert then
    assert then.id == digest


def test_what_is_dropped_keeps_the_reason(db: Database) -> None:
    subscribe(db)
    owed = owe(db, "huawei")

    held.drop(db, owed.id, reason="its subscription was removed", now=NOW)

    (dropped,) = deliveries.in_state(db, State.DEAD)
    assert dropped.last_error == "its subscription was removed"


def test_a_text_that_was_read_has_what_waits_for_it_judged_sooner_or_as_before(
    db: Database,
) -> None:
    subscribe(db, Terms())
    owed = owe(db, "huawei")

    outbox.hasten(db, owed.event.entry_id, now=NOW)

    assert outbox.channels_due(db, now=NOW) == ["C1"]


def test_silence_is_counted_from_when_digests_spoke_last(db: Database) -> None:
    daily = subscribe(db)
    subscribe(db, Terms(), query="zte")
    unknown = silences.silent(db, since=NOW)

    silences.spoke(db, "C1", now=NOW)

    assert [(each.id, since) for each, since in unknown] == [(daily.id, None)]
    assert silences.silent(db, since=NOW - timedelta(seconds=1)) == []
    assert [since for _, since in silences.silent(db, since=NOW)] == [NOW]


@pytest.mark.parametrize("terms", [Terms(cadence=Cadence.WEEKLY), DAILY])
def test_another_cadence_begins_the_silence_anew(db: Database, terms: Terms) -> None:
    daily = subscribe(db)
    silences.spoke(db, "C1", now=NOW)

    subscriptions.change(db, daily.id, replace(terms, at=time(7)))

    ((_, since),) = silences.silent(db, since=NOW)
    assert since == (None if terms.cadence is Cadence.WEEKLY else NOW)


def test_who_tells_nothing_at_all_is_not_silent(db: Database) -> None:
    daily = subscribe(db)
    subscriptions.pause(db, daily.id, by="U1")

    assert silences.silent(db, since=NOW) == []
