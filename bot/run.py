"""The bot's life: `run` until told to stop, or one round and out."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.app import App, Clock, Speaker, open_app, stop_event
from bot.care import Care
from bot.commands import Commands
from bot.config import Listen, Settings
from bot.jobs import jobs_of
from bot.poll import PollResult
from bot.poster import Poster
from bot.readiness import Check, Jobs, database
from bot.remind import remind
from bot.schedule import RHYTHM, Schedule
from feeds.errors import ConfigError
from storage import outbox, texts

if TYPE_CHECKING:
    from bot.metrics import Metrics

log = logging.getLogger(__name__)

#: One round waits for a channel that Slack told us to leave alone, but not longer than this.
PATIENCE = timedelta(minutes=2)
#: Between two looks at a delivery that is uncertain.
LOOK_SECONDS = 5.0


async def run(settings: Settings, *, clock: Clock) -> None:
    """Answer until SIGTERM or Ctrl-C, and poll and deliver while leading; then finish what is in hand.

    Raises:
        ConfigError, DatabaseError: before anything is started.
    """
    from bot.metrics import Measured, Metrics  # noqa: PLC0415  one round for cron measures nothing

    stop, metrics = stop_event(), Metrics()
    async with open_app(settings, clock=clock) as app, AsyncExitStack() as stack:
        poster = Measured(await stack.enter_async_context(poster_of(app)), metrics)
        leader = app.leader()
        checks = {"database": database(app.storage, clock), "lead": leader.check}
        if settings.listen:
            await stack.enter_async_context(_serving(app, settings.listen, metrics, checks))
        log.info("started feeds=%d slack=%s", len(app.feeds), settings.slack_connected)
        term = partial(_term, app, poster, metrics=metrics, checks=checks)
        leading = asyncio.create_task(leader.lead(term), name="lead")
        leading.add_done_callback(lambda _: stop.set())  # it ends only by a bug
        try:
            await _converse(app, app.commands(), stop, checks)
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
    jobs = jobs_of(app, speaker, metrics)
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
    stop = stop_event()
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

    Waits within `PATIENCE` for a busy channel, and until a lost answer may be looked for.
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
            waits = [each for each in (wait, LOOK_SECONDS if doubts else None) if each]
            if not waits or app.elapsed() + min(waits) > until:
                return sent
            await asyncio.sleep(min(waits))
    finally:
        await speaker.deliverer.stop()


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
