"""Take in what another installation, or this one, has exported."""

from __future__ import annotations

from bot import table, wants
from bot.app import Clock, open_app
from bot.config import Settings


async def subscriptions(settings: Settings, text: str, *, clock: Clock) -> int:
    """Subscribe as a table says, all of it or nothing; returns how many subscriptions are new.

    Raises:
        ConfigError: every row that cannot be taken.
    """
    rows = table.read(text)
    async with open_app(settings, clock=clock) as app:
        return await app.storage.run(
            wants.take_subscriptions, rows, topics=app.queries, now=clock()
        )


async def saved(settings: Settings, text: str, *, clock: Clock) -> tuple[int, list[str]]:
    """Save as a table says; returns how many are new, and the keys that the archive lacks.

    Raises:
        ConfigError: a row without a person or key.
    """
    rows = table.read(text)
    async with open_app(settings, clock=clock) as app:
        return await app.storage.run(wants.take_saved, rows, now=clock())
