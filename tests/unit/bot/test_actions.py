"""A click does what its button says: once, on old messages too, and politely when it cannot."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlite_utils import Database

from bot.answers import Problem
from bot.card import card
from bot.slack import blocks, buttons
from storage import cards, events, outbox, uncertain
from storage.deliveries import State
from tests.archive import ALICE, BOB, CHANNEL, Archive, document, press
from tests.factories import NOW
from tests.slack_server import Fault
from tests.slack_talk import Talk, open_talk

TS = "1592488800.000001"


@pytest.fixture
async def talk(archive: Archive) -> AsyncIterator[Talk]:
    async with open_talk(archive.commands) as opened:
        yield opened


async def standing(archive: Archive, talk: Talk, *, channel: str = CHANNEL) -> str:
    """An alert stands in a channel; returns its story's id."""
    (entry,) = await archive.remember(document())
    stands = await archive.tell(entry, channel=channel, ts=TS)
    shown = card(entry, now=NOW)
    message = {"ts": TS, "text": blocks.fallback(shown), "blocks": blocks.alert(shown)}
    talk.server.channels.setdefault(stands.conversation, []).append(message)
    return str(entry.story_id)


def click(action_id: str, value: str) -> dict[str, Any]:
    return {"action_id": action_id, "value": value}


def choose(value: str) -> dict[str, Any]:
    return {"type": "overflow", "action_id": blocks.MORE, "selected_option": {"value": value}}


async def test_next_and_previous_turn_the_page_in_place(archive: Archive, talk: Talk) -> None:
    await archive.remember(*(press(n, event_at=NOW - timedelta(hours=n)) for n in range(7)))
    first = await talk.type("search huawei")

    await talk.click(talk.button(buttons.NEXT))
    second = talk.replies[-1]
    await talk.click(talk.button(buttons.PREVIOUS))
    back = talk.replies[-1]

    assert second["replace_original"] is True
    assert "6 to 7 of 7" in second["text"]
    assert back["text"] == first["text"]


async def test_the_order_can_be_changed(archive: Archive, talk: Talk) -> None:
    await archive.remember(press(1), press(2))
    await talk.type("search huawei")

    await talk.click(talk.button(buttons.SORT))

    assert "best first" in talk.replies[-1]["text"]
    assert talk.button(buttons.SORT)


async def test_sharing_shows_the_page_to_the_channel_once(archive: Archive, talk: Talk) -> None:
    await archive.remember(press(1))
    await talk.type("search huawei")
    share = talk.button(buttons.SHARE)

    await talk.click(share)
    await talk.click(share)

    shown, again = talk.replies[1:]
    assert shown["response_type"] == "in_channel"
    assert shown["replace_original"] is False
    assert shown["text"].startswith(f"Shared by <@{ALICE}>: ")
    assert (again["response_type"], again["text"]) == ("ephemeral", "Shared already.")


async def test_a_search_can_be_subscribed_to(archive: Archive, talk: Talk) -> None:
    await talk.type('search "daily" huawei hourly')

    subscribe = talk.button(buttons.SUBSCRIBE_SEARCH)
    await talk.click(subscribe)
    await talk.click(subscribe)

    assert await archive.subscribed() == [subscribe["value"]]
    assert [each["response_type"] for each in talk.replies[1:]] == ["in_channel", "ephemeral"]


async def test_a_topic_is_subscribed_to_and_the_list_shows_it(archive: Archive, talk: Talk) -> None:
    await talk.type("topics")

    await talk.click(talk.button(buttons.SUBSCRIBE_TOPIC, number=1))

    announced, listed = talk.replies[1:]
    assert await archive.subscribed() == ["topic:standards"]
    assert announced["response_type"] == "in_channel"
    assert listed["replace_original"] is True
    assert "standards (subscribed)" in listed["text"]


async def test_remove_ends_a_subscription_and_says_who_did(archive: Archive, talk: Talk) -> None:
    await talk.type("subscribe huawei")
    await talk.type("subscriptions")
    remove = talk.button(buttons.REMOVE)

    await talk.click(remove, user=BOB)
    await talk.click(remove, user=BOB)

    announced, listed, again, _ = talk.replies[2:]
    assert await archive.subscribed() == []
    assert (announced["response_type"], announced["text"]) == (
        "in_channel",
        f"<@{BOB}> unsubscribed from topic:huawei.",
    )
    assert "No subscription here yet" in listed["text"]
    assert again["response_type"] == "ephemeral"


