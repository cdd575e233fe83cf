"""What is held, until when, and how it is told once nothing holds it any more."""

from __future__ import annotations

from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from bot import bulletin, fold, nothing_new
from bot.audience import Audience
from bot.bulletin import Bulletin
from bot.ingest import ingest
from bot.remind import remind
from bot.requery import requery
from bot.storage_thread import Storage
from feeds.model import Item, Stage
from storage import (
    bulletins,
    cards,
    channels,
    deliveries,
    entries,
    held,
    stories,
    subscriptions,
)
from storage.bulletins import BulletinDelivery
from storage.cards import Standing
from storage.channels import Channel
from storage.database import open_database
from storage.deliveries import Delivery, State
from storage.events import Step
from storage.held import Gate
from storage.stories import Mark
from storage.subscriptions import Cadence, Subscription, Terms
from tests.archive import press
from tests.factories import make_document, make_filing, make_item, make_other

BERLIN = ZoneInfo("Europe/Berlin")
DAILY = Terms(cadence=Cadence.DAILY)


def at(text: str) -> datetime:
    """A moment of June 2020 in Berlin: "18 09:00"."""
    return datetime.fromisoformat(f"2020-06-{text}").replace(tzinfo=BERLIN)


class Channels:
    """A database whose channels are told of what happens, round by round."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def subscribe(
        self, terms: Terms, *, query: str = "huawei OR title:standards", channel: str = "C1"
    ) -> Subscription:
        made, _ = subscriptions.add(
            self.db, channel=channel, query=query, created_by="U1", now=at("10 12:00"), terms=terms
        )
        return made

    def happens(self, when: str, *items: Item) -> None:
        self.happens_at(at(when), *items)

    def happens_at(self, now: datetime, *items: Item) -> None:
        everyone = Audience(subscriptions.every(self.db), {})
        ingest(self.db, items, audience=everyone, now=now)

    def round(self, when: str) -> int:
        """Fold for every channel, as the job does."""
        return self.round_at(at(when))

    def round_at(self, now: datetime) -> int:
        owed = sum(
            fold.fold(self.db, channel, now=now, timezone=BERLIN)
            for channel in held.channels_due(self.db, now=now)
        )
        return owed + nothing_new.say(self.db, now=now, timezone=BERLIN)

    @property
    def alerts(self) -> list[str]:
        """What is owed as alerts of their own, by step."""
        return [each.event.step.value for each in deliveries.in_state(self.db, State.PENDING)]

    def all_owed(self) -> list[Delivery]:
        """Whatever came to be owed, in whichever state it is."""
        return [each for state in State for each in deliveries.in_state(self.db, state)]

    def title_of(self, delivery: Delivery) -> str:
        entry = entries.get(self.db, delivery.event.entry_id)
        assert entry
        return entry.item.title

    @property
    def digests(self) -> list[Bulletin]:
        return [bulletin.decode(each.body) for each in self.messages]

    @property
    def messages(self) -> list[BulletinDelivery]:
        return bulletins.in_state(self.db, State.PENDING)

    @property
    def held(self) -> list[tuple[str, Gate | None, datetime | None]]:
        """What is held: its step, by what, until when."""
        return [
            (each.event.step.value, each.gate, each.held_until)
            for each in deliveries.in_state(self.db, State.HELD)
        ]

    def change(self, subscription: Subscription, **but: object) -> None:
        subscriptions.change(self.db, subscription.id, replace(subscription, **but))  # type: ignore[arg-type]  # a test names what it likes

    def quiet(self, begins: str, ends: str, **but: object) -> None:
        chosen = Channel(
            quiet_from=time.fromisoformat(begins), quiet_until=time.fromisoformat(ends)
        )
        channels.put(self.db, "C1", replace(chosen, **but))  # type: ignore[arg-type]  # as above

    def mute(self, until: str) -> None:
        channels.put(self.db, "C1", Channel(muted_until=at(until), muted_by="U1"))


@pytest.fixture
def here(db: Database) -> Channels:
    return Channels(db)


def titles(told: Bulletin) -> list[str]:
    return [row.text for part in told.parts for row in part.rows if part.heading != "Days ahead"]


def headings(told: Bulletin) -> list[str]:
    return [part.heading for part in told.parts]


def test_an_event_of_a_daily_subscription_waits_for_its_digest(here: Channels) -> None:
    here.subscribe(DAILY)
    here.happens("17 14:00", make_filing())

    owed = [here.round("17 14:00"), here.round("18 08:59"), here.round("18 09:00")]

    assert owed == [0, 0, 1]
    assert (here.alerts, here.held) == ([], [])
    assert [titles(each) for each in here.digests] == [[make_filing().title]]


def test_until_then_it_is_known_what_holds_it_and_until_when(here: Channels) -> None:
    here.subscribe(DAILY)
    here.happens("17 14:00", make_filing())

    here.round("17 14:00")

    assert here.held == [("filed", Gate.DIGEST, at("18 09:00"))]


def test_what_a_digest_told_is_told_once(here: Channels) -> None:
    here.subscribe(DAILY)
    here.happens("17 14:00", make_filing())
    here.round("18 09:00")

    later = [here.round("18 09:00"), here.round("18 12:00"), here.round("19 09:00")]

    assert later == [0, 0, 0]
    assert len(here.messages) == 1


def test_each_held_step_names_the_message_that_told_it(here: Channels, db: Database) -> None:
    here.subscribe(DAILY)
    here.happens("17 14:00", make_filing(), make_other())

    here.round("18 09:00")

    (message,) = here.messages
    told = deliveries.in_state(db, State.SENT)
    assert [each.folded_into for each in told] == [message.id, message.id]


def test_a_digest_tells_stories_in_their_newest_state_with_the_steps_before(here: Channels) -> None:
    here.subscribe(DAILY)
    here.happens("16 14:45", make_filing())
    here.happens("18 08:00", make_item())
    here.change(here.subscribe(DAILY), at=time(10))

    here.round("18 10:00")

    (told,) = here.digests
    assert titles(told) == [make_item().title]
    (state, sentence, why) = told.parts[0].rows[0].lines
    assert state.startswith("Published and in force · Interim final rule; request for comments")
    assert "before: on public inspection 16 June" in state
    assert sentence.startswith("BIS authorizes the release")
    assert why.startswith("Why: huawei OR title:standards: ")


def test_a_digest_tells_first_what_matters_most(here: Channels) -> None:
    here.subscribe(DAILY)
    withdrawn = make_other(stage=Stage.WITHDRAWN)
    filing = make_filing(
        key="fr:2020-77777",
        title="Export Controls: Huawei Affiliates",
        document=make_document(number="2020-77777", dockets=("X-1",), rins=(), citation=None),
    )
    here.happens("17 14:00", press(1), filing, withdrawn, make_item())

    here.round("18 09:00")

    (told,) = here.digests
    assert headings(told) == [
        "Published",
        "Withdrawn",
        "On public inspection",
        "In the press",
        "Days ahead",
    ]
    assert told.title.startswith(
        "Daily digest: 1 published, 1 withdrawn, 1 on public inspection, 1 in the press; "
    )


def test_the_days_ahead_of_its_stories_close_a_digest(here: Channels) -> None:
    here.subscribe(DAILY)
    here.happens("17 14:00", make_item())

    here.round("18 09:00")

    (told,) = here.digests
    assert told.title == ("Daily digest: 1 published; takes effect today")
    assert [row.text for row in told.parts[-1].rows] == [
        "Takes effect 18 June 2020",
        "Comments close 17 August 2020",
    ]
    assert told.parts[-1].rows[1].detail.startswith("in 60 days: Release of “Technology”")


def test_subscriptions_due_at_the_same_moment_share_one_message(here: Channels) -> None:
    here.subscribe(DAILY, query="title:standards")
    here.subscribe(Terms(cadence=Cadence.WEEKLY, weekday=3), query="title:report")
    here.happens("17 14:00", make_filing(), press(1))

    here.round("18 09:00")

    (told,) = here.digests
    assert told.title.startswith("Digest: ")
    assert len(titles(told)) == 2
    assert "title:standards, daily at 09:00 (Europe/Berlin)" in told.closing
    assert "title:report, weekly on Thursday at 09:00 (Europe/Berlin)" in told.closing


def test_what_two_subscriptions_want_goes_by_the_one_that_speaks_first(here: Channels) -> None:
    here.subscribe(Terms(cadence=Cadence.WEEKLY))
    here.subscribe(DAILY, query="title:standards")
    here.happens("17 14:00", make_filing())

    here.round("18 09:00")

    assert len(here.digests) == 1
    assert [here.round("22 09:00"), len(here.messages)] == [0, 1]


def test_what_one_subscription_wants_now_is_told_at_once_and_not_again(here: Channels) -> None:
    here.subscribe(DAILY)
    here.subscribe(Terms(), query="title:standards")

    here.happens("17 14:00", make_filing())

    assert here.alerts == ["filed"]
    assert here.round("18 09:00") == 0


def test_what_a_digest_holds_is_told_at_once_when_it_comes_to_concern_what_speaks_now(
    here: Channels,
) -> None:
    here.subscribe(DAILY, query="huawei")
    here.subscribe(Terms(), query="semiconductors")
    here.happens("17 14:00", press(1))
    here.round("17 14:01")

    here.happens("17 15:00", replace(press(1), summary="It is about semiconductors."))
    here.round("17 15:01")
    told = here.alerts
    here.round("18 09:00")

    assert told == ["reported"]
    assert here.held == []
    assert here.digests == []


def test_what_was_told_is_not_told_again_when_it_comes_to_concern_another_subscription(
    here: Channels,
) -> None:
    here.subscribe(Terms(), query="huawei")
    here.subscribe(Terms(), query="semiconductors")
    here.happens("17 14:00", press(1))

    here.happens("17 15:00", replace(press(1), summary="It is about semiconductors."))

    assert here.alerts == ["reported"]


async def test_a_channel_that_cannot_be_judged_keeps_no_other_from_its_digest(
    tmp_path: Path,
) -> None:
    """Its time zone was known when it was chosen, and is not where the bot runs now."""
    async with AsyncExitStack() as stack:
        storage = Storage(tmp_path / "rulewire.db")
        stack.push_async_callback(storage.close)
        await storage.open()

        def two_channels(db: Database) -> None:
            here = Channels(db)
            for channel in ("C0", "C1"):
                here.subscribe(DAILY, channel=channel)
            here.happens("17 14:00", press(1))
            channels.put(db, "C0", Channel(timezone=BERLIN))
            db.execute("UPDATE channels SET timezone = 'Mars/Olympus' WHERE channel = 'C0'")

        await storage.run(two_channels)
        with pytest.raises(ZoneInfoNotFoundError):
            await fold.fold_due(storage, now=at("18 09:00"), timezone=BERLIN)

        (told,) = await storage.run(bulletins.in_state, State.PENDING)
    assert told.channel == "C1"


def test_each_channel_has_its_own_digest(here: Channels) -> None:
    here.subscribe(DAILY)
    here.subscribe(DAILY, channel="C2")
    here.happens("17 14:00", make_filing())

    here.round("18 09:00")

    assert [each.channel for each in here.messages] == ["C1", "C2"]


def test_digests_that_were_missed_are_one_and_late(here: Channels) -> None:
    here.subscribe(DAILY)
    here.happens("15 14:00", press(1))
    here.round("15 14:00")
    here.happens("16 08:00", press(2))
    here.happens("17 14:00", press(3))

    here.round("19 15:00")

    (told,) = here.digests
    assert len(titles(told)) == 3
    assert "Late: due 16 June 2020, 9:00 a.m. CEST" in told.closing


def test_what_came_while_the_clock_was_days_ahead_does_not_wait_for_that_day(
    here: Channels,
) -> None:
    here.subscribe(DAILY)

    here.happens("21 12:00", make_item())
    here.round("21 12:00")
    rounds = [here.round(when) for when in ("18 12:00", "18 12:01", "19 08:59", "19 09:00")]

    assert rounds == [0, 0, 0, 1]


def test_one_that_comes_in_time_does_not_say_that_it_is_late(here: Channels) -> None:
    here.subscribe(DAILY)
    here.happens("17 14:00", press(1))

    here.round("18 09:01")

    assert "Late" not in here.digests[0].closing


@pytest.mark.parametrize("item", [make_filing(), make_item()])
def test_of_an_urgent_subscription_what_matters_breaks_through(here: Channels, item: Item) -> None:
    here.subscribe(replace(DAILY, urgent=True))
    here.quiet("12:00", "16:00")
    here.happens("17 14:00", item, press(1))

    here.round("17 14:00")

    assert here.alerts == [("filed" if item.stage is Stage.INSPECTION else "published")]
    assert here.held == [("reported", Gate.DIGEST, at("18 09:00"))]


@pytest.mark.parametrize(("urgent", "alerts"), [(True, ["published"]), (False, [])])
def test_of_a_followed_story_what_matters_breaks_through_quiet_hours_where_something_is_urgent(
    here: Channels, db: Database, *, urgent: bool, alerts: list[str]
) -> None:
    here.subscribe(Terms(urgent=urgent), query="zte")
    here.happens("15 14:00", make_filing())
    story = db.execute("SELECT story_id FROM entries").fetchone()[0]
    stories.mark(db, story, Mark.FOLLOWED, holder="C1", made_by="C1", now=at("15 14:00"))
    here.quiet("22:00", "07:00")

    here.happens("17 23:00", make_item())
    here.round("17 23:00")

    assert here.alerts == alerts


def test_a_mute_holds_what_is_urgent_too(here: Channels) -> None:
    here.subscribe(replace(DAILY, urgent=True))
    here.mute("17 20:00")
    here.happens("17 14:00", make_filing())

    here.round("17 14:00")
    during = here.alerts
    here.round("17 20:00")

    assert (during, here.alerts) == ([], ["filed"])


def leak_and_filing(here: Channels, filed: str) -> None:
    """A report that waits for the digest of 16 June, 9:00, and the filing that it is of."""
    here.subscribe(replace(DAILY, urgent=True))
    here.happens("15 14:00", press(1, title="US to let firms work with Huawei in standards bodies"))
    here.happens(filed, make_filing())


def test_what_was_told_at_once_since_is_not_told_again_in_the_digest(
    here: Channels, db: Database
) -> None:
    leak_and_filing(here, "16 08:00")
    here.round("16 08:00")
    (filed,) = deliveries.in_state(db, State.PENDING)
    told(db, filed)

    here.round("16 09:00")

    reported = deliveries.of_story(db, filed.event.story_id)[0]
    assert (here.messages, reported.event.step) == ([], Step.REPORTED)
    assert (reported.state, reported.folded_into) == (State.SENT, filed.id)


def test_what_an_alert_of_the_same_round_tells_is_not_told_in_the_digest_as_well(
    here: Channels, db: Database
) -> None:
    leak_and_filing(here, "16 14:45")

    here.round("16 14:45")

    (filed,) = deliveries.in_state(db, State.PENDING)
    reported = deliveries.of_story(db, filed.event.story_id)[0]
    assert (here.messages, reported.folded_into) == ([], filed.id)


def told(db: Database, delivery: Delivery, ts: str = "1.0") -> None:
    """An alert stands as its story's card."""
    db.execute("UPDATE outbox SET state = 'sent', ts = ? WHERE id = ?", [ts, delivery.id])
    cards.put(
        db,
        Standing(
            channel=delivery.channel,
            story_id=delivery.event.story_id,
            entry_id=delivery.event.entry_id,
            conversation=delivery.channel,
            ts=ts,
        ),
    )


