"""The seam to whoever shows alerts: Alert, Posted, DeliveryError, Poster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.card import Card


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One message owed to one channel."""

    #: Goes into the message's metadata, so that a lost answer can be settled by reading back.
    delivery_id: str
    channel: str
    card: Card
    #: Where the story's card stands in this channel; None when this alert is to become it.
    thread: str | None = None
    #: Told in the thread only, not also shown in the channel. Without meaning when `thread` is None.
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Proof that an alert stands in its channel."""

    #: The message's name in its conversation (Slack's `ts`).
    ts: str
    #: Where it stands: the channel, or the id of the direct message that a person's id led to.
    conversation: str


class DeliveryError(Exception):
    """An alert that was not (or perhaps not) posted. Caught in `bot/deliver.py` and nowhere else."""

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        uncertain: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        #: The channel will refuse every later message, too: gone, archived, token revoked.
        self.permanent = permanent
        #: Seconds to wait before this channel is tried again; nothing was posted.
        self.retry_after = retry_after
        #: The answer was lost: the message may stand in the channel. Never to be sent again blind.
        self.uncertain = uncertain


class Poster(Protocol):
    """What `bot/deliver.py` needs of Slack, or of the terminal."""

    async def post(self, alert: Alert) -> Posted:
        """Show one alert, once. Never retries a call whose outcome is unknown.

        Raises:
            DeliveryError: with what is known of the outcome.
        """
        ...

    async def update(self, alert: Alert, *, ts: str) -> None:
        """Show the alert's card in place of the message `ts`. Idempotent.

        Raises:
            DeliveryError: with what is known of the outcome; never `uncertain`, as it can be repeated.
        """
        ...
