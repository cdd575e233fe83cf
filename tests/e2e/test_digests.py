"""A channel that wants one message a day gets one, and people who ask are told what waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e import documents
from tests.e2e.documents import filed, published
from tests.e2e.local_slack import GENERAL, POLICY, LocalSlack, Message
from tests.e2e.rulewire import Rulewire
from tests.e2e.waiting import until, until_true
from tests.servers import LoopbackRegister

pytestmark = pytest.mark.e2e

OTHER = "Entity List Additions: Huawei Affiliates"


async def test_a_day_comes_in_one_message_to_whoever_wants_it_so(
    register: LoopbackRegister, slack: LocalSlack, rulewire: Rulewire
) -> None:
    await rulewire.start()
    for feed in ("register", "inspection"):
        await rulewire.logged(f"polled feed={feed} status=ok")
    made = await slack.ask("subscribe huawei-and-standards daily 09:00 UTC", channel=POLICY)
    await slack.ask("settings note huawei-and-standards We vote on this", channel=POLICY)
    before = len(await slack.cards(POLICY))
    register.inspection.append(filed())
    await rulewire.read_now("inspection")
    await until(slack.cards, what="filing in the channel that wants it at once")
    why = await slack.ask(f"why {documents.NUMBER}", channel=POLICY)
    register.inspection.clear()
    register.publish(published())
    register.inspection.append(filed("2020-14000", title=OTHER))
    await rulewire.read_now("register", "inspection")
    await until_true(lambda: rulewire.held() == 3, what="three steps held")
    waiting = await slack.cards(POLICY)
    assert await rulewire.stop() == 0

    tomorrow = (datetime.now(UTC) + timedelta(days=1)).replace(hour=9, minute=1)
    await rulewire.command("poll", "--now", tomorrow.isoformat())
    await rulewire.command("poll", "--now", (tomorrow + timedelta(hours=1)).isoformat())

    assert "told daily at 09:00 (UTC)" in made["text"]
    assert "held for the digest of" in why["text"]
    assert len(waiting) == before
    *_, digest = await slack.cards(POLICY)
    assert len(await slack.cards(POLICY)) == before + 1
    assert digest["text"].startswith("Daily digest: 1 published, 1 on public inspection")
    for told in (documents.TITLE, OTHER, "before: on public inspection", "We vote on this"):
        assert digest["text"].count(told) >= 1
    assert len([card for card in await slack.cards(GENERAL) if OTHER in card["text"]]) == 1


async def test_a_muted_channel_is_told_together_what_it_missed(
    register: LoopbackRegister, slack: LocalSlack, rulewire: Rulewire
) -> None:
    await rulewire.start()
    await rulewire.logged("polled feed=inspection status=ok")
    muted = await slack.ask("mute 2h")
    titles = [f"Entity List Requirements for Huawei in Standards Organizations {n}" for n in "ABC"]
    for number, title in enumerate(titles):
        register.inspection.append(filed(f"2020-1500{number}", title=title))
    await rulewire.read_now("inspection")
    await until_true(lambda: rulewire.held() == 3, what="three steps held")
    silent = await slack.cards()

    await slack.ask("unmute")
    told = await until(lambda: _after(slack, "While this was muted"), what="what was missed")

    assert "muted Rulewire here until" in muted["text"]
    assert [card["ts"] for card in silent] == [muted["ts"]]
    assert len(told) == 1
    assert all(title in told[0]["text"] for title in titles)


async def _after(slack: LocalSlack, words: str) -> list[Message]:
    return [card for card in await slack.cards() if str(card["text"]).startswith(words)]