def test_quiet_hours_hold_and_tell_a_few_as_alerts_of_their_own(here: Channels) -> None:
    here.subscribe(Terms())
    here.quiet("22:00", "07:00")
    here.happens("17 23:00", press(1), press(2))
    here.round("17 23:00")
    during = here.held

    here.round("18 07:00")

    assert [each[1:] for each in during] == [(Gate.QUIET, at("18 07:00"))] * 2
    assert (here.alerts, here.digests) == (["reported", "reported"], [])


def test_quiet_hours_fold_more_into_one_message(here: Channels) -> None:
    here.subscribe(Terms())
    here.quiet("22:00", "07:00")
    here.happens("17 23:00", press(1), press(2), press(3))
    here.round("17 23:00")

    here.round("18 07:00")

    (folded,) = here.digests
    assert here.alerts == []
    assert folded.title == "During quiet hours: 3 in the press"
    assert len(titles(folded)) == 3


def test_outside_of_quiet_hours_many_are_told_at_once_each_by_itself(here: Channels) -> None:
    here.subscribe(Terms())
    here.quiet("22:00", "07:00")
    here.happens("17 14:00", press(1), press(2), press(3))

    here.round("17 14:00")

    assert (here.alerts, here.digests) == (["reported"] * 3, [])


def test_a_digest_due_in_quiet_hours_comes_as_they_end(here: Channels) -> None:
    here.subscribe(DAILY)
    here.quiet("22:00", "10:00")
    here.happens("17 14:00", press(1))

    owed = [here.round(when) for when in ("17 14:00", "18 09:00", "18 09:59", "18 10:00")]

    assert owed == [0, 0, 0, 1]
    assert here.digests[0].title == "Daily digest: 1 in the press"