async def test_muting_changes_the_card_in_place_and_names_who_muted(
    archive: Archive, talk: Talk
) -> None:
    story = await standing(archive, talk)

    await talk.click(click(blocks.MUTE, story), user=BOB)
    await talk.click(click(blocks.MUTE, story), user=ALICE)

    (message,) = talk.server.channels[CHANNEL]
    said = message["blocks"][-1]["elements"][0]["text"]
    assert said.startswith(f"Muted by <@{BOB}> · <!date^1592488800^")
    assert blocks.UNMUTE in str(message["blocks"])
    assert await archive.marks(int(story)) == {("muted", CHANNEL)}
    assert talk.replies == []


@pytest.mark.parametrize(("faults", "owed"), [([], 0), ([Fault(drop=True)], 1)])
async def test_an_edit_is_owed_to_a_card_only_when_the_click_could_not_make_it(
    archive: Archive, talk: Talk, faults: list[Fault], owed: int
) -> None:
    story = await standing(archive, talk)
    talk.server.fail("chat.update", *faults)

    await talk.click(click(blocks.MUTE, story))

    assert len(await archive.storage.run(cards.outdated)) == owed


async def test_unmuting_gives_the_card_back_as_it_was(archive: Archive, talk: Talk) -> None:
    story = await standing(archive, talk)

    await talk.click(click(blocks.MUTE, story))
    await talk.click(click(blocks.UNMUTE, story))

    (message,) = talk.server.channels[CHANNEL]
    assert "Muted" not in str(message)
    assert await archive.marks(int(story)) == set()


async def test_muting_where_no_card_stands_is_answered_in_words(
    archive: Archive, talk: Talk
) -> None:
    (entry,) = await archive.remember(document())

    await talk.click(click(blocks.MUTE, str(entry.story_id)))

    assert talk.replies[-1]["text"].startswith("This story is muted here")


@pytest.mark.parametrize(
    "fault", [Fault(error="message_not_found"), Fault(status=500), Fault(drop=True)]
)
async def test_a_card_that_cannot_be_changed_is_answered_in_words(
    archive: Archive, talk: Talk, fault: Fault
) -> None:
    story = await standing(archive, talk)
    talk.server.fail("chat.update", fault)

    await talk.click(click(blocks.MUTE, story))

    assert talk.replies[-1]["text"].startswith("This story is muted here")
    assert await archive.marks(int(story)) == {("muted", CHANNEL)}


async def test_following_is_the_persons_own_and_leaves_the_channels_card(
    archive: Archive, talk: Talk
) -> None:
    story = await standing(archive, talk)

    await talk.click(click(blocks.FOLLOW, story))
    await talk.click(click(blocks.FOLLOW, story))

    assert await archive.marks(int(story)) == {("followed", ALICE)}
    assert talk.server.asked("chat.update") == []
    assert [each["text"].split(":")[0] for each in talk.replies] == [
        "You follow this story",
        "You follow this story already.",
    ]


async def test_unfollowing_in_the_direct_message_changes_its_card(
    archive: Archive, talk: Talk
) -> None:
    story = await standing(archive, talk, channel=ALICE)
    await talk.click(click(blocks.FOLLOW, story), channel="D01ALICE")
    (followed,) = talk.server.channels["D01ALICE"]
    offered = str(followed["blocks"])

    await talk.click(click(blocks.UNFOLLOW, story), channel="D01ALICE")

    (message,) = talk.server.channels["D01ALICE"]
    assert blocks.UNFOLLOW in offered
    assert blocks.UNFOLLOW not in str(message["blocks"])
    assert await archive.marks(int(story)) == set()


async def test_the_menu_saves_the_story_for_the_person(archive: Archive, talk: Talk) -> None:
    (entry,) = await archive.remember(document())

    await talk.click(choose(f"{blocks.SAVE}:{entry.id}"))
    await talk.click(choose(f"{blocks.SAVE}:{entry.id}"))

    assert await archive.marks(entry.story_id) == {("saved", ALICE)}
    assert [each["response_type"] for each in talk.replies] == ["ephemeral"] * 2


async def test_the_menu_explains_why_the_channel_was_told(archive: Archive, talk: Talk) -> None:
    (entry,) = await archive.remember(document())
    await archive.tell(entry)

    await talk.click(choose(f"{blocks.WHY}:{entry.id}"))

    assert "Topic huawei" in talk.replies[-1]["text"]
    assert talk.replies[-1]["response_type"] == "ephemeral"


