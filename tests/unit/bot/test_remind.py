"""Who is reminded of which day, when, and that nobody is reminded twice or at night."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from bot.audience import Audience
from bot.ingest import ingest
from bot.remind import remind
from feeds.model import Item
from storage import channels, deliveries, stories, subscriptions
from storage.channels import Channel
from storage.deliveries import Delivery, State
from storage.stories import Mark
from tests.factories import NOW, make_document, make_filing, make_item

NEW_YORK = ZoneInfo("America/New_York")
ALL = (State.PENDING, State.SENT)


def at(text: str) -> datetime:
    """A moment in New York."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.fixture
def everyone(db: Database) -> Audience:
    subscriptions.add(db, channel="C1", query="huawei OR title:standards", created_by="U1", now=NOW)
    return Audience(subscriptions.every(db), {})


def take(db: Database, item: Item, everyone: Audience, *, now: datetime = NOW) -> None:
    ingest(db, [item], audience=everyone, now=now)


def go(db: Database, *moments: str) -> None:
    for moment in moments:
        remind(db, now=at(moment), timezone=NEW_YORK)


def steps(db: Database) -> list[str]:
    return [
        f"{each.channel} {each.event.step.value} {each.event.occasion}".strip()
        for each in _owed(db)
    ]


def _owed(db: Database) -> list[Delivery]:
    return [each for state in ALL for each in deliveries.in_state(db, state)]


def test_comments_are_reminded_of_fourteen_three_and_one_day_before_and_end_on_the_card(
    db: Database, everyone: Audience
) -> None:
    take(db, make_item(), everyone)
    day = at("2020-06-18 09:00")

    while day < at("2020-08-25 00:00"):
        remind(db, now=day, timezone=NEW_YORK)
        day += timedelta(hours=1)

    assert steps(db) == [
        "C1 published",
        "C1 comments closing 14 comments close 2020-08-17",
        "C1 comments closing 3 comments close 2020-08-17",
        "C1 comments closing 1 comments close 2020-08-17",
        "C1 comments closed comments close 2020-08-17",
    ]


def test_nobody_is_reminded_at_night_where_the_channel_is(db: Database, everyone: Audience) -> None:
    channels.put(db, "C1", Channel(timezone=ZoneInfo("Asia/Tokyo")))
    take(db, make_item(), everyone)

    go(db, "2020-08-02 18:59")  # 07:59 of the 3rd in Tokyo
    early = len(steps(db))
    go(db, "2020-08-02 19:00")

    assert early == 1
    assert steps(db)[1:] == ["C1 comments closing 14 comments close 2020-08-17"]


def test_a_reminder_that_a_stopped_bot_missed_is_given_within_two_days_or_not_at_all(
    db: Database, everyone: Audience
) -> None:
    take(db, make_item(), everyone)

    go(db, "2020-08-05 09:00")
    late = steps(db)[1:]
    go(db, "2020-08-12 09:00")

    assert late == ["C1 comments closing 14 comments close 2020-08-17"]
    assert steps(db)[1:] == late


def test_who_learns_of_a_story_late_is_not_reminded_of_what_came_before(
    db: Database, everyone: Audience
) -> None:
    take(db, make_item(), everyone, now=at("2020-08-04 12:00"))

    go(db, "2020-08-04 13:00", "2020-08-05 09:00", "2020-08-14 09:00")

    assert steps(db)[1:] == ["C1 comments closing 3 comments close 2020-08-17"]


def test_a_deadline_that_moves_takes_its_reminders_with_it(
    db: Database, everyone: Audience
) -> None:
    take(db, make_item(), everyone)
    go(db, "2020-08-03 09:00")

    later = make_document(comments_close_on=date(2020, 9, 16))
    take(db, make_item(document=later), everyone, now=at("2020-08-10 09:00"))
    go(db, "2020-08-14 09:00", "2020-08-16 09:00", "2020-09-02 09:00")

    assert steps(db)[1:] == [
        "C1 comments closing 14 comments close 2020-08-17",
        "C1 moved comment deadline: 2020-09-16",
        "C1 comments closing 14 comments close 2020-09-16",
    ]


def test_a_rule_is_said_to_bind_on_its_day_to_who_knew_it_before(
    db: Database, everyone: Audience
) -> None:
    later = make_document(effective_on=date(2020, 7, 20), comments_close_on=None, dates=None)
    take(db, make_item(document=later), everyone)

    go(db, "2020-07-19 12:00", "2020-07-20 07:00", "2020-07-20 09:00", "2020-07-20 10:00")

    assert steps(db) == ["C1 published", "C1 effective effective 2020-07-20"]


def test_a_rule_that_binds_when_it_is_published_says_so_with_that_and_not_again(
    db: Database, everyone: Audience
) -> None:
    take(db, make_filing(), everyone, now=at("2020-06-16 08:46"))
    take(db, make_item(), everyone, now=at("2020-06-18 06:05"))

    go(db, "2020-06-18 09:00", "2020-06-19 09:00")

    assert steps(db) == ["C1 filed", "C1 published"]


@pytest.mark.parametrize("days", [[], [30]])
def test_a_subscription_reminds_when_it_says_or_never(
    db: Database, everyone: Audience, days: list[int]
) -> None:
    take(db, make_item(), everyone)
    subscriptions.remind(db, "C1", query=None, days=days)

    go(db, "2020-07-18 09:00", "2020-08-03 09:00", "2020-08-14 09:00", "2020-08-16 09:00")

    expected = ["C1 comments closing 30 comments close 2020-08-17"] if days else []
    assert steps(db)[1:] == expected


def test_a_muted_story_and_one_that_is_unsubscribed_from_remind_nobody(
    db: Database, everyone: Audience
) -> None:
    subscriptions.add(db, channel="C2", query="huawei", created_by="U1", now=NOW)
    take(db, make_item(), Audience(subscriptions.every(db), {}))
    stories.mark(db, 1, Mark.MUTED, holder="C1", made_by="U1", now=NOW)
    subscriptions.remove(db, channel="C2", query="huawei")

    go(db, "2020-08-03 09:00", "2020-08-18 09:00")

    assert {each.event.step.value for each in _owed(db)} == {"published"}


def test_a_person_who_follows_a_story_is_reminded(db: Database) -> None:
    take(db, make_filing(), Audience([], {}))
    stories.mark(db, 1, Mark.FOLLOWED, holder="U7", made_by="U7", now=NOW)
    take(db, make_item(), Audience([], {}))

    go(db, "2020-08-03 09:00")

    assert steps(db)[-1] == "U7 comments closing 14 comments close 2020-08-17"


def test_looking_again_and_again_owes_nothing_more(db: Database, everyone: Audience) -> None:
    take(db, make_item(), everyone)

    first = remind(db, now=at("2020-08-03 09:00"), timezone=NEW_YORK)
    again = remind(db, now=at("2020-08-03 09:01"), timezone=NEW_YORK)

    assert (first, again) == (1, 0)
    assert _owed(db)[-1].created_at.astimezone(UTC) == at("2020-08-03 09:00").astimezone(UTC)
