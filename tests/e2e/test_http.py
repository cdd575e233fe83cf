"""The running bot over HTTP: the local Slack signs what it sends, and what it did not sign is refused."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.e2e.conftest import STARTS_WITHIN
from tests.e2e.documents import NUMBER, TITLE, filed
from tests.e2e.local_slack import SIGNING_SECRET, LocalSlack, local_slack, said_base
from tests.e2e.rulewire import Rulewire
from tests.e2e.waiting import until
from tests.servers import LoopbackRegister

pytestmark = pytest.mark.e2e


@pytest.fixture
def port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        number: int = held.getsockname()[1]
        return number


@pytest.fixture
def slack(slack_program: str, tmp_path: Path, port: int) -> Iterator[LocalSlack]:
    """A local Slack of its own, which sends everything to the bot's port."""
    url = f"http://127.0.0.1:{port}/slack/events"
    folder = tmp_path / "slack"
    folder.mkdir()
    with local_slack(slack_program, folder, request_url=url) as (running, said):
        end = time.monotonic() + STARTS_WITHIN
        while not (base := said_base(running, said)):
            assert time.monotonic() < end, "the local Slack did not start"
            time.sleep(0.05)
        yield LocalSlack(base)


@pytest.fixture
async def bot(
    register: LoopbackRegister,
    settings: dict[str, str],
    slack: LocalSlack,
    tmp_path: Path,
    port: int,
) -> AsyncIterator[Rulewire]:
    over_http = {
        **{name: value for name, value in slack.settings.items() if name != "SLACK_APP_TOKEN"},
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "RULEWIRE_PORT": f"127.0.0.1:{port}",
    }
    register.inspection.append(filed())
    bot = Rulewire(folder=tmp_path, settings=settings | over_http, options=("--http",))
    yield bot
    await bot.kill()
    print(bot.log)  # shown by pytest for a test that failed


async def test_alerts_commands_and_clicks_go_over_http(
    bot: Rulewire, slack: LocalSlack, port: int
) -> None:
    await bot.start()
    (card,) = await until(slack.cards, what="alert")
    found = await slack.ask(f"search {NUMBER}")
    topics = await slack.ask("topics")
    before = len(await slack.messages())
    await slack.click(topics, "Subscribe")

    async def answered() -> bool:
        return len(await slack.messages()) > before

    await until(answered, what="answer to the click")
    forged = {"X-Slack-Signature": "v0=0", "X-Slack-Request-Timestamp": str(int(time.time()))}
    async with aiohttp.ClientSession() as client:
        body = json.dumps({"type": "event_callback", "event": {"type": "app_uninstalled"}})
        url = f"http://127.0.0.1:{port}/slack/events"
        async with client.post(url, data=body, headers=forged) as refused:
            status = refused.status
        async with client.get(f"http://127.0.0.1:{port}/readyz") as answer:
            ready = (await answer.json())["checks"]
    code = await bot.stop()

    assert TITLE in card["text"]
    assert TITLE in found["text"]
    assert status == 401
    assert ready == {"database": "ok", "lead": "ok", "jobs": "ok"}
    assert code == 0
    assert SIGNING_SECRET not in bot.log


async def test_without_http_the_bot_says_how_to_start(bot: Rulewire) -> None:
    ended = await bot.command("run")

    assert ended.code == 2
    assert "rulewire run --http" in ended.err