def test_a_digest_and_what_quiet_hours_held_share_one_message(here: Channels) -> None:
    here.subscribe(DAILY, query="title:standards")
    here.subscribe(Terms(), query="title:report")
    here.quiet("22:00", "09:00")
    here.happens("17 23:00", make_filing(), press(1))
    here.round("17 23:00")

    here.round("18 09:00")

    assert (here.alerts, len(here.digests), len(titles(here.digests[0]))) == ([], 1, 2)


def test_unmuting_tells_at_once_what_was_held(here: Channels, db: Database) -> None:
    here.subscribe(Terms())
    here.mute("19 14:00")
    here.happens("17 14:00", press(1), press(2), press(3))
    here.round("17 14:00")
    during = here.held

    channels.put(db, "C1", Channel())
    here.round("17 15:00")

    assert [each[1:] for each in during] == [(Gate.MUTED, at("19 14:00"))] * 3
    assert [each.title for each in here.digests] == ["While this was muted: 3 in the press"]


def test_a_subscription_that_is_to_speak_at_once_tells_what_its_digest_held(
    here: Channels,
) -> None:
    made = here.subscribe(DAILY)
    here.happens("17 14:00", press(1))
    here.round("17 14:00")

    here.change(made, cadence=Cadence.NOW)
    here.round("17 15:00")

    assert here.alerts == ["reported"]


