"""A feed that renews its ids, links and dates is held behind one card, which people decide about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.e2e.documents import rss
from tests.e2e.local_slack import ALICE, BOB, LocalSlack, Message
from tests.e2e.rulewire import Rulewire
from tests.e2e.waiting import until
from tests.servers import LoopbackRegister, reply

pytestmark = pytest.mark.e2e

HEADLINES = (
    "Huawei rule on technology standards draws comments from industry",
    "Harbour authority reports a record month for container traffic",
    "Ministers meet in the capital to discuss fisheries and fuel",
    "Court hears an appeal in the long dispute over satellite orbits",
    "Carriers ask for more time to replace old radio equipment",
    "Budget talks go on as members return from their districts",
    "Museum opens its restored reading room to the public again",
)
NEWS = "Commerce Department lets US companies work with Huawei on 5G standards"


def serve(
    register: LoopbackRegister,
    *,
    version: int,
    age: timedelta,
    headlines: tuple[str, ...] = HEADLINES,
) -> None:
    """The press feed in one of its versions: each has ids and links of its own."""
    now = datetime.now(UTC)
    items = [
        (
            headline,
            f"https://www.example.com/v{version}/{n}",
            format_datetime(now - age - n * age / 9),
        )
        for n, headline in enumerate(headlines)
    ]
    register.host.on("/wire", reply(rss(*items), content_type="application/rss+xml"))


async def flood_card(slack: LocalSlack, words: str) -> Message:
    async def standing() -> list[Message]:
        return [card for card in await slack.cards() if words in str(card["blocks"])]

    return (await until(standing, what=words))[0]


async def third(slack: LocalSlack) -> list[Message]:
    return (await slack.cards())[2:]


async def after(slack: LocalSlack, count: int) -> list[Message]:
    return (await slack.messages())[count:]


@pytest.fixture
async def flooded(register: LoopbackRegister, rulewire: Rulewire) -> Rulewire:
    """A bot that has read the feed in silence, and meets it again renewed, with news inside."""
    rulewire.settings = {**rulewire.settings, "RULEWIRE_ADMINS": f"{ALICE} {BOB}"}
    serve(register, version=1, age=timedelta(days=9))
    await rulewire.start()
    await rulewire.logged("polled feed=wire status=ok")
    serve(register, version=2, age=timedelta(), headlines=(*HEADLINES, NEWS))
    await rulewire.read_now("wire")
    return rulewire


async def test_the_news_is_told_at_once_and_the_rest_when_someone_releases_it(
    flooded: Rulewire, slack: LocalSlack
) -> None:
    card = await flood_card(slack, "Trade Wire: 7 items held back")
    alert = await flood_card(slack, NEWS)

    await slack.click(card, "Release", user=ALICE)
    released = await flood_card(slack, f"Released by <@{ALICE}>")
    told = (await until(lambda: third(slack), what="released alert"))[0]
    before = len(await slack.messages())
    await slack.click(released, "Show", user=BOB)
    shown = await until(lambda: after(slack, before), what="what is held")

    assert "1 of them matches a subscription" in str(card["blocks"])
    assert released["ts"] == card["ts"]
    assert alert["ts"] != released["ts"]
    assert HEADLINES[0] in told["text"]
    assert "1 to 7 of 7" in shown[0]["text"]
    assert len(await slack.cards()) == 3


async def test_a_flood_that_goes_on_changes_one_card_and_once_dropped_is_silent(
    register: LoopbackRegister, flooded: Rulewire, slack: LocalSlack
) -> None:
    card = await flood_card(slack, "Trade Wire: 7 items held back")

    serve(register, version=3, age=timedelta(), headlines=(*HEADLINES, NEWS))
    await flooded.read_now("wire")
    await slack.click(card, "Drop", user=BOB)
    dropped = await flood_card(slack, f"Dropped by <@{BOB}>")
    serve(register, version=4, age=timedelta(), headlines=(*HEADLINES, NEWS))
    await flooded.read_now("wire")
    listed = await flooded.command("floods")

    assert dropped["ts"] == card["ts"]
    assert len(await slack.cards()) == 2
    assert f"Dropped by {BOB}" in " ".join(listed.out.split())
