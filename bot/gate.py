"""What keeps an event from being told to a channel now, and until when (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.cadence import next_digest, quiet_until
from bot.steps import Manner, manner_of
from storage.channels import Channel
from storage.deliveries import FOLLOWED, Why
from storage.events import Step
from storage.held import Gate
from storage.subscriptions import Cadence, Subscription

#: What breaks through a digest and quiet hours where a subscription is urgent.
URGENT = frozenset({Step.FILED, Step.PUBLISHED, Step.EFFECTIVE})
#: What comes at a time that people chose with the reminders: no digest holds it.
TIMED = frozenset({Step.COMMENTS_CLOSING})
#: Until somebody acts.
_OPEN = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What holds an event, and until when."""

    gate: Gate
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An event that a channel is owed, with those who asked for it."""

    step: Step
    #: When it came to be owed.
    since: datetime
    #: The channel's subscriptions that want it and still are there.
    subscriptions: tuple[Subscription, ...]
    #: Its person follows the story, or nobody in particular asked.
    followed: bool
    #: It breaks through a digest and quiet hours.
    urgent: bool

    @property
    def wanted(self) -> bool:
        """Whether anybody there still wants to be told."""
        return self.followed or bool(self.subscriptions)

    @property
    def working(self) -> tuple[Subscription, ...]:
        """Those that are neither paused nor disabled."""
        return tuple(each for each in self.subscriptions if each.works)

    @property
    def silent(self) -> bool:
        """Whether it only edits a card, which disturbs nobody."""
        return manner_of(self.step) is Manner.EDIT

    @property
    def alone(self) -> bool:
        """Whether it is told by an alert of its own, once nothing else holds it."""
        return (
            self.followed
            or self.silent
            or self.urgent
            or any(self.step in TIMED or each.cadence is Cadence.NOW for each in self.working)
        )


def asked(
    step: Step, whys: Sequence[Why], *, own: Mapping[str, Subscription], since: datetime
) -> Asked:
    """Who asked for an event, of a channel's own subscriptions by their query.

    A step of a story that a person follows is as urgent as the most urgent of their subscriptions.
    """
    wanting = tuple(own[why.subscription] for why in whys if why.subscription in own)
    follows = any(why.subscription == FOLLOWED for why in whys)
    concerned = own.values() if follows else wanting
    return Asked(
        step=step,
        since=since,
        subscriptions=wanting,
        followed=follows or not whys,
        urgent=step in URGENT and any(each.urgent and each.works for each in concerned),
    )


def hold(event: Asked, chosen: Channel, *, zone: ZoneInfo, now: datetime) -> Hold | None:
    """What holds an event longest; None when nothing does.

    Args:
        event: Wanted.
        chosen: By the channel.
        zone: Where the channel chose none.
        now: Aware.
    """
    if event.silent:
        return None
    holds = [
        *_by_subscriptions(event, chosen.timezone or zone),
        *by_channel(chosen, zone=zone, now=now, urgent=event.urgent),
    ]
    return max(
        (each for each in holds if each.until > now), key=lambda each: each.until, default=None
    )


def by_channel(
    chosen: Channel, *, zone: ZoneInfo, now: datetime, urgent: bool = False
) -> list[Hold]:
    """What holds all that a channel would be told; of what is urgent a mute alone does."""
    holds = []
    if chosen.muted_until and chosen.muted_until > now:
        holds.append(Hold(gate=Gate.MUTED, until=chosen.muted_until))
    quiet = None if urgent else quiet_until(chosen, zone=zone, now=now)
    if quiet:
        holds.append(Hold(gate=Gate.QUIET, until=quiet))
    return holds


def _by_subscriptions(event: Asked, zone: ZoneInfo) -> list[Hold]:
    if event.alone:
        return []
    if not event.working:
        return [Hold(gate=Gate.PAUSED, until=_OPEN)]
    moments = (next_digest(each, zone=zone, after=event.since) for each in event.working)
    return [Hold(gate=Gate.DIGEST, until=min(moments))]
