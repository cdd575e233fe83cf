"""What the bot counts and measures of its own work, for Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.process_collector import ProcessCollector

from bot.completeness import Completeness
from bot.poll import PollResult
from bot.poster import Alert, DeliveryError, Posted, Poster
from storage.deliveries import Backlog, Delivery, OutboxRow, State
from storage.events import Step

#: The content type of `Metrics.page`.
CONTENT_TYPE = CONTENT_TYPE_LATEST
#: The steps that are news by themselves; how late the others are says nothing of us.
_NEWS = {Step.REPORTED, Step.FILED, Step.PUBLISHED}
#: States in which somebody still waits.
_OPEN = (State.HELD, State.PENDING, State.SENDING, State.UNCERTAIN)
_LAG_SECONDS = (30, 60, 120, 300, 600, 1_800, 3_600, 4 * 3_600, 12 * 3_600, 24 * 3_600)
_DELAY_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_WATCH_SECONDS = 1.0


class Metrics:
    """The counters of one bot. docs/operations.md says what each means."""

    def __init__(self) -> None:
        """Everything begins at nothing."""
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._polls = self._counter("rulewire_polls", "Visits to feeds", "status")
        self._entries = self._counter("rulewire_entries", "Items that polls brought", "change")
        self._matches = self._counter(
            "rulewire_matches", "Deliveries that polls and texts made due"
        )
        self._held = self._counter("rulewire_held", "Entries that were held back as a flood")
        self._floods = Gauge(
            "rulewire_floods", "Floods that wait for a person", registry=self._registry
        )
        self._answers = self._counter("rulewire_answers", "Slack's answers", "call", "outcome")
        self._lag = Histogram(
            "rulewire_alert_lag_seconds",
            "From the time that the source tells to the alert",
            ["step"],
            buckets=_LAG_SECONDS,
            registry=self._registry,
        )
        self._delay = Histogram(
            "rulewire_loop_delay_seconds",
            "How late the event loop ran what was due",
            buckets=_DELAY_SECONDS,
            registry=self._registry,
        )
        self._deliveries = self._gauge("rulewire_deliveries", "Deliveries in each state")
        self._oldest = self._gauge(
            "rulewire_deliveries_oldest_seconds", "Age of the oldest delivery in each open state"
        )
        self._issue_days = self._gauge(
            "rulewire_issue_days", "Lists of the last month's issue days, compared or not"
        )
        self._documents = self._gauge(
            "rulewire_documents", "Documents of the last month's issue days, by how far they came"
        )

    def polled(self, results: Iterable[PollResult]) -> None:
        """Count visits to feeds and what they brought."""
        for result in results:
            self._polls.labels("failed" if result.error else "ok").inc()
            if result.report:
                self.matched(result.report.owed)
                self._held.inc(result.report.held)
                for change, count in result.report.counts.items():
                    self._entries.labels(change.value).inc(count)

    def matched(self, owed: int) -> None:
        """Count deliveries that came to be owed."""
        self._matches.inc(owed)

    def answered(self, call: str, outcome: str) -> None:
        """Count an answer of Slack's, or of whoever shows alerts."""
        self._answers.labels(call, outcome).inc()

    def sent(self, delivery: OutboxRow, at: datetime) -> None:
        """Measure how long after its event a delivery was sent.

        A bulletin tells of none, and what people had held was not late.
        """
        event = delivery.event if isinstance(delivery, Delivery) and not delivery.gate else None
        if event and event.at and event.step in _NEWS:
            self._lag.labels(event.step.value).observe(max(0.0, (at - event.at).total_seconds()))

    def waiting(self, count: int) -> None:
        """Take how many floods wait for a person."""
        self._floods.set(count)

    def delayed(self, seconds: float) -> None:
        """Measure how late the event loop was."""
        self._delay.observe(max(0.0, seconds))

    def owed(self, backlogs: Mapping[State, Backlog], *, now: datetime) -> None:
        """Take the outbox as it is now."""
        for state in State:
            known = backlogs.get(state)
            self._deliveries.labels(state.value).set(known.count if known else 0)
            if state in _OPEN:
                age = (now - known.since).total_seconds() if known else 0.0
                self._oldest.labels(state.value).set(max(0.0, age))

    def compared(self, found: Completeness) -> None:
        """Take what is known of the Register's issue days as it is now."""
        verified = sum(each.verified_at is not None for each in found.days)
        counted = found.counted
        self._issue_days.labels("verified").set(verified)
        self._issue_days.labels("unverified").set(len(found.days) - verified)
        for state, count in (
            ("listed", sum(each.listed or 0 for each in found.days)),
            ("ours", counted.listed),
            ("seen", counted.seen),
            ("matched", counted.matched),
            ("told", counted.told),
            ("found late", counted.found_late),
            ("missing", len(found.missing)),
        ):
            self._documents.labels(state).set(count)

    def page(self) -> bytes:
        """All of it, in the text format that Prometheus reads (`CONTENT_TYPE`)."""
        return generate_latest(self._registry)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(name, about, labels, registry=self._registry)

    def _gauge(self, name: str, about: str) -> Gauge:
        return Gauge(name, about, ["state"], registry=self._registry)


class Measured:
    """A `Poster` whose answers are counted."""

    def __init__(self, poster: Poster, metrics: Metrics) -> None:
        """Show alerts through another poster."""
        self._poster = poster
        self._metrics = metrics

    async def post(self, alert: Alert) -> Posted:
        """As `Poster.post`."""
        try:
            posted = await self._poster.post(alert)
        except DeliveryError as error:
            self._metrics.answered("post", error.outcome.value)
            raise
        self._metrics.answered("post", "ok")
        return posted

    async def update(self, alert: Alert, *, conversation: str, ts: str) -> None:
        """As `Poster.update`."""
        try:
            await self._poster.update(alert, conversation=conversation, ts=ts)
        except DeliveryError as error:
            self._metrics.answered("update", error.outcome.value)
            raise
        self._metrics.answered("update", "ok")

    async def read_back(
        self, conversation: str, *, thread: str | None, age: timedelta
    ) -> Mapping[str, Posted] | None:
        """As `Poster.read_back`."""
        try:
            found = await self._poster.read_back(conversation, thread=thread, age=age)
        except DeliveryError as error:
            self._metrics.answered("read back", error.outcome.value)
            raise
        self._metrics.answered("read back", "ok")
        return found


async def watch_loop(metrics: Metrics, *, every: float = _WATCH_SECONDS) -> None:
    """Measure for ever how late the event loop wakes a sleeper; cancel it to end."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + every
        await asyncio.sleep(every)
        metrics.delayed(loop.time() - due)
