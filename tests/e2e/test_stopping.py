"""A bot that is stopped or killed loses nothing and repeats nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from signal import SIGINT, SIGTERM, Signals

import pytest
from aiohttp import web

from tests.e2e.documents import filed
from tests.e2e.local_slack import LocalSlack
from tests.e2e.rulewire import Rulewire
from tests.e2e.waiting import until, until_true
from tests.servers import LoopbackRegister

pytestmark = pytest.mark.e2e

TITLES = [f"Entity List Requirements for Huawei, Part {n}" for n in range(1, 7)]


async def start_owing(rulewire: Rulewire, register: LoopbackRegister) -> None:
    """Start a bot that owes one channel six alerts: at a second each, it is busy for a while."""
    await rulewire.start()
    await rulewire.logged("polled feed=inspection status=ok")
    register.inspection += [
        filed(f"2020-1200{n}", title=title) for n, title in enumerate(TITLES, start=1)
    ]
    await rulewire.read_now("inspection")


async def told(slack: LocalSlack) -> Counter[str]:
    """How often each title stands in the channel."""
    messages = await slack.messages()
    return Counter(title for each in messages for title in TITLES if title in each["text"])


async def all_told(slack: LocalSlack) -> bool:
    return set(await told(slack)) == set(TITLES)


@pytest.mark.parametrize("number", [SIGTERM, SIGINT], ids=lambda number: number.name)
async def test_a_bot_that_is_told_to_stop_loses_and_repeats_nothing(
    register: LoopbackRegister, slack: LocalSlack, rulewire: Rulewire, number: Signals
) -> None:
    await start_owing(rulewire, register)
    await rulewire.logged("status=sent")

    code = await rulewire.stop(number)
    before = await told(slack)
    await rulewire.start()
    await until(lambda: all_told(slack), what="rest of the alerts")

    assert code == 0
    assert 0 < len(before) < len(TITLES)
    assert await told(slack) == Counter(TITLES)
    assert "Traceback" not in (rulewire.folder / "run.err").read_text(encoding="utf-8")


async def test_a_killed_bot_repeats_nothing_that_was_settled(
    register: LoopbackRegister, slack: LocalSlack, rulewire: Rulewire
) -> None:
    await start_owing(rulewire, register)
    await rulewire.logged("status=sent")

    await rulewire.kill()
    before = await told(slack)
    await rulewire.start()
    await until(lambda: all_told(slack), what="rest of the alerts")

    assert 0 < len(before) < len(TITLES)
    assert await told(slack) == Counter(TITLES)


async def test_a_bot_that_runs_beside_another_tells_nothing_twice(
    register: LoopbackRegister, slack: LocalSlack, rulewire: Rulewire, twin: Rulewire
) -> None:
    await rulewire.start()
    await rulewire.logged("polled feed=inspection status=ok")
    await twin.start()

    register.inspection += [
        filed(f"2020-1200{n}", title=title) for n, title in enumerate(TITLES, start=1)
    ]
    await rulewire.poll("inspection")
    cards = await slack.cards()

    assert await told(slack) == Counter(TITLES)
    assert len(cards) == len(TITLES)


async def test_a_feed_that_never_answers_holds_up_no_stop(
    register: LoopbackRegister, rulewire: Rulewire
) -> None:
    asked, over = asyncio.Event(), asyncio.Event()

    async def silent(_: web.Request) -> web.StreamResponse:
        asked.set()
        await over.wait()
        return web.Response()

    register.host.on("/wire", silent)
    await rulewire.start()
    await until_true(asked.is_set, what="visit to the feed")

    code = await rulewire.stop()
    over.set()

    assert code == 0
    assert "Traceback" not in rulewire.log
