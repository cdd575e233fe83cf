"""A channel that the bot is added to is greeted once, with three ways to begin."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.slack import buttons
from bot.slack.client import SlackPoster, web_client
from tests.archive import ALICE, CHANNEL, Archive
from tests.slack_server import TOKEN, Fault
from tests.slack_talk import Talk, open_talk

BOT = "U0BOT"


@pytest.fixture
async def talk(archive: Archive) -> AsyncIterator[Talk]:
    async with open_talk(archive.commands) as opened:
        opened.server.channels[CHANNEL] = []
        yield opened


async def join(talk: Talk, *, user: str = BOT, named: bool = True, **but: Any) -> None:
    event = {"type": "member_joined_channel", "user": user, "channel": CHANNEL, "inviter": ALICE}
    named_as = [{"team_id": "T01TEST", "user_id": BOT, "is_bot": True}] if named else []
    await talk.send(
        {
            "type": "event_callback",
            "team_id": "T01TEST",
            "event": event | but,
            "authorizations": named_as,
        }
    )


@pytest.mark.parametrize("named", [True, False])
async def test_a_channel_is_greeted_once_however_often_the_bot_is_added(
    talk: Talk, named: bool
) -> None:
    await join(talk, named=named)
    await join(talk, named=named)

    (message,) = talk.server.channels[CHANNEL]
    row = message["blocks"][-1]["elements"]
    assert [each["text"]["text"] for each in row] == [
        "Subscribe to Huawei and Standards",
        "Choose Topics",
        "See an Example",
    ]
    assert {arguments["channel"] for arguments in talk.server.asked("chat.postMessage")} == {
        CHANNEL
    }


async def test_a_channel_that_was_only_greeted_can_be_read_back(talk: Talk) -> None:
    await join(talk)

    async with aiohttp.ClientSession() as session:
        poster = SlackPoster(web_client(TOKEN, base_url=talk.server.url, session=session))
        found = await poster.read_back(CHANNEL, thread=None, age=timedelta(days=1))

    assert found == {}


async def test_a_person_who_joins_is_not_greeted(talk: Talk) -> None:
    await join(talk, user=ALICE)

    assert talk.server.asked("chat.postMessage") == []


async def test_the_buttons_of_the_greeting_work(archive: Archive, talk: Talk) -> None:
    await join(talk)
    row = talk.server.channels[CHANNEL][0]["blocks"][-1]["elements"]

    for each in row:
        await talk.click({"action_id": each["action_id"], "value": each["value"]})

    said = [each["response_type"] for each in talk.replies]
    assert row[0]["value"] == "topic:huawei-and-standards"
    assert said == ["ephemeral"] * 3
    assert "Topics" in talk.replies[1]["text"]


async def test_subscribing_by_the_greeting_is_told_to_all_and_once(
    archive: Archive, talk: Talk
) -> None:
    click = {"action_id": buttons.SUBSCRIBE_SEARCH, "value": "topic:huawei"}

    await talk.click(click)
    await talk.click(click)

    assert await archive.subscribed() == ["topic:huawei"]
    assert [each["response_type"] for each in talk.replies] == ["in_channel", "ephemeral"]


@pytest.mark.parametrize("fault", [Fault(error="is_archived"), Fault(drop=True)])
async def test_a_greeting_that_slack_does_not_take_is_not_repeated(
    talk: Talk, fault: Fault
) -> None:
    talk.server.fail("chat.postMessage", fault)

    await join(talk)
    await join(talk)

    assert len(talk.server.asked("chat.postMessage")) == 1


@pytest.mark.parametrize("but", [{"channel": None}, {"user": None}, {"user": 5, "channel": []}])
async def test_a_joining_that_lacks_what_it_should_have_is_acknowledged(
    talk: Talk, but: dict[str, Any]
) -> None:
    await join(talk, **but) if "user" not in but else await join(talk, named=True, channel=None)

    assert talk.server.asked("chat.postMessage") == []
