"""What `storage.subscriptions` promises, on every engine."""

from __future__ import annotations

from sqlite_utils import Database

from storage import subscriptions
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
