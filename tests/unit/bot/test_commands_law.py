"""`law` shows what rules changed: of a part, a section or a document, page by page, and what is awaited."""

from __future__ import annotations

from datetime import date
from io import StringIO

import pytest
from rich.console import Console
from sqlite_utils import Database

from bot.answers import Notice, Problem
from bot.law_page import LawPage, LawPlace
from bot.slack import buttons
from bot.terminal_answers import render_answer
from feeds import law_change, regulation_xml
from feeds.law_change import LawChange
from feeds.model import CfrPart
from storage import amendments
from tests.archive import ALICE, CHANNEL, Archive
from tests.ecfr_server import entity_list, part, row, section
from tests.factories import NOW, make_document, make_item
from tests.slack_talk import Talk, open_talk

PART = CfrPart(title=15, part="744")
OLD = part(section("744.11", "(a) Old words here."), section("744.12", "x"))
NEW = part(
    section("744.11", "(a) New words here."),
    section("744.12", "x y"),
    entity_list(row("New Corp., Jinan", country="CHINA")),
)
LONG = part(*(section(f"744.{number}", "word " * 200) for number in range(20)))


def compare(before: bytes, after: bytes) -> LawChange:
    old, new = (regulation_xml.read(xml, feed="ecfr") for xml in (before, after))
    days = (date(2020, 6, 17), date(2020, 6, 18))
    return law_change.compare(old, new, part=PART, days=days)


async def changed(archive: Archive, change: LawChange | None) -> None:
    """A told rule has changed part 744, or is to."""
    document = make_document(cfr_parts=(PART,))
    (entry,) = await archive.remember(make_item(document=document))
    await archive.tell(entry)

    def keep(db: Database) -> None:
        amendments.expect(db, since=date(2020, 6, 1), now=NOW)
        (amendment,) = amendments.of_story(db, entry.story_id)
        if change:
            amendments.make(db, amendment, change, now=NOW)

    await archive.storage.run(keep)


def told(answer: object) -> list[str]:
    assert isinstance(answer, LawPage)
    return [passage.heading for passage in answer.passages]


@pytest.mark.parametrize("named", ["15 CFR 744", "2020-13093", "85 FR 36719", "0694-AI06"])
async def test_a_part_and_a_document_show_what_changed(archive: Archive, named: str) -> None:
    await changed(archive, compare(OLD, NEW))

    opening, *rest = told(await archive.ask(f"law {named}"))

    assert opening.splitlines()[0].startswith("85 FR 36719: Release of “Technology”")
    assert opening.splitlines()[1] == "The text of 15 CFR 744 has changed: eCFR of 18 June 2020."
    assert [heading.split()[1] for heading in rest] == ["744.11", "744.12", "No."]


async def test_a_section_shows_its_own_changes_alone(archive: Archive) -> None:
    await changed(archive, compare(OLD, NEW))

    opening, passage = told(await archive.ask("law 15 CFR 744.12"))

    assert "744.11" not in opening
    assert passage == "§ 744.12 Heading of 744.12"


async def test_a_section_that_did_not_change_says_so(archive: Archive) -> None:
    await changed(archive, compare(OLD, NEW))

    assert await archive.ask("law 15 CFR 744.99") == Notice(
        text="Nothing changed in 15 CFR 744.99."
    )


async def test_a_part_that_no_told_rule_changes_says_so(archive: Archive) -> None:
    answer = await archive.ask("law 47 CFR 2")

    assert answer == Notice(text="No rule that was told changes 47 CFR 2.")


async def test_what_the_ecfr_does_not_show_yet_is_awaited(archive: Archive) -> None:
    await changed(archive, None)

    (opening,) = told(await archive.ask("law 15 CFR 744"))

    assert "Text of 15 CFR 744 not yet updated: in effect since 18 June 2020." in opening


@pytest.mark.parametrize("text", ["law", "law huawei"])
async def test_words_that_name_neither_part_nor_document_are_answered_with_an_example(
    archive: Archive, text: str
) -> None:
    answer = await archive.ask(text)

    assert isinstance(answer, Problem)
    assert answer.hint == "law 15 CFR 744"


async def test_pages_hold_everything_once(archive: Archive) -> None:
    await changed(archive, compare(part(), LONG))
    place: LawPlace | None = LawPlace(named="15 CFR 744")
    headings: list[str] = []
    pages = 0

    while place:
        page = await archive.commands.page(place, channel=CHANNEL, user=ALICE)
        assert isinstance(page, LawPage)
        headings += told(page)[page.page == 1 :]
        place, pages = page.next, pages + 1
        assert (page.page, page.pages > 3) == (pages, True)

    numbers = dict.fromkeys(int(heading.split()[1].removeprefix("744.")) for heading in headings)
    assert list(numbers) == list(range(20))


async def test_a_page_past_the_last_shows_the_last(archive: Archive) -> None:
    await changed(archive, compare(OLD, NEW))

    place = LawPlace(named="15 CFR 744", page=99)
    answer = await archive.commands.page(place, channel=CHANNEL, user=ALICE)

    assert isinstance(answer, LawPage)
    assert (answer.page, answer.pages) == (1, 1)


async def test_in_slack_the_first_page_is_opened_and_then_turned_in_place(
    archive: Archive,
) -> None:
    await changed(archive, compare(part(), LONG))
    async with open_talk(archive.commands) as talk:
        await open_law(talk)
        opened = talk.replies[-1]
        await talk.click(talk.button(buttons.LAW_NEXT))
        turned = talk.replies[-1]

    assert opened["replace_original"] is False
    assert turned["replace_original"] is True
    assert "Page 2 of" in turned["text"]


async def open_law(talk: Talk) -> None:
    (row_of_buttons,) = buttons.law("2020-13093")
    (button,) = row_of_buttons["elements"]
    await talk.click({"action_id": button["action_id"], "value": button["value"]})


@pytest.mark.parametrize("value", ["", "{}", "[]", '{"named": 1}', "\ud800"])
async def test_a_button_that_is_not_ours_is_answered_politely(archive: Archive, value: str) -> None:
    assert buttons.read_law_place(value) is None


async def test_a_terminal_shows_marks_that_need_no_colour(archive: Archive) -> None:
    await changed(archive, compare(OLD, NEW))
    screen = StringIO()

    Console(file=screen, width=300).print(render_answer(await archive.ask("law 15 CFR 744")))

    assert "(a) [-Old-] {+New+} words here." in screen.getvalue()
    assert "Entity: {+New Corp., Jinan+}" in screen.getvalue()
