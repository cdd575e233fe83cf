"""People join and split stories by hand, and everyone in the channel is told who did it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.answers import Notice, Problem
from bot.report import Explanation
from storage import entries
from tests.archive import ALICE, BOB, Archive, document, open_archive, press


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    async with open_archive(tmp_path) as opened:
        yield opened


async def test_a_report_is_joined_to_its_document_and_all_are_told_by_whom(
    archive: Archive,
) -> None:
    rule, report = await archive.remember(document(), press(1))

    answer = await archive.ask("join https://news.example/huawei-1 to 2020-13093")

    assert isinstance(answer, Notice)
    assert (answer.by, answer.aloud) == (ALICE, True)
    assert "Huawei report number 1" in answer.text
    told = await archive.storage.run(entries.of_story, rule.story_id)
    assert {each.id for each in told} == {rule.id, report.id}


async def test_anyone_may_take_it_out_again_as_anyone_may_mute(archive: Archive) -> None:
    _, report = await archive.remember(document(), press(1))
    await archive.ask("join https://news.example/huawei-1 to 2020-13093")

    answer = await archive.ask("split https://news.example/huawei-1", user=BOB)

    assert isinstance(answer, Notice)
    assert (answer.by, answer.aloud) == (BOB, True)
    assert await archive.commands.story_of(report.id) == report.story_id


async def test_why_says_who_joined_a_thing_or_by_which_rule(archive: Archive) -> None:
    await archive.remember(document(), press(1))
    linked = press(2, url="https://www.federalregister.gov/d/2020-13093", title="New rule out")
    await archive.remember(linked)
    await archive.ask("join https://news.example/huawei-1 to 2020-13093")

    by_hand = await archive.ask("why https://news.example/huawei-1")
    entry = (await archive.remember(linked))[0]
    by_rule = await archive.commands.why(entry.id, channel="C01GEN", user=ALICE)
    opened = await archive.ask("why 2020-13093")

    assert isinstance(by_hand, Explanation)
    assert f"joined by hand by {ALICE}" in by_hand.joined
    assert isinstance(by_rule, Explanation)
    assert by_rule.joined.endswith("because: same document linked, by rule, confidence 1.00.")
    assert isinstance(opened, Explanation)
    assert opened.joined == ""


@pytest.mark.parametrize(
    "text",
    [
        "join",
        "join 2020-13093",
        "join a to b",
        "split",
        "split huawei",
        "join 2020-13093 to b to c",
    ],
)
async def test_what_cannot_be_joined_is_answered_with_what_can(archive: Archive, text: str) -> None:
    await archive.remember(document())

    answer = await archive.ask(text)

    assert isinstance(answer, Problem)
    assert answer.hint.startswith(("join", "split"))


async def test_joining_twice_and_splitting_what_is_alone_change_nothing(archive: Archive) -> None:
    await archive.remember(document(), press(1))
    words = "join https://news.example/huawei-1 to 2020-13093"
    await archive.ask(words)

    answers = [
        await archive.ask(words),
        await archive.ask("split https://news.example/unseen"),
    ]
    await archive.ask("split https://news.example/huawei-1")
    answers.append(await archive.ask("split https://news.example/huawei-1"))

    assert [isinstance(each, Notice) and each.aloud for each in answers] == [False] * 3


async def test_a_mistake_is_answered_with_the_command_that_was_meant(archive: Archive) -> None:
    joined = await archive.ask("join the leak to 2020-13093")
    split = await archive.ask("split the leak")
    unsubscribed = await archive.ask("unsubscribe")

    hints = [each.hint for each in (joined, split, unsubscribed) if isinstance(each, Problem)]
    assert hints == [
        "join https://news.example/report to 2020-13093",
        "split 2020-13093",
        "subscriptions",
    ]
