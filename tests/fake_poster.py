"""A Poster that keeps what it is given, and fails as it is told to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from bot.card import Card
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
        #: What the next read-backs fail with, first first.
        self.unreadable: deque[DeliveryError] = deque()
        #: Every read-back: conversation, thread, age.
        self.reads: list[tuple[str, str | None, timedelta]] = []
        #: Called before each post, and before each update.
        self.before_post: Callable[[], object] | None = None
        self.before_update: Callable[[], object] | None = None

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
        if self.before_update:
            self.before_update()
        if self.faults:
            raise self.faults.popleft()
        if (conversation, ts) not in self.standing:
            raise DeliveryError("message_not_found", outcome=Outcome.CARD_GONE)
        self.updated.append((alert, conversation, ts))
        stood = self.standing[conversation, ts]
        # As Slack does: the message keeps its metadata and its thread.
        self.standing[conversation, ts] = replace(
            alert, delivery_id=stood.delivery_id, reply=stood.reply, tells=stood.tells
        )

    async def read_back(
        self, conversation: str, *, thread: str | None, age: timedelta
    ) -> Mapping[str, Posted]:
        self.reads.append((conversation, thread, age))
        if self.unreadable:
            raise self.unreadable.popleft()
        if thread and (conversation, thread) not in self.standing:
            raise DeliveryError("thread_not_found", outcome=Outcome.CARD_GONE)
        found = {}
        for (place, ts), alert in self.standing.items():
            parent = alert.reply.thread if alert.reply else None
            if place == conversation and parent == thread:
                posted = Posted(ts=ts, conversation=place, thread=parent)
                found[alert.delivery_id] = posted
                for told in alert.tells:
                    found.setdefault(told, replace(posted, folded=True))
        return found


def card_of(alert: Alert) -> Card:
    """The story's card of an alert that tells a step of one."""
    assert isinstance(alert.card, Card)
    return alert.card
