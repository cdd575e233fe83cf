"""Who wants an item."""

from __future__ import annotations

from dataclasses import replace

from sqlite_utils import Database

from bot.audience import Audience, broken
from storage import subscriptions
from tests.factories import NOW, make_item


def subscribe(db: Database, channel: str, query: str) -> subscriptions.Subscription:
    return subscriptions.add(db, channel=channel, query=query, created_by="U1", now=NOW)[0]


def test_a_disabled_subscription_wants_nothing(db: Database) -> None:
    gone = replace(subscribe(db, "C1", "huawei"), disabled_reason="is_archived")

    assert Audience([gone], {}).of(make_item()) == {}


def test_a_topic_is_asked_by_its_name(db: Database) -> None:
    wants = Audience([subscribe(db, "C1", "topic:mine")], {"mine": "huawei"})

    assert list(wants.of(make_item())) == ["C1"]


def test_a_query_that_no_longer_parses_is_named_and_the_others_work(db: Database) -> None:
    wants = Audience(
        [subscribe(db, "C1", "topic:gone"), subscribe(db, "C2", "huawei")], {"mine": "huawei"}
    )

    assert list(wants.broken) == ["topic:gone"]
    assert list(wants.of(make_item())) == ["C2"]


def test_what_is_broken_is_known_without_an_audience_and_anew_once_a_topic_is_back(
    db: Database,
) -> None:
    paused = replace(subscribe(db, "C3", "topic:too"), disabled_reason="is_archived")
    everyone = [subscribe(db, "C1", "topic:gone"), subscribe(db, "C2", "huawei"), paused]

    assert broken(everyone, {}) == Audience(everyone, {}).broken
    assert list(broken(everyone, {})) == ["topic:gone"]
    assert broken(everyone, {"gone": "huawei"}) == {}


def test_a_match_says_why(db: Database) -> None:
    wants = Audience([subscribe(db, "C1", "huawei")], {})

    (why,) = wants.of(make_item())["C1"]

    assert why.subscription == "huawei"
    assert "Huawei" in why.reasons[0].sentence


def test_a_version_names_what_a_query_means_with_its_topics_spelled_out(db: Database) -> None:
    mine = subscribe(db, "C1", "topic:mine -topic:other")
    topics = {"mine": "huawei OR zte", "other": "topic:mine notice"}

    (first,) = Audience([mine], topics).versions
    (same,) = Audience([mine], topics | {"more": "x"}).versions
    (changed,) = Audience([mine], topics | {"mine": "huawei"}).versions

    assert first.definition == "(huawei OR zte) -((huawei OR zte) notice)"
    assert first == same
    assert first.version != changed.version


def test_a_match_names_the_version_of_its_query(db: Database) -> None:
    wants = Audience([subscribe(db, "C1", "topic:mine")], {"mine": "huawei"})

    (why,) = wants.of(make_item())["C1"]

    assert [each.version for each in wants.versions] == [why.version]
