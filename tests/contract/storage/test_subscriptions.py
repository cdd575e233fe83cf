"""What `storage.subscriptions` promises, on every engine."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import time
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from storage import subscriptions
from storage.subscriptions import Cadence, Subscription, Terms
from tests.factories import NOW


def add(db: Database, channel: str = "C1", query: str = "topic:huawei") -> bool:
    return subscriptions.add(db, channel=channel, query=query, created_by="U1", now=NOW)[1]


def test_a_channel_subscribes_to_a_query_once(db: Database) -> None:
    assert add(db)
    assert not add(db)
    assert len(subscriptions.every(db)) == 1


def test_a_channel_sees_its_own_subscriptions(db: Database) -> None:
    add(db, "C1", "topic:huawei")
    add(db, "C1", "huawei standards")
    add(db, "C2", "topic:huawei")

    mine = subscriptions.of_channel(db, "C1")

    assert [subscription.query for subscription in mine] == ["topic:huawei", "huawei standards"]
    assert subscriptions.get(db, mine[0].id) == mine[0]


def test_unsubscribing_says_whether_there_was_anything_to_remove(db: Database) -> None:
    add(db)

    assert subscriptions.remove(db, channel="C1", query="topic:huawei")
    assert not subscriptions.remove(db, channel="C1", query="topic:huawei")


def test_a_channel_that_removed_its_subscription_is_still_known(db: Database) -> None:
    assert not subscriptions.ever(db, "C1")
    add(db)
    subscriptions.remove(db, channel="C1", query="topic:huawei")

    assert subscriptions.ever(db, "C1")


def test_a_disabled_subscription_keeps_its_reason_until_it_is_made_again(db: Database) -> None:
    add(db)
    subscriptions.disable(db, "C1", reason="is_archived")
    disabled = subscriptions.of_channel(db, "C1")[0]
    add(db)
    awake = subscriptions.of_channel(db, "C1")[0]

    assert disabled.disabled_reason == "is_archived"
    assert awake.disabled_reason is None


TERMS = Terms(
    cadence=Cadence.WEEKLY,
    at=time(7, 30),
    weekday=4,
    timezone=ZoneInfo("Europe/Berlin"),
    note="We vote on this standard.",
    urgent=True,
    reminders=(7,),
)


def terms_of(subscription: Subscription) -> Terms:
    return Terms(**{field.name: getattr(subscription, field.name) for field in fields(Terms)})


def test_a_subscription_speaks_at_once_unless_it_is_made_on_other_terms(db: Database) -> None:
    plain, _ = subscriptions.add(db, channel="C1", query="huawei", created_by="U1", now=NOW)
    weekly, _ = subscriptions.add(
        db, channel="C1", query="zte", created_by="U1", now=NOW, terms=TERMS
    )

    assert terms_of(plain) == Terms()
    assert terms_of(weekly) == TERMS
    assert subscriptions.get(db, weekly.id) == weekly


def test_subscribing_again_leaves_the_terms_as_they_are(db: Database) -> None:
    subscriptions.add(db, channel="C1", query="zte", created_by="U1", now=NOW, terms=TERMS)

    again, new = subscriptions.add(
        db, channel="C1", query="zte", created_by="U2", now=NOW, terms=Terms()
    )

    assert not new
    assert terms_of(again) == TERMS


def test_one_of_the_terms_is_changed_and_the_others_stay(db: Database) -> None:
    first, _ = subscriptions.add(db, channel="C1", query="zte", created_by="U1", now=NOW)
    other, _ = subscriptions.add(db, channel="C2", query="zte", created_by="U1", now=NOW)

    assert subscriptions.change(db, first.id, replace(first, note="Ours", cadence=Cadence.DAILY))

    assert subscriptions.get(db, first.id) == replace(first, note="Ours", cadence=Cadence.DAILY)
    assert subscriptions.get(db, other.id) == other
    assert not subscriptions.change(db, 99, TERMS)


def test_a_note_is_kept_up_to_its_length(db: Database) -> None:
    first, _ = subscriptions.add(db, channel="C1", query="zte", created_by="U1", now=NOW)

    subscriptions.change(db, first.id, replace(first, note="x" * 1_000))

    assert subscriptions.of_channel(db, "C1")[0].note == "x" * subscriptions.NOTE


def test_a_paused_subscription_tells_nothing_until_it_is_resumed(db: Database) -> None:
    made, _ = subscriptions.add(db, channel="C1", query="zte", created_by="U1", now=NOW)

    paused = [subscriptions.pause(db, made.id, by=who) for who in ("U2", "U3")]
    silent = subscriptions.of_channel(db, "C1")[0]
    resumed = [subscriptions.resume(db, made.id) for _ in range(2)]

    assert paused == resumed == [True, False]
    assert (silent.paused_by, silent.works) == ("U2", False)
    assert subscriptions.of_channel(db, "C1")[0].works


def test_subscribing_again_ends_a_pause(db: Database) -> None:
    made, _ = subscriptions.add(db, channel="C1", query="zte", created_by="U1", now=NOW)
    subscriptions.pause(db, made.id, by="U2")

    again, new = subscriptions.add(db, channel="C1", query="zte", created_by="U1", now=NOW)

    assert (again.works, new) == (True, False)
