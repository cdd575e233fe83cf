"""What a click does to a story: its timeline, a report taken out of it, the days ahead page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from sqlite_utils import Database

from bot import follow_up
from bot.slack import blocks, buttons
from feeds.model import Item
from storage import cards, entries, events
from storage.entries import Entry
from storage.stories import Mark
from tests.archive import ALICE, CHANNEL, Archive, press
from tests.factories import NOW, make_document, make_item, make_press
from tests.slack_talk import Talk, open_talk

LINK = "https://www.federalregister.gov/documents/2020/06/18/2020-13093/x"


@pytest.fixture
async def talk(archive: Archive) -> AsyncIterator[Talk]:
    async with open_talk(archive.commands) as opened:
        yield opened


async def happen(archive: Archive, *items: Item) -> list[Entry]:
    def keep(db: Database) -> list[Entry]:
        kept = [entries.remember(db, item, now=NOW).entry for item in items]
        for entry in kept:
            events.reach(db, entry, now=NOW)
            follow_up.noted(db, entry, now=NOW)
        return kept

    return await archive.storage.run(keep)


def choose(value: str) -> dict[str, Any]:
    return {"type": "overflow", "action_id": blocks.MORE, "selected_option": {"value": value}}


async def test_the_menu_of_an_alert_opens_its_timeline(archive: Archive, talk: Talk) -> None:
    document, _ = await happen(archive, make_item(), make_press(url=LINK))

    await talk.click(choose(f"{blocks.TIMELINE}:{document.id}"))

    said = talk.replies[-1]
    assert said["response_type"] == "ephemeral"
    assert "Example News" in said["text"]
    assert "Comments close" in said["text"]


async def test_a_report_is_taken_out_of_its_story_for_good_and_the_channel_hears_who_did_it(
    archive: Archive, talk: Talk
) -> None:
    document, report = await happen(archive, make_item(), make_press(url=LINK))
    await talk.type("timeline 2020-13093")
    taking_out = talk.button(buttons.NOT_THIS_STORY)

    await talk.click(taking_out)
    await talk.click(taking_out)

    told, again = talk.replies[-2:]
    after = await archive.storage.run(entries.get, report.id)
    assert after
    assert after.story_id != document.story_id
    assert told["response_type"] == "in_channel"
    assert told["text"].startswith(f"<@{ALICE}> took ")
    assert again["text"] == "It is alone in its story."


async def test_buttons_of_a_story_that_became_part_of_another_do_what_they_say_to_that(
    archive: Archive, talk: Talk
) -> None:
    document, report = await happen(archive, make_item(), press(1))
    card = await archive.tell(document)
    await archive.ask("join https://news.example/huawei-1 to 2020-13093")
    assert document.story_id != report.story_id

    await talk.click({"action_id": blocks.FOLLOW, "value": str(report.story_id)})
    followed = await archive.marks(document.story_id)
    await talk.click({"action_id": buttons.UNDO, "value": f"{Mark.FOLLOWED}:{report.story_id}"})
    undone = await archive.marks(document.story_id)
    await talk.click({"action_id": blocks.MUTE, "value": str(report.story_id)})

    assert (followed, undone) == ({("followed", ALICE)}, set())
    assert await archive.marks(document.story_id) == {("muted", CHANNEL)}
    (edited,) = talk.server.asked("chat.update")
    assert edited["ts"] == card.ts


async def test_cards_show_what_was_joined_and_taken_out(archive: Archive) -> None:
    document, report = await happen(archive, make_item(), press(1))
    await archive.tell(document)

    async def owed() -> list[int]:
        found = await archive.storage.run(cards.outdated)
        for card, changes in found:
            await archive.storage.run(cards.renewed, card, changes=changes)
        return [card.story_id for card, _ in found]

    await archive.ask("join https://news.example/huawei-1 to 2020-13093")
    joined = await owed()
    await archive.ask("split https://news.example/huawei-1")
    split = await owed()

    assert document.story_id != report.story_id
    assert (joined, split) == ([document.story_id], [document.story_id])


async def test_only_press_can_be_taken_out_by_a_button(archive: Archive, talk: Talk) -> None:
    await happen(archive, make_item())

    await talk.type("timeline 2020-13093")

    assert all("accessory" not in block for block in talk.blocks())


async def test_the_days_ahead_are_turned_in_place(archive: Archive, talk: Talk) -> None:
    rules = [
        make_item(
            key=f"fr:2020-2000{n}",
            title=f"Rule {n} on Huawei",
            document=make_document(
                number=f"2020-2000{n}",
                dates=None,
                rins=(),
                dockets=(),
                citation=None,
                end_page=None,
                effective_on=date(2020, 7, n + 1),
                comments_close_on=date(2020, 8, n + 1),
            ),
        )
        for n in range(7)
    ]
    await happen(archive, *rules)
    await talk.type("deadlines huawei")

    await talk.click(talk.button(buttons.MORE_DAYS))

    page = talk.replies[-1]
    assert page["replace_original"] is True
    assert page["text"].count("Rule ") == 4


@pytest.mark.parametrize("value", ["", "x", "9" * 40, "-1"])
async def test_a_button_that_cannot_be_read_is_answered(
    archive: Archive, talk: Talk, value: str
) -> None:
    await archive.remember(press(1))

    await talk.click({"action_id": buttons.NOT_THIS_STORY, "value": value}, channel=CHANNEL)
    await talk.click({"action_id": buttons.MORE_DAYS, "value": f"{value} (huawei"}, channel=CHANNEL)

    assert len(talk.replies) == 2
