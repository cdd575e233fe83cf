"""Who follows a story from its card is told whatever comes after, in a direct message, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from bot.audience import Audience
from bot.ingest import archive, ingest
from bot.remind import remind
from feeds.date_sentences import DateKind
from feeds.model import Item, Stage
from storage import cards, deadlines, deliveries, stories, subscriptions
from storage.cards import Standing
from storage.deliveries import State
from storage.stories import Mark
from tests.factories import NOW, make_document, make_filing, make_item

NEW_YORK = ZoneInfo("America/New_York")
ALICE = "U01ALICE"


@pytest.fixture
def everyone(db: Database) -> Audience:
    subscriptions.add(db, channel="C1", query="huawei OR title:standards", created_by="U1", now=NOW)
    return Audience(subscriptions.every(db), {})


def take(db: Database, item: Item, everyone: Audience) -> None:
    ingest(db, [item], audience=everyone, now=NOW)


def follow(db: Database, *, holder: str = ALICE) -> None:
    stories.mark(db, 1, Mark.FOLLOWED, holder=holder, made_by=holder, now=NOW)


def told(db: Database, channel: str = ALICE) -> list[str]:
    owed = deliveries.in_state(db, State.PENDING)
    return [each.event.step.value for each in owed if each.channel == channel]


def test_who_follows_a_filing_is_told_that_it_is_published_once(
    db: Database, everyone: Audience
) -> None:
    take(db, make_filing(), everyone)
    follow(db)

    take(db, make_item(), everyone)
    take(db, make_item(), everyone)

    assert told(db) == ["published"]


def test_who_follows_a_published_rule_is_told_that_its_day_moved(
    db: Database, everyone: Audience
) -> None:
    take(db, make_item(), everyone)
    follow(db)

    later = make_document(comments_close_on=date(2020, 9, 16), dates=None)
    take(db, make_item(document=later), everyone)

    assert told(db) == ["moved"]


def test_who_follows_a_published_rule_is_reminded_before_comments_close(
    db: Database, everyone: Audience
) -> None:
    take(db, make_item(), everyone)
    follow(db)

    remind(db, now=datetime(2020, 8, 14, 9, tzinfo=NEW_YORK), timezone=NEW_YORK)
    remind(db, now=datetime(2020, 8, 14, 10, tzinfo=NEW_YORK), timezone=NEW_YORK)

    assert told(db) == ["comments closing"]


def test_who_follows_a_rule_that_only_the_archive_had_is_reminded(db: Database) -> None:
    archive(db, [make_item()], now=NOW)
    follow(db)

    remind(db, now=datetime(2020, 8, 14, 9, tzinfo=NEW_YORK), timezone=NEW_YORK)

    assert told(db) == ["comments closing"]


def test_following_tells_nothing_of_what_came_before(db: Database, everyone: Audience) -> None:
    take(db, make_item(), everyone)

    follow(db)
    take(db, make_item(), everyone)

    assert told(db) == []


def test_who_also_subscribes_in_a_direct_message_is_told_once(
    db: Database, everyone: Audience
) -> None:
    subscriptions.add(db, channel=ALICE, query="huawei", created_by=ALICE, now=NOW)
    both = Audience(subscriptions.every(db), {})
    take(db, make_item(), both)
    follow(db)

    later = make_document(comments_close_on=date(2020, 9, 16), dates=None)
    take(db, make_item(document=later), both)

    assert told(db) == ["published", "moved"]


def test_who_no_longer_follows_is_told_no_more(db: Database, everyone: Audience) -> None:
    take(db, make_item(), everyone)
    follow(db)
    stories.unmark(db, 1, Mark.FOLLOWED, holder=ALICE)

    later = make_document(comments_close_on=date(2020, 9, 16), dates=None)
    take(db, make_item(document=later), everyone)

    assert told(db) == []


def extending(until: str, *, stage: Stage) -> Item:
    """A later document that extends the comment period of the rule."""
    document = make_document(
        number="2020-17777",
        action=None,
        dates=None,
        effective_on=None,
        comments_close_on=None,
        citation=None,
        end_page=None,
        rins=(),
        dockets=(),
    )
    return make_item(
        key="fr:2020-17777",
        title="Notice of another title",
        summary=f"BIS extends the comment period for the rule published at 85 FR 36719{until}.",
        stage=stage,
        document=document,
    )


def closing(db: Database) -> date | None:
    (found,) = [
        each.due.day
        for each in deadlines.of_entry(db, 1)
        if each.due.kind is DateKind.COMMENTS_CLOSE
    ]
    return found


def test_a_day_that_a_later_document_tells_once_it_is_printed_moves_the_rules(
    db: Database, everyone: Audience
) -> None:
    take(db, make_item(), everyone)
    follow(db)

    take(db, extending("", stage=Stage.INSPECTION), everyone)
    before = closing(db)
    take(db, extending(" to September 16, 2020", stage=Stage.PUBLISHED), everyone)

    assert (before, closing(db)) == (date(2020, 8, 17), date(2020, 9, 16))
    assert told(db) == ["extended", "moved"]


def test_an_extension_that_is_withdrawn_before_it_is_printed_is_taken_back(
    db: Database, everyone: Audience
) -> None:
    take(db, make_item(), everyone)
    follow(db)

    take(db, extending(" to September 16, 2020", stage=Stage.INSPECTION), everyone)
    before = closing(db)
    take(db, extending(" to September 16, 2020", stage=Stage.WITHDRAWN), everyone)

    assert (before, closing(db)) == (date(2020, 9, 16), date(2020, 8, 17))
    assert told(db) == ["extended", "moved"]


def test_the_card_of_a_rule_shows_that_its_suspension_was_withdrawn(
    db: Database, everyone: Audience
) -> None:
    take(db, make_item(), everyone)
    card = Standing(channel="C1", story_id=1, entry_id=1, conversation="C1", ts="1.0")
    cards.put(db, card)
    filed = replace(
        extending("", stage=Stage.INSPECTION),
        summary="This rule is suspending the rule published at 85 FR 36719.",
    )

    take(db, filed, everyone)
    before = cards.owed(db, card)
    take(db, replace(filed, stage=Stage.WITHDRAWN), everyone)

    assert cards.owed(db, card) > before


def test_a_suspended_rule_is_not_told_to_be_in_force_on_its_day(
    db: Database, everyone: Audience
) -> None:
    day = date(2020, 7, 20)
    take(db, make_item(document=make_document(effective_on=day, dates=None)), everyone)
    follow(db)
    filed = replace(
        extending("", stage=Stage.PUBLISHED),
        summary="This rule is suspending the rule published at 85 FR 36719.",
    )
    take(db, filed, everyone)

    remind(db, now=datetime(2020, 7, 20, 9, tzinfo=NEW_YORK), timezone=NEW_YORK)

    assert told(db) == ["suspended"]


def test_a_suspension_that_begins_on_the_day_of_the_rule_is_known_in_the_morning(
    db: Database, everyone: Audience
) -> None:
    day = date(2020, 7, 20)
    take(db, make_item(document=make_document(effective_on=day, dates=None)), everyone)
    follow(db)
    early = extending("", stage=Stage.PUBLISHED)
    assert early.document
    suspending = replace(
        early,
        summary="This rule is suspending the rule published at 85 FR 36719.",
        document=replace(early.document, effective_on=day),
    )
    take(db, suspending, everyone)
    before = deadlines.of_entry(db, 1)

    for _ in range(2):
        remind(db, now=datetime(2020, 7, 20, 9, tzinfo=NEW_YORK), timezone=NEW_YORK)

    assert day in {each.due.day for each in before}
    assert told(db) == ["suspended", "moved"]
