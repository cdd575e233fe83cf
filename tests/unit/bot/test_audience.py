"""Who wants an item."""

from __future__ import annotations

import random
from dataclasses import replace

from sqlite_utils import Database

from bot.audience import Audience, broken
from feeds.prepared import prepare
from storage import subscriptions
from tests.factories import NOW, make_item


def subscribe(db: Database, channel: str, query: str) -> subscriptions.Subscription:
    return subscriptions.add(db, channel=channel, query=query, created_by="U1", now=NOW)[0]


def test_a_disabled_subscription_wants_nothing(db: Database) -> None:
    gone = replace(subscribe(db, "C1", "huawei"), disabled_reason="is_archived")

    assert Audience([gone], {}).of(prepare(make_item())) == {}


def test_a_topic_is_asked_by_its_name(db: Database) -> None:
    wants = Audience([subscribe(db, "C1", "topic:mine")], {"mine": "huawei"})

    assert list(wants.of(prepare(make_item()))) == ["C1"]


def test_a_query_that_no_longer_parses_is_named_and_the_others_work(db: Database) -> None:
    wants = Audience(
        [subscribe(db, "C1", "topic:gone"), subscribe(db, "C2", "huawei")], {"mine": "huawei"}
    )

    assert list(wants.broken) == ["topic:gone"]
    assert list(wants.of(prepare(make_item()))) == ["C2"]


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

    (why,) = wants.of(prepare(make_item()))["C1"]

    assert why.subscription == "huawei"
    assert "Huawei" in why.reasons[0].sentence


def test_a_version_names_what_a_query_means_with_its_topics_spelled_out(db: Database) -> None:
    mine = subscribe(db, "C1", "topic:mine -topic:other")
    topics = {"mine": "huawei OR zte", "other": "topic:mine notice"}

    (first,) = Audience([], {}).read([mine], topics).versions
    (same,) = Audience([], {}).read([mine], topics | {"more": "x"}).versions
    (changed,) = Audience([], {}).read([mine], topics | {"mine": "huawei"}).versions

    assert first.definition == "(huawei OR zte) -((huawei OR zte) notice)"
    assert first == same
    assert first.version != changed.version


def test_a_match_names_the_version_of_its_query(db: Database) -> None:
    mine = subscribe(db, "C1", "topic:mine")
    wants = Audience([], {})
    new = wants.read([mine], {"mine": "huawei"})

    wants.take_up([mine], new)

    (why,) = wants.of(prepare(make_item()))["C1"]
    assert [each.version for each in new.versions] == [why.version]


def test_what_comes_and_goes_leaves_what_one_built_anew_would_have(db: Database) -> None:
    topics = {"mine": "huawei OR zte"}
    texts = [
        "huawei",
        "topic:mine",
        "standards -zte",
        "topic:gone",
        "type:rule",
        "notice",
        "title:huawei",
    ]
    everyone = [
        replace(
            subscribe(db, channel, text),
            paused_by="U1" if (channel, text) == ("C2", "notice") else None,
        )
        for channel in ("C1", "C2")
        for text in texts
    ]
    items = [
        prepare(make_item()),
        prepare(make_item(title="ZTE standards", summary="")),
        prepare(make_item(title="Notice", summary="huawei")),
    ]
    chance, wants = random.Random(7), Audience([], {})

    for _ in range(60):
        some = chance.sample(everyone, chance.randrange(len(everyone) + 1))
        wants.take_up(some, wants.read(some, topics))

        anew = Audience(some, topics)
        assert [wants.of(item) for item in items] == [anew.of(item) for item in items]
        assert wants.broken == anew.broken


def test_only_what_is_not_known_is_read(db: Database) -> None:
    first, second = subscribe(db, "C1", "huawei"), subscribe(db, "C1", "zte")
    wants = Audience([first], {})

    assert wants.read([first], {}).versions == []
    assert [each.query for each in wants.read([second, first], {}).versions] == ["zte"]
