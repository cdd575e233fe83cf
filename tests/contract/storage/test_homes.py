"""A Home is owed another look by whatever changes what it shows, and by nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlite_utils import Database

from feeds.date_sentences import DateKind
from feeds.deadlines import Due
from storage import (
    channels,
    deadlines,
    entries,
    events,
    homes,
    kept,
    outbox,
    polls,
    stories,
    subscriptions,
)
from storage.channels import Channel, Place
from storage.database import open_database, transaction
from storage.events import Step
from storage.homes import Home, Shelf
from storage.joins import Because
from storage.stories import Mark
from storage.subscriptions import Cadence, Terms
from tests.factories import NOW, make_item, make_other

ALICE, BOB, CHANNEL = "U01ALICE", "U02BOB", "C01GEN"
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def db() -> Iterator[Database]:
    with open_database(":memory:") as opened:
        yield opened


def show(db: Database, person: str, *, governs: bool = False) -> Home:
    """A Home that shows everything as it is."""
    home = homes.opened(db, person, now=NOW)
    homes.published(db, home, channels=[person, CHANNEL], governs=governs, now=NOW)
    return home


def owed(db: Database) -> set[str]:
    found = homes.outdated(db, opened_since=NOW, published_before=LATER, limit=10)
    return {home.person for home in found}


def subscribe(db: Database) -> None:
    subscriptions.add(db, channel=CHANNEL, query="huawei", created_by=BOB, now=NOW)


def change(db: Database) -> None:
    subscriptions.change(db, 1, Terms(cadence=Cadence.DAILY))


def pause(db: Database) -> None:
    subscriptions.pause(db, 1, by=BOB)


def disable(db: Database) -> None:
    subscriptions.disable(db, CHANNEL, reason="is_archived")


def remove(db: Database) -> None:
    subscriptions.remove(db, channel=CHANNEL, query="huawei")


def choose(db: Database) -> None:
    channels.put(db, CHANNEL, Channel(steps=Place.THREAD))


@pytest.mark.parametrize("act", [change, pause, disable, remove, choose])
def test_a_change_of_a_channels_subscription_outdates_the_homes_of_its_members(
    db: Database, act: Callable[[Database], None]
) -> None:
    with transaction(db):
        subscribe(db)
        show(db, ALICE)
        homes.published(db, homes.opened(db, BOB, now=NOW), channels=[], governs=False, now=NOW)

        act(db)

    assert owed(db) == {ALICE}


def test_a_new_subscription_outdates_them_too(db: Database) -> None:
    with transaction(db):
        show(db, ALICE)

        subscribe(db)

    assert owed(db) == {ALICE}


def test_what_only_the_bot_keeps_of_a_subscription_outdates_nothing(db: Database) -> None:
    with transaction(db):
        subscribe(db)
        show(db, ALICE)

        db.execute("UPDATE subscriptions SET silent_since = '2020-06-18T00:00:00.000Z'")

    assert owed(db) == set()


def test_a_mark_outdates_the_home_of_who_made_it(db: Database) -> None:
    with transaction(db):
        entry = entries.remember(db, make_item(), now=NOW).entry
        show(db, ALICE), show(db, BOB)

        stories.mark(db, entry.story_id, Mark.SAVED, holder=ALICE, made_by=ALICE, now=NOW)
        stories.mark(db, entry.story_id, Mark.IRRELEVANT, holder=BOB, made_by=BOB, now=NOW)

    assert owed(db) == {ALICE}


def test_a_step_and_a_new_day_of_a_followed_story_outdate_the_home(db: Database) -> None:
    with transaction(db):
        entry = entries.remember(db, make_item(), now=NOW).entry
        other = entries.remember(db, make_other(), now=NOW).entry
        stories.mark(db, entry.story_id, Mark.FOLLOWED, holder=ALICE, made_by=ALICE, now=NOW)
        stories.mark(db, other.story_id, Mark.SAVED, holder=BOB, made_by=BOB, now=NOW)
        show(db, ALICE), show(db, BOB)

        events.record(db, entry, Step.CORRECTED, source="2020-99999", now=NOW)
        stepped = owed(db)
        show(db, ALICE)
        due = Due(
            kind=DateKind.COMMENTS_CLOSE,
            day=date(2020, 8, 17),
            provisional=False,
            source="2020-99001",
            sentence="",
            applies_to="",
        )
        deadlines.keep(db, other, [due], now=NOW)

    assert stepped == {ALICE}
    assert owed(db) == {BOB}


def test_failing_feeds_and_uncertain_alerts_outdate_the_homes_that_show_them(
    db: Database,
) -> None:
    with transaction(db):
        entry = entries.remember(db, make_item(), now=NOW).entry
        show(db, ALICE, governs=True), show(db, BOB)
        outbox.enqueue(db, events.reach(db, entry, now=NOW), channel=CHANNEL, whys=[], now=NOW)
        claimed = outbox.claim(db, CHANNEL, now=NOW)
        assert claimed
        before = owed(db)

        outbox.settle_uncertain(db, claimed, reason="answer lost", now=NOW)
        uncertain = owed(db)
        show(db, ALICE, governs=True)
        polls.schedule(db, ["register"], now=NOW)
        polls.record_failure(db, "register", reason="503", next_poll_at=NOW, now=NOW)
        failing = owed(db)
        show(db, ALICE, governs=True)
        polls.record_failure(db, "register", reason="503", next_poll_at=NOW, now=NOW)

    assert (before, uncertain, failing) == (set(), {ALICE}, {ALICE})
    assert owed(db) == set()


def test_a_change_that_comes_while_a_home_is_shown_is_still_owed(db: Database) -> None:
    with transaction(db):
        show(db, ALICE)
        subscribe(db)
        read = homes.get(db, ALICE)
        assert read

        change(db)
        homes.published(db, read, channels=[CHANNEL], governs=False, now=NOW)

    assert owed(db) == {ALICE}


def test_homes_that_nobody_looks_at_or_that_were_just_shown_wait(db: Database) -> None:
    with transaction(db):
        show(db, ALICE)
        subscribe(db)

    week_later = NOW + timedelta(days=8)
    unseen = homes.outdated(db, opened_since=week_later, published_before=week_later, limit=9)
    fresh = homes.outdated(db, opened_since=NOW, published_before=NOW, limit=9)

    assert (unseen, fresh) == ([], [])


def test_a_welcome_is_over_once_it_has_stood_there(db: Database) -> None:
    with transaction(db):
        first = homes.opened(db, ALICE, now=NOW)
        again = homes.opened(db, ALICE, now=NOW)
        homes.published(db, again, channels=[], governs=False, now=NOW)
        after = homes.opened(db, ALICE, now=LATER)

    assert [home.welcomed for home in (first, again, after)] == [False, False, True]


def test_a_home_is_turned_and_begins_anew_when_it_is_opened(db: Database) -> None:
    with transaction(db):
        turned = homes.turned(db, ALICE, shelf=Shelf.SAVED, page=-3, now=NOW)
        opened = homes.opened(db, ALICE, now=LATER)

    assert (turned.shelf, turned.page) == (Shelf.SAVED, 1)
    assert opened == replace(turned, shelf=Shelf.OVERVIEW, opened_at=LATER)


def test_kept_stories_come_by_their_next_deadline(db: Database) -> None:
    today = date(2020, 6, 18)
    due = Due(
        kind=DateKind.COMMENTS_CLOSE,
        day=date(2020, 8, 17),
        provisional=False,
        source="2020-13093",
        sentence="",
        applies_to="",
    )
    with transaction(db):
        rule = entries.remember(db, make_item(), now=NOW).entry
        other = entries.remember(db, make_other(), now=NOW).entry
        deadlines.keep(db, rule, [due, replace(due, kind=DateKind.EFFECTIVE, day=today)], now=NOW)
        for number, entry in enumerate((rule, other)):
            at = NOW + timedelta(minutes=number)
            stories.mark(db, entry.story_id, Mark.FOLLOWED, holder=ALICE, made_by=ALICE, now=at)

    found = kept.stories(db, ALICE, Mark.FOLLOWED, today=today, skip=0, limit=5)
    last = kept.stories(db, ALICE, Mark.FOLLOWED, today=today, skip=1, limit=5)

    assert [each.head.id for each in found] == [rule.id, other.id]
    assert [each.ahead.due.day if each.ahead else None for each in found] == [today, None]
    assert last == found[1:]
    assert kept.count(db, ALICE, Mark.FOLLOWED) == 2
    assert kept.count(db, BOB, Mark.FOLLOWED) == 0


def test_a_join_and_a_split_outdate_the_homes_on_which_either_story_stands(db: Database) -> None:
    because = Because(reason="by hand", confidence=1.0, made_by=BOB)
    with transaction(db):
        one, other = (
            entries.remember(db, each, now=NOW).entry for each in (make_item(), make_other())
        )
        for person, entry in ((ALICE, one), (BOB, other)):
            stories.mark(db, entry.story_id, Mark.SAVED, holder=person, made_by=person, now=NOW)
        for person in (ALICE, BOB, "U03CAROL"):
            show(db, person)

        stories.merge(db, other.story_id, into=one.story_id, because=because, now=NOW)
        joined = owed(db)
        for person in joined:
            show(db, person)
        stories.split(db, other.id, by=BOB, now=NOW)

    assert joined == owed(db) == {ALICE, BOB}
