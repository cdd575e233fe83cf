"""SPEAK claim, render, post, settle (async)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot.card import card
from bot.owed import Owed, claim, settle_failure
from bot.poster import Alert, DeliveryError, Poster, Reply
from bot.steps import Manner, as_step, manner_of
from bot.storage_thread import Storage
from bot.story import card_here
from storage import outbox
from storage.cards import Standing
from storage.channels import Place
from storage.deliveries import Delivery
from storage.errors import DatabaseError

P = ParamSpec("P")

log = logging.getLogger(__name__)

#: Slack's pace: one message a second a channel (docs.slack.dev/apis/web-api/rate-limits).
PACE_SECONDS = 1.0
#: What is in hand when the bot is told to stop may take this long: with what else has to end, within
#: the ten seconds that are promised.
LAST_ANSWERS_SECONDS = 4.0
#: Between two tries to write down what became of a message.
SETTLE_AGAIN_SECONDS = 1.0


class Deliverer:
    """Sends what the outbox owes: one message in flight a channel, many channels at once."""

    def __init__(
        self,
        storage: Storage,
        poster: Poster,
        *,
        clock: Callable[[], datetime],
        timezone: ZoneInfo,
        serves: Callable[[str], bool],
        on_sent: Callable[[Delivery, datetime], None] = lambda _, __: None,
        pace_seconds: float = PACE_SECONDS,
        settle_again_seconds: float = SETTLE_AGAIN_SECONDS,
    ) -> None:
        """Nothing is sent before `deliver_due`.

        Args:
            storage: Opened.
            poster: Who shows alerts.
            clock: Aware time, asked once a message.
            timezone: In which alerts tell times.
            serves: Whether this poster can reach a channel; others stay owed.
            on_sent: Told of each delivery that was sent, and when.
            pace_seconds: Between two messages of one channel.
            settle_again_seconds: Between two tries while the database is busy or full.
        """
        self._storage = storage
        self._poster = poster
        self._clock = clock
        self._timezone = timezone
        self._serves = serves
        self._on_sent = on_sent
        self._pace = pace_seconds
        self._settle_again = settle_again_seconds
        self._stopping = asyncio.Event()
        self._senders: dict[str, asyncio.Task[int]] = {}

    async def deliver_due(self) -> None:
        """Start a sender for every channel that is owed something and has none. Returns at once.

        Raises:
            Exception: what ended a sender that was started before: a bug, or a failing database.
        """
        self._ended()
        now = self._clock()
        lost = await self._storage.run(outbox.recover, now=now)
        if lost:
            log.warning("recovered deliveries=%d state=uncertain", lost)
        for channel in await self._storage.run(outbox.channels_due, now=now):
            if channel not in self._senders and self._serves(channel):
                sender = asyncio.create_task(self._drain(channel), name=f"deliver {channel}")
                self._senders[channel] = sender

    async def finish(self) -> int:
        """Wait until every running sender has nothing left to send now; returns messages sent.

        Whoever stops waiting does not stop the senders.
        """
        sent = 0
        while self._senders:
            await asyncio.wait(self._senders.values(), return_when=asyncio.FIRST_COMPLETED)
            sent += self._ended()
        return sent

    async def stop(self, *, seconds: float = LAST_ANSWERS_SECONDS) -> None:
        """Let each sender finish the message it is at, and no more.

        A message whose answer does not come in so many seconds is left as a crash would leave it:
        once its lease is over it is uncertain.
        """
        self._stopping.set()
        senders = list(self._senders.values())
        if senders:
            await asyncio.wait(senders, timeout=seconds)
        for sender in senders:
            sender.cancel()
        for ended in await asyncio.gather(*senders, return_exceptions=True):
            if isinstance(ended, Exception):
                log.error("sender ended reason=%s", ended, exc_info=ended)
        self._senders.clear()

    def _ended(self) -> int:
        """Forget the senders that have ended; returns messages sent, or raises what ended one."""
        done = [channel for channel, sender in self._senders.items() if sender.done()]
        return sum(self._senders.pop(channel).result() for channel in done)

    async def _drain(self, channel: str) -> int:
        sent = 0
        while not self._stopping.is_set() and (
            owed := await self._storage.run(claim, channel, now=self._clock())
        ):
            sent += await self._send(owed)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pace):
                    await self._stopping.wait()
        return sent

    async def _send(self, owed: Owed) -> bool:
        """One delivery, from claimed to settled; True when it was sent."""
        now = self._clock()
        alert = self._alert(owed, now=now)
        try:
            ts, standing = await self._show(owed, alert)
        except DeliveryError as error:
            await self._settle(settle_failure, owed, error, now=self._clock())
            log.warning(
                "delivered channel=%s entry=%s status=%s reason=%s",
                owed.delivery.channel,
                owed.entry.item.key,
                error.outcome.value.replace(" ", "-"),
                error.reason,
            )
            return False
        sent_at = self._clock()
        await self._settle(outbox.settle_sent, owed.delivery, ts=ts, now=sent_at, card=standing)
        self._on_sent(owed.delivery, sent_at)
        log.info(
            "delivered channel=%s entry=%s step=%s status=sent",
            owed.delivery.channel,
            owed.entry.item.key,
            owed.delivery.event.step.value.replace(" ", "-"),
        )
        return True

    async def _settle(
        self, fn: Callable[Concatenate[Database, P], None], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """Write down what is known, which would be uncertain once the lease is over.

        A busy or full database is tried until it works, and what has begun is not cut off.
        """
        while True:
            try:
                return await asyncio.shield(self._storage.run(fn, *args, **kwargs))
            except DatabaseError as error:
                if self._stopping.is_set() or not error.passing:
                    raise
                log.error("not settled yet reason=%s", error)  # noqa: TRY400  it says it all
                await asyncio.sleep(self._settle_again)

    def _alert(self, owed: Owed, *, now: datetime) -> Alert:
        """The story's card as it should stand, and what its thread is told."""
        delivery, known = owed.delivery, owed.story
        zone = known.chosen.timezone or self._timezone
        step = card(
            owed.entry,
            whys=delivery.whys,
            now=now,
            timezone=zone,
            preamble=owed.preamble,
            later=owed.later,
        )
        shown = manner_of(delivery.event.step) is Manner.SHOWN
        quiet = not shown or known.chosen.steps is Place.THREAD
        return Alert(
            delivery_id=delivery.delivery_id,
            channel=known.standing.conversation if known.standing else delivery.channel,
            card=card_here(known, now=now, timezone=self._timezone),
            reply=Reply(
                thread=known.standing.ts,
                step=as_step(step, delivery.event, now=now),
                quiet=quiet,
                change=owed.change,
            )
            if known.standing
            else None,
        )

    async def _show(self, owed: Owed, alert: Alert) -> tuple[str | None, Standing | None]:
        """Bring the card that stands up to date, which can be repeated; then tell the step, once.

        Returns:
            The new message's `ts`, if there is one, and where the story's card stands now.
        """
        standing, head = owed.story.standing, owed.story.head
        if standing:
            await self._poster.update(alert, conversation=standing.conversation, ts=standing.ts)
        manner = manner_of(owed.delivery.event.step)
        if manner is Manner.EDIT or (manner is Manner.COUNT and standing):
            return None, standing
        posted = await self._poster.post(alert)
        return posted.ts, Standing(
            channel=owed.delivery.channel,
            story_id=head.story_id,
            entry_id=head.id,
            conversation=standing.conversation if standing else posted.conversation,
            ts=standing.ts if standing else posted.ts,
        )
