"""An alert reaches Slack, once, and follows its document."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.e2e import documents
from tests.e2e.documents import filed, june_2020, published, rss
from tests.e2e.local_slack import GENERAL, LocalSlack
from tests.e2e.rulewire import Rulewire
from tests.e2e.waiting import until
from tests.servers import LoopbackRegister, reply

pytestmark = pytest.mark.e2e


async def test_a_filing_is_told_once_and_its_publication_moves_the_same_card(
    register: LoopbackRegister, slack: LocalSlack, rulewire: Rulewire
) -> None:
    await rulewire.start()
    await rulewire.logged("polled feed=")

    register.inspection.append(filed())
    await rulewire.read_now("inspection")
    (on_file,) = await until(slack.cards, what="filing in the channel")
    register.inspection.clear()
    register.publish(june_2020(publication_date=datetime.now(UTC).date().isoformat()))
    await rulewire.read_now("register")
    (step,) = await until(lambda: slack.thread(on_file), what="publication in the thread")

    assert "On public inspection" in on_file["text"]
    for fact in (documents.TITLE, documents.NUMBER, documents.DOCKET, "not yet assigned"):
        assert fact in on_file["text"]
    (card,) = await slack.cards()
    assert card["ts"] == on_file["ts"]
    for fact in (
        "Published and in force, Interim final rule",
        "85 FR 36719",
        "15 CFR 744, 772",
        "0694-AI06",
    ):
        assert fact in card["text"]
    assert "Published" in step["text"]
    assert len(await slack.calls("chat.postMessage")) == 2
    assert len(await slack.calls("chat.update")) == 1


async def test_the_first_reading_is_quiet(
    register: LoopbackRegister, slack: LocalSlack, rulewire: Rulewire
) -> None:
    old = timedelta(days=3)
    register.inspection += [filed(f"2020-0000{n}", age=old) for n in range(1, 6)]

    await rulewire.start()
    for feed in ("register", "inspection", "wire"):
        await rulewire.logged(f"polled feed={feed} status=ok")
    register.inspection.append(filed())
    await rulewire.read_now("inspection")
    cards = await until(slack.cards, what="new filing")

    assert [documents.NUMBER in card["text"] for card in cards] == [True]
    assert "of 6, newest first" in (await slack.ask("search standards"))["text"]


async def test_nothing_is_told_again_after_a_restart(
    register: LoopbackRegister, slack: LocalSlack, rulewire: Rulewire
) -> None:
    await rulewire.start()
    await rulewire.logged("polled feed=inspection status=ok")
    register.inspection.append(filed())
    await rulewire.poll("inspection")
    register.publish(published())
    await rulewire.poll("register")
    told = await slack.messages(GENERAL)

    assert await rulewire.stop() == 0
    await rulewire.start()
    await rulewire.read_now("inspection", "register", "wire")
    register.inspection.append(filed("2020-13999", title="Entity List Requirements, Revised"))
    await rulewire.poll("inspection")
    after = await slack.messages(GENERAL)

    assert after[: len(told)] == told
    assert ["Requirements, Revised" in each["text"] for each in after[len(told) :]] == [True]


async def test_a_press_report_is_told_with_its_link(
    register: LoopbackRegister, slack: LocalSlack, rulewire: Rulewire
) -> None:
    await rulewire.start()
    await rulewire.logged("polled feed=wire status=ok")

    headline = "Commerce Department to let US companies work with Huawei on 5G standards"
    report = (
        headline,
        "https://www.example.com/5g?utm_source=x",
        format_datetime(datetime.now(UTC)),
    )
    register.host.on("/wire", reply(rss(report), content_type="application/rss+xml"))
    await rulewire.read_now("wire")
    (card,) = await until(slack.cards, what="report in the channel")

    assert "Reported" in card["text"]
    assert f"<https://www.example.com/5g?utm_source=x|{headline}>" in str(card["blocks"])
    assert headline in card["text"]
