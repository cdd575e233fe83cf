"""Whether the connection to Slack is alive, by the answers to its pings."""

from __future__ import annotations

from datetime import timedelta

import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from bot.slack.connection import SILENT_SECONDS, silence
from tests.factories import NOW


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
