"""Slack on a bad day: every alert still arrives once, or is shown as uncertain."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.e2e.documents import NUMBER, TITLE, filed
from tests.e2e.faulty_slack import Fault, FaultySlack, faulty_slack
from tests.e2e.local_slack import GENERAL, POLICY, LocalSlack
from tests.e2e.rulewire import Rulewire
from tests.e2e.waiting import until, until_true
from tests.servers import LoopbackRegister

pytestmark = pytest.mark.e2e

POST = "chat.postMessage"
ANOTHER = "Entity List Requirements for Huawei, Revised"


@pytest.fixture
async def door(slack: LocalSlack) -> AsyncIterator[FaultySlack]:
    async with faulty_slack(slack) as opened:
        yield opened


@pytest.fixture
def slack_settings(slack_settings: dict[str, str], door: FaultySlack) -> dict[str, str]:
    return slack_settings | {"SLACK_API_URL": door.url}


@pytest.fixture
async def bot(rulewire: Rulewire) -> Rulewire:
    """A running bot that has found every feed empty."""
    await rulewire.start()
    for feed in ("register", "inspection", "wire"):
        await rulewire.logged(f"polled feed={feed} status=ok")
    return rulewire


async def test_a_busy_slack_is_left_alone_as_long_as_it_asks_and_told_once(
    register: LoopbackRegister, bot: Rulewire, slack: LocalSlack, door: FaultySlack
) -> None:
    door.faults[POST].extend([Fault.BUSY, Fault.BUSY])
    register.inspection.append(filed())

    await bot.read_now("inspection")
    cards = await until(slack.cards, what="alert")

    assert [TITLE in card["text"] for card in cards] == [True]
    assert door.calls.count(POST) == 3
    assert bot.log.count("status=later reason=ratelimited") == 2


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.NEVER_CAME])
async def test_an_alert_whose_answer_is_lost_is_uncertain_and_never_sent_again(
    register: LoopbackRegister, bot: Rulewire, slack: LocalSlack, door: FaultySlack, fault: Fault
) -> None:
    door.faults[POST].append(fault)
    register.inspection.append(filed())
    await bot.read_now("inspection")
    await bot.logged("status=uncertain")

    status = await slack.ask("status")
    register.inspection.append(filed("2020-13001", title=ANOTHER))
    await bot.poll("inspection")
    cards = await slack.cards()

    assert "1 uncertain" in status["text"]
    assert f"<#{GENERAL}> perhaps told" in status["text"]
    assert sum(TITLE in card["text"] for card in cards) == (fault is Fault.LOST)
    assert sum(ANOTHER in card["text"] for card in cards) == 1
    assert door.calls.count(POST) == 2


async def test_a_bot_killed_before_slack_answers_does_not_post_again(
    register: LoopbackRegister, bot: Rulewire, slack: LocalSlack, door: FaultySlack
) -> None:
    door.faults[POST].append(Fault.HELD)
    register.inspection.append(filed())
    await bot.read_now("inspection")
    await until_true(door.held.is_set, what="post whose answer is held back")

    await bot.kill()
    register.inspection.append(filed("2020-13001", title=ANOTHER))
    await bot.start()
    await bot.logged("recovered deliveries=1 state=uncertain")
    await bot.poll("inspection")
    status = await bot.command("status")

    assert "1 uncertain" in status.out
    assert "perhaps told" in status.out
    cards = await slack.cards()
    assert [NUMBER in card["text"] for card in cards] == [True, False]
    assert ANOTHER in cards[1]["text"]


async def test_a_person_settles_from_the_shell_what_cannot_be_read_back(
    register: LoopbackRegister, bot: Rulewire, slack: LocalSlack, door: FaultySlack
) -> None:
    door.faults[POST].append(Fault.NEVER_CAME)
    register.inspection.append(filed())
    await bot.read_now("inspection")
    await bot.logged("status=uncertain")

    ended = await bot.command("settle", "1", "again")
    again = await bot.command("settle", "1", "sent")
    cards = await until(slack.cards, what="alert")

    assert ended.out.startswith("terminal has sent again: ")
    assert "settled already: sent again by terminal" in again.out
    assert [TITLE in card["text"] for card in cards] == [True]


async def test_a_channel_that_is_archived_is_given_up_with_the_reason(
    register: LoopbackRegister, bot: Rulewire, slack: LocalSlack, door: FaultySlack
) -> None:
    door.faults[POST].append(Fault.ARCHIVED)
    register.inspection.append(filed())
    await bot.read_now("inspection")
    await bot.logged("reason=is_archived")

    status = await slack.ask("status")

    assert f"<#{GENERAL}> “topic:huawei-and-standards” stopped: " in status["text"]


async def test_a_channel_that_refuses_is_told_of_elsewhere_and_what_it_missed_once_it_returns(
    register: LoopbackRegister, rulewire: Rulewire, slack: LocalSlack, door: FaultySlack
) -> None:
    rulewire.settings = {**rulewire.settings, "RULEWIRE_OWNERS_CHANNEL": POLICY}
    await rulewire.poll("inspection")
    door.faults[POST].append(Fault.ARCHIVED)
    register.inspection.append(filed())
    await rulewire.poll("inspection")
    await rulewire.poll("inspection")
    (told,) = await slack.messages(POLICY)

    # Whatever refused is tried again by the next start.
    await rulewire.start()
    (back,) = await until(slack.messages, what="word of return")
    await rulewire.stop()
    await rulewire.poll("inspection")
    (over,) = await slack.messages(POLICY)

    assert told["text"].startswith(f"Rulewire cannot post in <#{GENERAL}>.\n")
    assert "The channel is archived." in told["text"]
    assert back["text"].startswith("Rulewire can post here again.\n")
    assert TITLE in back["text"]
    assert over["ts"] == told["ts"]
    assert over["text"].startswith(f"Rulewire posts again in <#{GENERAL}>.\n")


async def test_a_bot_that_waits_for_slack_still_stops_in_time_and_does_not_post_again(
    register: LoopbackRegister, bot: Rulewire, slack: LocalSlack, door: FaultySlack
) -> None:
    door.faults[POST].append(Fault.HELD)
    register.inspection.append(filed())
    await bot.read_now("inspection")
    await until_true(door.held.is_set, what="post whose answer is held back")

    code = await bot.stop()
    await bot.start()
    register.inspection.append(filed("2020-13001", title=ANOTHER))
    await bot.poll("inspection")

    assert code == 0
    assert [NUMBER in card["text"] for card in await slack.cards()] == [True, False]