async def test_an_explanation_links_to_the_messages_that_slack_still_has(
    archive: Archive, talk: Talk
) -> None:
    (entry,) = await archive.remember(document())
    talk.server.channels[CHANNEL] = []
    posted = await talk.app.client.chat_postMessage(channel=CHANNEL, text="the alert")
    await archive.tell(entry, ts=posted["ts"])
    await archive.tell(entry, channel="C02OTHER", ts="1.000002")

    await talk.click(choose(f"{blocks.WHY}:{entry.id}"))
    typed = await talk.type("why 2020-13093")

    link = f"<https://test.slack.com/archives/{CHANNEL}/p{posted['ts'].replace('.', '')}|told>"
    for answer in (talk.replies[-2], typed):
        shown = json.dumps(answer["blocks"])
        assert shown.count("|told>") == 1
        assert link in shown


async def test_the_menu_offers_the_topics(archive: Archive, talk: Talk) -> None:
    (entry,) = await archive.remember(document())

    await talk.click(choose(f"{blocks.SUBSCRIBE}:{entry.id}"))

    assert talk.button(buttons.SUBSCRIBE_TOPIC)["value"] == "huawei"
    assert talk.replies[-1]["replace_original"] is False


async def test_a_button_that_opens_a_page_is_only_acknowledged(talk: Talk) -> None:
    await talk.click(click(blocks.READ, "1"))

    assert talk.replies == []


@pytest.mark.parametrize(
    "action",
    [
        click("of-an-earlier-version", "1"),
        click(buttons.NEXT, "{"),
        click(buttons.NEXT, '{"query": "("}'),
        click(buttons.NEXT, '{"query": "huawei", "trail": ["nonsense"], "page": -5}'),
        click(buttons.SHARE, '{"query": "("}'),
        click(buttons.SHARE, "[]"),
        click(buttons.SUBSCRIBE_SEARCH, ""),
        click(buttons.SUBSCRIBE_SEARCH, "-notice"),
        click(buttons.SUBSCRIBE_TOPIC, "no such topic"),
        click(buttons.REMOVE, "'; DROP TABLE subscriptions; --"),
        click(buttons.REMOVE, "999"),
        click(blocks.MUTE, "999"),
        click(blocks.FOLLOW, "9" * 18),
        click(blocks.UNMUTE, ""),
        choose("save:999"),
        choose("why:x"),
        choose("why:999"),
        choose("unheard-of:1"),
        choose(""),
        {"action_id": blocks.MORE, "selected_option": None},
        {"action_id": blocks.FOLLOW, "value": 5},
    ],
)
async def test_a_click_that_cannot_be_followed_is_answered_politely(
    archive: Archive, talk: Talk, action: dict[str, Any]
) -> None:
    await talk.click(action)

    assert talk.replies
    assert all(each["response_type"] == "ephemeral" for each in talk.replies)
    assert "error on our side" not in str(talk.replies)
    assert await archive.subscribed() == []


@pytest.mark.parametrize(
    ("verb", "off"),
    [("save", "No longer saved.")],
)
async def test_a_mark_can_be_taken_off_again(
    archive: Archive, talk: Talk, verb: str, off: str
) -> None:
    (entry,) = await archive.remember(document())
    await talk.click({"action_id": blocks.MORE, "selected_option": {"value": f"{verb}:{entry.id}"}})

    await talk.click(talk.button(buttons.UNDO))

    assert await archive.marks(entry.story_id) == set()
    assert talk.replies[-1]["text"] == off
    assert talk.replies[-1]["replace_original"] is True


async def test_a_story_followed_in_a_channel_can_be_left_again_there(
    archive: Archive, talk: Talk
) -> None:
    (entry,) = await archive.remember(document())
    await talk.click({"action_id": blocks.FOLLOW, "value": str(entry.story_id)})

    await talk.click(talk.button(buttons.UNDO))

    assert await archive.marks(entry.story_id) == set()
    assert talk.replies[-1]["text"] == "You no longer follow this story."


@pytest.mark.parametrize("value", ["", "saved", "saved:", "saved:x", "praised:1"])
async def test_an_undo_of_another_version_is_answered_politely(talk: Talk, value: str) -> None:
    await talk.click({"action_id": buttons.UNDO, "value": value})

    assert "earlier version" in talk.replies[-1]["text"]


