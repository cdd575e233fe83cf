"""A channel refuses messages: who is told, how often, and what becomes of it, against a Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from sqlite_utils import Database

from bot.deliver import Deliverer
from bot.edit import Editor
from bot.fold import fold_due
from bot.pace import Pace
from bot.refusal_watch import RefusalWatch
from bot.slack.client import SlackPoster, web_client
from storage import bulletins, entries, events, outbox, stories, subscriptions
from storage.deliveries import State, Why
from storage.stories import Mark
from tests.archive import Archive, open_archive, press
from tests.delivering import Clock, Elapsed, make_deliverer, make_editor
from tests.slack_server import TOKEN, Fault, SlackServer
from tests.slack_talk import ALICE, CHANNEL, Talk, open_talk

OWNERS, BOT, UTC = "C0OWNERS", "U0BOT", ZoneInfo("UTC")
ALICES = "D01ALICE"
WHY = Why(subscription="huawei", reasons=())
POST = "chat.postMessage"
HOUR = timedelta(hours=1)


@dataclass(kw_only=True)
class Bot:
    """A bot that tells of refusals, with the Slack it writes to and the people there."""

    archive: Archive
    talk: Talk
    deliverer: Deliverer
    editor: Editor
    watch: RefusalWatch
    clock: Clock
    _owed: int = 0

    @property
    def slack(self) -> SlackServer:
        return self.talk.server

    async def owe(self, channel: str = CHANNEL) -> None:
        """Owe a channel news of a story of its own."""
        self._owed += 1
        item = press(self._owed, event_at=self.clock.now)

        def write(db: Database) -> None:
            entry = entries.remember(db, item, now=self.clock.now).entry
            event = events.reach(db, entry, now=self.clock.now)
            outbox.enqueue(db, event, channel=channel, whys=[WHY], now=self.clock.now)

        await self.archive.storage.run(write)

    async def round(self) -> None:
        """All that the jobs do, once."""
        now, storage = self.clock.now, self.archive.storage
        await fold_due(storage, now=now, timezone=UTC)
        await self.deliver()
        await storage.run(self.watch.look, now=now)
        await self.deliver()
        await self.editor.edit_due()

    async def pass_by(self, time: timedelta, *, step: timedelta = timedelta(minutes=5)) -> None:
        """Let so much time go by, with rounds on its way."""
        until = self.clock.now + time
        while self.clock.now < until:
            self.clock.now += step
            await self.round()

    async def deliver(self) -> None:
        await self.deliverer.deliver_due()
        await self.deliverer.finish()

    async def subscribe(self, channel: str = CHANNEL, *, by: str = ALICE) -> None:
        await self.archive.storage.run(
            subscriptions.add, channel=channel, query="huawei", created_by=by, now=self.clock.now
        )

    async def working(self) -> list[bool]:
        return [each.works for each in await self.archive.storage.run(subscriptions.every)]

    async def invite(self, channel: str = CHANNEL) -> None:
        """Somebody adds the bot to a channel."""
        self.slack.strange.discard(channel)
        event = {"type": "member_joined_channel", "user": BOT, "channel": channel}
        named = [{"team_id": "T01TEST", "user_id": BOT, "is_bot": True}]
        await self.talk.send(
            {
                "type": "event_callback",
                "team_id": "T01TEST",
                "event": event,
                "authorizations": named,
            }
        )

    def said(self, channel: str) -> list[str]:
        """Texts that stand in a channel, oldest first; the greeting of a new channel aside."""
        standing = (each["text"] for each in self.slack.channels.get(channel, []))
        return [text for text in standing if not text.startswith("I am here to tell")]

    def tries(self, channel: str) -> int:
        return sum(each["channel"] == channel for each in self.slack.asked(POST))


@asynccontextmanager
async def open_bot(folder: Path, *, owners: str = OWNERS) -> AsyncIterator[Bot]:
    async with AsyncExitStack() as stack:
        clock, elapsed = Clock(), Elapsed()
        archive = await stack.enter_async_context(open_archive(folder, clock=clock))
        talk = await stack.enter_async_context(open_talk(archive.commands))
        talk.server.channels = {CHANNEL: [], OWNERS: []}
        session = await stack.enter_async_context(aiohttp.ClientSession())
        poster = SlackPoster(web_client(TOKEN, base_url=talk.server.url, session=session))
        yield Bot(
            archive=archive,
            talk=talk,
            deliverer=await make_deliverer(archive.storage, poster, clock=clock, elapsed=elapsed),
            editor=make_editor(archive.storage, poster, pace=Pace.free(elapsed=elapsed)),
            watch=RefusalWatch(owners=owners, timezone=UTC),
            clock=clock,
        )


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with open_bot(tmp_path) as opened:
        yield opened


def archive_it(slack: SlackServer) -> None:
    slack.archived.add(CHANNEL)


def remove_the_bot(slack: SlackServer) -> None:
    slack.strange.add(CHANNEL)


def delete_it(slack: SlackServer) -> None:
    del slack.channels[CHANNEL]


def restrict_it(slack: SlackServer) -> None:
    slack.fail(POST, Fault(error="restricted_action"))


def take_a_scope(slack: SlackServer) -> None:
    slack.fail(POST, Fault(error="missing_scope"))


@pytest.mark.parametrize(
    ("refuse", "meaning", "remedy"),
    [
        (archive_it, "The channel is archived.", "Unarchive it"),
        (remove_the_bot, "Rulewire is not in the channel.", "/invite @Rulewire"),
        (delete_it, "Slack shows Rulewire no such channel", "If it is still there"),
        (restrict_it, "Only some may post in the channel", "Posting permissions"),
        (take_a_scope, "The app lacks a permission", "rulewire manifest"),
    ],
)
async def test_the_owners_and_whoever_subscribed_are_told_why_and_what_to_do(
    bot: Bot, refuse: Any, meaning: str, remedy: str
) -> None:
    await bot.subscribe()
    refuse(bot.slack)
    await bot.owe()

    await bot.round()

    for channel in (OWNERS, ALICES):
        (told,) = bot.said(channel)
        assert told.startswith(f"Rulewire cannot post in <#{CHANNEL}>")
        assert meaning in told
        assert remedy in told
        assert "1 message was refused" in told
    assert "/rulewire search huawei after:2020-06-17" in bot.said(ALICES)[0]
    assert "huawei" not in bot.said(OWNERS)[0]


async def test_fifty_refusals_of_a_channel_are_one_message_also_with_a_restart_between(
    tmp_path: Path,
) -> None:
    told: list[tuple[list[str], list[str]]] = []
    for _ in range(2):
        async with open_bot(tmp_path) as bot:
            await bot.subscribe()
            bot.slack.archived.add(CHANNEL)
            bot._owed = 100 * len(told)
            for _ in range(25):
                await bot.owe()
                await bot.round()
            told.append((bot.said(OWNERS), bot.said(ALICES)))

    assert [(len(owners), len(alice)) for owners, alice in told] == [(1, 1), (0, 0)]


async def test_the_message_keeps_count_without_disturbing_anybody_again(bot: Bot) -> None:
    await bot.subscribe()
    bot.slack.archived.add(CHANNEL)
    await bot.owe()
    await bot.round()
    before = bot.tries(OWNERS)
    await bot.owe()
    await bot.round()

    (told,) = bot.said(OWNERS)

    assert "2 messages were refused" in told
    assert bot.tries(OWNERS) == before == 1


async def test_an_invited_bot_says_at_once_what_was_missed_and_goes_on(bot: Bot) -> None:
    await bot.subscribe()
    bot.slack.strange.add(CHANNEL)
    await bot.owe()
    await bot.owe()
    await bot.round()
    asleep = await bot.working()
    bot.clock.now += 5 * HOUR

    await bot.invite()
    await bot.round()
    await bot.round()
    await bot.owe()
    await bot.round()

    back, news = bot.said(CHANNEL)
    assert back.startswith("Rulewire can post here again.")
    assert "2 messages were refused" in back
    assert "Huawei report number 1" in back
    assert "/rulewire search huawei after:2020-06-17" in back
    assert "Huawei report number 3" in news
    assert (asleep, await bot.working()) == ([False], [True])
    for channel in (OWNERS, ALICES):
        (told,) = bot.said(channel)
        assert told.startswith(f"Rulewire posts again in <#{CHANNEL}>")
        assert "after 5 hours. 2 messages were refused" in told


async def test_a_channel_that_returns_before_anybody_looked_is_told_all_of_it(bot: Bot) -> None:
    await bot.subscribe()
    bot.slack.strange.add(CHANNEL)
    await bot.owe()
    await bot.deliver()
    await bot.invite()

    await bot.round()

    (back,) = bot.said(CHANNEL)
    assert "Huawei report number 1" in back
    assert bot.said(OWNERS) == bot.said(ALICES) == []


async def test_what_was_missed_is_shown_by_a_click_to_the_one_who_clicks(bot: Bot) -> None:
    await bot.subscribe()
    bot.slack.strange.add(CHANNEL)
    await bot.owe()
    await bot.round()
    await bot.invite()
    await bot.round()
    (message,) = (each for each in bot.slack.channels[CHANNEL] if "post here again" in each["text"])
    (row,) = (each for each in message["blocks"] if each["type"] == "actions")
    (button,) = row["elements"]

    await bot.talk.click({"action_id": button["action_id"], "value": button["value"]})

    answer = bot.talk.replies[-1]
    assert button["text"]["text"] == "Show What Was Missed"
    assert "Huawei report number 1" in answer["text"]
    assert (answer["response_type"], answer["replace_original"]) == ("ephemeral", False)


async def test_a_channel_that_is_unarchived_is_found_within_hours_and_told_once(bot: Bot) -> None:
    await bot.subscribe()
    bot.slack.archived.add(CHANNEL)
    await bot.owe()
    await bot.pass_by(24 * HOUR)
    tried = bot.tries(CHANNEL)

    bot.slack.archived.clear()
    await bot.pass_by(24 * HOUR)

    assert tried <= 10
    assert len(bot.said(CHANNEL)) == 1
    assert bot.said(OWNERS)[0].startswith("Rulewire posts again in")
    assert await bot.working() == [True]
    assert await bot.archive.storage.run(outbox.counts) == {State.DEAD: 1, State.SENT: 3}


async def test_a_channel_that_refuses_again_is_told_of_again(bot: Bot) -> None:
    await bot.subscribe()
    for _ in range(2):
        bot.slack.strange.add(CHANNEL)
        await bot.owe()
        await bot.round()
        bot.clock.now += HOUR
        await bot.invite()
        await bot.round()
        await bot.round()

    assert len(bot.said(OWNERS)) == len(bot.said(CHANNEL)) == 2


async def test_subscribing_anything_tries_the_channel_at_once(bot: Bot) -> None:
    await bot.subscribe()
    bot.slack.strange.add(CHANNEL)
    await bot.owe()
    await bot.round()
    bot.slack.strange.clear()

    await bot.talk.type("subscribe huawei")
    await bot.round()

    (back,) = bot.said(CHANNEL)
    assert back.startswith("Rulewire can post here again.")
    assert await bot.working() == [True, True]


async def test_owners_whose_own_channel_refuses_are_told_nothing_there_until_it_takes_messages(
    bot: Bot,
) -> None:
    await bot.subscribe(OWNERS)
    await bot.subscribe()
    bot.slack.strange |= {OWNERS, CHANNEL}
    await bot.owe(OWNERS)
    await bot.round()
    await bot.owe()
    await bot.pass_by(48 * HOUR)
    tried = bot.tries(OWNERS)
    there = bot.said(OWNERS)

    await bot.invite(OWNERS)
    await bot.round()
    await bot.round()

    assert there == []
    assert tried <= 15
    assert [text.splitlines()[0] for text in bot.said(ALICES)] == [
        f"Rulewire posts again in <#{OWNERS}>.",
        f"Rulewire cannot post in <#{CHANNEL}>.",
    ]
    assert [text.splitlines()[0] for text in bot.said(OWNERS)] == [
        "Rulewire can post here again.",
        f"Rulewire cannot post in <#{CHANNEL}>.",
    ]


async def test_a_word_of_a_refusal_that_is_refused_begets_no_other(bot: Bot) -> None:
    await bot.subscribe()
    bot.slack.archived |= {CHANNEL, OWNERS, ALICES}
    await bot.owe()

    await bot.pass_by(48 * HOUR)

    assert bot.said(OWNERS) == bot.said(ALICES) == []
    assert bot.tries(OWNERS) <= 15
    assert bot.tries(ALICES) <= 15
    counts = await bot.archive.storage.run(outbox.counts)
    assert counts == {State.DEAD: 1, State.HELD: 3}


async def test_what_is_over_before_it_could_be_told_is_told_nobody(bot: Bot) -> None:
    await bot.subscribe()
    bot.slack.archived |= {CHANNEL, OWNERS, ALICES}
    await bot.owe()
    await bot.pass_by(HOUR)

    bot.slack.archived.discard(CHANNEL)
    await bot.pass_by(7 * HOUR)
    bot.slack.archived.clear()
    await bot.pass_by(48 * HOUR)

    assert len(bot.said(CHANNEL)) == 1
    assert bot.said(OWNERS) == bot.said(ALICES) == []


async def test_of_a_person_who_left_the_owners_are_told_once(bot: Bot) -> None:
    await bot.subscribe(ALICE)
    bot.slack.fail(POST, Fault(error="account_inactive"))
    await bot.owe(ALICE)

    await bot.round()
    await bot.round()

    (told,) = bot.said(OWNERS)
    assert told.startswith(f"Rulewire cannot write to <@{ALICE}>")
    assert "Their account is deactivated" in told
    assert f"rulewire subscriptions remove {ALICE} QUERY" in told
    assert bot.said(ALICES) == []


async def test_of_somebody_who_only_follows_a_story_it_is_told_once_as_well(bot: Bot) -> None:
    await bot.owe(ALICE)
    await bot.archive.storage.run(
        stories.mark, 1, Mark.FOLLOWED, holder=ALICE, made_by=ALICE, now=bot.clock.now
    )
    bot.slack.archived.add(ALICES)

    await bot.round()
    for _ in range(5):
        await bot.owe(ALICE)
        await bot.round()

    assert len(bot.said(OWNERS)) == 1


async def test_a_token_that_was_revoked_is_told_nobody_and_what_was_missed_once_it_works(
    bot: Bot,
) -> None:
    await bot.subscribe()
    bot.slack.tokens.clear()
    await bot.owe()
    await bot.pass_by(24 * HOUR)
    told = bot.tries(OWNERS) + bot.tries(ALICE)

    bot.slack.tokens[TOKEN] = "T01TEST"
    await bot.pass_by(6 * HOUR)

    assert told == 0
    assert [text.splitlines()[0] for text in bot.said(CHANNEL)] == ["Rulewire can post here again."]
    assert await bot.working() == [True]


async def test_a_channel_in_which_nothing_is_subscribed_any_more_is_given_up(bot: Bot) -> None:
    await bot.subscribe()
    bot.slack.archived.add(CHANNEL)
    await bot.owe()
    await bot.round()
    tried = bot.tries(CHANNEL)

    await bot.archive.storage.run(subscriptions.remove, channel=CHANNEL, query="huawei")
    await bot.round()
    await bot.pass_by(48 * HOUR, step=HOUR)

    assert bot.tries(CHANNEL) - tried <= 1
    for channel in (OWNERS, ALICES):
        (told,) = bot.said(channel)
        assert told.startswith(f"Rulewire does not post any more in <#{CHANNEL}>")


async def test_without_an_owners_channel_whoever_subscribed_is_told(tmp_path: Path) -> None:
    async with open_bot(tmp_path, owners="") as bot:
        await bot.subscribe()
        bot.slack.archived.add(CHANNEL)
        await bot.owe()

        await bot.round()

        assert len(bot.said(ALICES)) == 1


async def test_a_word_of_return_whose_answer_was_lost_wakes_the_channel_once_it_is_found(
    bot: Bot,
) -> None:
    await bot.subscribe()
    bot.slack.strange.add(CHANNEL)
    await bot.owe()
    await bot.round()

    def found(db: Database) -> None:
        """As a person says who sees it there."""
        (waits,) = bulletins.in_state(db, State.HELD)
        outbox.settle_sent(db, waits, ts="1592488800.000001", now=bot.clock.now)

    await bot.archive.storage.run(found)
    await bot.round()

    assert await bot.working() == [True]
    assert bot.said(OWNERS)[0].startswith("Rulewire posts again in")


async def test_an_app_that_was_taken_out_of_every_channel_is_one_message_to_each_person(
    bot: Bot,
) -> None:
    channels = [f"C{number:03}" for number in range(30)]
    bot.slack.channels |= {channel: [] for channel in channels}
    bot.slack.strange |= set(channels)
    for channel in channels:
        await bot.subscribe(channel)
        await bot.owe(channel)
    await bot.round()
    (first,) = bot.said(OWNERS)

    for channel in channels[:10]:
        await bot.invite(channel)
    await bot.round()
    await bot.round()
    (partly,) = bot.said(OWNERS)
    bot.slack.strange.clear()
    await bot.pass_by(7 * HOUR)
    (last,) = bot.said(OWNERS)

    assert first.startswith("Rulewire cannot post in 30 channels.")
    assert partly.startswith("Rulewire cannot post in 20 of 30 channels.")
    assert last.startswith("Rulewire posts again in 30 channels.")
    assert len(bot.said(ALICES)) == 1
    assert [len(bot.said(channel)) for channel in channels] == [1] * 30


async def test_a_channel_that_begins_to_refuse_later_is_told_of_by_itself(bot: Bot) -> None:
    channels = [f"C{number:03}" for number in range(6)]
    bot.slack.channels |= {channel: [] for channel in channels}
    bot.slack.strange |= set(channels)
    for channel in channels:
        await bot.subscribe(channel)
    for channel in channels[:5]:
        await bot.owe(channel)
    await bot.round()
    await bot.owe(channels[5])
    await bot.round()

    said = [text.splitlines()[0] for text in bot.said(OWNERS)]

    assert said == ["Rulewire cannot post in 5 channels.", "Rulewire cannot post in <#C005>."]


@pytest.mark.parametrize("asked", ["status", "subscriptions"])
async def test_answers_say_as_plainly_why_a_subscription_rests(bot: Bot, asked: str) -> None:
    await bot.subscribe()
    bot.slack.archived.add(CHANNEL)
    await bot.owe()
    await bot.round()

    answer = await bot.talk.type(asked)

    assert "The channel is archived." in str(answer["blocks"])
    assert "is_archived" not in str(answer)
