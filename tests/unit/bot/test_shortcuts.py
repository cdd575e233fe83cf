"""Asked whether there is a rule about a message, the archive's best five are shown with why."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.slack import blocks, buttons
from tests.archive import ALICE, CHANNEL, Archive, document, press
from tests.factories import make_document, make_item, make_other
from tests.slack_server import Fault
from tests.slack_talk import Talk, open_talk


@pytest.fixture
async def talk(archive: Archive) -> AsyncIterator[Talk]:
    async with open_talk(archive.commands) as opened:
        yield opened


async def ask_about(talk: Talk, message: object, **but: Any) -> None:
    body = {
        "type": "message_action",
        "callback_id": "is_there_a_rule",
        "trigger_id": "1.2.3",
        "user": {"id": ALICE, "team_id": "T01TEST"},
        "team": {"id": "T01TEST"},
        "channel": {"id": CHANNEL},
        "message_ts": "1592488800.000001",
        "message": message,
        "response_url": f"{talk.server.url}respond",
    }
    await talk.send(body | but)


def said(text: str, **but: Any) -> dict[str, Any]:
    return {"type": "message", "user": "U02BOB", "ts": "1592488800.000001", "text": text, **but}


async def test_the_document_that_a_message_names_comes_first(archive: Archive, talk: Talk) -> None:
    await archive.remember(make_other(), document())

    await ask_about(talk, said("Does 85 FR 36719 matter for Huawei covered equipment?"))

    (reply,) = talk.replies
    first, second = (each for each in reply["blocks"] if "accessory" in each)
    assert reply["response_type"] == "ephemeral"
    assert "Release of" in first["text"]["text"]
    assert "Covered Equipment" in second["text"]["text"]
    assert "The message names 85 FR 36719" in reply["text"]


async def test_each_says_which_words_it_has_in_common(archive: Archive, talk: Talk) -> None:
    await archive.remember(document())

    await ask_about(talk, said("Can our engineers talk to Huawei in standards organizations?"))

    assert "In common: " in talk.replies[-1]["text"]
    assert "“huawei” in the abstract" in talk.replies[-1]["text"]


async def test_a_rule_found_so_can_be_subscribed_to(archive: Archive, talk: Talk) -> None:
    await archive.remember(document())
    await ask_about(talk, said("Huawei and the entity list?"))

    await talk.click(talk.button(buttons.SUBSCRIBE_SEARCH))

    assert await archive.subscribed() == ['entity:huawei "entity list"']


async def test_press_is_no_rule(archive: Archive, talk: Talk) -> None:
    await archive.remember(press(1))

    await ask_about(talk, said("Huawei report?"))

    assert talk.replies[-1]["text"].startswith("No rule found about this message.")


async def test_what_slack_shows_of_a_linked_page_is_read_too(archive: Archive, talk: Talk) -> None:
    await archive.remember(document())
    page = {"title": "US lets firms work with Huawei", "from_url": "https://news.example/1"}

    await ask_about(talk, said("<https://news.example/1>", attachments=[page, None, 5]))

    assert "Release of" in talk.replies[-1]["text"]


async def test_one_of_each_story_and_five_at_most(archive: Archive, talk: Talk) -> None:
    await archive.remember(*(rule(number) for number in range(8)))

    await ask_about(talk, said("Huawei?"))

    assert str(talk.blocks()).count(blocks.MORE) == 5


async def test_a_message_that_tells_nothing_is_answered(talk: Talk) -> None:
    await ask_about(talk, said("lunch?"))

    assert "names no document" in talk.replies[-1]["text"]


async def test_where_slack_offers_no_answer_a_window_opens(archive: Archive, talk: Talk) -> None:
    await archive.remember(document())

    await ask_about(talk, said("Huawei?"), response_url="")

    (opened,) = talk.server.asked("views.open")
    assert opened["trigger_id"] == "1.2.3"
    assert "Release of" in str(opened["view"]["blocks"])
    assert "accessory" not in str(opened["view"]["blocks"])


async def test_a_window_opens_when_the_answer_is_not_taken(archive: Archive, talk: Talk) -> None:
    await archive.remember(document())
    talk.server.fail("respond", Fault(status=404))
    talk.server.fail("views.open", Fault(error="expired_trigger_id"))

    await ask_about(talk, said("Huawei?"))

    assert len(talk.server.asked("views.open")) == 1


@pytest.mark.parametrize(
    "message",
    [
        None,
        "x",
        {},
        said("<!channel> *b* ``` \u202e " * 500),
        said("huawei", attachments={"title": "x"}),
        said("\ud800 huawei", attachments=[{"title": 5}]),
        said("15 CFR 744 " * 2_000),
    ],
)
async def test_hostile_messages_are_answered_and_do_nothing(
    archive: Archive, talk: Talk, message: object
) -> None:
    await archive.remember(document())

    await ask_about(talk, message)

    assert len(talk.replies) == 1
    assert "<!channel>" not in str(talk.replies)


def rule(number: int) -> Any:
    numbered = make_document(
        number=f"2020-3000{number}", dockets=(f"BIS-2020-100{number}",), rins=(), citation=None
    )
    title = f"Rule {number} on Huawei"
    return make_item(key=f"fr:2020-3000{number}", title=title, document=numbered)