def test_a_digest_put_off_is_told_at_its_new_time(here: Channels) -> None:
    made = here.subscribe(DAILY)
    here.happens("17 14:00", press(1))
    here.round("17 14:00")

    here.change(made, at=time(18))
    owed = [here.round("17 17:59"), here.round("17 18:00"), here.round("18 09:00")]

    assert owed == [0, 1, 0]


def test_a_pause_keeps_what_was_held_and_tells_it_once_it_ends(
    here: Channels, db: Database
) -> None:
    made = here.subscribe(DAILY)
    here.happens("17 14:00", press(1))
    subscriptions.pause(db, made.id, by="U1")
    here.happens("17 15:00", press(2))
    here.round("18 09:00")
    during = here.held

    subscriptions.resume(db, made.id)
    here.round("19 09:00")

    assert [each[:2] for each in during] == [("reported", Gate.PAUSED)]
    assert [titles(each) for each in here.digests] == [[press(1).title]]
    assert "Late" not in here.digests[0].closing


def test_what_was_held_for_a_subscription_that_is_gone_is_dropped_with_the_reason(
    here: Channels, db: Database
) -> None:
    here.subscribe(DAILY)
    here.happens("17 14:00", press(1))
    subscriptions.remove(db, channel="C1", query="huawei OR title:standards")

    here.round("18 09:00")

    (dropped,) = deliveries.in_state(db, State.DEAD)
    assert dropped.last_error == "its subscription was removed"
    assert here.messages == []


