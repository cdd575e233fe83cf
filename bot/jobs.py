"""What the leader does, job by job; `bot/schedule.py` says how often."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from bot.app import App, Speaker
from bot.care import Care
from bot.connect import renew_tokens
from bot.fold import fold_due
from bot.remind import remind
from bot.schedule import Job
from storage import polls, upkeep

if TYPE_CHECKING:
    from bot.metrics import Metrics


def the_jobs(app: App, speaker: Speaker, metrics: Metrics) -> dict[str, Job]:
    """One for each name of the rhythm. What a job comes to owe is sent at once."""
    poller, reading, watch, care = app.poller(), app.reading(), app.law(), Care(app)
    storage, deliver, timezone = app.storage, speaker.deliverer.deliver_due, app.settings.timezone

    def owing(look: Callable[[], Awaitable[int]]) -> Job:
        async def job() -> None:
            if await look():
                await deliver()

        return job

    async def poll() -> None:
        await app.refresh()
        metrics.polled(await poller.poll_due(now=app.clock()))
        await fold_due(storage, now=app.clock(), timezone=timezone)
        await deliver()

    async def read() -> int:
        owed = await reading.read_due(now=app.clock())
        metrics.matched(owed)
        return owed

    async def heartbeat() -> None:
        await storage.run(polls.beat, now=app.clock())

    async def tidy() -> None:
        await storage.run(upkeep.prune, now=app.clock())
        await storage.run_plain(upkeep.tidy)

    return {
        "poll": poll,
        "read": owing(read),
        "deliver": deliver,
        "edit": speaker.editor.edit_due,
        "settle": speaker.settler.settle_due,
        "fold": owing(lambda: fold_due(storage, now=app.clock(), timezone=timezone)),
        "remind": owing(lambda: storage.run(remind, now=app.clock(), timezone=timezone)),
        "law": owing(lambda: watch.check_due(now=app.clock())),
        "health": owing(care.watch),
        "compare": owing(care.compare),
        "heartbeat": heartbeat,
        "renew": partial(renew_tokens, app),
        "upkeep": tidy,
    }
