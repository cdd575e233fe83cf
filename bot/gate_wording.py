"""What became of a delivery, in words: told, held by which gate, or told with others."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.wording import moment
from storage.bulletins import BulletinDelivery
from storage.deliveries import Delivery, OutboxRow, State
from storage.held import Gate

#: Of a delivery whose answer was lost.
UNCERTAIN = "perhaps told: the answer was lost"
_STATES = {
    State.HELD: "held back",
    State.PENDING: "owed",
    State.SENDING: "being sent",
    State.SENT: "told",
    State.UNCERTAIN: UNCERTAIN,
    State.DEAD: "not told: refused",
}
_GATES = {
    Gate.DIGEST: "held for the digest of {}",
    Gate.QUIET: "held by quiet hours until {}",
    Gate.MUTED: "held: muted until {}",
    Gate.PAUSED: "held: its subscription is paused",
}


def standing(delivery: Delivery, told_by: OutboxRow | None, *, zone: ZoneInfo) -> str:
    """What became of one: "held for the digest of 18 June 2020, 9:00 a.m. CEST".

    Args:
        delivery: Of which it is asked.
        told_by: The message that it was folded into, if it was.
        zone: In which moments are told.
    """
    if told_by:
        what = "in a digest" if isinstance(told_by, BulletinDelivery) else "with a later step"
        return f"{_STATES[told_by.state]}, {what}"
    if delivery.gate and delivery.held_until:
        return _GATES[delivery.gate].format(moment(delivery.held_until, zone))
    if delivery.state is State.DEAD and delivery.attempts == 0:
        return "not told"
    return _STATES[delivery.state]
