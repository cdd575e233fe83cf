"""A digest: stories by importance, each once, whole in one message of Slack's."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import digest
from bot.card import card
from bot.digest import DayAhead, StoryTold
from bot.slack import bulletin_blocks
from storage.events import Event, Step
from tests.factories import NOW, make_entry, make_item
from tests.slack_limits import check_limits

TODAY = date(2020, 6, 18)
HOSTILE = "<!channel> <@U01ALICE> & *b* | <http://x|y> `c` \u202e"


def event(number: int, step: Step) -> Event:
    return Event(
        id=number,
        entry_id=1,
        story_id=1,
        step=step,
        occasion="",
        at=NOW,
        seen_at=NOW,
        source="bis",
        changes=(),
    )


def story(step: Step, *, text: str = "A rule", days: tuple[DayAhead, ...] = ()) -> StoryTold:
    item = make_item(title=text, summary=f"{text}.", url=f"https://e.example/{'a' * 400}")
    return StoryTold(
        step=step,
        card=card(make_entry(item=item), now=NOW),
        before=(event(1, Step.FILED), event(2, Step.REPORTED)),
        days=days,
        press=2,
    )


def day(ahead: int) -> DayAhead:
    return DayAhead(on=TODAY + timedelta(days=ahead), what="Comments close", provisional=False)


@pytest.mark.parametrize(
    ("steps", "leading"),
    [
        ([Step.FILED, Step.PUBLISHED], Step.PUBLISHED),
        ([Step.FILED, Step.WITHDRAWN], Step.WITHDRAWN),
        ([Step.PUBLISHED, Step.CORRECTED, Step.REPORTED], Step.CORRECTED),
        ([Step.PUBLISHED, Step.REVISED, Step.DATED], Step.PUBLISHED),
        ([Step.REPORTED, Step.COPIED], Step.REPORTED),
        ([Step.COPIED], Step.COPIED),
    ],
)
def test_a_story_is_told_by_the_newest_of_the_steps_that_matter_most(
    steps: list[Step], leading: Step
) -> None:
    events = [event(number, step) for number, step in enumerate(steps)]

    assert digest.lead(events).step is leading


@given(st.lists(st.sampled_from(Step), min_size=1, max_size=30))
def test_every_step_has_its_place_and_is_counted_in_the_title(steps: list[Step]) -> None:
    stories = digest.ordered([story(step) for step in steps])

    made = digest.bulletin(stories, name="Daily digest", today=TODAY)

    counted = made.title.removeprefix("Daily digest: ").split(", ")
    assert sum(int(each.split()[0]) for each in counted) == len(steps)
    assert len(made.parts) == len(counted) == len({part.heading for part in made.parts})
    assert sum(len(part.rows) for part in made.parts) == len(steps)


def test_the_soonest_day_is_in_the_title_and_the_others_at_the_end() -> None:
    stories = [story(Step.PUBLISHED, days=(day(60), day(14))), story(Step.FILED, days=(day(1),))]

    made = digest.bulletin(stories, name="Daily digest", today=TODAY)

    assert made.title == (
        "Daily digest: 1 published, 1 on public inspection; comments close tomorrow"
    )
    assert [row.detail for row in made.parts[-1].rows] == [
        "tomorrow: A rule",
        "in 14 days: A rule",
        "in 60 days: A rule",
    ]


def test_days_beyond_those_that_are_named_are_counted() -> None:
    stories = [story(Step.PUBLISHED, days=tuple(day(number) for number in range(12)))]

    made = digest.bulletin(stories, name="Daily digest", today=TODAY)

    assert [row.text for row in made.parts[-1].rows][-1] == "4 later"
    assert len(made.parts[-1].rows) == 9


@given(
    text=st.text(min_size=1, max_size=400) | st.just(HOSTILE * 8) | st.just("&" * 300),
    count=st.integers(1, 60),
)
def test_one_message_holds_every_story_that_is_said_to_fit(text: str, count: int) -> None:
    stories = [story(Step.PUBLISHED, text=text, days=(day(1),)) for _ in range(count)]
    fit = digest.fitting(stories)

    made = digest.bulletin(stories[:fit], name="Daily digest", today=TODAY, closing=text)
    said, blocks = bulletin_blocks.message(made)

    assert check_limits({"text": said, "blocks": blocks}) == []
    assert 1 <= fit <= count
    sent = json.dumps(blocks, ensure_ascii=False)
    assert 'more"' not in sent
    assert sent.count("Published and in force · ") == fit


def test_it_reads_well_aloud() -> None:
    stories = [story(Step.PUBLISHED, text="Release of Technology", days=(day(60),))]

    said, _ = bulletin_blocks.message(
        digest.bulletin(stories, name="Daily digest", today=TODAY, closing="huawei, daily at 09:00")
    )

    state = (
        "Published and in force · Interim final rule; request for comments · before: on public"
        " inspection 18 June, reported 18 June · 2 press reports"
    )
    assert said.splitlines() == [
        "Daily digest: 1 published; comments close in 60 days",
        "Published",
        "Release of Technology",
        state,
        "Days ahead",
        "Comments close 17 August 2020: in 60 days: Release of Technology",
        "huawei, daily at 09:00",
    ]