async def in_doubt(archive: Archive) -> int:
    """An alert of this channel whose answer was lost; returns its number."""
    (entry,) = await archive.remember(document())

    def lose(db: Database) -> int:
        event = events.reach(db, entry, now=NOW)
        outbox.enqueue(db, event, channel=CHANNEL, whys=[], now=NOW)
        claimed = outbox.claim(db, CHANNEL, now=NOW)
        assert claimed
        outbox.settle_uncertain(db, claimed, reason="answer lost", now=NOW)
        uncertain.unreadable(db, claimed, reason="missing_scope")
        return claimed.id

    return await archive.storage.run(lose)


async def test_an_uncertain_alert_is_settled_by_one_click_however_often_it_is_made(
    archive: Archive, talk: Talk
) -> None:
    number = await in_doubt(archive)
    shown = await talk.type("status")
    again, sent = talk.button(buttons.SETTLE_AGAIN), talk.button(buttons.SETTLE_SENT)

    await talk.click(sent)
    await talk.click(again)
    said = [reply["text"] for reply in talk.replies if not reply.get("replace_original")]

    assert "answer lost; missing_scope" in str(shown["blocks"])
    assert said[1].startswith(f"<@{ALICE}> has marked as sent: Release of")
    already = f"Delivery {number} is settled already: marked as sent by {ALICE} (<#{CHANNEL}>)."
    assert said[2] == already
    assert await archive.storage.run(outbox.counts) == {State.SENT: 1}


async def test_an_uncertain_alert_can_be_sent_again(archive: Archive, talk: Talk) -> None:
    await in_doubt(archive)
    await talk.type("status")
    await talk.click(talk.button(buttons.SETTLE_AGAIN))

    assert await archive.storage.run(outbox.counts) == {State.PENDING: 1}
    assert "uncertain" not in talk.replies[-1]["text"]
    assert talk.replies[-1]["replace_original"] is True


@pytest.mark.parametrize("elsewhere", ["C02RND", "D01ALICE"])
async def test_an_admin_settles_an_alert_of_any_channel_from_anywhere(
    archive: Archive, talk: Talk, elsewhere: str
) -> None:
    number = await in_doubt(archive)

    shown = await talk.type("status", channel=elsewhere)
    buttons_there = [block for block in shown["blocks"] if block["type"] == "actions"]
    settled = await talk.type(f"settle {number} sent", channel=elsewhere)
    again = await talk.type(f"settle {number} again", channel=elsewhere)

    assert "perhaps told" in shown["text"]
    assert len(buttons_there) == 1
    assert "has marked as sent" in settled["text"]
    assert f"<#{CHANNEL}>" in settled["text"]
    assert f"<#{CHANNEL}>" in again["text"]
    # What a channel is told, which may be private, is not said aloud in another.
    assert settled["response_type"] == "ephemeral"
    assert await archive.storage.run(outbox.counts) == {State.SENT: 1}


async def test_a_click_elsewhere_settles_too(archive: Archive, talk: Talk) -> None:
    await in_doubt(archive)
    await talk.type("status", channel="D01ALICE")

    await talk.click(talk.button(buttons.SETTLE_AGAIN), channel="D01ALICE")

    assert await archive.storage.run(outbox.counts) == {State.PENDING: 1}


async def test_no_other_than_an_admin_settles_wherever_they_ask(
    archive: Archive, talk: Talk
) -> None:
    number = await in_doubt(archive)
    talk.server.people[BOB] = {}

    for channel in (CHANNEL, "C02RND", "D02BOB"):
        refused = await talk.type(f"settle {number} sent", channel=channel, user=BOB)
        assert "only admins and owners" in refused["text"]

    assert await archive.storage.run(outbox.counts) == {State.UNCERTAIN: 1}


async def test_a_number_of_no_delivery_is_said(talk: Talk) -> None:
    refused = await talk.type("settle 12 sent")

    assert refused["text"] == "No delivery 12 of this workspace is uncertain."


@pytest.mark.parametrize("text", ["", "12", "12 perhaps", "twelve sent", "٣ sent", "9" * 30])
async def test_settle_says_what_it_takes(archive: Archive, text: str) -> None:
    answer = await archive.ask(f"settle {text}")

    assert isinstance(answer, Problem)
    assert answer.hint == "settle 12 sent"
