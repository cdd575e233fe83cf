"""A Poster that keeps what it is given, and fails as it is told to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from bot.poster import Alert, DeliveryError, Outcome, Posted


class FakePoster:
    """What stands in each conversation, and every call that was made."""

    def __init__(self) -> None:
        #: What stands, by conversation and `ts`.
        self.standing: dict[tuple[str, str], Alert] = {}
        #: Every alert that came to stand, in order; one for each message, whatever became of it.
        self.posted: list[Alert] = []
        #: Every card that took the place of another: alert, conversation, `ts`.
        self.updated: list[tuple[Alert, str, str]] = []
        #: What the next calls fail with, first first. An uncertain post does come to stand.
        self.faults: deque[DeliveryError] = deque()
        #: Called before each post.
        self.before_post: Callable[[], object] | None = None

    async def post(self, alert: Alert) -> Posted:
        if self.before_post:
            self.before_post()
        fault = self.faults.popleft() if self.faults else None
        if fault and fault.outcome is not Outcome.UNCERTAIN:
            raise fault
        self.posted.append(alert)
        ts = f"{1_592_488_800 + len(self.posted)}.000100"
        self.standing[alert.channel, ts] = alert
        if fault:
            raise fault
        return Posted(ts=ts, conversation=alert.channel)

    async def update(self, alert: Alert, *, conversation: str, ts: str) -> None:
        if self.faults:
            raise self.faults.popleft()
        if (conversation, ts) not in self.standing:
            raise DeliveryError("message_not_found", outcome=Outcome.CARD_GONE)
        self.updated.append((alert, conversation, ts))
        self.standing[conversation, ts] = alert
