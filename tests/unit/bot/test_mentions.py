"""What is said to the bot is answered in its thread, once, and safely, whoever says whatever."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.archive import ALICE, BOB, CALENDARS, CHANNEL, Archive, document, press
from tests.slack_server import Fault
from tests.slack_talk import Talk, open_talk

BOT = "U0BOT"
DIRECT = "D01ALICE"


@pytest.fixture
async def talk(archive: Archive) -> AsyncIterator[Talk]:
    async with open_talk(archive.commands) as opened:
        opened.server.channels |= {CHANNEL: [], DIRECT: []}
        opened.server.before = opened_thread(opened)
        yield opened


def opened_thread(talk: Talk) -> Any:
    """People's own messages stand in their channels, so that they can be answered in their thread."""

    async def stand(method: str, arguments: dict[str, Any]) -> None:
        if method == "chat.postMessage" and "thread_ts" in arguments:
            shown = talk.server.channels[arguments["channel"]]
            if not any(each["ts"] == arguments["thread_ts"] for each in shown):
                shown.append({"ts": arguments["thread_ts"], "text": "", "user": ALICE})

    return stand


async def say(
    talk: Talk, text: str, *, kind: str = "app_mention", channel: str = CHANNEL, **but: Any
) -> list[dict[str, Any]]:
    """Say something; returns what was answered."""
    before = len(talk.server.asked("chat.postMessage"))
    event = {
        "type": kind,
        "user": ALICE,
        "text": text,
        "ts": f"1592488900.{len(talk.server.requests):06d}",
        "channel": channel,
        **but,
    }
    await talk.send(
        {
            "type": "event_callback",
            "team_id": "T01TEST",
            "api_app_id": "A01APP",
            "event": {key: value for key, value in event.items() if value is not None},
            "authorizations": [{"team_id": "T01TEST", "user_id": BOT, "is_bot": True}],
        }
    )
    return talk.server.asked("chat.postMessage")[before:]


async def write(talk: Talk, text: str, **but: Any) -> list[dict[str, Any]]:
    """Write a direct message."""
    values = {"kind": "message", "channel": DIRECT, "channel_type": "im", **but}
    return await say(talk, text, **values)


async def test_a_mention_is_answered_like_the_command_in_its_thread(
    archive: Archive, talk: Talk
) -> None:
    await archive.remember(document())

    (answer,) = await say(talk, f"<@{BOT}> search huawei", ts="1592488900.000001")

    assert "1 to 1 of 1" in answer["text"]
    assert (answer["channel"], answer["thread_ts"]) == (CHANNEL, "1592488900.000001")


@pytest.mark.parametrize("text", ["calendar", "Calendar huawei", "calendar renew"])
async def test_the_secret_address_of_a_calendar_is_told_in_no_thread_that_others_read(
    archive: Archive, talk: Talk, text: str
) -> None:
    await archive.ask("subscribe huawei", channel=CHANNEL)
    await archive.ask("subscribe huawei", channel=ALICE)

    (aloud,) = await say(talk, f"<@{BOT}> {text}")
    *_, alone = await write(talk, text)

    assert CALENDARS not in json.dumps(aloud)
    assert f"“/rulewire {text}”" in aloud["text"]
    assert CALENDARS in alone["text"]


@pytest.mark.parametrize(
    "text",
    [
        f"<@{BOT}> 2020-13093",
        f"<@{BOT}|rulewire>: 2020-13093",
        f"2020-13093 <@{BOT}>",
        f"<@{BOB}> look, <@{BOT}> 2020-13093",
        f"<@{BOT}>   <https://www.federalregister.gov/d/2020-13093|this one>",
    ],
)
async def test_the_mention_may_stand_anywhere(archive: Archive, talk: Talk, text: str) -> None:
    await archive.remember(document())

    (answer,) = await say(talk, text)

    assert "Interim final rule" in answer["text"]


async def test_a_bare_mention_is_answered_with_help(talk: Talk) -> None:
    (answer,) = await say(talk, f"<@{BOT}>")

    assert "subscribe huawei-and-standards" in answer["text"]


async def test_a_mention_in_a_thread_is_answered_there(talk: Talk) -> None:
    (answer,) = await say(talk, f"<@{BOT}> topics", thread_ts="1592488000.000001")

    assert answer["thread_ts"] == "1592488000.000001"


@pytest.mark.parametrize(
    "but",
    [
        {"bot_id": "B0OTHER"},
        {"subtype": "message_changed"},
        {"edited": {"user": ALICE, "ts": "1"}},
        {"hidden": True},
        {"user": None},
        {"user": BOT},
        {"ts": None},
        {"subtype": "bot_message", "bot_id": "B0BOT"},
    ],
)
@pytest.mark.parametrize("where", [say, write])
async def test_bots_and_edits_are_not_answered(talk: Talk, where: Any, but: dict[str, Any]) -> None:
    assert await where(talk, f"<@{BOT}> topics", **but) == []


async def test_an_event_that_slack_sends_again_is_answered_once(talk: Talk) -> None:
    first = await say(talk, f"<@{BOT}> topics", ts="1592488900.000007")
    again = await say(talk, f"<@{BOT}> topics", ts="1592488900.000007")
    as_message = await say(talk, "topics", kind="message", ts="1592488900.000007")

    assert (len(first), len(again), len(as_message)) == (1, 0, 0)


