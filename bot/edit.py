"""Edit the cards and bulletins that are no longer true, as fast as Slack allows (async)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot import story
from bot.owed import alert_of_bulletin
from bot.pace import Pace
from bot.poster import Alert, DeliveryError, Outcome, Poster
from bot.storage_thread import Storage
from storage import bulletins, cards
from storage.bulletins import BulletinDelivery
from storage.cards import Standing

log = logging.getLogger(__name__)


class Editor:
    """Makes the edits that steps did not wait for. Several changes of one message are one edit."""

    def __init__(
        self,
        storage: Storage,
        poster: Poster,
        *,
        clock: Callable[[], datetime],
        timezone: ZoneInfo,
        serves: Callable[[str], bool],
        pace: Pace,
    ) -> None:
        """Nothing is edited before `edit_due`.

        Args:
            storage: Opened.
            poster: Who shows cards.
            clock: Aware time, asked once a card.
            timezone: In which cards tell times, unless the channel chose another.
            serves: Whether this poster can reach a channel.
            pace: Of the workspace.
        """
        self._storage = storage
        self._poster = poster
        self._clock = clock
        self._timezone = timezone
        self._serves = serves
        self._pace = pace

    async def edit_due(self) -> int:
        """Edit everything that is owed it; returns how many were. Can be repeated at any time."""
        edited = 0
        for delivery, changes in await self._storage.run(bulletins.outdated):
            if self._serves(delivery.channel):
                edited += await self._edit_bulletin(delivery, changes)
        for standing, changes in await self._storage.run(cards.outdated):
            if self._serves(standing.channel):
                edited += await self._edit(standing, changes)
        return edited

    async def _edit(self, standing: Standing, changes: int) -> bool:
        await self._pace.edit_turn()
        now = self._clock()
        made = await self._storage.run(_made, standing, now=now, timezone=self._timezone)
        if made is None:
            return False
        alert, shown = made
        match await self._update(alert, ts=standing.ts):
            case None:
                await self._storage.run(cards.renewed, shown, changes=changes)
                return True
            case Outcome.LATER:
                pass
            case _:
                await self._storage.run(
                    cards.forget, channel=standing.channel, story_id=standing.story_id
                )
        return False

    async def _edit_bulletin(self, delivery: BulletinDelivery, changes: int) -> bool:
        await self._pace.edit_turn()
        conversation = delivery.conversation or delivery.channel
        alert = alert_of_bulletin(delivery, conversation=conversation)
        refused = await self._update(alert, ts=delivery.ts or "")
        if refused is not Outcome.LATER:  # a message that is gone is owed no edit any more
            await self._storage.run(bulletins.renewed, delivery, changes=changes)
        return refused is None

    async def _update(self, alert: Alert, *, ts: str) -> Outcome | None:
        """None once it is edited; else why it was not."""
        try:
            await self._poster.update(alert, conversation=alert.channel, ts=ts)
        except DeliveryError as error:
            log.warning("edited channel=%s reason=%s", alert.channel, error.reason)
            if error.outcome is Outcome.LATER:
                self._pace.edit_refused(seconds=error.retry_after)
            return error.outcome
        return None


def _made(
    db: Database, standing: Standing, *, now: datetime, timezone: ZoneInfo
) -> tuple[Alert, Standing] | None:
    """The card as it should stand now; None when the story is gone or another card stands."""
    known = story.here(db, standing.story_id, channel=standing.channel)
    if known is None or known.standing != standing:
        return None
    shown = story.card_here(known, now=now, timezone=timezone)
    alert = Alert(delivery_id="", channel=standing.conversation, card=shown)
    return alert, replace(standing, entry_id=known.head.id)
