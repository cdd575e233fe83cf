"""What becomes of what is owed."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from bot.deliver import Deliverer
from bot.pace import REFUSED_SECONDS, Pace
from bot.poster import Alert, DeliveryError, Outcome, Posted
from bot.storage_thread import Storage
from feeds.model import Item, Stage
from storage import cards, channels, deliveries, entries, events, lease, outbox, subscriptions
from storage.channels import Channel, Place
from storage.deliveries import State, Why
from storage.events import Step
from tests.delivering import OWNER, Clock, Elapsed, make_deliverer, make_editor
from tests.factories import NOW, make_filing, make_item, make_press
from tests.fake_poster import FakePoster, card_of

WHY = Why(subscription="huawei", reasons=())
LINK = "https://www.federalregister.gov/documents/2020/06/18/2020-13093/x"


@pytest.fixture
async def deliverer(storage: Storage, poster: FakePoster, clock: Clock) -> Deliverer:
    return await make_deliverer(storage, poster, clock=clock)


async def owe(storage: Storage, item: Item, *channels: str) -> int:
    """Remember an item and owe it to channels; returns its story."""

    def write(db: Database) -> int:
        entry = entries.remember(db, item, now=NOW).entry
        event = events.reach(db, entry, now=NOW)
        for channel in channels or ("C1",):
            outbox.enqueue(db, event, channel=channel, whys=[WHY], now=NOW)
        return entry.story_id

    return await storage.run(write)


async def deliver(deliverer: Deliverer) -> int:
    await deliverer.deliver_due()
    return await deliverer.finish()


async def test_what_is_owed_is_posted_once(
    storage: Storage, deliverer: Deliverer, poster: FakePoster
) -> None:
    await owe(storage, make_item(), "C1", "C2")

    first = await deliver(deliverer)
    second = await deliver(deliverer)

    assert (first, second) == (2, 0)
    assert sorted(alert.channel for alert in poster.posted) == ["C1", "C2"]
    assert await storage.run(outbox.counts) == {State.SENT: 2}


async def test_the_delivery_id_travels_with_the_message(
    storage: Storage, deliverer: Deliverer, poster: FakePoster
) -> None:
    await owe(storage, make_item())

    await deliver(deliverer)

    (sent,) = await storage.run(deliveries.in_state, State.SENT)
    assert poster.posted[0].delivery_id == sent.delivery_id


async def test_publication_updates_the_card_and_is_told_in_its_thread_and_channel(
    storage: Storage, deliverer: Deliverer, poster: FakePoster
) -> None:
    await owe(storage, make_filing())
    await deliver(deliverer)
    await owe(storage, make_item())

    await deliver(deliverer)

    card, step = poster.posted
    (update,) = poster.updated
    assert card.reply is None
    assert step.reply is not None
    assert not step.reply.quiet
    assert step.reply.step.headline.startswith("Published")
    assert card_of(update[0]).stage is Stage.PUBLISHED
    assert update[2] == step.reply.thread


async def test_further_press_goes_to_the_thread_quietly_and_is_counted_on_the_card(
    storage: Storage, deliverer: Deliverer, poster: FakePoster
) -> None:
    await owe(storage, make_filing())
    await deliver(deliverer)
    await owe(storage, make_press(url=LINK))

    await deliver(deliverer)

    press = poster.posted[-1].reply
    ((update, _, _),) = poster.updated
    assert press is not None
    assert press.quiet
    assert press.step.headline == "Reported · Example News"
    assert card_of(update).stage is Stage.INSPECTION
    assert "1 press report" in [fact.value for fact in card_of(update).references]


async def test_a_person_is_told_where_their_direct_message_stands(
    storage: Storage, deliverer: Deliverer, poster: FakePoster
) -> None:
    story = await owe(storage, make_filing(), "U7")
    await deliver(deliverer)

    standing = await storage.run(cards.standing, channel="U7", story_id=story)

    assert standing
    assert standing.conversation == poster.posted[0].channel


async def test_a_pause_that_slack_asks_for_is_kept(
    storage: Storage, deliverer: Deliverer, poster: FakePoster, clock: Clock
) -> None:
    await owe(storage, make_item())
    poster.faults.append(DeliveryError("ratelimited", outcome=Outcome.LATER, retry_after=30))

    now = await deliver(deliverer)
    clock.now += timedelta(seconds=29)
    early = await deliver(deliverer)
    clock.now += timedelta(seconds=1)
    late = await deliver(deliverer)

    assert (now, early, late) == (0, 0, 1)
    assert len(poster.posted) == 1


async def test_a_lost_answer_is_uncertain_and_never_sent_again(
    storage: Storage, deliverer: Deliverer, poster: FakePoster, clock: Clock
) -> None:
    await owe(storage, make_item())
    poster.faults.append(DeliveryError("timeout", outcome=Outcome.UNCERTAIN))

    await deliver(deliverer)
    clock.now += timedelta(days=1)
    await deliver(deliverer)

    assert len(poster.posted) == 1
    (uncertain,) = await storage.run(deliveries.in_state, State.UNCERTAIN)
    assert uncertain.last_error == "timeout"


async def test_a_message_that_is_refused_does_not_hold_up_the_next(
    storage: Storage, deliverer: Deliverer, poster: FakePoster
) -> None:
    await owe(storage, make_item())
    await owe(storage, make_press())
    poster.faults.append(DeliveryError("msg_too_long", outcome=Outcome.REJECTED))

    await deliver(deliverer)

    assert await storage.run(outbox.counts) == {State.DEAD: 1, State.SENT: 1}


async def test_a_channel_that_refuses_is_disabled_with_the_reason(
    storage: Storage, deliverer: Deliverer, poster: FakePoster
) -> None:
    await storage.run(subscriptions.add, channel="C1", query="huawei", created_by="U1", now=NOW)
    await owe(storage, make_item(), "C1", "C2")
    await owe(storage, make_press(), "C1")
    poster.faults.append(DeliveryError("is_archived", outcome=Outcome.CHANNEL_REFUSES))

    await deliver(deliverer)

    (subscription,) = await storage.run(subscriptions.every)
    assert subscription.disabled_reason == "is_archived"
    # Held is what it is told once it takes messages again.
    assert await storage.run(outbox.counts) == {State.DEAD: 2, State.SENT: 1, State.HELD: 1}


async def test_a_deleted_card_is_replaced_by_the_next_step(
    storage: Storage, deliverer: Deliverer, poster: FakePoster
) -> None:
    await owe(storage, make_filing())
    await deliver(deliverer)
    poster.standing.clear()
    await owe(storage, make_item())

    await deliver(deliverer)

    assert poster.posted[-1].reply is None
    assert card_of(poster.posted[-1]).stage is Stage.PUBLISHED
    assert await storage.run(outbox.counts) == {State.SENT: 2}


async def test_a_step_is_told_though_its_card_can_be_edited_no_more(
    storage: Storage, deliverer: Deliverer, poster: FakePoster
) -> None:
    await owe(storage, make_filing())
    await deliver(deliverer)
    await owe(storage, make_item())
    poster.faults.append(DeliveryError("edit_window_closed", outcome=Outcome.REJECTED))

    await deliver(deliverer)

    assert [bool(alert.reply) for alert in poster.posted] == [False, True]
    assert await storage.run(outbox.counts) == {State.SENT: 2}
    assert await storage.run(cards.outdated) == []


async def test_a_story_goes_on_in_the_thread_of_a_card_that_can_be_edited_no_more(
    storage: Storage, deliverer: Deliverer, poster: FakePoster, elapsed: Elapsed
) -> None:
    editor = make_editor(storage, poster, pace=Pace.free(elapsed=elapsed), elapsed=elapsed)
    story = await owe(storage, make_filing())
    await deliver(deliverer)
    await storage.run(cards.outdate, channel="C1", story_id=story)
    poster.faults.append(DeliveryError("edit_window_closed", outcome=Outcome.REJECTED))

    edits = [await editor.edit_due(), await editor.edit_due()]
    await owe(storage, make_item())
    await deliver(deliverer)

    assert edits == [0, 0]
    assert [bool(alert.reply) for alert in poster.posted] == [False, True]


async def test_a_card_in_a_channel_that_refuses_edits_is_edited_once_the_bot_is_back(
    storage: Storage, deliverer: Deliverer, poster: FakePoster, elapsed: Elapsed
) -> None:
    editor = make_editor(storage, poster, pace=Pace.free(elapsed=elapsed), elapsed=elapsed)
    story = await owe(storage, make_filing())
    await deliver(deliverer)
    await storage.run(cards.outdate, channel="C1", story_id=story)
    poster.faults.append(DeliveryError("not_in_channel", outcome=Outcome.CHANNEL_REFUSES))

    refused, soon = await editor.edit_due(), await editor.edit_due()
    elapsed.seconds += REFUSED_SECONDS
    back = await editor.edit_due()

    assert (refused, soon, back) == (0, 0, 1)


async def test_only_the_leader_sends(
    storage: Storage, deliverer: Deliverer, poster: FakePoster
) -> None:
    await owe(storage, make_item())
    await storage.run(lease.release, OWNER)
    await storage.run(lease.take, "another copy", now=NOW)

    await deliver(deliverer)

    assert poster.posted == []
    assert await storage.run(outbox.counts) == {State.PENDING: 1}


async def test_a_claim_that_is_old_when_its_message_is_to_be_posted_is_given_back(
    storage: Storage, poster: FakePoster, clock: Clock
) -> None:
    elapsed = Elapsed()
    deliverer = await make_deliverer(storage, poster, clock=clock, elapsed=elapsed)
    await owe(storage, make_filing())
    await deliver(deliverer)
    await owe(storage, make_item())

    def freeze() -> None:
        elapsed.seconds += 60

    poster.before_update = freeze
    await deliver(deliverer)
    poster.before_update = None
    clock.now += timedelta(minutes=1)
    given_back = len(poster.posted)
    await deliver(deliverer)

    assert given_back == 1
    assert len(poster.posted) == 2


async def test_a_step_does_not_wait_for_the_pace_of_edits(
    storage: Storage, poster: FakePoster, clock: Clock
) -> None:
    elapsed = Elapsed()
    pace = Pace(elapsed=elapsed, posts=(1e6, 1.0), edits=(1.0, 3600.0))
    deliverer = await make_deliverer(storage, poster, clock=clock, pace=pace)
    await owe(storage, make_filing(), "C1", "C2")
    await deliver(deliverer)
    await owe(storage, make_item(), "C1", "C2")

    await deliver(deliverer)
    edited = len(poster.updated)
    editor = make_editor(storage, poster, pace=Pace.free(elapsed=elapsed))
    owed = [await editor.edit_due(), await editor.edit_due()]

    assert len([each for each in poster.posted if each.reply]) == 2
    assert edited == 1
    assert owed == [1, 0]
    assert {conversation for _, conversation, _ in poster.updated} == {"C1", "C2"}
    assert {card_of(update).stage for update, _, _ in poster.updated} == {Stage.PUBLISHED}


async def test_an_edit_that_slack_puts_off_does_not_put_off_the_step(
    storage: Storage, deliverer: Deliverer, poster: FakePoster
) -> None:
    await owe(storage, make_filing())
    await deliver(deliverer)
    await owe(storage, make_item())
    poster.faults.append(DeliveryError("ratelimited", outcome=Outcome.LATER, retry_after=30))

    await deliver(deliverer)

    assert len(poster.posted) == 2
    assert [changes for _, changes in await storage.run(cards.outdated)] == [1]


async def test_a_slow_channel_delays_nobody_else(storage: Storage, clock: Clock) -> None:
    poster = SlowPoster()
    deliverer = await make_deliverer(storage, poster, clock=clock)
    await owe(storage, make_item(), "slow", *(f"C{number}" for number in range(2, 52)))

    async with asyncio.timeout(20):
        await deliverer.deliver_due()
        while (await storage.run(outbox.counts)).get(State.SENT, 0) < 50:
            pass
        standing = await storage.run(outbox.counts)
        poster.answer.set()
        await deliverer.finish()

    assert standing == {State.SENT: 50, State.SENDING: 1}


async def test_a_channel_of_the_other_poster_stays_owed(
    storage: Storage, deliverer: Deliverer, poster: FakePoster
) -> None:
    await owe(storage, make_item(), "elsewhere", "C1")

    await deliver(deliverer)

    assert [alert.channel for alert in poster.posted] == ["C1"]
    assert (await storage.run(outbox.counts))[State.PENDING] == 1


async def test_stopping_between_two_messages_sends_no_other(
    storage: Storage, poster: FakePoster, clock: Clock
) -> None:
    await owe(storage, make_item())
    await owe(storage, make_press())
    slow = await make_deliverer(storage, poster, clock=clock, pace_seconds=600)

    async with asyncio.timeout(5):
        await slow.deliver_due()
        while not (await storage.run(outbox.counts)).get(State.SENT):
            pass
        await slow.stop(seconds=600)

    assert await storage.run(outbox.counts) == {State.SENT: 1, State.PENDING: 1}


class SlowPoster(FakePoster):
    """A FakePoster that says when it is at work, and answers when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.at_work, self.answer = asyncio.Event(), asyncio.Event()

    async def post(self, alert: Alert) -> Posted:
        self.at_work.set()
        if alert.channel in {"slow", "C1"}:
            await self.answer.wait()
        return await super().post(alert)


