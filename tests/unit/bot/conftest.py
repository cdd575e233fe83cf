"""What the bot's unit tests share: storage, clocks, a poster, an archive with the commands over it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage_thread import Storage
from tests.archive import Archive, open_archive
from tests.delivering import Clock, Elapsed
from tests.fake_poster import FakePoster


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    async with open_archive(tmp_path) as opened:
        yield opened


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = Storage(tmp_path / "rulewire.db")
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def elapsed() -> Elapsed:
    return Elapsed()


@pytest.fixture
def poster() -> FakePoster:
    return FakePoster()
