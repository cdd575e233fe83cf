"""/rulewire is acknowledged at once and answered where it was typed."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient
from sqlite_utils import Database

from bot.slack import desk
from bot.slack.desk import Desk
from bot.slack.reply import Asked, from_command, from_interaction
from tests.archive import ALICE, CHANNEL, Archive, document, open_archive
from tests.slack_server import Fault
from tests.slack_talk import Talk, open_talk


@pytest.fixture
async def talk(archive: Archive) -> AsyncIterator[Talk]:
    async with open_talk(archive.commands) as opened:
        yield opened


@pytest.mark.parametrize("text", ["", "search huawei", "topics", "status", "serach", "search ("])
async def test_an_answer_is_for_the_one_who_asked(talk: Talk, text: str) -> None:
    reply = await talk.type(text)

    assert reply["response_type"] == "ephemeral"
    assert reply["text"]
    assert reply["unfurl_links"] is False


async def test_a_command_is_acknowledged_before_it_is_answered(talk: Talk) -> None:
    talk.server.fail("respond", Fault(status=500))

    response = await talk.send(_command("search huawei"))

    assert response.status == 200
    assert response.body == ""


async def test_a_new_subscription_is_announced_with_who_made_it(
    archive: Archive, talk: Talk
) -> None:
    reply = await talk.type("subscribe huawei")

    assert reply["response_type"] == "in_channel"
    assert reply["text"].startswith(f"<@{ALICE}> subscribed to topic:huawei.")
    assert await archive.subscribed() == ["topic:huawei"]


@pytest.mark.parametrize(
    ("text", "announced"),
    [
        ("subscribe huawei weekly fri 17:00", "set topic:huawei: told weekly on Friday at 17:00"),
        ("pause huawei", "paused topic:huawei"),
        ("mute 2h", "muted Rulewire here until"),
        ("settings quiet 22:00-07:00", "set quiet hours from 22:00 to 07:00"),
        ("settings urgent huawei on", "set topic:huawei: filed, published and in force"),
        (
            "settings note huawei <!channel> *us* & <@U02BOB>",
            "noted why topic:huawei is followed here: &lt;!channel&gt; *us* &amp; &lt;@U02BOB&gt;",
        ),
    ],
)
async def test_how_a_channel_is_told_is_announced_with_who_chose_it(
    talk: Talk, text: str, announced: str
) -> None:
    await talk.type("subscribe huawei")

    reply = await talk.type(text)

    assert reply["response_type"] == "in_channel"
    said = reply["text"].replace("\u200b", "").replace("\u2217", "*")
    assert said.startswith(f"<@{ALICE}> ")
    assert announced in said


@pytest.mark.parametrize(
    "text",
    [
        "mute",
        "mute <!channel>",
        "settings quiet",
        "settings note",
        "pause",
        "resume <@U02BOB> (",
        "unmute",
    ],
)
async def test_a_mistake_about_it_is_for_the_one_who_made_it(talk: Talk, text: str) -> None:
    reply = await talk.type(text)

    assert reply["response_type"] == "ephemeral"
    assert "<!channel>" not in reply["text"]


async def test_subscribing_twice_is_announced_once(talk: Talk) -> None:
    await talk.type("subscribe huawei")

    reply = await talk.type("subscribe huawei")

    assert reply["response_type"] == "ephemeral"
    assert reply["text"].startswith("Already subscribed")


async def test_in_a_direct_message_the_subscription_is_the_persons_own(
    archive: Archive, talk: Talk
) -> None:
    reply = await talk.type("subscribe huawei", channel="D01ALICE")

    assert reply["response_type"] == "ephemeral"
    assert await archive.subscribed(ALICE) == ["topic:huawei"]
    assert talk.server.asked("conversations.info") == []


async def test_who_subscribes_a_channel_without_the_bot_is_told_to_invite_it(talk: Talk) -> None:
    talk.server.fail("conversations.info", Fault(error="channel_not_found"))

    reply = await talk.type("subscribe huawei")

    assert reply["response_type"] == "ephemeral"
    assert "“/invite @Rulewire”" in reply["text"]


@pytest.mark.parametrize("fault", [Fault(error="missing_scope"), Fault(drop=True)])
async def test_a_membership_that_cannot_be_asked_for_is_no_trouble(
    talk: Talk, fault: Fault
) -> None:
    talk.server.fail("conversations.info", fault, fault)  # aiohttp asks a second time

    reply = await talk.type("subscribe huawei")

    assert "subscribed to" in reply["text"]
    assert len(talk.replies) == 1


async def test_what_slack_escaped_is_read_as_typed(talk: Talk) -> None:
    reply = await talk.type("search R&amp;D &lt;!channel&gt; (")

    assert "“R&amp;D &lt;!channel&gt; (" in reply["text"]


async def test_a_pasted_link_finds_its_document(archive: Archive, talk: Talk) -> None:
    await archive.remember(document())

    reply = await talk.type("<https://www.federalregister.gov/d/2020-13093|a document>")

    assert "Published" in reply["text"]


async def test_a_bug_is_logged_and_admitted(
    archive: Archive, talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    await archive.storage.close()

    with caplog.at_level(logging.ERROR, "bot.slack.listeners"):
        response = await talk.send(
            _command("status") | {"response_url": f"{talk.server.url}respond"}
        )

    assert response.status == 200
    assert "error on our side" in talk.replies[-1]["text"]
    assert caplog.records[0].exc_info


async def test_an_answer_that_slack_does_not_take_is_logged_and_not_repeated(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    talk.server.fail("respond", Fault(status=404), Fault(drop=True))

    with caplog.at_level(logging.WARNING, "bot.slack.reply"):
        await talk.type("help")
        await talk.type("help")

    assert len(talk.replies) == 2
    assert [record.getMessage().split()[1] for record in caplog.records] == [
        "status=404",
        "status=failed",
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"command": "/rulewire"},
        {"command": "/rulewire", "text": None, "user_id": 5, "channel_id": []},
        {"command": "/rulewire", "text": "search \ud800", "response_url": None},
        {"command": "/rulewire", "text": "a" * 100_000, "user_id": "U", "channel_id": "C"},
    ],
)
async def test_a_payload_that_lacks_what_it_should_have_is_acknowledged(
    talk: Talk, body: dict[str, Any]
) -> None:
    response = await talk.send(body)

    assert response.status == 200


@pytest.mark.parametrize(
    "body", [{}, {"actions": {}}, {"actions": [None]}, {"actions": [{}], "user": "x"}]
)
def test_a_click_without_content_is_read_as_empty(body: dict[str, Any]) -> None:
    asked = from_interaction(body, workspace="")

    assert (asked.user, asked.action, asked.value, asked.response_url) == ("", "", "", "")


def test_half_a_character_is_read_as_a_whole_one() -> None:
    asked = from_command({"text": "search \ud800", "channel_id": CHANNEL}, workspace="")

    assert asked.text == "search ?"


def _command(text: str) -> dict[str, Any]:
    return {"command": "/rulewire", "text": text, "user_id": ALICE, "channel_id": CHANNEL}


async def test_a_busy_database_is_admitted_and_no_bug(
    archive: Archive, talk: Talk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await archive.storage.run_plain(_wait_for_nobody)
    with closing(sqlite3.connect(tmp_path / "archive.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with caplog.at_level(logging.ERROR, "bot.slack.listeners"):
            reply = await talk.type("status")

    assert "try again in a minute" in reply["text"]
    assert [record.exc_info for record in caplog.records] == [None]


def _wait_for_nobody(db: Database) -> None:
    db.execute("PRAGMA busy_timeout = 0")


async def test_an_event_of_no_use_is_taken_so_that_slack_does_not_send_it_again(talk: Talk) -> None:
    event = {"type": "member_joined_channel", "user": ALICE, "channel": CHANNEL}

    response = await talk.send({"type": "event_callback", "event_id": "Ev1", "event": event})

    assert response.status == 200
    assert talk.replies == []


async def test_a_command_that_slack_brings_again_is_answered_once(talk: Talk) -> None:
    body = _command("help") | {"response_url": f"{talk.server.url}respond", "trigger_id": "7.7.7"}

    first = await talk.send(body)
    again = await talk.send(body)

    assert (first.status, again.status) == (200, 200)
    assert len(talk.replies) == 1


async def test_an_event_that_slack_brings_again_reaches_its_handler_once(archive: Archive) -> None:
    taken: asyncio.Queue[str] = asyncio.Queue()

    async def handler(asked: Asked, _: AsyncWebClient) -> None:
        await taken.put(asked.request)

    event = {"type": "app_mention", "text": "hello", "user": ALICE, "channel": CHANNEL}
    body = {"type": "event_callback", "event_id": "Ev1", "team_id": "T01TEST", "event": event}
    retried: dict[str, str | Sequence[str]] = {
        "x-slack-retry-num": ["1"],
        "x-slack-retry-reason": ["http_timeout"],
    }
    async with open_talk(archive.commands) as talk:
        bare = AsyncApp(client=talk.app.client)
        Desk(bare, archive.commands.first).event("app_mention", handler)
        answers = [
            await bare.async_dispatch(
                AsyncBoltRequest(mode="socket_mode", body=body | changed, headers=headers)
            )
            for headers, changed in (
                (None, {}),
                (retried, {}),
                (None, {}),
                (None, {"event_id": "Ev2"}),
            )
        ]
        heard = [await asyncio.wait_for(taken.get(), 5) for _ in range(2)]
        await desk.finish(bare, seconds=5)

    assert [answer.status for answer in answers] == [200] * 4
    assert heard == ["Ev1", "Ev2"]
    assert taken.empty()


async def test_a_retry_is_known_after_a_restart(tmp_path: Path) -> None:
    heard = []

    for _ in range(2):
        async with open_archive(tmp_path) as opened:
            heard.append(await opened.commands.first("Ev1"))

    assert heard == [True, False]