def test_what_was_held_by_an_earlier_query_is_told_if_the_new_one_wants_it_too(
    here: Channels, db: Database
) -> None:
    made = here.subscribe(DAILY, query="huawei")
    here.happens("17 14:00", press(1), make_item(title="Huawei sells a farm of cows"))

    changed = requery(db, made, "huawei -cows", topics={}, now=at("17 15:00"))
    here.round("18 09:00")

    (dropped,) = deliveries.in_state(db, State.DEAD)
    (told,) = deliveries.in_state(db, State.SENT)
    assert changed
    assert [titles(each) for each in here.digests] == [[press(1).title]]
    assert "huawei -cows" in here.digests[0].closing
    assert [why.subscription for why in told.whys] == ["huawei -cows"]
    assert dropped.last_error == "its subscription asks for something else now"


def test_what_another_subscription_wants_as_well_is_told_by_that_one(
    here: Channels, db: Database
) -> None:
    made = here.subscribe(DAILY, query="huawei")
    here.subscribe(DAILY, query="report")
    here.happens("17 14:00", press(1))

    requery(db, made, "semiconductors", topics={}, now=at("17 15:00"))
    here.round("18 09:00")

    (told,) = deliveries.in_state(db, State.SENT)
    assert [why.subscription for why in told.whys] == ["report"]


