"""A person acts on a real alert in the local Slack: mutes it, is reminded of it, asks in its thread."""

from __future__ import annotations

import pytest

from tests.e2e.documents import filed
from tests.e2e.local_slack import ALICE, BOT, LocalSlack, Message
from tests.e2e.rulewire import Rulewire
from tests.e2e.waiting import until
from tests.servers import LoopbackRegister

pytestmark = pytest.mark.e2e


@pytest.fixture
async def card(register: LoopbackRegister, rulewire: Rulewire, slack: LocalSlack) -> Message:
    """The alert of a filing."""
    await rulewire.start()
    await rulewire.logged("polled feed=inspection status=ok")
    register.inspection.append(filed())
    await rulewire.poll("inspection")
    (card,) = await slack.cards()
    return card


async def said(slack: LocalSlack, words: str) -> Message:
    """The message of the bot that says so."""

    async def look() -> list[Message]:
        return [each for each in await slack.messages() if words in each["text"]]

    return (await until(look, what=words))[-1]


async def test_a_muted_card_says_who_muted_it_and_when_and_is_unmuted_again(
    slack: LocalSlack, card: Message
) -> None:
    await slack.click(card, "Mute story")
    muted = await said(slack, f"Muted by <@{ALICE}>, <!date^")
    await slack.click(muted, "Unmute story")

    async def told_again() -> bool:
        (now,) = await slack.cards()
        return "Muted by" not in now["text"] and "Mute story" in str(now["blocks"])

    assert await until(told_again, what="card without a mute")


async def test_a_reminder_is_promised_and_taken_back(slack: LocalSlack, card: Message) -> None:
    await slack.choose(card, "Remind me or share…")
    offered = await said(slack, "I can remind you in a direct message")
    await slack.click(offered, "Remind in a Day")
    promised = await said(slack, "I will remind you in a direct message on")

    await slack.click(promised, "Cancel Reminder")

    assert await said(slack, "Done: I will not remind you of this.")


async def test_why_can_be_asked_in_the_thread_of_an_alert(slack: LocalSlack, card: Message) -> None:
    await slack.say(f"<@{BOT}> why", thread=card["ts"])

    async def answered() -> list[Message]:
        return [each for each in await slack.thread(card) if each["user"] == BOT]

    (answer,) = await until(answered, what="answer in the thread")
    assert answer["text"].startswith("Why: ")
    assert "topic huawei-and-standards" in answer["text"].lower()