async def test_stopping_finishes_the_message_in_hand_and_leaves_the_rest_owed(
    storage: Storage, clock: Clock
) -> None:
    poster = SlowPoster()
    deliverer = await make_deliverer(storage, poster, clock=clock)
    await owe(storage, make_item())
    await owe(storage, make_press())

    async with asyncio.timeout(5):
        await deliverer.deliver_due()
        await poster.at_work.wait()
        stopping = asyncio.create_task(deliverer.stop(seconds=600))
        poster.answer.set()
        await stopping

    assert len(poster.posted) == 1
    assert await storage.run(outbox.counts) == {State.SENT: 1, State.PENDING: 1}


class SilentPoster(FakePoster):
    """Takes a message and never answers."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = asyncio.Event()

    async def post(self, alert: Alert) -> Posted:
        await super().post(alert)
        self.taken.set()
        answer: asyncio.Future[Posted] = asyncio.get_running_loop().create_future()
        return await answer


async def test_stopping_waits_only_so_long_for_an_answer_and_never_sends_again(
    storage: Storage, clock: Clock
) -> None:
    poster = SilentPoster()
    deliverer = await make_deliverer(storage, poster, clock=clock)
    await owe(storage, make_item())
    await deliverer.deliver_due()
    await poster.taken.wait()

    await deliverer.stop(seconds=0.01)
    await storage.run(outbox.recover, sending=(), now=clock())
    await (await make_deliverer(storage, poster)).deliver_due()

    assert await storage.run(outbox.counts) == {State.UNCERTAIN: 1}
    assert len(poster.posted) == 1


async def test_a_message_that_stands_is_settled_as_sent_once_the_database_can_be_written_again(
    storage: Storage, deliverer: Deliverer, poster: FakePoster, tmp_path: Path
) -> None:
    await owe(storage, make_item())
    await storage.run_plain(_wait_for_nobody)
    with closing(sqlite3.connect(tmp_path / "rulewire.db", isolation_level=None)) as other:
        locked = asyncio.Event()

        def lock() -> None:
            other.execute("BEGIN IMMEDIATE")
            locked.set()

        poster.before_post = lock

        await deliverer.deliver_due()
        async with asyncio.timeout(5):
            await locked.wait()
        await asyncio.sleep(0.05)  # long enough to fail a few times
        other.execute("ROLLBACK")
        sent = await deliverer.finish()

    assert sent == 1
    assert await storage.run(outbox.counts) == {State.SENT: 1}


def _wait_for_nobody(db: Database) -> None:
    db.execute("PRAGMA busy_timeout = 0")


async def test_what_ends_a_sender_is_raised_by_the_next_look(
    storage: Storage, deliverer: Deliverer, poster: FakePoster
) -> None:
    def fail() -> None:
        message = "a bug"
        raise RuntimeError(message)

    await owe(storage, make_item(), "C1")
    poster.before_post = fail

    with pytest.raises(RuntimeError, match="a bug"):
        await deliver(deliverer)
    poster.before_post = None
    await owe(storage, make_press(), "C2")

    assert await deliver(deliverer) == 1


async def test_who_comes_late_to_a_story_gets_its_present_state_once(
    storage: Storage, deliverer: Deliverer, poster: FakePoster
) -> None:
    await owe(storage, make_item(), "C1")
    await owe(storage, make_press(url=LINK), "C1", "C2")

    await deliver(deliverer)

    (late,) = [alert for alert in poster.posted if alert.channel == "C2"]
    assert late.reply is None
    assert card_of(late).stage is Stage.PUBLISHED


async def test_a_channel_can_keep_steps_to_the_thread(
    storage: Storage, deliverer: Deliverer, poster: FakePoster
) -> None:
    await storage.run(channels.put, "C1", Channel(steps=Place.THREAD))
    await owe(storage, make_filing(), "C1", "C2")
    await owe(storage, make_item(), "C1", "C2")

    await deliver(deliverer)

    quiet = {each.channel: each.reply.quiet for each in poster.posted if each.reply}
    assert quiet == {"C1": True, "C2": False}


async def test_times_are_told_in_the_zone_that_the_channel_chose(
    storage: Storage, deliverer: Deliverer, poster: FakePoster
) -> None:
    await storage.run(channels.put, "C1", Channel(timezone=ZoneInfo("Asia/Tokyo")))
    await owe(storage, make_filing(), "C1")

    await deliver(deliverer)

    filed = [fact.value for fact in card_of(poster.posted[0]).facts if fact.label == "Filed"]
    assert filed == ["16 June 2020, 9:45 p.m. JST"]


async def test_a_copied_headline_brings_the_card_up_to_date_and_is_one_where_none_stands(
    storage: Storage, deliverer: Deliverer, poster: FakePoster
) -> None:
    await owe(storage, make_press(), "C1")
    await owe(storage, make_press(key="news:2", url="https://b.example/1"), "C1", "C2")

    await deliver(deliverer)

    assert sorted((alert.channel, alert.reply) for alert in poster.posted) == [
        ("C1", None),
        ("C2", None),
    ]
    ((update, _, _),) = poster.updated
    assert [fact.phrase for fact in card_of(update).references] == ["1 other press report"]


async def test_a_step_that_is_told_by_the_card_alone_posts_nothing(
    storage: Storage, deliverer: Deliverer, poster: FakePoster
) -> None:
    await owe(storage, make_item())
    await deliver(deliverer)

    def close(db: Database) -> None:
        entry = entries.remember(db, make_item(), now=NOW).entry
        event, _ = events.record(db, entry, Step.COMMENTS_CLOSED, source="calendar", now=NOW)
        outbox.enqueue(db, event, channel="C1", whys=[WHY], now=NOW)

    await storage.run(close)
    await deliver(deliverer)

    assert (len(poster.posted), len(poster.updated)) == (1, 1)
    assert await storage.run(outbox.counts) == {State.SENT: 2}
