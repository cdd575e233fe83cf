"""The bot's life: `run` until told to stop, or one round and out."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.app import App, Clock, Speaker, open_app
from bot.care import Care
from bot.config import Settings
from bot.connect import converse, poster_of, routes_of, serving
from bot.fold import fold_due
from bot.jobs import the_jobs
from bot.poll import PollResult
from bot.poster import Poster
from bot.readiness import Check, Jobs, database
from bot.remind import remind
from bot.schedule import RHYTHM, Schedule
from feeds.errors import ConfigError
from storage import outbox, texts, workspaces

if TYPE_CHECKING:
    from bot.metrics import Metrics

log = logging.getLogger(__name__)

#: One round waits for a channel that Slack told us to leave alone, but not longer than this.
PATIENCE = timedelta(minutes=2)
#: Between two looks at a delivery that is uncertain.
LOOK_SECONDS = 5.0


async def run(settings: Settings, *, clock: Clock, http: bool = False) -> None:
    """Answer until SIGTERM or Ctrl-C, and poll and deliver while leading; then finish what is in hand.

    Args:
        settings: Loaded for this way of answering.
        clock: Aware time.
        http: Answer Slack over HTTP, not by Socket Mode.

    Raises:
        ConfigError, DatabaseError: before anything is started.
    """
    from bot.metrics import Measured, Metrics  # noqa: PLC0415  one round for cron measures nothing

    stop, metrics = _stop_event(), Metrics()
    async with open_app(settings, clock=clock) as app, AsyncExitStack() as stack:
        poster = Measured(await stack.enter_async_context(poster_of(app)), metrics)
        if settings.bot_token:  # one that was revoked may have been replaced
            await app.storage.run(workspaces.wake, "")
        leader = app.leader()
        checks = {"database": database(app.storage, clock), "lead": leader.check}
        commands = app.commands()
        routes = await stack.enter_async_context(routes_of(app, commands)) if http else ()
        if settings.listen:
            await stack.enter_async_context(serving(app, settings.listen, metrics, checks, routes))
        log.info("started feeds=%d slack=%s", len(app.feeds), settings.slack_connected)
        term = partial(_term, app, poster, metrics=metrics, checks=checks)
        leading = asyncio.create_task(leader.lead(term), name="lead")
        leading.add_done_callback(lambda _: stop.set())  # it ends only by a bug
        try:
            if http:
                await stop.wait()
            else:
                await converse(app, commands, stop, checks)
        finally:
            log.info("stopping")
            leading.cancel()
            with suppress(asyncio.CancelledError):
                await leading


@asynccontextmanager
async def _term(
    app: App, poster: Poster, *, metrics: Metrics, checks: dict[str, Check]
) -> AsyncIterator[None]:
    """What only the leader does, until the block is left."""
    speaker = app.speaker(poster, on_sent=metrics.sent)
    ends = Jobs(RHYTHM, monotonic=app.elapsed)
    jobs = the_jobs(app, speaker, metrics)
    schedule = Schedule({name: ends.watched(name, job) for name, job in jobs.items()})
    schedule.start()
    checks["jobs"] = ends.check
    try:
        yield
    finally:
        del checks["jobs"]
        await schedule.stop()
        await speaker.deliverer.stop()


async def poll_once(settings: Settings, *, clock: Clock, only: str | None) -> list[PollResult]:
    """One round for cron: poll what is due, ingest, deliver what is owed.

    SIGTERM and Ctrl-C end it early, once the messages in hand are finished; nothing is returned then.

    Raises:
        ConfigError: no feed has the name.
        DatabaseError: the database cannot be used.
    """
    stop = _stop_event()
    async with open_app(settings, clock=clock) as app, poster_of(app) as poster:
        if only and only not in app.feeds:
            raise ConfigError([f"there is no feed {only!r}; `rulewire feeds list` shows them"])
        speaker = app.speaker(poster)
        work = asyncio.create_task(_round(app, speaker, only))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if work.done():
            return work.result()
        log.info("stopping")
        work.cancel()
        await asyncio.wait({work})
        return []


async def _round(app: App, speaker: Speaker, only: str | None) -> list[PollResult]:
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
    async with app.leader().once() as leads:
        if leads:
            # Of a backup that was put back, what is held is looked for before it is told.
            await speaker.settler.settle_due()
            await fold_due(app.storage, now=app.clock(), timezone=app.settings.timezone)
            care = Care(app)
            await care.watch()
            if not only:
                await care.compare()
            await tell_all(app, speaker)
        else:
            log.info("what is owed is left to the copy that leads")
    if isinstance(results, BaseException):
        raise results
    return results


async def tell_all(app: App, speaker: Speaker) -> int:
    """Send and settle everything owed; returns messages sent.

    Waits within `PATIENCE` for a busy channel or workspace, and until a lost answer may be looked
    for.
    """
    sent, until = 0, app.elapsed() + PATIENCE.total_seconds()
    try:
        while True:
            doubts = await speaker.settler.settle_due()
            await speaker.deliverer.deliver_due()
            sent += await speaker.deliverer.finish()
            await speaker.editor.edit_due()
            due, now = await app.storage.run(outbox.next_due), app.clock()
            wait = (due - now).total_seconds() if due and now < due else None
            waits = [
                each
                for each in (wait, LOOK_SECONDS if doubts or speaker.editor.behind else None)
                if each
            ]
            if not waits or app.elapsed() + min(waits) > until:
                return sent
            await asyncio.sleep(min(waits))
    finally:
        await speaker.deliverer.stop()


def _stop_event() -> asyncio.Event:
    """Set by SIGTERM and Ctrl-C."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
