"""The seam to whoever shows alerts: Alert, Posted, DeliveryError, Poster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from bot.bulletin import Bulletin
from bot.card import Card
from feeds.law_change import LawChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is told in the thread of a card that stands."""

    #: The card's name in its conversation.
    thread: str
    step: Card
    #: Not also shown in the channel.
    quiet: bool
    #: What changed in the text of the law, when that is the step.
    change: LawChange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One message owed to one channel."""

    #: Goes into the message's metadata, so that a lost answer can be settled by reading back.
    delivery_id: str
    channel: str
    #: The story's card as it should stand now, or a message that tells no story.
    card: Card | Bulletin
    #: None when this alert is to become the card.
    reply: Reply | None = None
    #: Ids of other deliveries that it tells: what a digest was made of. They go with its own.
    tells: tuple[str, ...] = ()

    @property
    def told(self) -> Card | Bulletin:
        """What the message itself says."""
        return self.reply.step if self.reply else self.card


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Proof that an alert stands in its channel."""

    #: The message's name in its conversation (Slack's `ts`).
    ts: str
    #: Where it stands: the channel, or the id of the direct message that a person's id led to.
    conversation: str
    #: Of a reply that was read back: the `ts` of the card in whose thread it stands.
    thread: str | None = None
    #: Of a delivery that was read back: another's message tells it, a digest.
    folded: bool = False


class Outcome(StrEnum):
    """What is known of a message that was not shown, and what follows."""

    LATER = "later"  # nothing was posted; waiting helps
    REJECTED = "rejected"  # this message will never be taken; others of the channel may
    CHANNEL_REFUSES = "channel refuses"  # gone, archived, token revoked: a person must act
    CARD_GONE = (
        "card gone"  # the thread's parent was deleted, or takes no reply; nothing was posted
    )
    UNCERTAIN = "uncertain"  # the answer was lost: it may stand, so never send again blind


class DeliveryError(Exception):
    """A call that failed, or perhaps failed. Caught where deliveries, edits and read-backs are made."""

    def __init__(self, reason: str, *, outcome: Outcome, retry_after: float | None = None) -> None:
        super().__init__(reason)
        #: In Slack's or the network's own words, without secrets.
        self.reason = reason
        self.outcome = outcome
        #: Seconds to wait before this channel is tried again, when Slack said so.
        self.retry_after = retry_after


class Poster(Protocol):
    """What delivering needs of Slack, or of the terminal."""

    async def post(self, alert: Alert) -> Posted:
        """Show one alert, once. Never retries a call whose outcome is unknown.

        Raises:
            DeliveryError: with what is known of the outcome.
        """
        ...

    async def update(self, alert: Alert, *, conversation: str, ts: str) -> None:
        """Show the alert's card in place of the message `ts` of a conversation. Idempotent.

        Raises:
            DeliveryError: with what is known of the outcome; never `uncertain`, as it can be repeated.
        """
        ...

    async def read_back(
        self, conversation: str, *, thread: str | None, age: timedelta
    ) -> Mapping[str, Posted] | None:
        """Which of our own alerts stand in a conversation, or in the thread of a card there.

        Args:
            conversation: The channel, a direct message's own id, or a person's id.
            thread: The card's `ts`, to read its thread and not the conversation.
            age: Every alert that came to stand so long ago, or later, is found; earlier ones may be.

        Returns:
            By delivery id, the whole window, with what was told by other messages there: what is not
            there does not stand. None from a poster that keeps nothing.

        Raises:
            DeliveryError: `later` when waiting helps, `card gone` when there is no such thread, else
                it cannot be read back; never `uncertain`.
        """
        ...
