"""The bot's life: `run` until told to stop, or one round and out."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.app import App, Clock, open_app, stop_event
from bot.commands import Commands
from bot.config import Listen, Settings
from bot.deliver import Deliverer
from bot.poll import PollResult
from bot.poster import Poster
from bot.readiness import Check, Jobs, database
from bot.remind import remind
from bot.schedule import RHYTHM, Job, Schedule
from feeds.errors import ConfigError
from storage import outbox, polls, texts, upkeep

if TYPE_CHECKING:
    from bot.metrics import Metrics

log = logging.getLogger(__name__)

#: One round waits for a channel that Slack told us to leave alone, but not longer than this.
PATIENCE = timedelta(minutes=2)


async def run(settings: Settings, *, clock: Clock) -> None:
    """Poll, deliver and answer until SIGTERM or Ctrl-C, then finish what is in hand.

    Raises:
        ConfigError, DatabaseError: before anything is started.
    """
    from bot.metrics import Measured, Metrics  # noqa: PLC0415  one round for cron measures nothing

    stop, metrics = stop_event(), Metrics()
    async with open_app(settings, clock=clock) as app, AsyncExitStack() as stack:
        poster = Measured(await stack.enter_async_context(poster_of(app)), metrics)
        deliverer = app.deliverer(poster, on_sent=metrics.sent)
        ends = Jobs(RHYTHM, monotonic=asyncio.get_running_loop().time)
        checks = {"database": database(app.storage, clock), "jobs": ends.check}
        if settings.listen:
            await stack.enter_async_context(_serving(app, settings.listen, metrics, checks))
        jobs = _jobs(app, deliverer, metrics)
        schedule = Schedule(
            {name: ends.watched(name, job) for name, job in jobs.items()}, now=clock()
        )
        schedule.start()
        log.info("started feeds=%d slack=%s", len(app.feeds), settings.slack_connected)
        try:
            await _converse(app, app.commands(), stop, checks)
        finally:
            log.info("stopping")
            await schedule.stop()
            await deliverer.stop()


async def poll_once(settings: Settings, *, clock: Clock, only: str | None) -> list[PollResult]:
    """One round for cron: poll what is due, ingest, deliver what is owed.

    SIGTERM and Ctrl-C end it early, once the messages in hand are finished; nothing is returned then.

    Raises:
        ConfigError: no feed has the name.
        DatabaseError: the database cannot be used.
    """
    stop = stop_event()
    async with open_app(settings, clock=clock) as app, poster_of(app) as poster:
        if only and only not in app.feeds:
            raise ConfigError([f"there is no feed {only!r}; `rulewire feeds list` shows them"])
        deliverer = app.deliverer(poster)
        work = asyncio.create_task(_round(app, deliverer, only))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if work.done():
            return work.result()
        log.info("stopping")
        work.cancel()
        await asyncio.wait({work})
        await deliverer.stop()
        return []


async def _round(app: App, deliverer: Deliverer, only: str | None) -> list[PollResult]:
    polling = app.poller().poll_due(now=app.clock(), only=only)
    # What goes wrong with a feed keeps nobody from what is owed already.
    (results,) = await asyncio.gather(polling, return_exceptions=True)
    if not isinstance(results, BaseException):
        reading = app.reading()
        await reading.read_due(now=app.clock())
        while await app.storage.run(texts.alerts_wait, now=app.clock()):
            await reading.read_due(now=app.clock())
        await app.law().check_due(now=app.clock())
    await app.storage.run(remind, now=app.clock(), timezone=app.settings.timezone)
    await deliver_all(app, deliverer)
    if isinstance(results, BaseException):
        raise results
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


@asynccontextmanager
async def _serving(
    app: App, listen: Listen, metrics: Metrics, checks: Mapping[str, Check]
) -> AsyncIterator[None]:
    """Answer web requests, and measure the event loop, within this block."""
    from bot import metrics as measuring  # noqa: PLC0415  as above
    from bot import web  # noqa: PLC0415  most run without it

    site = web.Site(
        app.storage, topics=app.queries, clock=app.clock, metrics=metrics, checks=checks
    )
    watching = asyncio.create_task(measuring.watch_loop(metrics), name="watch the event loop")
    try:
        async with web.serving(site.application(), listen):
            yield
    finally:
        watching.cancel()


async def _converse(
    app: App, commands: Commands, stop: asyncio.Event, checks: dict[str, Check]
) -> None:
    """Answer people until told to stop: in Slack, or on the terminal's prompt."""
    if app.settings.slack_connected:
        from bot.slack.connection import answering  # noqa: PLC0415  as above

        async with answering(app.settings, commands) as trouble:
            checks["slack"] = _slack_check(trouble, app.clock)
            await stop.wait()
    elif sys.stdin.isatty():
        from bot.prompt import converse  # noqa: PLC0415  as above

        await converse(commands, stop)
    else:
        await stop.wait()


def _slack_check(trouble: Callable[[datetime], str], clock: Clock) -> Check:
    async def check() -> str:
        return trouble(clock())

    return check


def _jobs(app: App, deliverer: Deliverer, metrics: Metrics) -> dict[str, Job]:
    poller, reading, watch = app.poller(), app.reading(), app.law()

    async def poll() -> None:
        await app.refresh()
        metrics.polled(await poller.poll_due(now=app.clock()))
        await deliverer.deliver_due()

    async def read() -> None:
        if owed := await reading.read_due(now=app.clock()):
            metrics.matched(owed)
            await deliverer.deliver_due()

    async def reminding() -> None:
        if await app.storage.run(remind, now=app.clock(), timezone=app.settings.timezone):
            await deliverer.deliver_due()

    async def law() -> None:
        if await watch.check_due(now=app.clock()):
            await deliverer.deliver_due()

    async def heartbeat() -> None:
        await app.storage.run(polls.beat, now=app.clock())

    async def tidy() -> None:
        await app.storage.run_plain(upkeep.tidy)

    return {
        "poll": poll,
        "read": read,
        "deliver": deliverer.deliver_due,
        "remind": reminding,
        "law": law,
        "heartbeat": heartbeat,
        "upkeep": tidy,
    }
