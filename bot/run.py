"""The bot's life: `run` until told to stop, or one round and out."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from bot.app import App, Clock, open_app, stop_event
from bot.commands import Commands
from bot.config import Settings
from bot.deliver import Deliverer
from bot.poll import PollResult
from bot.poster import Poster
from bot.schedule import Job, Schedule
from storage import outbox, polls, upkeep

log = logging.getLogger(__name__)

#: One round waits for a channel that Slack told us to leave alone, but not longer than this.
PATIENCE = timedelta(minutes=2)


async def run(settings: Settings, *, clock: Clock) -> None:
    """Poll, deliver and answer until SIGTERM or Ctrl-C, then finish what is in hand.

    Raises:
        ConfigError, DatabaseError: before anything is started.
    """
    stop = stop_event()
    async with open_app(settings, clock=clock) as app, AsyncExitStack() as stack:
        poster = await stack.enter_async_context(poster_of(app))
        deliverer = app.deliverer(poster)
        schedule = Schedule(_jobs(app, deliverer), now=clock())
        schedule.start()
        log.info("started feeds=%d slack=%s", len(app.feeds), settings.slack_connected)
        try:
            await _converse(app, app.commands(), stop)
        finally:
            log.info("stopping")
            await schedule.stop()
            await deliverer.stop()


async def poll_once(settings: Settings, *, clock: Clock, only: str | None) -> list[PollResult]:
    """One round for cron: poll what is due, ingest, deliver what is owed."""
    async with open_app(settings, clock=clock) as app:
        results = await app.poller().poll_due(now=clock(), only=only)
        async with poster_of(app) as poster:
            await deliver_all(app, app.deliverer(poster))
        return results


async def deliver_all(app: App, deliverer: Deliverer) -> int:
    """Send everything owed, waiting for a busy channel within `PATIENCE`; returns messages sent."""
    sent = 0
    while True:
        await deliverer.deliver_due()
        sent += await deliverer.finish()
        due, now = await app.storage.run(outbox.next_due), app.clock()
        if due is None or not now < due <= now + PATIENCE:
            return sent
        await asyncio.sleep((due - now).total_seconds())


@asynccontextmanager
async def poster_of(app: App) -> AsyncIterator[Poster]:
    """Slack when connected, else the terminal. Slack's libraries are loaded only if needed."""
    if not app.settings.slack_connected:
        from bot.terminal import TerminalPoster  # noqa: PLC0415  rich is not needed with Slack

        yield TerminalPoster()
        return
    from bot.slack.connection import slack_poster  # noqa: PLC0415  nor Slack with a terminal

    async with slack_poster(app.settings) as poster:
        yield poster


async def _converse(app: App, commands: Commands, stop: asyncio.Event) -> None:
    """Answer people until told to stop: in Slack, or on the terminal's prompt."""
    if app.settings.slack_connected:
        from bot.slack.connection import answering  # noqa: PLC0415  as above

        async with answering(app.settings, commands):
            await stop.wait()
    elif sys.stdin.isatty():
        from bot.prompt import converse  # noqa: PLC0415  as above

        await converse(commands, stop)
    else:
        await stop.wait()


def _jobs(app: App, deliverer: Deliverer) -> dict[str, Job]:
    poller = app.poller()

    async def poll() -> None:
        await poller.poll_due(now=app.clock())
        await deliverer.deliver_due()

    async def heartbeat() -> None:
        await app.storage.run(polls.beat, now=app.clock())

    async def tidy() -> None:
        await app.storage.run_plain(upkeep.tidy)

    return {"poll": poll, "deliver": deliverer.deliver_due, "heartbeat": heartbeat, "upkeep": tidy}