async def test_what_was_said_is_not_kept_for_ever(archive: Archive, talk: Talk) -> None:
    await say(talk, f"<@{BOT}> topics", ts="1592488900.000007")

    kept = await archive.storage.run(lambda db: list(db.query("SELECT what FROM once")))

    assert kept == []


async def test_what_is_said_in_a_channel_without_a_mention_is_not_ours(talk: Talk) -> None:
    assert await say(talk, "topics", kind="message", channel_type="channel") == []


async def test_the_first_direct_message_is_answered_with_three_lines_of_help(talk: Talk) -> None:
    (hello,) = await write(talk, "hi there")

    assert hello["channel"] == DIRECT
    assert hello["text"].count("\n") == 2
    assert "subscribe huawei-and-standards" in hello["text"]


async def test_a_command_in_the_first_direct_message_is_answered_as_well(talk: Talk) -> None:
    hello, answer = await write(talk, "topics")
    (second,) = await write(talk, "topics")

    assert hello["text"].startswith("I tell when")
    assert "Topics" in answer["text"]
    assert second["text"] == answer["text"]


async def test_a_person_subscribes_in_a_direct_message_for_themselves(
    archive: Archive, talk: Talk
) -> None:
    await write(talk, "subscribe huawei")

    assert await archive.subscribed(ALICE) == ["topic:huawei"]


async def test_who_is_no_member_changes_nothing_by_a_mention(archive: Archive, talk: Talk) -> None:
    (answer,) = await say(talk, f"<@{BOT}> subscribe huawei", user="U04DAVE")

    assert "Only members of this channel" in answer["text"]
    assert await archive.subscribed() == []


async def test_why_in_the_thread_of_an_alert_asks_of_that_alert(
    archive: Archive, talk: Talk
) -> None:
    (entry,) = await archive.remember(document())
    stands = await archive.tell(entry)

    (why,) = await say(talk, f"<@{BOT}> why", thread_ts=stands.ts)
    (told,) = await say(talk, f"<@{BOT}> Timeline", thread_ts=stands.ts)

    assert why["text"].startswith("Why: ")
    assert told["text"].startswith("Timeline: ")


async def test_a_thread_goes_on_with_what_was_searched_for(archive: Archive, talk: Talk) -> None:
    await archive.remember(document(), press(1))
    thread = "1592488900.000001"
    await say(talk, f"<@{BOT}> search huawei standards", ts=thread)

    await say(talk, f"<@{BOT}> subscribe", thread_ts=thread)

    assert await archive.subscribed() == ["huawei standards"]


async def test_a_thread_goes_on_with_the_document_that_was_asked_for(
    archive: Archive, talk: Talk
) -> None:
    await archive.remember(document())
    thread = "1592488900.000001"
    await say(talk, f"<@{BOT}> 85 FR 36719", ts=thread)

    (told,) = await say(talk, f"<@{BOT}> timeline", thread_ts=thread)
    (again,) = await say(talk, f"<@{BOT}> why", thread_ts=thread)

    assert told["text"].startswith("Timeline: ")
    assert again["text"].startswith("Why: ")


async def test_without_anything_before_it_a_word_alone_asks_for_the_rest(talk: Talk) -> None:
    (answer,) = await say(talk, f"<@{BOT}> why", thread_ts="1592488000.000001")

    assert "“/rulewire why" in answer["text"]


@pytest.mark.parametrize(
    "text",
    [
        "&lt;!channel&gt; *b* `c` <!here>",
        "search <!channel> (",
        "\u202e\u0000 ``` > q",
        "x" * 50_000,
        "why " + "<@U01ALICE>" * 500,
        "search \ud800",
    ],
)
async def test_hostile_text_mentions_nobody(talk: Talk, text: str) -> None:
    answers = [*await say(talk, f"<@{BOT}> {text}"), *await write(talk, text)]

    assert answers
    assert "<!" not in json.dumps([each["blocks"] for each in answers])
    assert "<!" not in json.dumps([each["text"] for each in answers])
    assert f"<@{ALICE}>" not in json.dumps(answers)


@pytest.mark.parametrize(
    "body",
    [
        {"type": "event_callback", "event": {"type": "app_mention"}},
        {
            "type": "event_callback",
            "event": {"type": "app_mention", "text": 5, "user": [], "ts": {}},
        },
        {"type": "event_callback", "event": {"type": "message", "channel": "D1", "user": "U1"}},
        {
            "type": "event_callback",
            "event": {"type": "app_mention", "user": ALICE, "ts": "1.1", "channel": CHANNEL},
            "authorizations": [{}, {"is_bot": True, "user_id": ".*"}],
        },
    ],
)
async def test_an_event_that_lacks_what_it_should_have_is_acknowledged(
    talk: Talk, body: dict[str, Any]
) -> None:
    response = await talk.send(body)

    assert response.status == 200


async def test_an_answer_that_slack_refuses_harms_nobody(talk: Talk) -> None:
    talk.server.fail("chat.postMessage", Fault(error="not_in_channel"), Fault(drop=True))

    await say(talk, f"<@{BOT}> topics")
    await say(talk, f"<@{BOT}> topics")
    (answer,) = await say(talk, f"<@{BOT}> topics")

    assert "Topics" in answer["text"]
