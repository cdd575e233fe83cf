"""What the leader does again and again: one job for each name of the rhythm."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from bot.app import App, Speaker
from bot.care import Care
from bot.remind import remind
from bot.schedule import Job
from storage import polls, upkeep

if TYPE_CHECKING:
    from bot.metrics import Metrics


def jobs_of(app: App, speaker: Speaker, metrics: Metrics) -> dict[str, Job]:
    """Each job looks for what is due; what it makes owed is delivered at once."""
    poller, reading, law, care = app.poller(), app.reading(), app.law(), Care(app)
    deliver = speaker.deliverer.deliver_due

    async def poll() -> None:
        await app.refresh()
        metrics.polled(await poller.poll_due(now=app.clock()))
        await deliver()

    async def read() -> int:
        owed = await reading.read_due(now=app.clock())
        metrics.matched(owed)
        return owed

    async def reminding() -> int:
        return await app.storage.run(remind, now=app.clock(), timezone=app.settings.timezone)

    async def heartbeat() -> None:
        await app.storage.run(polls.beat, now=app.clock())

    async def tidy() -> None:
        await app.storage.run_plain(upkeep.tidy)

    def then_deliver(look: Callable[[], Awaitable[object]]) -> Job:
        async def run() -> None:
            if await look():
                await deliver()

        return run

    return {
        "poll": poll,
        "read": then_deliver(read),
        "deliver": deliver,
        "edit": speaker.editor.edit_due,
        "settle": speaker.settler.settle_due,
        "remind": then_deliver(reminding),
        "law": then_deliver(lambda: law.check_due(now=app.clock())),
        "health": then_deliver(care.watch),
        "compare": then_deliver(care.compare),
        "heartbeat": heartbeat,
        "upkeep": tidy,
    }