def test_a_pause_ends_with_what_the_changed_query_wants(here: Channels, db: Database) -> None:
    made = here.subscribe(DAILY, query="huawei")
    here.happens("17 14:00", press(1))
    subscriptions.pause(db, made.id, by="U1")
    paused = subscriptions.get(db, made.id)
    assert paused

    requery(db, paused, "huawei report", topics={}, now=at("17 15:00"))
    subscriptions.resume(db, made.id)
    here.round("18 09:00")

    assert [titles(each) for each in here.digests] == [[press(1).title]]


def test_a_story_muted_meanwhile_is_left_out(here: Channels, db: Database) -> None:
    here.subscribe(DAILY)
    here.happens("17 14:00", press(1), press(2))
    first = deliveries.in_state(db, State.HELD)[0]
    stories.mark(
        db,
        first.event.story_id,
        Mark.MUTED,
        holder="C1",
        made_by="U1",
        now=at("17 15:00"),
    )

    here.round("18 09:00")

    assert [titles(each) for each in here.digests] == [[press(2).title]]


def test_reminders_come_on_their_day_whatever_the_cadence(here: Channels, db: Database) -> None:
    here.subscribe(Terms(cadence=Cadence.WEEKLY))
    here.happens("17 14:00", make_item())
    here.round("22 09:00")
    morning = datetime(2020, 8, 3, 12, 0, tzinfo=BERLIN)

    remind(db, now=morning, timezone=BERLIN)
    here.round_at(morning)

    assert here.alerts == ["comments closing"]


def test_a_reminder_that_quiet_hours_hold_waits_for_the_end_of_a_pause_as_well(
    here: Channels, db: Database
) -> None:
    made = here.subscribe(Terms(cadence=Cadence.WEEKLY))
    here.quiet("11:00", "14:00")
    here.happens("17 14:00", make_item())
    here.round("22 09:00")
    noon = datetime(2020, 8, 3, 12, 0, tzinfo=BERLIN)
    remind(db, now=noon, timezone=BERLIN)
    here.round_at(noon)

    subscriptions.pause(db, made.id, by="U1")
    here.round_at(noon + timedelta(hours=2))
    paused = here.alerts, [gate for _, gate, _ in here.held]
    subscriptions.resume(db, made.id)
    here.round_at(noon + timedelta(hours=3))

    assert paused == ([], [Gate.PAUSED])
    assert here.alerts == ["comments closing"]


def test_a_card_that_stands_is_brought_up_to_date_as_a_digest_tells_its_step(
    here: Channels, db: Database
) -> None:
    made = here.subscribe(Terms())
    here.happens("16 14:45", make_filing())
    told(db, deliveries.in_state(db, State.PENDING)[0])
    here.change(made, cadence=Cadence.DAILY)
    here.happens("18 12:00", make_item())

    here.round("19 09:00")

    assert len(here.messages) == 1
    assert [card.ts for card, _ in cards.outdated(db)] == ["1.0"]


def test_what_an_alert_of_the_same_round_tells_in_the_thread_of_a_card_alone_is_in_the_digest(
    here: Channels, db: Database
) -> None:
    made = here.subscribe(Terms())
    here.happens("16 14:45", make_filing())
    told(db, deliveries.in_state(db, State.PENDING)[0])
    here.change(made, cadence=Cadence.DAILY, urgent=True)
    here.happens("16 15:00", replace(make_filing(), stage=Stage.WITHDRAWN))
    here.happens("17 09:00", make_item())

    here.round("17 09:00")

    assert here.alerts == ["published"]
    (digest_,) = here.digests
    assert "withdrawn" in digest_.title


