"""What is counted and measured of the bot's own work."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.card import card
from bot.completeness import Completeness
from bot.ingest import IngestReport
from bot.metrics import Measured, Metrics, watch_loop
from bot.poll import PollResult
from bot.poster import Alert, DeliveryError, Outcome
from storage.deliveries import Backlog, Delivery, State
from storage.events import Event, Step
from storage.held import Gate
from storage.issue_days import IssueDay, List
from storage.issue_documents import Counted, IssueDocument
from tests.factories import NOW, make_entry
from tests.fake_poster import FakePoster


def values(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Each number by its name and its labels' values."""
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(metrics.page().decode())
        for sample in family.samples
    }


def delivery(step: Step, at: datetime | None) -> Delivery:
    return Delivery(
        id=1,
        delivery_id="d",
        channel="C1",
        event=Event(
            id=1, entry_id=1, story_id=1, step=step, occasion="", at=at, seen_at=NOW,
            source="bis", changes=(),
        ),
        whys=(),
        state=State.SENT,
        attempts=1,
        last_error=None,
        ts="1",
        created_at=NOW,
        settled_at=NOW,
    )  # fmt: skip


def test_how_far_the_documents_of_an_issue_came_is_counted() -> None:
    metrics = Metrics()
    days = (
        IssueDay(list=List.PRINTED, day=NOW.date(), listed=123, verified_at=NOW, problem=None),
        IssueDay(list=List.INSPECTION, day=NOW.date(), listed=None, verified_at=None, problem="x"),
    )
    counted = Counted(listed=30, seen=29, matched=4, told=3, found_late=1)
    lost = IssueDocument(
        list=List.PRINTED, day=NOW.date(), number="2020-1", key="fr:2020-1", feed="bis"
    )

    metrics.compared(Completeness(days=days, counted=counted, missing=(lost,), done_at=NOW))

    known = values(metrics)
    assert known["rulewire_issue_days", "verified"] == 1
    assert known["rulewire_issue_days", "unverified"] == 1
    states = ("listed", "ours", "seen", "matched", "told", "found late", "missing")
    assert [known["rulewire_documents", each] for each in states] == [123, 30, 29, 4, 3, 1, 1]


def test_how_late_an_alert_is_counts_from_what_its_source_tells() -> None:
    metrics = Metrics()

    metrics.sent(delivery(Step.FILED, NOW - timedelta(seconds=50)), NOW)
    metrics.sent(delivery(Step.FILED, None), NOW)
    metrics.sent(delivery(Step.COMMENTS_CLOSING, NOW - timedelta(days=3)), NOW)
    metrics.sent(delivery(Step.REPORTED, NOW + timedelta(hours=5)), NOW)
    overnight = delivery(Step.FILED, NOW - timedelta(hours=9))
    metrics.sent(replace(overnight, gate=Gate.QUIET), NOW)

    known = values(metrics)
    assert known["rulewire_alert_lag_seconds_count", "filed"] == 1
    assert known["rulewire_alert_lag_seconds_sum", "filed"] == 50
    assert known["rulewire_alert_lag_seconds_sum", "reported"] == 0
    assert ("rulewire_alert_lag_seconds_count", "comments closing") not in known


def test_what_was_held_back_is_counted_and_floods_are_told_as_they_are_now() -> None:
    metrics = Metrics()

    metrics.polled([PollResult(feed="wire", report=IngestReport(held=25))])
    metrics.waiting(2)
    metrics.waiting(1)

    known = values(metrics)
    assert known[("rulewire_held_total",)] == 25
    assert known[("rulewire_floods",)] == 1


def test_what_is_owed_is_told_as_it_is_now() -> None:
    metrics = Metrics()
    waiting = {State.PENDING: Backlog(count=3, since=NOW - timedelta(minutes=2))}

    metrics.owed(waiting, now=NOW)
    first = values(metrics)
    metrics.owed({}, now=NOW)
    second = values(metrics)

    assert first["rulewire_deliveries", "pending"] == 3
    assert first["rulewire_deliveries_oldest_seconds", "pending"] == 120
    assert second["rulewire_deliveries_oldest_seconds", "pending"] == 0


async def test_each_answer_is_counted_by_what_it_was() -> None:
    metrics, fake = Metrics(), FakePoster()
    poster = Measured(fake, metrics)
    alert = Alert(delivery_id="d", channel="C1", card=card(make_entry(), now=NOW))

    posted = await poster.post(alert)
    await poster.update(alert, conversation="C1", ts=posted.ts)
    fake.faults += [DeliveryError("x", outcome=each) for each in (Outcome.LATER, Outcome.LATER)]
    for call in (poster.post(alert), poster.update(alert, conversation="C1", ts=posted.ts)):
        with pytest.raises(DeliveryError):
            await call

    known = values(metrics)
    answers = {key[1:]: n for key, n in known.items() if key[0] == "rulewire_answers_total"}
    assert answers == {
        ("ok", "post"): 1,
        ("ok", "update"): 1,
        ("later", "post"): 1,
        ("later", "update"): 1,
    }


class Observed(Metrics):
    """Says when something was measured."""

    def __init__(self) -> None:
        super().__init__()
        self.measured = asyncio.Event()

    def delayed(self, seconds: float) -> None:
        super().delayed(seconds)
        self.measured.set()


async def test_the_event_loop_is_watched_until_told_to_stop() -> None:
    metrics = Observed()
    watching = asyncio.create_task(watch_loop(metrics, every=0))

    async with asyncio.timeout(5):
        await metrics.measured.wait()
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching

    assert values(metrics)["rulewire_loop_delay_seconds_count",] >= 1


def test_two_bots_count_apart() -> None:
    one, other = Metrics(), Metrics()

    one.matched(2)

    assert values(other)["rulewire_matches_total",] == 0
