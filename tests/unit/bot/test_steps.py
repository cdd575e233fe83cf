"""What a step is called on the day on which it is told, which may be a later one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.card import card
from bot.steps import as_step
from feeds.model import EASTERN
from storage.entries import Entry
from storage.events import Event, Step
from tests.factories import NOW, make_item


def headline(step: Step, occasion: str, *, told: datetime) -> str:
    entry = Entry(id=1, story_id=1, item=make_item(), revision=0, first_seen_at=NOW)
    event = Event(
        id=1,
        story_id=1,
        entry_id=1,
        step=step,
        occasion=occasion,
        at=None,
        source="calendar",
        seen_at=NOW,
        changes=(),
    )
    shown = as_step(card(entry, now=told), event, now=told)
    return shown.headline.partition(" · ")[0]


MORNING = datetime(2020, 8, 17, 9, 0, tzinfo=EASTERN)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("step", "occasion", "told", "said"),
    [
        (Step.EFFECTIVE, "effective 2020-08-17", MORNING, "In force today"),
        (Step.EFFECTIVE, "effective 2020-08-17", MORNING + DAY, "In force since 17 August 2020"),
        (
            Step.COMMENTS_CLOSING,
            "1 comments close 2020-08-17",
            MORNING - DAY,
            "Comments close tomorrow, on 17 August 2020",
        ),
        (
            Step.COMMENTS_CLOSING,
            "1 comments close 2020-08-17",
            MORNING + DAY,
            "Comments closed on 17 August 2020",
        ),
        (
            Step.COMMENTS_CLOSING,
            "1 reply comments close 2020-08-17",
            MORNING + DAY,
            "Reply comments closed on 17 August 2020",
        ),
    ],
)
def test_a_reminder_that_waited_tells_how_it_is_when_it_is_told(
    step: Step, occasion: str, told: datetime, said: str
) -> None:
    assert headline(step, occasion, told=told) == said
