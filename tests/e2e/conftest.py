"""A world on loopback: a Federal Register, a press feed, the local Slack, and Rulewire among them."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.e2e import documents
from tests.e2e.local_slack import LocalSlack, local_slack, said_base
from tests.e2e.rulewire import Rulewire, world_settings
from tests.servers import LoopbackRegister, loopback_register, reply

#: How long the local Slack may take to start (seconds).
STARTS_WITHIN = 30.0


@pytest.fixture
async def register() -> AsyncIterator[LoopbackRegister]:
    """An empty Federal Register; `/wire` on the same host is an empty press feed."""
    async with loopback_register() as running:
        running.host.on("/wire", reply(documents.rss(), content_type="application/rss+xml"))
        yield running


@pytest.fixture(scope="session")
def slack_program() -> str:
    program = os.environ.get("LOCAL_SLACK", "")
    if not program:
        pytest.skip("LOCAL_SLACK names no local Slack; `make e2e` installs one and sets it")
    return program


@pytest.fixture(scope="session")
def slack_process(slack_program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One local Slack for all tests; gives its address."""
    with local_slack(slack_program, tmp_path_factory.mktemp("slack")) as (running, said):
        end = time.monotonic() + STARTS_WITHIN
        while not (base := said_base(running, said)):
            assert time.monotonic() < end, "the local Slack did not start"
            time.sleep(0.05)
        yield base


@pytest.fixture
async def slack(slack_process: str) -> LocalSlack:
    """The local Slack, emptied."""
    slack = LocalSlack(slack_process)
    await slack.reset()
    return slack


@pytest.fixture
def settings(register: LoopbackRegister, tmp_path: Path) -> dict[str, str]:
    """The world without Slack."""
    return world_settings(register, tmp_path)


@pytest.fixture
async def shell(settings: dict[str, str], tmp_path: Path) -> AsyncIterator[Rulewire]:
    """Rulewire without Slack: alerts are printed."""
    rulewire = Rulewire(folder=tmp_path, settings=settings)
    yield rulewire
    await rulewire.kill()


@pytest.fixture
def slack_settings(slack: LocalSlack) -> dict[str, str]:
    """What connects Rulewire to the local Slack."""
    return slack.settings


@pytest.fixture
async def twin(
    rulewire: Rulewire, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Rulewire]:
    """A second copy on the same database, started by mistake."""
    same = {**rulewire.settings, "RULEWIRE_DATABASE": str(rulewire.database)}
    twin = Rulewire(folder=tmp_path_factory.mktemp("twin"), settings=same)
    yield twin
    await twin.kill()


@pytest.fixture
async def rulewire(
    settings: dict[str, str], slack_settings: dict[str, str], tmp_path: Path
) -> AsyncIterator[Rulewire]:
    """Rulewire with Slack, not started."""
    rulewire = Rulewire(folder=tmp_path, settings=settings | slack_settings)
    yield rulewire
    await rulewire.kill()
    print(rulewire.log)  # shown by pytest for a test that failed
