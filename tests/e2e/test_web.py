"""The web server of the running bot: ready with Slack, and a calendar that Slack was told of."""

from __future__ import annotations

import re
import socket

import aiohttp
import pytest

from tests.e2e.documents import filed
from tests.e2e.local_slack import LocalSlack
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
def slack_settings(slack: LocalSlack, port: int) -> dict[str, str]:
    return slack.settings | {"RULEWIRE_PORT": f"127.0.0.1:{port}"}


async def test_it_is_ready_once_slack_answers_and_serves_calendars_by_their_secret(
    register: LoopbackRegister, rulewire: Rulewire, slack: LocalSlack, port: int
) -> None:
    register.inspection.append(filed())
    base = f"http://127.0.0.1:{port}"
    await rulewire.start()
    async with aiohttp.ClientSession() as client:

        async def ready() -> dict[str, str]:
            async with client.get(f"{base}/readyz") as answer:
                checks: dict[str, str] = (await answer.json())["checks"]
                return checks if answer.status == 200 and {"jobs", "slack"} <= set(checks) else {}

        checks = await until(ready, what="readiness")
        await until(slack.cards, what="alert")  # or it would be taken for the answer
        told = (await slack.ask("calendar"))["text"]
        address = re.search(r"http://[\w.:]+/calendar/[\w-]+\.ics", told)
        assert address
        async with client.get(address[0]) as answer:
            page = await answer.text()
        async with client.get(f"{base}/metrics") as answer:
            metrics = await answer.text()
    checked = await rulewire.command("check")
    await rulewire.stop()

    assert checks == {"database": "ok", "lead": "ok", "jobs": "ok", "slack": "ok"}
    assert page.startswith("BEGIN:VCALENDAR")
    assert 'rulewire_polls_total{status="ok"}' in metrics
    assert "RULEWIRE_PORT" not in checked.out
    assert "/calendar/" not in rulewire.log
