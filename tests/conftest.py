"""What many tests stand on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlite_utils import Database

from feeds.worker import Worker
from storage.database import open_database

#: What a test promises never depends on how busy the machine is.
settings.register_profile("rulewire", deadline=None)
settings.load_profile("rulewire")


@pytest.fixture(params=["memory", "file"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each engine: storage's promises hold on all of them."""
    path = ":memory:" if request.param == "memory" else str(tmp_path / "rulewire.db")
    with open_database(path) as opened:
        yield opened


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    """The process that parses; it starts with the first body."""
    async with Worker() as opened:
        yield opened
