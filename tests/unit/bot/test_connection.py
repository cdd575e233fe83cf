"""Whether the connection to Slack is alive, and what the log says of one that is not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from bot.config import Settings
from bot.slack.connection import SILENT_SECONDS, silence, socket
from tests.archive import open_archive
from tests.e2e.waiting import until_true
from tests.factories import NOW
from tests.slack_server import TOKEN, Fault, SlackServer


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "not connected"),
        (0, ""),
        (SILENT_SECONDS, ""),
        (SILENT_SECONDS + 1, f"no answer to a ping for {SILENT_SECONDS + 1} s"),
        (-3_600, ""),  # the clock was set back
    ],
)
async def test_a_connection_is_alive_while_pings_are_answered(
    seconds: int | None, said: str
) -> None:
    client = SocketModeClient(app_token="xapp-1")
    answered = NOW - timedelta(seconds=seconds or 0)
    client.last_ping_pong_time = None if seconds is None else answered.timestamp()

    found = silence(client, NOW)
    await client.close()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped

    assert found == said


async def test_a_slack_that_cannot_be_reached_takes_one_line_of_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(
        bot_token=TOKEN, app_token="xapp-1", slack_api_url="http://127.0.0.1:1/api/"
    )
    async with open_archive(tmp_path) as archive:
        connection = socket(settings, archive.storage, archive.commands, clock=lambda: NOW)

        async with connection as wrong:
            await until_true(lambda: "Failed to connect" in caplog.text, what="line of the log")
            said = wrong(NOW)

    assert said == "not connected"
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("fault", [Fault(error="invalid_auth"), Fault(status=503)])
async def test_a_slack_that_lets_us_not_in_takes_one_line_of_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    async with SlackServer().running() as server, open_archive(tmp_path) as archive:
        server.fail("apps.connections.open", fault)
        settings = Settings(bot_token=TOKEN, app_token="xapp-1", slack_api_url=server.url)

        async with socket(settings, archive.storage, archive.commands, clock=lambda: NOW):
            await until_true(lambda: "Failed to connect" in caplog.text, what="line of the log")

    assert "Traceback" not in caplog.text
