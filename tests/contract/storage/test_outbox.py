"""What `storage.outbox` promises, on every engine."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlite_utils import Database

from feeds.matching import Reason
from storage import cards, deliveries, entries, events, outbox, uncertain
from storage.cards import Standing
from storage.database import open_database
from storage.deliveries import Delivery, State, Why
from storage.entries import Entry
from storage.events import Step
from storage.uncertain import Verdict
from tests.factories import NOW, make_filing, make_item, make_other, make_press

WHY = Why(
    subscription="topic:huawei",
    reasons=(Reason(term="huawei", where="title", sentence="Huawei."),),
)


@pytest.fixture
def entry(db: Database) -> Entry:
    return entries.remember(db, make_item(), now=NOW).entry


def owe(db: Database, entry: Entry, channel: str = "C1") -> bool:
    return outbox.enqueue(
        db, events.reach(db, entry, now=NOW), channel=channel, whys=[WHY], now=NOW
    )


def claim(db: Database, channel: str = "C1", *, minutes: int = 0) -> Delivery:
    claimed = outbox.claim(db, channel, now=NOW + timedelta(minutes=minutes))
    assert isinstance(claimed, Delivery)
    return claimed


def test_a_channel_is_owed_a_stage_of_an_entry_once(db: Database, entry: Entry) -> None:
    assert owe(db, entry)
    assert not owe(db, entry)
    assert outbox.counts(db) == {State.PENDING: 1}


def test_two_channels_are_each_owed_it(db: Database, entry: Entry) -> None:
    assert owe(db, entry, "C1")
    assert owe(db, entry, "C2")
    assert outbox.channels_due(db, now=NOW) == ["C1", "C2"]


def test_each_stage_of_an_entry_is_owed(db: Database) -> None:
    filed = entries.remember(db, make_filing(), now=NOW).entry
    owe(db, filed)
    published = entries.remember(db, make_item(), now=NOW).entry

    assert owe(db, published)
    assert outbox.counts(db) == {State.PENDING: 2}


def test_what_is_sent_is_not_owed_again(db: Database, entry: Entry) -> None:
    owe(db, entry)
    outbox.settle_sent(db, claim(db), ts="1.0", now=NOW)

    assert not owe(db, entry)
    assert outbox.claim(db, "C1", now=NOW) is None


def test_a_claim_hands_a_delivery_out_once(db: Database, entry: Entry) -> None:
    owe(db, entry)

    first = outbox.claim(db, "C1", now=NOW)
    second = outbox.claim(db, "C1", now=NOW)

    assert isinstance(first, Delivery)
    assert (first.state, first.attempts, first.whys) == (State.SENDING, 1, (WHY,))
    assert second is None


def test_a_channel_has_one_message_in_flight_and_keeps_its_order(
    db: Database, entry: Entry
) -> None:
    press = entries.remember(db, make_press(), now=NOW).entry
    owe(db, entry)
    owe(db, press)

    first = claim(db)
    blocked = outbox.claim(db, "C1", now=NOW)
    busy = outbox.channels_due(db, now=NOW)
    outbox.settle_sent(db, first, ts="1.0", now=NOW)
    second = claim(db)

    assert blocked is None
    assert busy == []
    assert [first.event.entry_id, second.event.entry_id] == [entry.id, press.id]


def test_a_refusal_that_passes_is_due_later(db: Database, entry: Entry) -> None:
    owe(db, entry)
    later = NOW + timedelta(minutes=1)

    outbox.settle_later(db, claim(db), reason="ratelimited", due_at=later)

    assert outbox.claim(db, "C1", now=NOW) is None
    assert outbox.next_due(db) == later
    again = claim(db, minutes=1)
    assert (again.attempts, again.last_error) == (2, "ratelimited")


def test_a_sender_that_is_gone_leaves_its_delivery_uncertain(db: Database, entry: Entry) -> None:
    owe(db, entry)
    claim(db)

    lost = outbox.recover(db, sending=(), now=NOW)

    assert lost == 1
    assert outbox.counts(db) == {State.UNCERTAIN: 1}
    assert outbox.claim(db, "C1", now=NOW) is None


def test_what_the_leader_itself_is_sending_is_not_lost(db: Database, entry: Entry) -> None:
    owe(db, entry, "C1")
    owe(db, entry, "C2")
    claim(db, "C1")
    claim(db, "C2")

    lost = outbox.recover(db, sending={"C2"}, now=NOW)

    assert lost == 1
    assert [each.channel for each in deliveries.in_state(db, State.SENDING)] == ["C2"]


def test_an_answer_that_comes_after_all_settles_an_uncertain_delivery(
    db: Database, entry: Entry
) -> None:
    owe(db, entry)
    claimed = claim(db)
    outbox.recover(db, sending=(), now=NOW)

    outbox.settle_sent(db, claimed, ts="1.0", now=NOW)

    assert outbox.counts(db) == {State.SENT: 1}


def test_a_late_refusal_says_nothing_of_a_later_attempt(db: Database, entry: Entry) -> None:
    owe(db, entry)
    first = claim(db)
    outbox.recover(db, sending=(), now=NOW)
    (doubt,) = deliveries.in_state(db, State.UNCERTAIN)
    uncertain.settle(db, doubt, Verdict.ABSENT, by="rulewire", now=NOW)
    second = claim(db)

    outbox.settle_later(db, first, reason="ratelimited", due_at=NOW)
    outbox.settle_dead(db, first, reason="is_archived", now=NOW)

    assert second.attempts == 2
    assert outbox.counts(db) == {State.SENDING: 1}


def test_a_step_waits_until_its_storys_card_is_found_or_known_to_be_unreadable(
    db: Database, entry: Entry
) -> None:
    owe(db, entry)
    claim(db)
    outbox.recover(db, sending=(), now=NOW)
    later, _ = events.record(db, entry, Step.CORRECTED, source="x", now=NOW)
    other = entries.remember(db, make_other(), now=NOW).entry
    outbox.enqueue(db, later, channel="C1", whys=[WHY], now=NOW)
    owe(db, other)

    other_story = claim(db)
    outbox.settle_sent(db, other_story, ts="1.0", now=NOW)
    while_in_doubt = outbox.claim(db, "C1", now=NOW)
    (doubt,) = deliveries.in_state(db, State.UNCERTAIN)
    uncertain.unreadable(db, doubt, reason="not_in_channel")

    assert other_story.event.entry_id == other.id
    assert while_in_doubt is None
    assert claim(db).event.id == later.id


def test_a_delivery_has_the_same_id_in_every_copy_of_the_database(db: Database) -> None:
    ids = []
    with open_database(":memory:") as copy:
        entries.remember(copy, make_press(), now=NOW)  # other numbers for the same things
        for each in (db, copy):
            owe(each, entries.remember(each, make_item(), now=NOW).entry)
            owe(each, entries.remember(each, make_item(), now=NOW).entry, "C2")
            pending = deliveries.in_state(each, State.PENDING)
            ids.append([delivery.delivery_id for delivery in pending])

    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2


def test_what_was_put_off_by_a_clock_that_has_gone_back_since_is_due(
    db: Database, entry: Entry
) -> None:
    owe(db, entry)
    ahead = NOW + timedelta(days=3)
    claimed = outbox.claim(db, "C1", now=ahead)
    assert claimed
    outbox.settle_later(db, claimed, reason="ratelimited", due_at=ahead + timedelta(minutes=1))

    assert outbox.channels_due(db, now=NOW) == ["C1"]
    assert claim(db).attempts == 2


def test_a_refused_channel_is_owed_nothing_more(db: Database, entry: Entry) -> None:
    press = entries.remember(db, make_press(), now=NOW).entry
    owe(db, entry)
    owe(db, press)
    owe(db, press, "C2")

    outbox.settle_dead(db, claim(db), reason="channel_not_found", now=NOW)
    outbox.bury(db, "C1", reason="channel_not_found", now=NOW)

    assert outbox.counts(db) == {State.DEAD: 2, State.PENDING: 1}
    assert {dead.last_error for dead in deliveries.in_state(db, State.DEAD)} == {
        "channel_not_found"
    }


def test_a_storys_card_is_found_until_it_is_deleted(db: Database, entry: Entry) -> None:
    card = Standing(
        channel="C1", story_id=entry.story_id, entry_id=entry.id, conversation="D9", ts="1.0"
    )

    cards.put(db, card)
    standing = cards.standing(db, channel="C1", story_id=entry.story_id)
    cards.forget(db, channel="C1", story_id=entry.story_id)

    assert standing == card
    assert cards.standing(db, channel="C1", story_id=entry.story_id) is None


def test_a_card_is_owed_an_edit_until_it_shows_every_change(db: Database, entry: Entry) -> None:
    card = Standing(
        channel="C1", story_id=entry.story_id, entry_id=entry.id, conversation="C1", ts="1.0"
    )
    cards.put(db, card)
    cards.outdate(db, channel="C1", story_id=entry.story_id)
    ((seen, changes),) = cards.outdated(db)
    cards.outdate(db, channel="C1", story_id=entry.story_id)

    cards.renewed(db, card, changes=changes)
    meanwhile = cards.outdated(db)
    cards.renewed(db, card, changes=1)

    assert seen == card
    assert meanwhile == [(card, 1)]
    assert cards.outdated(db) == []


def test_a_story_tells_everything_ever_owed_about_it(db: Database, entry: Entry) -> None:
    owe(db, entry, "C1")
    owe(db, entry, "C2")

    told = deliveries.of_story(db, entry.story_id)

    assert [delivery.channel for delivery in told] == ["C1", "C2"]
    assert len({delivery.delivery_id for delivery in told}) == 2
