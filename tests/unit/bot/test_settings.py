"""What a channel can choose, and that it is heeded."""

from __future__ import annotations

import pytest

from bot.answers import Notice, Problem
from bot.choices import Choices
from storage import channels, subscriptions
from storage.channels import Channel, Place
from tests.archive import ALICE, CHANNEL, Archive


async def test_a_channel_that_chose_nothing_is_shown_the_defaults(archive: Archive) -> None:
    await archive.ask("subscribe huawei now")

    answer = await archive.ask("settings")

    assert answer == Choices(
        timezone="America/New_York",
        steps=Place.CHANNEL,
        reminders=(("topic:huawei", (14, 3, 1)),),
    )


async def test_a_time_zone_is_kept_for_the_channel_and_said_aloud(archive: Archive) -> None:
    answer = await archive.ask("settings timezone Europe/Berlin")
    shown = await archive.ask("settings")
    elsewhere = await archive.ask("settings", channel="C02OTHER")

    assert answer == Notice(text="set the time zone to Europe/Berlin.", by=ALICE, aloud=True)
    assert isinstance(shown, Choices)
    assert isinstance(elsewhere, Choices)
    assert (shown.timezone, elsewhere.timezone) == ("Europe/Berlin", "America/New_York")


async def test_steps_can_be_kept_to_the_thread(archive: Archive) -> None:
    await archive.ask("settings timezone Europe/Berlin")

    await archive.ask("settings steps thread")

    chosen = await archive.storage.run(channels.get, CHANNEL)
    assert (chosen.steps, str(chosen.timezone)) == (Place.THREAD, "Europe/Berlin")
    assert await archive.storage.run(channels.get, "C02OTHER") == Channel()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("settings reminders 3, 7 7", {"topic:huawei": (7, 3), "topic:standards": (7, 3)}),
        ("settings reminders off", {"topic:huawei": (), "topic:standards": ()}),
        (
            "settings reminders 30 for standards",
            {"topic:huawei": (14, 3, 1), "topic:standards": (30,)},
        ),
    ],
)
async def test_reminders_are_set_for_one_subscription_or_for_all(
    archive: Archive, asked: str, expected: dict[str, tuple[int, ...]]
) -> None:
    for topic in ("huawei", "standards"):
        await archive.ask(f"subscribe {topic} now")

    answer = await archive.ask(asked)

    own = await archive.storage.run(subscriptions.of_channel, CHANNEL)
    assert isinstance(answer, Notice)
    assert {each.query: each.reminders for each in own} == expected


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("settings zone Europe/Berlin", "settings timezone Europe/Berlin"),
        ("settings timezone europe/berln", "settings timezone Europe/Berlin"),
        ("settings timezone ../../etc/passwd", "settings timezone Europe/Berlin"),
        ("settings steps quietly", "settings steps thread"),
        ("settings reminders", "settings reminders 14 3 1"),
        ("settings reminders soon", "settings reminders 14 3 1"),
        ("settings reminders 91", "settings reminders 14 3 1"),
        ("settings reminders 99999999999999", "settings reminders 14 3 1"),
        ("settings reminders 1 2 3 4 5 6", "settings reminders 14 3 1"),
        ("settings reminders 3", "subscriptions"),
    ],
)
async def test_what_cannot_be_chosen_is_answered_with_what_can(
    archive: Archive, asked: str, hint: str
) -> None:
    answer = await archive.ask(asked)

    assert isinstance(answer, Problem)
    assert answer.hint == hint
