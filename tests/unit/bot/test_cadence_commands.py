"""People choose how often a channel is told, what is urgent, when it is quiet, and why it follows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from bot import fold
from bot.answers import Answer, Notice, Problem, Subscriptions
from bot.audience import Audience
from bot.card import Card
from bot.choices import Choices
from bot.ingest import ingest
from bot.owed import Owed, alert_of, claim
from bot.report import Explanation, Telling
from bot.slack import answer_blocks
from bot.terminal_answers import render_answer
from feeds.model import Item
from storage import bulletins, channels, lease, outbox, subscriptions
from storage.channels import Channel
from storage.deliveries import State
from storage.subscriptions import Cadence, Subscription
from tests.archive import ALICE, BOB, CHANNEL, TOPICS, Archive, open_archive, press
from tests.delivering import OWNER, Clock
from tests.factories import NOW

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
async def archive(tmp_path: Path, clock: Clock) -> AsyncIterator[Archive]:
    async with open_archive(tmp_path, clock=clock) as opened:
        yield opened


async def only(archive: Archive) -> Subscription:
    (found,) = await archive.storage.run(subscriptions.of_channel, CHANNEL)
    return found


def said(answer: Answer) -> str:
    """As a channel reads it: told to everyone, by whom."""
    assert isinstance(answer, Notice)
    assert answer.aloud
    assert answer.by
    return answer.text


async def test_a_channel_subscribes_to_a_daily_digest_in_its_own_time_zone(
    archive: Archive,
) -> None:
    await archive.ask("settings timezone Europe/Berlin")

    answer = await archive.ask("subscribe huawei daily 08:30")

    assert said(answer) == (
        "subscribed to topic:huawei, told daily at 08:30 (Europe/Berlin)."
        " In the last 30 days it would have told 0 entries."
    )
    made = await only(archive)
    assert (made.cadence, made.at, made.timezone) == (Cadence.DAILY, time(8, 30), None)


async def test_a_weekly_digest_has_its_day_and_perhaps_a_zone_of_its_own(archive: Archive) -> None:
    answer = await archive.ask("subscribe huawei standards weekly fri 17:00 Asia/Tokyo")

    assert "told weekly on Friday at 17:00 (Asia/Tokyo)" in said(answer)
    made = await only(archive)
    assert (made.query, made.weekday, made.timezone) == (
        "huawei standards",
        4,
        ZoneInfo("Asia/Tokyo"),
    )


async def test_subscribing_again_with_another_cadence_changes_it_and_nothing_else(
    archive: Archive,
) -> None:
    await archive.ask("subscribe huawei daily 08:30")
    await archive.ask("settings note huawei Ours")

    answer = await archive.ask("subscribe huawei weekly", user=BOB)

    assert said(answer) == "set topic:huawei: told weekly on Monday at 08:30 (America/New York)."
    made = await only(archive)
    assert (made.cadence, made.note, made.created_by) == (Cadence.WEEKLY, "Ours", ALICE)


@pytest.mark.parametrize("again", ["subscribe huawei", "subscribe huawei daily 08:30"])
async def test_subscribing_again_to_the_same_says_so_to_whoever_asked(
    archive: Archive, again: str
) -> None:
    await archive.ask("subscribe huawei daily 08:30")

    answer = await archive.ask(again)

    assert answer == Notice(
        text="Already subscribed to topic:huawei, told daily at 08:30 (America/New York)."
    )


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("subscribe huawei weekly fryday", "subscribe huawei weekly friday"),
        ("subscribe huawei daily 9:5", "subscribe huawei daily 09:00"),
        ("subscribe huawei daily 25:00", "subscribe huawei daily 09:00"),
        ("subscribe huawei weekly fri 25:00", "subscribe huawei daily 09:00"),
        ("subscribe huawei hourly 09:00", "subscribe huawei daily 09:00"),
        ("subscribe huawei daily at 25:00 utc", "subscribe huawei daily 09:00"),
        ("subscribe huawei daily 9:00 utx/x", "subscribe huawei daily 9:00 UTC"),
        ("subscribe daily", "subscribe huawei-and-standards"),
        ("mute for ever", "mute 2h"),
        ("mute", "mute 2h"),
        ("settings quite 22:00-07:00", "settings quiet 22:00-07:00"),
        ("settings quiet at night", "settings quiet 22:00-07:00"),
        ("pauze huawei", "pause huawei"),
        ("unmte", "unmute"),
        ("pause huawie", "pause topic:huawei"),
        ("pause zte", ""),
        ("settings note", "settings note huawei We vote on this standard"),
        ("settings urgent huawei perhaps", "settings urgent topic:huawei on"),
    ],
)
async def test_a_mistake_answers_with_what_was_probably_meant(
    archive: Archive, typed: str, hint: str
) -> None:
    await archive.ask("subscribe huawei")

    answer = await archive.ask(typed)

    assert isinstance(answer, Problem)
    assert answer.hint == hint


async def test_who_subscribes_again_to_what_is_paused_is_told_as_they_say(archive: Archive) -> None:
    await archive.ask("subscribe huawei weekly fri 17:00")
    await archive.ask("pause huawei")

    answer = await archive.ask("subscribe huawei daily 08:30")

    assert "subscribed to topic:huawei, told daily at 08:30 (America/New York)." in said(answer)
    woken = await only(archive)
    assert (woken.cadence, woken.at, woken.paused_by) == (Cadence.DAILY, time(8, 30), None)


async def test_a_subscription_is_paused_and_resumed_by_its_topic(archive: Archive) -> None:
    await archive.ask("subscribe huawei daily")
    changes = len(archive.changes)

    paused = await archive.ask("pause huawei", user=BOB)
    again = await archive.ask("pause huawei")
    silent = await only(archive)
    resumed = await archive.ask("resume topic:huawei")

    assert said(paused) == "paused topic:huawei: it tells nothing until somebody resumes it."
    assert again == Notice(text="topic:huawei is paused already.")
    assert silent.paused_by == BOB
    assert said(resumed) == "resumed topic:huawei, told daily at 09:00 (America/New York)."
    assert (await only(archive)).works
    assert len(archive.changes) > changes


async def test_a_channels_only_subscription_need_not_be_named(archive: Archive) -> None:
    await archive.ask("subscribe huawei OR zte")

    await archive.ask("pause")
    paused = await only(archive)
    await archive.ask("subscribe standards")
    asked = await archive.ask("resume")

    assert paused.paused_by == ALICE
    assert isinstance(asked, Problem)
    assert asked.hint == "resume huawei OR zte"


async def test_another_channels_subscription_cannot_be_paused(archive: Archive) -> None:
    await archive.ask("subscribe huawei", channel="C02OTHER")

    answer = await archive.ask("pause huawei")

    assert isinstance(answer, Problem)
    assert (await archive.storage.run(subscriptions.every))[0].works


async def test_a_channel_is_muted_for_a_time_and_says_until_when(
    archive: Archive, clock: Clock
) -> None:
    muted = await archive.ask("mute 2h")
    asked = await archive.ask("mute")
    shown = await archive.ask("settings")
    clock.now += timedelta(hours=2)
    over = await archive.ask("settings")

    until = "18 June 2020, 12:00 p.m. EDT"
    assert said(muted).startswith(f"muted Rulewire here until {until}.")
    assert asked == Notice(text=f"Muted until {until}.")
    assert isinstance(shown, Choices)
    assert isinstance(over, Choices)
    assert ("Muted until", until) in shown.rows
    assert over.muted_until is None


async def test_unmuting_ends_it_and_keeps_what_else_was_chosen(archive: Archive) -> None:
    await archive.ask("settings quiet 22:00-07:00")
    await archive.ask("mute 3d")

    answer = await archive.ask("unmute", user=BOB)
    again = await archive.ask("unmute")

    assert said(answer).startswith("unmuted Rulewire here.")
    assert again == Notice(text="Nothing is muted here. A story is unmuted at its alert.")
    chosen = await archive.storage.run(channels.get, CHANNEL)
    assert chosen == Channel(quiet_from=time(22), quiet_until=time(7))


async def test_quiet_hours_are_chosen_shown_and_ended(archive: Archive) -> None:
    set_ = await archive.ask("settings quiet 10pm to 7am")
    shown = await archive.ask("settings")
    off = await archive.ask("settings quiet off")

    assert said(set_).startswith("set quiet hours from 22:00 to 07:00 (America/New York).")
    assert isinstance(shown, Choices)
    assert ("Quiet hours", "22:00 to 07:00") in shown.rows
    assert said(off) == "ended the quiet hours here."
    assert await archive.storage.run(channels.get, CHANNEL) == Channel()


async def test_a_note_says_why_and_is_shown_where_subscriptions_are_listed(
    archive: Archive,
) -> None:
    await archive.ask("subscribe huawei daily")
    await archive.ask("subscribe huawei OR zte")

    noted = await archive.ask("settings note huawei OR zte We <vote> on *this*")
    listed = await archive.ask("subscriptions")
    removed = await archive.ask("settings note huawei OR zte off")

    assert said(noted) == "noted why huawei OR zte is followed here: We <vote> on *this*"
    assert isinstance(listed, Subscriptions)
    assert [row.note for row in listed.subscriptions] == ["", "We <vote> on *this*"]
    assert said(removed) == "removed the note of huawei OR zte."


async def test_too_long_a_note_is_refused(archive: Archive) -> None:
    await archive.ask("subscribe huawei")

    answer = await archive.ask(f"settings note huawei {'x' * 301}")

    assert answer == Problem(message="A note has at most 300 characters.")


async def test_what_matters_can_be_made_urgent(archive: Archive) -> None:
    await archive.ask("subscribe huawei daily")

    on = await archive.ask("settings urgent huawei on")
    urgent = await only(archive)
    off = await archive.ask("settings urgent off")

    assert said(on) == (
        "set topic:huawei: filed, published and in force are told at once, even in quiet hours."
    )
    assert said(off) == "set topic:huawei: filed, published and in force are told with the rest."
    assert urgent.urgent
    assert not (await only(archive)).urgent


async def test_the_list_of_subscriptions_says_when_each_is_told_and_what_silences_it(
    archive: Archive,
) -> None:
    await archive.ask("subscribe huawei weekly tue 08:00 Europe/Berlin")
    await archive.ask("settings urgent huawei on")
    await archive.ask("settings note huawei We vote on this")
    await archive.ask("pause huawei", user=BOB)

    listed = await archive.ask("subscriptions")
    everyone = await archive.commands.all_subscriptions()

    text = str(answer_blocks.message(listed, NEW_YORK)[1])
    for expected in (
        "told weekly on Tuesday at 08:00 (Europe/Berlin), urgent steps at once · by <@U01ALICE>",
        "Why we follow this: We vote on this",
        "Paused by <@U02BOB>",
    ):
        assert expected in text
    assert render_answer(everyone)
    assert isinstance(everyone, Subscriptions)
    assert everyone.subscriptions[0].told == "weekly on Tuesday at 08:00 (Europe/Berlin)"


async def test_a_mute_is_counted_from_when_it_is_asked_for(archive: Archive) -> None:
    await archive.ask("mute 1 week")

    chosen = await archive.storage.run(channels.get, CHANNEL)

    assert chosen.muted_until == NOW + timedelta(days=7)
    assert chosen.muted_by == ALICE


async def test_why_names_the_gate_that_holds_an_alert_and_then_the_digest_that_told_it(
    archive: Archive,
) -> None:
    await archive.ask("subscribe huawei daily")
    await happens(archive, press(1))

    held = await told_here(archive)
    await archive.ask("mute 3d")
    await archive.storage.run(fold.fold, CHANNEL, now=NOW, timezone=NEW_YORK)
    muted = await told_here(archive)
    await archive.ask("unmute")
    await archive.ask("settings quiet 08:00-12:00")
    await archive.ask("subscribe huawei now")
    await archive.storage.run(fold.fold, CHANNEL, now=NOW, timezone=NEW_YORK)
    quiet = await told_here(archive)
    await archive.ask("settings quiet off")
    await archive.ask("subscribe huawei hourly")
    await archive.ask("pause huawei")
    await archive.storage.run(fold.fold, CHANNEL, now=NOW, timezone=NEW_YORK)
    paused = await told_here(archive)
    await archive.ask("resume huawei")
    await archive.storage.run(fold.fold, CHANNEL, now=NOW + timedelta(hours=1), timezone=NEW_YORK)
    owed = await told_here(archive)
    (message,) = await archive.storage.run(bulletins.in_state, State.PENDING)
    await archive.storage.run(outbox.settle_sent, message, ts="159.1", now=NOW)
    told = await told_here(archive)

    assert held.state == "held for the digest of 19 June 2020, 9:00 a.m. EDT"
    assert muted.state == "held: muted until 21 June 2020, 10:00 a.m. EDT"
    assert quiet.state == "held by quiet hours until 18 June 2020, 12:00 p.m. EDT"
    assert paused.state == "held: its subscription is paused"
    assert (owed.state, owed.message) == ("owed, in a digest", None)
    assert (told.state, told.message) == ("told, in a digest", (CHANNEL, "159.1"))


async def test_why_says_that_the_subscription_that_matches_is_paused(archive: Archive) -> None:
    await archive.ask("subscribe huawei")
    await archive.ask("pause huawei")
    await happens(archive, press(1))

    answer = await archive.commands.why(1, channel=CHANNEL, user=ALICE)

    assert isinstance(answer, Explanation)
    assert answer.silence == ("The subscription here that matches it tells nothing: it is paused")


async def test_a_note_is_printed_on_the_alerts_of_its_subscription(archive: Archive) -> None:
    await archive.ask("subscribe huawei")
    await archive.ask("subscribe report")
    await archive.ask("settings note huawei We *vote* <!channel> on this")
    await happens(archive, press(1))

    owed = await archive.storage.run(claimed)

    shown = alert_of(owed, now=NOW, timezone=NEW_YORK).card
    assert isinstance(shown, Card)
    assert shown.why == (
        "Topic huawei: “huawei” in the title",
        "Why we follow this: We *vote* <!channel> on this",
        "report: “report” in the title",
    )


def claimed(db: Database) -> Owed:
    lease.take(db, OWNER, now=NOW)
    owed = claim(db, CHANNEL, owner=OWNER, now=NOW)
    assert isinstance(owed, Owed)
    return owed


async def happens(archive: Archive, *items: Item) -> None:
    """A feed brings them, and what is held is judged."""
    own = await archive.storage.run(subscriptions.every)
    everyone = Audience(own, {name: topic.query for name, topic in TOPICS.items()})
    await archive.storage.run(ingest, items, audience=everyone, now=NOW)
    await archive.storage.run(fold.fold, CHANNEL, now=NOW, timezone=NEW_YORK)


async def told_here(archive: Archive) -> Telling:
    answer = await archive.commands.why(1, channel=CHANNEL, user=ALICE)
    assert isinstance(answer, Explanation)
    (telling,) = answer.here
    return telling
