"""Edit the cards and bulletins that are no longer true, as fast as Slack allows (async)."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot import story
from bot.owed import alert_of_bulletin
from bot.pace import REFUSED_SECONDS, Pace, side_by_side
from bot.poster import Alert, DeliveryError, Outcome, Poster
from bot.storage_thread import Storage
from storage import bulletins, cards
from storage.bulletins import BulletinDelivery
from storage.cards import Standing
from storage.workspaces import workspace_of

log = logging.getLogger(__name__)

#: Where, and what makes it; False when it was not made.
Edit = tuple[str, Callable[[], Awaitable[bool]]]


class Editor:
    """Makes the edits that steps did not wait for. Several changes of one message are one edit."""

    def __init__(
        self,
        storage: Storage,
        poster: Poster,
        *,
        clock: Callable[[], datetime],
        elapsed: Callable[[], float],
        timezone: ZoneInfo,
        serves: Callable[[str], bool],
        pace: Pace,
    ) -> None:
        """Nothing is edited before `edit_due`.

        Args:
            storage: Opened.
            poster: Who shows cards.
            clock: Aware time, asked once a card.
            elapsed: Seconds of a clock that never jumps.
            timezone: In which cards tell times, unless the channel chose another.
            serves: Whether this poster can reach a channel.
            pace: Of each workspace.
        """
        self._storage = storage
        self._poster = poster
        self._clock = clock
        self._elapsed = elapsed
        self._timezone = timezone
        self._serves = serves
        self._pace = pace
        #: Channel by channel that refused an edit, until when what stands there is left as it is.
        self._refused: dict[str, float] = {}
        #: Whether edits were left for later when it ended last.
        self.behind = False

    async def edit_due(self) -> int:
        """Make the edits that are owed and that each workspace takes now; returns how many were made.

        Can be repeated at any time. A workspace that wants a pause delays no other.
        """
        owed: dict[str, list[Edit]] = defaultdict(list)
        for delivery, changes in await self._storage.run(bulletins.outdated):
            edit = partial(self._edit_bulletin, delivery, changes)
            owed[workspace_of(delivery.channel)].append((delivery.channel, edit))
        for standing, changes in await self._storage.run(cards.outdated):
            edit = partial(self._edit, standing, changes)
            owed[workspace_of(standing.channel)].append((standing.channel, edit))
        self.behind = False
        return sum(await side_by_side(map(self._edit_all, owed.values())))

    async def _edit_all(self, edits: Iterable[Edit]) -> int:
        """Of one workspace, as many as it takes now."""
        done = 0
        for channel, edit in edits:
            if not self._serves(channel) or self._elapsed() < self._refused.get(channel, 0.0):
                continue
            if not self._pace.can_edit(channel):
                self.behind = True
                break
            done += await edit()
        return done

    async def _edit(self, standing: Standing, changes: int) -> bool:
        await self._pace.edit_turn(standing.channel)
        now = self._clock()
        made = await self._storage.run(_made, standing, now=now, timezone=self._timezone)
        if made is None:
            return False
        alert, shown = made
        match await self._update(alert, channel=standing.channel, ts=standing.ts):
            case None:
                await self._storage.run(cards.renewed, shown, changes=changes)
                return True
            case Outcome.CARD_GONE:
                await self._storage.run(
                    cards.forget, channel=standing.channel, story_id=standing.story_id
                )
            case Outcome.REJECTED:  # it stands as it was, and its thread goes on
                await self._storage.run(cards.renewed, standing, changes=changes)
        return False

    async def _edit_bulletin(self, delivery: BulletinDelivery, changes: int) -> bool:
        await self._pace.edit_turn(delivery.channel)
        conversation = delivery.conversation or delivery.channel
        alert = alert_of_bulletin(delivery, conversation=conversation)
        outcome = await self._update(alert, channel=delivery.channel, ts=delivery.ts or "")
        # A message that is gone, or can be edited no more, is owed no edit.
        if outcome in {None, Outcome.CARD_GONE, Outcome.REJECTED}:
            await self._storage.run(bulletins.renewed, delivery, changes=changes)
        return outcome is None

    async def _update(self, alert: Alert, *, channel: str, ts: str) -> Outcome | None:
        """None once it is edited; else why it was not, after which to wait is seen to."""
        try:
            await self._poster.update(alert, conversation=alert.channel, ts=ts)
        except DeliveryError as error:
            log.warning("edited channel=%s reason=%s", alert.channel, error.reason)
            if error.outcome is Outcome.LATER:
                self._pace.edit_refused(alert.channel, seconds=error.retry_after)
            if error.outcome is Outcome.CHANNEL_REFUSES:  # what stands there stands still
                self._refused[channel] = self._elapsed() + REFUSED_SECONDS
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
