"""What `storage.stories` promises, on every engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlite_utils import Database

from storage import cards, entries, stories
from storage.cards import Standing
from storage.joins import Because
from storage.stories import Mark
from tests.factories import NOW, make_document, make_filing, make_item, make_press

LINK = "https://www.federalregister.gov/documents/2020/06/18/2020-13093/release"


def test_copies_of_one_headline_within_days_tell_one_story(db: Database) -> None:
    first = entries.remember(db, make_press(), now=NOW).entry

    copy = make_press(key="news:copy", url="https://wire.example/1", feed="wire")
    second = entries.remember(db, copy, now=NOW + timedelta(hours=5)).entry

    assert second.id != first.id
    assert second.story_id == first.story_id


PASSED_ON = "US to allow companies to work with Huawei on 5G standards - Example News"


def test_an_aggregators_copy_joins_the_headline_it_passes_on(db: Database) -> None:
    first = entries.remember(db, make_press(), now=NOW).entry

    copy = make_press(key="news:copy", url="https://search.example/1", title=PASSED_ON)

    assert entries.remember(db, copy, now=NOW).entry.story_id == first.story_id


def test_a_headline_joins_the_aggregators_copy_that_came_first(db: Database) -> None:
    copy = make_press(key="news:copy", url="https://search.example/1", title=PASSED_ON)
    first = entries.remember(db, copy, now=NOW).entry

    assert entries.remember(db, make_press(), now=NOW).entry.story_id == first.story_id


def test_two_parts_of_a_series_are_two_stories(db: Database) -> None:
    one = make_press(
        key="news:1", url="https://n.example/1", title="How export rules work now - part one"
    )
    two = make_press(
        key="news:2", url="https://n.example/2", title="How export rules work now - part two"
    )

    first = entries.remember(db, one, now=NOW).entry

    assert entries.remember(db, two, now=NOW).entry.story_id != first.story_id


def test_the_same_headline_long_after_tells_another_story(db: Database) -> None:
    first = entries.remember(db, make_press(), now=NOW).entry

    again = make_press(key="news:again", url="https://wire.example/2")
    second = entries.remember(db, again, now=NOW + timedelta(days=30)).entry

    assert second.story_id != first.story_id


def test_press_that_links_to_a_document_joins_its_story_whichever_comes_first(db: Database) -> None:
    before = entries.remember(db, make_press(key="news:1", url=LINK), now=NOW).entry
    document = entries.remember(db, make_filing(), now=NOW).entry
    after = entries.remember(
        db, make_press(key="news:2", url=LINK + "?utm_source=x", title="Other words"), now=NOW
    ).entry

    assert before.story_id == document.story_id == after.story_id


def test_documents_of_one_title_and_day_are_two_stories(db: Database) -> None:
    first = entries.remember(db, make_item(key="fr:2020-10868"), now=NOW).entry
    second = entries.remember(db, make_item(key="fr:2020-10869"), now=NOW).entry

    assert first.story_id != second.story_id


def test_a_number_used_again_years_later_tells_another_story(db: Database) -> None:
    old = make_item(
        document=make_document(publication_date=date(2018, 5, 11)),
        event_at=datetime(2018, 5, 11, 10, tzinfo=UTC),
    )

    first = entries.remember(db, old, now=NOW).entry
    second = entries.remember(db, make_item(), now=NOW).entry

    assert first.story_id != second.story_id


def test_a_mark_made_twice_is_made_once(db: Database) -> None:
    story = entries.remember(db, make_item(), now=NOW).entry.story_id

    first = stories.mark(db, story, Mark.SAVED, holder="U1", made_by="U1", now=NOW)
    second = stories.mark(db, story, Mark.SAVED, holder="U1", made_by="U1", now=NOW)

    assert (first, second) == (True, False)
    assert [mark.holder for mark in stories.marks(db, story)] == ["U1"]


def test_a_mark_can_be_taken_off_once(db: Database) -> None:
    story = entries.remember(db, make_item(), now=NOW).entry.story_id
    stories.mark(db, story, Mark.MUTED, holder="C1", made_by="U1", now=NOW)

    assert stories.unmark(db, story, Mark.MUTED, holder="C1")
    assert not stories.unmark(db, story, Mark.MUTED, holder="C1")
    assert stories.marks(db, story) == []


def test_what_people_parted_stays_apart_from_what_its_story_becomes(db: Database) -> None:
    one, other, third = (
        entries.remember(
            db,
            make_press(key=f"news:{n}", url=f"https://n.example/{n}", title=f"Huawei story {n}"),
            now=NOW,
        ).entry
        for n in ("alpha", "beta", "gamma")
    )
    by_hand = Because(reason="by hand", confidence=1.0, made_by="U1")
    by_rule = Because(reason="same headline", confidence=0.99)
    stories.merge(db, other.story_id, into=one.story_id, because=by_rule, now=NOW)
    parted = stories.split(db, other.id, by="U1", now=NOW)
    stories.merge(db, one.story_id, into=third.story_id, because=by_hand, now=NOW)

    assert parted is not None
    assert not stories.merge(db, parted, into=third.story_id, because=by_rule, now=NOW)
    assert stories.merge(db, parted, into=third.story_id, because=by_hand, now=NOW)


def test_what_came_before_a_story_is_known_when_one_in_between_becomes_part_of_it(
    db: Database,
) -> None:
    leak, between, rule = (stories.open_story(db, now=NOW) for _ in range(3))
    stories.follow(db, between, rule, reason="by mistake")
    stories.follow(db, rule, leak, reason="a leak")
    because = Because(reason="by hand", confidence=1.0, made_by="U1")

    stories.merge(db, between, into=rule, because=because, now=NOW)

    assert stories.earlier(db, rule) == leak


def test_a_card_that_comes_to_stand_after_its_story_was_merged_is_owed_an_edit(
    db: Database,
) -> None:
    gone, into = (stories.open_story(db, now=NOW) for _ in range(2))
    entry = entries.remember(db, make_press(), now=NOW).entry
    because = Because(reason="by hand", confidence=1.0, made_by="U1")
    stories.merge(db, gone, into=into, because=because, now=NOW)
    card = Standing(
        channel="C1", story_id=gone, entry_id=entry.id, conversation="C1", ts="1592488800.000001"
    )

    cards.put(db, card)

    assert cards.outdated(db) == [(replace(card, story_id=into), 1)]


def test_an_edit_owed_to_a_story_that_was_merged_meanwhile_is_owed_to_what_it_became(
    db: Database,
) -> None:
    gone, into = (stories.open_story(db, now=NOW) for _ in range(2))
    entry = entries.remember(db, make_press(), now=NOW).entry
    card = Standing(
        channel="C1", story_id=into, entry_id=entry.id, conversation="C1", ts="1592488800.000001"
    )
    cards.put(db, card)
    because = Because(reason="by hand", confidence=1.0, made_by="U1")
    stories.merge(db, gone, into=into, because=because, now=NOW)
    cards.renewed(db, card, changes=cards.owed(db, card))

    cards.outdate(db, channel="C1", story_id=gone)

    assert cards.owed(db, card) == 1
