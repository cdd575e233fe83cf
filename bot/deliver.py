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

from bot.owed import Owed, OwedBulletin, alert_of, claim, settle_failure, settle_told
from bot.pace import Pace
from bot.poster import Alert, DeliveryError, Outcome, Posted, Poster
from bot.storage_thread import Storage
from storage import outbox
from storage.deliveries import OutboxRow
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
#: A claim that is older when its message is to be posted, because the process was frozen, is given
#: back: whoever leads now may be reading the channel back for it. An edit before takes 30 s at most.
STALE_CLAIM_SECONDS = 45.0


class Deliverer:
    """Sends what the outbox owes: one message in flight a channel, many channels at once."""

    def __init__(
        self,
        storage: Storage,
        poster: Poster,
        *,
        owner: str,
        clock: Callable[[], datetime],
        elapsed: Callable[[], float],
        timezone: ZoneInfo,
        serves: Callable[[str], bool],
        pace: Pace,
        on_sent: Callable[[OutboxRow, datetime], None] = lambda _, __: None,
        pace_seconds: float = PACE_SECONDS,
        settle_again_seconds: float = SETTLE_AGAIN_SECONDS,
    ) -> None:
        """Nothing is sent before `deliver_due`.

        Args:
            storage: Opened.
            poster: Who shows alerts.
            owner: Who sends: the owner of the lease, and nobody else.
            clock: Aware time, asked once a message.
            elapsed: Seconds of a clock that never jumps.
            timezone: In which alerts tell times.
            serves: Whether this poster can reach a channel; others stay owed.
            pace: Of each workspace.
            on_sent: Told of each delivery that was sent, and when.
            pace_seconds: Between two messages of one channel.
            settle_again_seconds: Between two tries while the database is busy or full.
        """
        self._storage = storage
        self._poster = poster
        self._owner = owner
        self._clock = clock
        self._elapsed = elapsed
        self._timezone = timezone
        self._serves = serves
        self._on_sent = on_sent
        self._pace = pace
        self._pace_seconds = pace_seconds
        self._settle_again = settle_again_seconds
        self._stopping = asyncio.Event()
        self._senders: dict[str, asyncio.Task[int]] = {}
        self._claiming: set[str] = set()

    async def deliver_due(self) -> None:
        """Start a sender for every channel that is owed something and has none. Returns at once.

        Raises:
            Exception: what ended a sender that was started before: a bug, or a failing database.
        """
        self._ended()
        for channel in await self._storage.run(outbox.channels_due, now=self._clock()):
            if channel not in self._senders and self._serves(channel):
                sender = asyncio.create_task(self._drain(channel), name=f"deliver {channel}")
                self._senders[channel] = sender

    @property
    def sending(self) -> frozenset[str]:
        """Channels in which a message of ours may be in flight."""
        return frozenset(self._senders)

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
        uncertain.
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
        while await self._is_my_turn(channel):
            begun = self._elapsed()
            owed = await self._storage.run(claim, channel, owner=self._owner, now=self._clock())
            if owed is None:
                break
            sent += await self._send(owed, claimed_at=begun)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pace_seconds):
                    await self._stopping.wait()
        return sent

    async def _is_my_turn(self, channel: str) -> bool:
        """Wait for the workspace's pace, or to be told to stop; False then."""
        turn = asyncio.create_task(self._pace.post_turn(channel))
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({turn, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            turn.cancel()
            stopping.cancel()
        return not self._stopping.is_set()

    async def _send(self, owed: Owed | OwedBulletin, *, claimed_at: float) -> bool:
        """One delivery, from claimed to settled; True when it was sent."""
        alert = alert_of(owed, now=self._clock(), timezone=self._timezone)
        channel = owed.delivery.channel
        try:
            edited = await self._edit(owed, alert)
            posted = None if owed.by_card_alone else await self._post(alert, claimed_at=claimed_at)
        except DeliveryError as error:
            await self._settle(settle_failure, owed, error, now=self._clock())
            status = error.outcome.value.replace(" ", "-")
            log.warning(
                "delivered channel=%s %s status=%s reason=%s",
                channel,
                owed.named,
                status,
                error.reason,
            )
            return False
        sent_at = self._clock()
        await self._settle(settle_told, owed, posted, edited=edited, now=sent_at)
        self._on_sent(owed.delivery, sent_at)
        log.info("delivered channel=%s %s status=sent", channel, owed.named)
        return True

    async def _edit(self, owed: Owed | OwedBulletin, alert: Alert) -> bool:
        """Bring the card that stands up to date, which can be repeated.

        False when it is to be edited later: a step does not wait for the pace of edits, nor is it
        kept back where Slack lets nobody edit the card any more.
        """
        standing = owed.standing
        if standing is None or not self._pace.can_edit(standing.channel):
            return False
        await self._pace.edit_turn(standing.channel)
        try:
            await self._poster.update(alert, conversation=standing.conversation, ts=standing.ts)
        except DeliveryError as error:
            if error.outcome is Outcome.REJECTED and not owed.by_card_alone:
                log.warning("edited channel=%s reason=%s", standing.channel, error.reason)
                return True
            if error.outcome is not Outcome.LATER:
                raise
            self._pace.edit_refused(standing.channel, seconds=error.retry_after)
            return False
        return True

    async def _post(self, alert: Alert, *, claimed_at: float) -> Posted:
        """Tell it, once."""
        if self._elapsed() - claimed_at > STALE_CLAIM_SECONDS:
            raise DeliveryError("frozen before posting", outcome=Outcome.LATER)
        try:
            posted = await self._poster.post(alert)
        except DeliveryError as error:
            if error.outcome is Outcome.LATER:
                self._pace.post_refused(alert.channel, seconds=error.retry_after)
            raise
        self._pace.post_taken(alert.channel)
        return posted

    async def _settle(
        self, fn: Callable[Concatenate[Database, P], None], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """Write down what is known, which would be uncertain otherwise.

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
