"""Subscriptions made in Slack, and what people click on an alert, decide what is told next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.e2e import documents
from tests.e2e.documents import filed, published
from tests.e2e.local_slack import ALICE, BOB, GENERAL, POLICY, LocalSlack, Message
from tests.e2e.rulewire import Rulewire
from tests.e2e.waiting import until
from tests.servers import LoopbackRegister

pytestmark = pytest.mark.e2e


@pytest.fixture
async def bot(rulewire: Rulewire) -> Rulewire:
    """A running bot that has found every feed empty."""
    await rulewire.start()
    for feed in ("register", "inspection", "wire"):
        await rulewire.logged(f"polled feed={feed} status=ok")
    return rulewire


async def test_a_subscription_made_in_slack_receives_the_next_document(
    register: LoopbackRegister, bot: Rulewire, slack: LocalSlack
) -> None:
    made = await slack.ask("subscribe semiconductor", channel=POLICY)
    register.inspection.append(filed("2020-11001", title="Semiconductor Licenses"))
    await bot.read_now("inspection")
    _, alert = await until(_at_least(slack, 2), what="alert in the channel that subscribed")

    ended = await slack.ask("unsubscribe semiconductor", channel=POLICY)
    register.inspection.append(filed("2020-11002", title="More Semiconductor Licenses"))
    register.inspection.append(filed())
    await bot.poll("inspection")
    await until(slack.cards, what="filing in the default channel")

    assert f"<@{ALICE}> subscribed to semiconductor" in made["text"]
    assert "would have told 0 entries" in made["text"]
    assert "Semiconductor Licenses" in alert["text"]
    assert "semiconductor: “semiconductor” in the title" in alert["text"]
    assert "unsubscribed from semiconductor" in ended["text"]
    assert [card["text"] for card in await slack.cards(POLICY)] == [
        each["text"] for each in (made, alert, ended)
    ]
    assert [documents.TITLE in card["text"] for card in await slack.cards(GENERAL)] == [True]


async def test_a_topic_is_subscribed_to_by_its_button_and_removed_by_its_own(
    bot: Rulewire, slack: LocalSlack
) -> None:
    topics = await slack.ask("topics", channel=POLICY)

    await slack.click(topics, "Subscribe")
    told = await until(lambda: slack.cards(POLICY), what="who subscribed")
    listed = await slack.ask("subscriptions", channel=POLICY)
    await slack.click(listed, "Remove")
    _, removed = await until(_at_least(slack, 2), what="who unsubscribed")
    left = await slack.ask("subscriptions", channel=POLICY)

    assert f"<@{ALICE}> subscribed to topic:huawei-and-standards" in told[0]["text"]
    assert "topic:huawei-and-standards" in listed["text"]
    assert f"<@{ALICE}> unsubscribed from topic:huawei-and-standards" in removed["text"]
    assert "No subscription here yet" in left["text"]


async def test_a_muted_story_moves_no_further_in_its_channel(
    register: LoopbackRegister, bot: Rulewire, slack: LocalSlack
) -> None:
    await slack.ask("subscribe standards", channel=POLICY)
    register.inspection.append(filed())
    await bot.poll("inspection")
    (card,) = await slack.cards()

    await slack.click(card, "Mute story")

    async def muted() -> bool:
        (now,) = await slack.cards()
        return any("Unmute story" in str(block) for block in now["blocks"])

    await until(muted, what="card to say that it is muted")
    register.inspection.clear()
    register.publish(published())
    await bot.poll("register")

    (still,) = await slack.cards()
    assert "On public inspection" in still["text"]
    assert await slack.thread(still) == []
    _, moved = await slack.cards(POLICY)
    assert "Published" in moved["text"]
    assert len(await slack.thread(moved)) == 1


async def test_who_follows_a_story_is_told_its_next_step_in_a_direct_message(
    register: LoopbackRegister, bot: Rulewire, slack: LocalSlack
) -> None:
    register.inspection.append(filed())
    await bot.poll("inspection")
    (card,) = await slack.cards()

    await slack.click(card, "Follow story", user=BOB)
    await until(_answered(slack, "You follow this story"), what="answer to Bob")
    register.publish(published())
    await bot.poll("register")

    (message,) = await slack.direct_messages(BOB)
    assert "Published" in message["text"]
    assert "follow" in message["text"]
    assert await slack.direct_messages(ALICE) == []


async def test_why_is_answered_from_the_menu_of_an_alert(
    register: LoopbackRegister, bot: Rulewire, slack: LocalSlack
) -> None:
    register.inspection.append(filed())
    await bot.poll("inspection")
    (card,) = await slack.cards()

    await slack.choose(card, "Why and timeline")
    await until(_answered(slack, "This channel: On public inspection, told"), what="why")


def _at_least(slack: LocalSlack, count: int) -> Callable[[], Awaitable[list[Message]]]:
    async def look() -> list[Message]:
        found = await slack.cards(POLICY)
        return found if len(found) >= count else []

    return look


def _answered(slack: LocalSlack, words: str) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return any(words in each["text"] for each in await slack.messages())

    return look
