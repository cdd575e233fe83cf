"""The card of a flood, its buttons and the command: who decides decides once, and all can look."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from rich.console import Console
from sqlite_utils import Database

from bot import bulletin, flood_card
from bot.answers import Answer
from bot.bulletin import Bulletin
from bot.slack import bulletin_blocks
from bot.terminal_answers import render_answer
from feeds.model import Item
from storage import bulletins, deliveries, floods, restored
from storage.deliveries import State
from tests.archive import ALICE, BOB, Archive
from tests.factories import NOW
from tests.slack_limits import check_limits
from tests.slack_talk import Talk, open_talk
from tests.unit.bot.test_flood import OWNERS, churned, known_feed, visit

HOSTILE = "<!channel> *b* `c` > <http://x|y> & officials"


@pytest.fixture
async def talk(archive: Archive) -> AsyncIterator[Talk]:
    async with open_talk(archive.commands, admins=frozenset({BOB})) as opened:
        yield opened


async def flood(archive: Archive, items: Sequence[Item] | None = None) -> None:
    def flooded(db: Database) -> None:
        visit(db, items or churned(), known_feed(db))

    await archive.storage.run(flooded)


async def card(archive: Archive) -> Bulletin:
    owed = await archive.storage.run(bulletins.get, channel=OWNERS, kind="flood", key="1")
    assert owed
    return bulletin.decode(owed.body)


async def owed(archive: Archive) -> int:
    return len(await archive.storage.run(deliveries.in_state, State.PENDING))


def shown(answer: Answer) -> str:
    """An answer as a wide terminal shows it, in one line."""
    console = Console(file=io.StringIO(), width=200)
    console.print(render_answer(answer))
    assert isinstance(console.file, io.StringIO)
    return " ".join(console.file.getvalue().split())


def press(action: str, value: str = "1") -> dict[str, str]:
    return {"action_id": action, "value": value}


async def test_release_tells_and_the_card_says_who_did_it(archive: Archive, talk: Talk) -> None:
    await flood(archive)

    await talk.click(press(flood_card.RELEASE), user=ALICE)

    assert "released 25 items of Example News: 25 alerts to send" in talk.replies[-1]["text"]
    assert await owed(archive) == 25
    said = await card(archive)
    assert (said.closing, said.by, said.at) == ("Released", ALICE, NOW)
    assert [button.label for button in said.buttons] == ["Show"]
    _, blocks = bulletin_blocks.message(said)
    assert blocks[-1]["elements"][0]["text"].startswith(f"Released by <@{ALICE}> · <!date^")


async def restore(archive: Archive, *, backed_up_at: datetime) -> None:
    """Have the bot know that it runs on a backup of then."""

    def put_back(db: Database) -> None:
        restored.stamp(db, now=backed_up_at)
        restored.notice(db, now=NOW)

    await archive.storage.run(put_back)


async def test_a_button_of_the_card_decides_about_its_own_flood(
    archive: Archive, talk: Talk
) -> None:
    await flood(archive)
    release, _, look = (await card(archive)).buttons

    await talk.click(press(look.action, look.value))
    await talk.click(talk.button(f"{flood_card.SHOW}-next"))
    turned = talk.replies[-1]["text"]
    await talk.click(press(release.action, release.value))

    assert "11 to 20 of 25" in turned
    assert "released 25 items of Example News" in talk.replies[-1]["text"]


@pytest.mark.parametrize("action", [flood_card.RELEASE, flood_card.DROP, flood_card.SHOW])
async def test_a_card_of_a_database_that_was_lost_decides_about_no_other_flood(
    archive: Archive, talk: Talk, action: str
) -> None:
    """Its number was given again, to a flood that began later."""
    await restore(archive, backed_up_at=NOW - timedelta(days=1))
    await flood(archive)
    lost = flood_card.name_of(1, NOW - timedelta(hours=3))
    gone = flood_card.name_of(7, NOW - timedelta(hours=3))

    for value in (lost, gone, "1"):  # the last as cards that stand for long name it
        await talk.click(press(action, value))
        assert "no longer known: a backup was put back" in talk.replies[-1]["text"]

    assert await owed(archive) == 0
    found = await archive.storage.run(floods.get, 1)
    assert found
    assert found.state is floods.State.HELD
    assert "25 items held back" in (await talk.type("floods show 1"))["text"]


async def test_a_card_that_names_its_number_alone_decides_about_what_the_backup_knows(
    archive: Archive, talk: Talk
) -> None:
    await flood(archive)
    await restore(archive, backed_up_at=NOW + timedelta(hours=1))

    await talk.click(press(flood_card.DROP, "1"))

    assert "dropped 25 items" in talk.replies[-1]["text"]


async def test_a_second_click_and_a_second_person_change_nothing(
    archive: Archive, talk: Talk
) -> None:
    await flood(archive)
    await talk.click(press(flood_card.DROP), user=ALICE)

    await talk.click(press(flood_card.DROP), user=ALICE)
    await talk.click(press(flood_card.RELEASE), user=BOB)

    for reply in talk.replies[-2:]:
        assert reply["text"].startswith(f"<@{ALICE}> dropped it already")
        assert reply["response_type"] == "ephemeral"
    assert await owed(archive) == 0
    assert (await card(archive)).by == ALICE


@pytest.mark.parametrize("action", [flood_card.RELEASE, flood_card.DROP])
async def test_who_may_not_govern_may_look_and_not_decide(archive: Archive, action: str) -> None:
    await flood(archive)

    async with open_talk(archive.commands) as talk:
        await talk.click(press(action), user=BOB)
        clicked = talk.replies[-1]
        typed = await talk.type(f"floods {action.removeprefix('flood-')} 1", user=BOB)
        shown = await talk.type("floods show 1", user=BOB)

    assert "only admins and owners" in clicked["text"]
    assert "only admins and owners" in typed["text"]
    assert "1 to 10 of 25" in shown["text"]
    assert await owed(archive) == 0
    assert not (await card(archive)).by


async def test_show_lists_what_is_held_page_by_page(archive: Archive, talk: Talk) -> None:
    await flood(archive)

    await talk.click(press(flood_card.SHOW))
    first = talk.replies[-1]
    await talk.click(talk.button(f"{flood_card.SHOW}-next"))
    await talk.click(talk.button(f"{flood_card.SHOW}-next"))
    last = talk.replies[-1]

    assert first["response_type"] == "ephemeral"
    assert "1 to 10 of 25" in first["text"]
    assert "<https://news.example/v2/1|Officials speak" in str(first["blocks"])
    assert last["replace_original"] is True
    assert "21 to 25 of 25" in last["text"]
    assert await owed(archive) == 0


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        "-1",
        "9" * 40,
        "1 2 3",
        "1; drop",
        "٣",
        "7",
        "1 release",
        "1.x",
        ".",
        "1.7",
        "1..7",
    ],
)
@pytest.mark.parametrize("action", [flood_card.RELEASE, flood_card.DROP, flood_card.SHOW])
async def test_a_button_that_was_tampered_with_is_answered_politely(
    archive: Archive, talk: Talk, action: str, value: str
) -> None:
    await flood(archive)

    await talk.click(press(action, value))

    assert "error on our side" not in talk.replies[-1]["text"]
    assert await owed(archive) == 0
    found = await archive.storage.run(floods.get, 1)
    assert found
    assert found.state is floods.State.HELD


async def test_the_command_lists_and_decides_as_the_buttons_do(
    archive: Archive, talk: Talk
) -> None:
    await flood(archive)

    listed = await talk.type("floods")
    shown = await talk.type("floods show 1 3")
    beyond = await talk.type("floods show 1 9")
    dropped = await talk.type("floods drop 1")
    after = await talk.type("floods")

    assert "1: Example News: 25 items held back" in listed["text"]
    assert "21 to 25 of 25" in shown["text"]
    assert "21 to 25 of 25" in beyond["text"]
    assert "dropped 25 items of Example News: nobody is told of them" in dropped["text"]
    assert f"Dropped by <@{ALICE}>" in str(after["blocks"])


async def test_without_a_flood_the_command_says_so(talk: Talk) -> None:
    assert (await talk.type("floods"))["text"] == "Nothing was held back."


async def test_status_names_what_waits_and_why_says_what_keeps_an_entry(
    archive: Archive, talk: Talk
) -> None:
    await flood(archive)

    status = await talk.type("status")
    held = await talk.type("why https://news.example/v2/1")
    await talk.type("floods drop 1")
    dropped = await talk.type("why https://news.example/v2/1")

    assert "Held back, see floods: 1 Example News (25)" in status["text"]
    assert "Not told here. Held back as flood 1 until someone decides. 25 items" in held["text"]
    assert f"dropped by {ALICE}" in dropped["text"]
    assert "Held back" not in (await talk.type("status"))["text"]


async def test_a_terminal_shows_the_floods_and_a_page_and_how_to_turn_it(archive: Archive) -> None:
    await flood(archive)

    listed = shown(await archive.ask("floods"))
    page = shown(await archive.ask("floods show 1 2"))
    last = shown(await archive.ask("floods show 1 3"))
    await archive.ask("floods release 1")
    released = shown(await archive.ask("floods"))

    assert "Example News: 25 items held back" in listed
    assert "11 to 20 of 25" in page
    assert "Go on with: floods show 1 3" in page
    assert "Go on with" not in last
    assert f"Released by {ALICE}" in released


async def test_hostile_titles_do_nothing_and_everything_fits(archive: Archive, talk: Talk) -> None:
    long = [replace(item, title=f"{HOSTILE * 60} {n}") for n, item in enumerate(churned())]
    await flood(archive, long)

    await talk.click(press(flood_card.SHOW))
    text, blocks = bulletin_blocks.message(await card(archive))

    check_limits({"channel": OWNERS, "text": text, "blocks": blocks})
    assert "<!channel>" not in str(blocks)
    assert "<!channel>" not in str(talk.replies[-1])