def test_more_than_one_message_holds_is_told_in_several_and_all_of_it(here: Channels) -> None:
    here.subscribe(DAILY)
    many = [
        press(number, title=f"Report {number} on Huawei & <others> " * 4) for number in range(60)
    ]
    here.happens("17 14:00", *many)

    owed = here.round("18 09:00")

    assert owed == len(here.digests) > 1
    assert sum(len(titles(each)) for each in here.digests) == len(
        {each.event.story_id for each in deliveries.in_state(here.db, State.SENT)}
    )
    assert here.digests[1].title.startswith("Daily digest, continued: ")


def test_silence_is_told_once_a_week(here: Channels) -> None:
    here.subscribe(DAILY)
    moment, said = at("10 12:00"), []
    while moment < at("28 12:00"):
        if here.round_at(moment):
            said.append(moment)
        moment += timedelta(hours=1)

    assert said == [at("17 12:00").replace(hour=9) + timedelta(days=1), at("25 09:00")]
    assert here.digests[0].title == ("Nothing new for huawei OR title:standards since 10 June 2020")


def test_a_channel_that_was_told_something_was_not_left_in_silence(here: Channels) -> None:
    here.subscribe(DAILY)
    here.round("10 12:00")
    here.happens("16 14:00", press(1))
    here.round("17 09:00")

    later = [here.round(f"{day} 09:00") for day in range(18, 24)]

    assert later == [0] * 6
    assert here.round("24 09:00") == 1


def test_a_subscription_that_speaks_at_once_never_says_that_there_is_nothing(
    here: Channels,
) -> None:
    here.subscribe(Terms())

    assert [here.round(f"{day} 09:00") for day in range(10, 30)] == [0] * 20


def test_silence_is_not_told_in_quiet_hours_nor_while_muted(here: Channels) -> None:
    here.subscribe(DAILY)
    here.quiet("08:00", "10:00", muted_until=at("20 12:00"))
    here.round("10 12:00")

    owed = [here.round(f"{day} {hour}:00") for day in range(17, 21) for hour in ("09", "11", "13")]

    assert owed.index(1) == 11
    assert sum(owed) == 1


CHANGES = st.sampled_from(
    ["now", "hourly", "daily", "weekly", "pause", "resume", "mute", "unmute", "quiet", "loud"]
)


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, 3), CHANGES, st.floats(0.01, 30)), min_size=1, max_size=25)
)
def test_whatever_people_choose_meanwhile_each_thing_is_told_once_and_none_is_lost(
    course: list[tuple[int, str, float]],
) -> None:
    with open_database(":memory:") as db:
        here, moment = Channels(db), at("10 12:00")
        made = here.subscribe(Terms())
        happened: list[Item] = []
        for count, change, hours in course:
            brought = [press(len(happened) + number) for number in range(count)]
            happened += brought
            here.happens_at(moment, *brought)
            choose(here, made, change, now=moment)
            here.round_at(moment)
            moment += timedelta(hours=hours)
        for change in ("resume", "unmute", "loud", "now"):
            choose(here, made, change, now=moment)
        here.round_at(moment)

        told = Counter(title for each in here.digests for title in titles(each))
        told.update(here.title_of(each) for each in deliveries.in_state(db, State.PENDING))
        owed = {here.title_of(each) for each in here.all_owed()}
        assert here.held == []
        assert told == Counter(owed)


def choose(here: Channels, made: Subscription, change: str, *, now: datetime) -> None:
    """What a person in the channel does."""
    subscription = subscriptions.get(here.db, made.id)
    chosen = channels.get(here.db, "C1")
    assert subscription
    match change:
        case "pause":
            subscriptions.pause(here.db, made.id, by="U1")
        case "resume":
            subscriptions.resume(here.db, made.id)
        case "mute":
            until = now + timedelta(hours=5)
            channels.put(here.db, "C1", replace(chosen, muted_until=until, muted_by="U1"))
        case "unmute":
            channels.put(here.db, "C1", replace(chosen, muted_until=None, muted_by=None))
        case "quiet":
            quiet = replace(chosen, quiet_from=time(22), quiet_until=time(7))
            channels.put(here.db, "C1", quiet)
        case "loud":
            channels.put(here.db, "C1", replace(chosen, quiet_from=None, quiet_until=None))
        case cadence:
            here.change(subscription, cadence=Cadence(cadence))
