"""What may or may not stand is looked for before anything is sent again, and shown when it cannot be."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from bot import bulletin
from bot.bulletin import Bulletin
from bot.deliver import Deliverer
from bot.fold import fold_due
from bot.pace import REFUSED_SECONDS
from bot.poster import DeliveryError, Outcome
from bot.settle import MARGIN, SETTLE_AFTER_SECONDS, Settler
from bot.storage_thread import Storage
from bot.terminal import TerminalPoster
from feeds.model import Item
from storage import (
    bulletins,
    cards,
    deliveries,
    entries,
    events,
    outbox,
    restored,
    subscriptions,
    uncertain,
    upkeep,
)
from storage.deliveries import State, Why
from storage.events import Step
from storage.subscriptions import Cadence, Terms
from storage.uncertain import Verdict
from tests.delivering import Elapsed, make_deliverer, make_settler
from tests.factories import NOW, make_filing, make_item, make_other, make_press
from tests.fake_poster import FakePoster

LOST = DeliveryError("answer lost", outcome=Outcome.UNCERTAIN)
WHY = Why(subscription="huawei", reasons=())


@pytest.fixture
async def deliverer(storage: Storage, poster: FakePoster, elapsed: Elapsed) -> Deliverer:
    return await make_deliverer(storage, poster, elapsed=elapsed)


@pytest.fixture
def settler(
    storage: Storage, poster: FakePoster, elapsed: Elapsed, deliverer: Deliverer
) -> Settler:
    return make_settler(storage, poster, elapsed=elapsed, deliverer=deliverer)


async def owe(storage: Storage, item: Item, *channels: str, step: Step | None = None) -> int:
    """Remember an item and owe it, or a step of it, to channels; returns its story."""

    def write(db: Database) -> int:
        entry = entries.remember(db, item, now=NOW).entry
        event = events.reach(db, entry, now=NOW)
        if step:
            event, _ = events.record(db, entry, step, source="calendar", now=NOW)
        for channel in channels or ("C1",):
            outbox.enqueue(db, event, channel=channel, whys=[WHY], now=NOW)
        return entry.story_id

    return await storage.run(write)


async def daily(storage: Storage) -> None:
    """Subscribe the channel to a daily digest."""
    terms = Terms(cadence=Cadence.DAILY)
    await storage.run(
        subscriptions.add, channel="C1", query="huawei", created_by="U1", now=NOW, terms=terms
    )


async def deliver(deliverer: Deliverer) -> int:
    await deliverer.deliver_due()
    return await deliverer.finish()


async def settle(settler: Settler, elapsed: Elapsed) -> int:
    """See what is in doubt, wait as long as that takes, and look."""
    await settler.settle_due()
    elapsed.until_settled()
    return await settler.settle_due()


async def test_a_message_that_stands_is_sent_and_never_posted_again(
    storage: Storage, deliverer: Deliverer, settler: Settler, poster: FakePoster, elapsed: Elapsed
) -> None:
    story = await owe(storage, make_item())
    poster.faults.append(LOST)
    await deliver(deliverer)

    left = await settle(settler, elapsed)
    await deliver(deliverer)

    ((_, ts),) = poster.standing
    (sent,) = await storage.run(deliveries.in_state, State.SENT)
    card = await storage.run(cards.standing, channel="C1", story_id=story)
    assert left == 0
    assert len(poster.posted) == 1
    assert sent.ts == ts
    assert card
    assert card.ts == ts


async def test_a_message_that_does_not_stand_is_posted_again(
    storage: Storage, deliverer: Deliverer, settler: Settler, poster: FakePoster, elapsed: Elapsed
) -> None:
    await owe(storage, make_item())
    poster.faults.append(LOST)
    await deliver(deliverer)
    poster.standing.clear()

    await settle(settler, elapsed)
    await deliver(deliverer)

    assert len(poster.posted) == 2
    assert len(poster.standing) == 1
    assert await storage.run(outbox.counts) == {State.SENT: 1}


async def test_nothing_is_looked_for_before_slack_had_time_to_show_it(
    storage: Storage, deliverer: Deliverer, settler: Settler, poster: FakePoster, elapsed: Elapsed
) -> None:
    await owe(storage, make_item())
    poster.faults.append(LOST)
    await deliver(deliverer)

    await settler.settle_due()
    elapsed.seconds += SETTLE_AFTER_SECONDS - 1
    waiting = await settler.settle_due()

    assert waiting == 1
    assert poster.reads == []


async def test_a_channel_is_read_once_for_all_its_lost_answers(
    storage: Storage, deliverer: Deliverer, settler: Settler, poster: FakePoster, elapsed: Elapsed
) -> None:
    await owe(storage, make_item(), "C1", "C2")
    await owe(storage, make_other(), "C1")
    poster.faults.extend([LOST] * 3)
    await deliver(deliverer)

    await settle(settler, elapsed)

    assert sorted(poster.reads) == [("C1", None, MARGIN), ("C2", None, MARGIN)]
    assert await storage.run(outbox.counts) == {State.SENT: 3}


async def test_a_step_is_looked_for_in_the_thread_of_its_card(
    storage: Storage, deliverer: Deliverer, settler: Settler, poster: FakePoster, elapsed: Elapsed
) -> None:
    await owe(storage, make_filing())
    await deliver(deliverer)
    ((_, card),) = poster.standing
    await owe(storage, make_item())
    lose = poster.faults.append
    poster.before_post = lambda: lose(LOST)
    await deliver(deliverer)
    poster.before_post = None

    await settle(settler, elapsed)
    await deliver(deliverer)

    assert [(place, thread) for place, thread, _ in poster.reads] == [("C1", card)]
    assert len(poster.posted) == 2
    assert await storage.run(outbox.counts) == {State.SENT: 2}


async def test_a_step_whose_card_is_deleted_in_doubt_becomes_a_card_itself(
    storage: Storage, deliverer: Deliverer, settler: Settler, poster: FakePoster, elapsed: Elapsed
) -> None:
    await owe(storage, make_filing())
    await deliver(deliverer)
    await owe(storage, make_item())
    lose = poster.faults.append
    poster.before_post = lambda: lose(LOST)
    await deliver(deliverer)
    poster.before_post = None
    poster.standing.clear()

    await settle(settler, elapsed)
    await deliver(deliverer)

    assert poster.posted[-1].reply is None
    assert await storage.run(outbox.counts) == {State.SENT: 2}


async def test_a_direct_message_is_looked_for_at_its_person(
    storage: Storage, deliverer: Deliverer, settler: Settler, poster: FakePoster, elapsed: Elapsed
) -> None:
    await owe(storage, make_item(), "U7")
    poster.faults.append(LOST)
    await deliver(deliverer)

    await settle(settler, elapsed)

    assert [place for place, _, _ in poster.reads] == ["U7"]
    assert await storage.run(outbox.counts) == {State.SENT: 1}


async def test_a_channel_that_cannot_be_read_is_shown_and_tried_again_an_hour_later(
    storage: Storage, deliverer: Deliverer, settler: Settler, poster: FakePoster, elapsed: Elapsed
) -> None:
    await owe(storage, make_item())
    poster.faults.append(LOST)
    await deliver(deliverer)
    poster.unreadable.append(DeliveryError("missing_scope", outcome=Outcome.CHANNEL_REFUSES))

    await settle(settler, elapsed)
    (shown,) = await storage.run(deliveries.in_state, State.UNCERTAIN)
    elapsed.until_settled()
    await settler.settle_due()
    soon = len(poster.reads)
    elapsed.seconds += REFUSED_SECONDS
    await settler.settle_due()

    assert (shown.last_error, shown.unreadable) == ("answer lost", "missing_scope")
    assert (soon, len(poster.reads)) == (1, 2)
    assert await storage.run(outbox.counts) == {State.SENT: 1}
    assert len(poster.posted) == 1


async def test_slacks_own_wait_is_kept_before_it_is_asked_again(
    storage: Storage, deliverer: Deliverer, settler: Settler, poster: FakePoster, elapsed: Elapsed
) -> None:
    await owe(storage, make_item(), "C1", "C2")
    poster.faults.extend([LOST] * 2)
    await deliver(deliverer)
    busy = DeliveryError("ratelimited", outcome=Outcome.LATER, retry_after=45)
    poster.unreadable.append(busy)

    left = await settle(settler, elapsed)
    elapsed.seconds += 44
    await settler.settle_due()
    early = len(poster.reads)
    elapsed.seconds += 1
    await settler.settle_due()

    assert (left, early, len(poster.reads)) == (2, 1, 3)
    assert await storage.run(outbox.counts) == {State.SENT: 2}


async def test_a_sender_that_died_is_looked_after_whatever_the_time_of_day_says(
    storage: Storage, deliverer: Deliverer, settler: Settler, poster: FakePoster, elapsed: Elapsed
) -> None:
    await owe(storage, make_item())
    await storage.run(outbox.claim, "C1", now=NOW + timedelta(hours=5))  # by a clock that was wrong

    await settle(settler, elapsed)
    await deliver(deliverer)

    ((_, _, age),) = poster.reads
    assert age == MARGIN
    assert len(poster.posted) == 1
    assert await storage.run(outbox.counts) == {State.SENT: 1}


async def test_a_message_in_flight_is_left_alone(storage: Storage, elapsed: Elapsed) -> None:
    poster = FakePoster()
    deliverer = await make_deliverer(storage, poster, elapsed=elapsed)
    settler = make_settler(storage, poster, elapsed=elapsed, deliverer=deliverer)
    await owe(storage, make_item())
    async with asyncio.timeout(5):
        await deliverer.deliver_due()
        while not (await storage.run(outbox.counts)).get(State.SENT):
            await settler.settle_due()
        await deliverer.finish()

    assert poster.reads == []
    assert await storage.run(outbox.counts) == {State.SENT: 1}


async def test_an_edit_of_a_card_is_made_again_without_looking(
    storage: Storage, deliverer: Deliverer, settler: Settler, poster: FakePoster
) -> None:
    await owe(storage, make_item())
    await deliver(deliverer)
    await owe(storage, make_item(), step=Step.COMMENTS_CLOSED)
    await storage.run(outbox.claim, "C1", now=NOW)

    await settler.settle_due()
    await deliver(deliverer)

    assert poster.reads == []
    assert (len(poster.posted), len(poster.updated)) == (1, 1)
    assert await storage.run(outbox.counts) == {State.SENT: 2}


async def test_what_was_printed_stays_uncertain_with_the_reason(
    storage: Storage, elapsed: Elapsed
) -> None:
    poster = TerminalPoster()
    settler = make_settler(storage, poster, elapsed=elapsed)
    await owe(storage, make_item(), "terminal")
    await storage.run(outbox.claim, "terminal", now=NOW)

    await settle(settler, elapsed)

    (shown,) = await storage.run(deliveries.in_state, State.UNCERTAIN)
    assert shown.unreadable == "what was printed cannot be read back"


async def test_who_settled_it_is_kept(
    storage: Storage, deliverer: Deliverer, settler: Settler, poster: FakePoster, elapsed: Elapsed
) -> None:
    await owe(storage, make_item())
    poster.faults.append(LOST)
    await deliver(deliverer)
    (doubt,) = await storage.run(deliveries.in_state, State.UNCERTAIN)

    await settle(settler, elapsed)

    settled = await storage.run(uncertain.last, doubt.id)
    assert settled
    assert (settled.verdict, settled.by, settled.at) == (Verdict.FOUND, "rulewire", NOW)


async def test_a_restored_database_repeats_nothing_that_can_be_found(
    storage: Storage, deliverer: Deliverer, poster: FakePoster, elapsed: Elapsed, tmp_path: Path
) -> None:
    """Yesterday's backup knows of neither alert; both were told since, one in the other's thread."""
    backup = Storage(tmp_path / "backup.db")
    await backup.open()
    await backup.run(restored.stamp, now=NOW - timedelta(days=1))
    await owe(storage, make_filing())
    await deliver(deliverer)
    await owe(storage, make_item())
    await deliver(deliverer)
    settler = make_settler(backup, poster, elapsed=elapsed)
    second = await make_deliverer(backup, poster, elapsed=elapsed)

    await settler.settle_due()
    story = await owe(backup, make_filing())
    await owe(backup, make_item())
    await owe(backup, make_other())  # came while it was down
    for _ in range(3):
        await settler.settle_due()
        await deliver(second)
    card = await backup.run(cards.standing, channel="C1", story_id=story)
    counts = await backup.run(outbox.counts)
    await backup.close()

    assert len(poster.posted) == 3
    assert "Covered Equipment" in poster.posted[-1].card.title
    assert counts == {State.SENT: 3}
    assert card
    assert ("C1", card.ts) == next(iter(poster.standing))


@pytest.mark.parametrize("known", [False, True], ids=["came since", "held before"])
async def test_a_restored_database_repeats_nothing_that_a_digest_told(
    storage: Storage,
    deliverer: Deliverer,
    poster: FakePoster,
    elapsed: Elapsed,
    tmp_path: Path,
    *,
    known: bool,
) -> None:
    """Since the backup a digest told two stories, one of which has a card; a third came while down."""
    told = [make_item(), make_other()]
    await owe(storage, make_filing())
    await deliver(deliverer)
    await daily(storage)
    if known:
        for item in told:
            await owe(storage, item)
    await storage.run_plain(upkeep.back_up, tmp_path / "backup.db", now=NOW)
    for item in told:
        await owe(storage, item)
    await fold_due(storage, now=NOW + timedelta(days=1), timezone=ZoneInfo("UTC"))
    await deliver(deliverer)
    before = len(poster.posted)

    backup = Storage(tmp_path / "backup.db")
    await backup.open()
    settler = make_settler(backup, poster, elapsed=elapsed)
    second = await make_deliverer(backup, poster, elapsed=elapsed)
    await settler.settle_due()
    for item in (*told, make_press(title="Standards, Huawei and you")):
        await owe(backup, item)
    for _ in range(3):
        await settler.settle_due()
    await fold_due(backup, now=NOW + timedelta(days=2), timezone=ZoneInfo("UTC"))
    await settler.settle_due()
    await deliver(second)
    counts = await backup.run(outbox.counts)
    await backup.close()

    assert counts.keys() == {State.SENT}
    (repeated,) = poster.posted[before:]
    assert isinstance(repeated.card, Bulletin)
    assert repeated.card.title == "Daily digest: 1 in the press"


async def test_in_a_restored_database_what_does_not_stand_waits_for_its_digest(
    storage: Storage, settler: Settler
) -> None:
    await storage.run(restored.stamp, now=NOW - timedelta(days=1))
    await settler.settle_due()
    await daily(storage)
    await owe(storage, make_item())

    await settler.settle_due()

    assert await storage.run(outbox.counts) == {State.HELD: 1}


async def test_a_bulletin_that_a_restored_database_finds_is_made_to_say_what_it_says(
    storage: Storage, deliverer: Deliverer, poster: FakePoster, elapsed: Elapsed, tmp_path: Path
) -> None:
    backup = Storage(tmp_path / "backup.db")
    await backup.open()
    await backup.run(restored.stamp, now=NOW - timedelta(days=1))
    said = [bulletin.encode(Bulletin(title=title)) for title in ("Two feeds", "Three feeds")]
    owe = partial(bulletins.owe, channel="C1", kind="health", key="1", now=NOW)
    await storage.run(owe, body=said[0])
    await deliver(deliverer)
    settler = make_settler(backup, poster, elapsed=elapsed)

    await settler.settle_due()
    await backup.run(owe, body=said[1])
    await settler.settle_due()

    ((outdated, _),) = await backup.run(bulletins.outdated)
    await backup.close()
    assert outdated.body == said[1]
    assert len(poster.posted) == 1


async def test_a_restored_database_sends_nothing_blind_where_it_may_not_look(
    storage: Storage, deliverer: Deliverer, settler: Settler, poster: FakePoster, elapsed: Elapsed
) -> None:
    """One answer was lost before the backup; the other alert may have been told after it."""
    await storage.run(restored.stamp, now=NOW - timedelta(days=1))
    await owe(storage, make_item())
    poster.faults.append(LOST)
    await deliver(deliverer)
    await settler.settle_due()
    await owe(storage, make_other())
    refused = DeliveryError("missing_scope", outcome=Outcome.CHANNEL_REFUSES)
    poster.unreadable.extend([refused] * 2)

    await settle(settler, elapsed)
    await deliver(deliverer)

    assert len(poster.posted) == 1
    shown = await storage.run(deliveries.in_state, State.UNCERTAIN)
    assert [each.unreadable for each in shown] == ["missing_scope"] * 2


async def test_a_restored_database_prints_again_what_it_never_printed(
    storage: Storage, elapsed: Elapsed
) -> None:
    settler = make_settler(storage, TerminalPoster(), elapsed=elapsed)
    await storage.run(restored.stamp, now=NOW - timedelta(days=1))
    await owe(storage, make_item(), "terminal")
    await storage.run(outbox.claim, "terminal", now=NOW)
    await settler.settle_due()
    await owe(storage, make_other(), "terminal")

    await settle(settler, elapsed)

    assert await storage.run(outbox.counts) == {State.UNCERTAIN: 1, State.PENDING: 1}
