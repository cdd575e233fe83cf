"""SPEAK claim, render, post, settle (async)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot.card import card
from bot.poster import Alert, DeliveryError, Outcome, Poster
from bot.storage_thread import Storage
from feeds.model import SourceKind
from storage import cards, entries, outbox, subscriptions
from storage.cards import Standing
from storage.entries import Entry
from storage.outbox import Delivery

log = logging.getLogger(__name__)

#: Longer than Slack's client waits for an answer (30 s), so a lease that ends means a dead sender.
LEASE = timedelta(seconds=90)
#: Slack's pace: one message a second a channel (docs.slack.dev/apis/web-api/rate-limits).
PACE_SECONDS = 1.0
#: What is in hand when the bot is told to stop may take this long: with what else has to end, within
#: the ten seconds that are promised.
LAST_ANSWERS_SECONDS = 4.0
#: Nothing was sent and Slack did not say when to come back.
RETRY_FIRST, RETRY_LONGEST = timedelta(seconds=5), timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A claimed delivery with all that its message is made of."""

    delivery: Delivery
    entry: Entry
    #: The story's card in this channel; None when this message is to become it.
    standing: Standing | None
    #: Press items of the story seen so far.
    press: int


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
        pace_seconds: float = PACE_SECONDS,
    ) -> None:
        """Nothing is sent before `deliver_due`.

        Args:
            storage: Opened.
            poster: Who shows alerts.
            clock: Aware time, asked once a message.
            timezone: In which alerts tell times.
            serves: Whether this poster can reach a channel; others stay owed.
            pace_seconds: Between two messages of one channel.
        """
        self._storage = storage
        self._poster = poster
        self._clock = clock
        self._timezone = timezone
        self._serves = serves
        self._pace = pace_seconds
        self._senders: dict[str, asyncio.Task[int]] = {}

    async def deliver_due(self) -> None:
        """Start a sender for every channel that is owed something and has none. Returns at once."""
        now = self._clock()
        lost = await self._storage.run(outbox.recover, now=now)
        if lost:
            log.warning("recovered deliveries=%d state=uncertain", lost)
        for channel in await self._storage.run(outbox.channels_due, now=now):
            if channel not in self._senders and self._serves(channel):
                sender = asyncio.create_task(self._drain(channel), name=f"deliver {channel}")
                self._senders[channel] = sender
                sender.add_done_callback(partial(self._done, channel))

    async def finish(self) -> int:
        """Wait until every running sender has nothing left to send now; returns messages sent."""
        sent = 0
        while self._senders:
            sent += sum(await asyncio.gather(*self._senders.values()))
        return sent

    async def stop(self, *, seconds: float = LAST_ANSWERS_SECONDS) -> None:
        """Let each sender finish the message it is at, and no more.

        A message whose answer does not come in so many seconds is left as a crash would leave it:
        once its lease is over it is uncertain.
        """
        self._pace = -1
        senders = list(self._senders.values())
        if senders:
            await asyncio.wait(senders, timeout=seconds)
        for sender in senders:
            sender.cancel()
        await asyncio.gather(*senders, return_exceptions=True)

    def _done(self, channel: str, _: asyncio.Task[int]) -> None:
        self._senders.pop(channel, None)

    async def _drain(self, channel: str) -> int:
        sent = 0
        while owed := await self._storage.run(_claim, channel, now=self._clock()):
            sent += await self._send(owed)
            if self._pace < 0:
                break
            await asyncio.sleep(self._pace)
        return sent

    async def _send(self, owed: Owed) -> bool:
        """One delivery, from claimed to settled; True when it was sent."""
        now = self._clock()
        alert = self._alert(owed, now=now)
        try:
            standing = await self._show(owed, alert)
        except DeliveryError as error:
            await self._storage.run(_settle_failure, owed, error, now=self._clock())
            log.warning(
                "delivered channel=%s entry=%s status=%s reason=%s",
                owed.delivery.channel,
                owed.entry.item.key,
                error.outcome.value.replace(" ", "-"),
                error.reason,
            )
            return False
        ts, card_now = standing
        await self._storage.run(
            outbox.settle_sent, owed.delivery, ts=ts, now=self._clock(), card=card_now
        )
        log.info(
            "delivered channel=%s entry=%s kind=%s status=sent",
            owed.delivery.channel,
            owed.entry.item.key,
            owed.delivery.kind.value,
        )
        return True

    def _alert(self, owed: Owed, *, now: datetime) -> Alert:
        return Alert(
            delivery_id=owed.delivery.delivery_id,
            channel=owed.standing.conversation if owed.standing else owed.delivery.channel,
            card=card(
                owed.entry,
                whys=owed.delivery.whys,
                now=now,
                timezone=self._timezone,
                press=owed.press,
            ),
            thread=owed.standing.ts if owed.standing else None,
            quiet=owed.entry.item.source is SourceKind.NEWS,
        )

    async def _show(self, owed: Owed, alert: Alert) -> tuple[str, Standing | None]:
        """Post the alert.

        A document's step first moves the card that stands, which can be repeated, then is told once
        in its thread.
        """
        standing, moves_card = owed.standing, owed.entry.item.document is not None
        if standing and moves_card:
            await self._poster.update(alert, conversation=standing.conversation, ts=standing.ts)
        posted = await self._poster.post(alert)
        if standing and not moves_card:
            return posted.ts, None
        return posted.ts, Standing(
            channel=owed.delivery.channel,
            story_id=owed.entry.story_id,
            entry_id=owed.entry.id,
            conversation=standing.conversation if standing else posted.conversation,
            ts=standing.ts if standing else posted.ts,
        )


def _claim(db: Database, channel: str, *, now: datetime) -> Owed | None:
    delivery = outbox.claim(db, channel, now=now, lease=LEASE)
    if delivery is None:
        return None
    told = entries.of_story(db, delivery.story_id)
    return Owed(
        delivery=delivery,
        entry=next(entry for entry in told if entry.id == delivery.entry_id),
        standing=cards.standing(db, channel=channel, story_id=delivery.story_id),
        press=sum(entry.item.source is SourceKind.NEWS for entry in told),
    )


def _settle_failure(db: Database, owed: Owed, error: DeliveryError, *, now: datetime) -> None:
    """Write down what is known of a message that was not, or perhaps not, posted."""
    delivery, reason = owed.delivery, error.reason
    match error.outcome:
        case Outcome.UNCERTAIN:
            outbox.settle_uncertain(db, delivery, reason=reason, now=now)
        case Outcome.REJECTED:
            outbox.settle_dead(db, delivery, reason=reason, now=now)
        case Outcome.CHANNEL_REFUSES:
            outbox.settle_dead(db, delivery, reason=reason, now=now)
            outbox.bury(db, delivery.channel, reason=reason, now=now)
            subscriptions.disable(db, delivery.channel, reason=reason)
        case Outcome.CARD_GONE:
            cards.forget(db, channel=delivery.channel, story_id=delivery.story_id)
            outbox.settle_later(db, delivery, reason=reason, due_at=now)
        case Outcome.LATER:
            due_at = now + _wait(error, attempts=delivery.attempts)
            outbox.settle_later(db, delivery, reason=reason, due_at=due_at)


def _wait(error: DeliveryError, *, attempts: int) -> timedelta:
    """As long as Slack asked for, else twice as long each time."""
    if error.retry_after is not None:
        return timedelta(seconds=error.retry_after)
    doubled: timedelta = RETRY_FIRST * 2 ** min(attempts - 1, 16)
    return min(doubled, RETRY_LONGEST)
