"""What people ask in Slack is answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.e2e import documents
from tests.e2e.documents import filed
from tests.e2e.local_slack import ALICE, LocalSlack, Message
from tests.e2e.rulewire import Rulewire
from tests.e2e.waiting import until
from tests.servers import LoopbackRegister

pytestmark = pytest.mark.e2e


@pytest.fixture
async def bot(register: LoopbackRegister, rulewire: Rulewire) -> Rulewire:
    """A running bot that has read seven documents in silence."""
    register.inspection += [
        filed(f"2020-1000{n}", title=f"Commission Meeting {n}", age=timedelta(days=n))
        for n in range(4, 10)
    ]
    register.inspection.append(filed(age=timedelta(days=3)))
    await rulewire.start()
    for feed in ("register", "inspection", "wire"):
        await rulewire.logged(f"polled feed={feed} status=ok")
    return rulewire


def missing(expected: dict[str, list[str]], answers: dict[str, Message]) -> list[str]:
    """What was asked, and what its answer should have said and did not."""
    return [
        f"{asked}: no {words!r} in {answers[asked]['text']!r}"
        for asked, several in expected.items()
        for words in several
        if words not in answers[asked]["text"]
    ]


@pytest.mark.usefixtures("bot")
async def test_a_command_is_answered_to_the_one_who_asks(slack: LocalSlack) -> None:
    expected = {
        "": ["“/rulewire search huawei standards”", "“/rulewire status”"],
        "help": ["“/rulewire search huawei standards”", "“/rulewire status”"],
        "search entity list": ["1 to 1 of 1, newest first", documents.TITLE],
        "search starlight": ["Nothing found."],
        documents.NUMBER: [documents.TITLE, documents.DOCKET, "On public inspection"],
        documents.DOCKET: [documents.TITLE],
        f"https://www.federalregister.gov/d/{documents.NUMBER}": [documents.TITLE],
        "latest": ["1 to 5 of 7", documents.TITLE, "Commission Meeting 4"],
        "topics": ["huawei-and-standards (subscribed)", "section-889"],
        "subscriptions": ["topic:huawei-and-standards"],
        f"why {documents.NUMBER}": [documents.TITLE, "Not told here"],
        "status": ["3 feeds, each read when due", "7 entries", "wire ", "inspection "],
    }

    answers = {asked: await slack.ask(asked) for asked in expected}

    assert missing(expected, answers) == []
    assert {answer.get("subtype") for answer in answers.values()} == {"ephemeral"}


@pytest.mark.usefixtures("bot")
async def test_a_mistake_is_answered_with_the_fix(slack: LocalSlack) -> None:
    expected = {
        "serach entity list": ["“serach” is not a command", "Try “/rulewire search entity list”"],
        "search huawei OR (zte": ["“huawei OR (zte ^”", "Try “/rulewire search "],
        "search agencey:bis": ["“agencey:bis ^”", "Try “/rulewire search agency:bis”"],
        "2021-99999": ["Nothing in the archive", "Try “/rulewire search 2021-99999”"],
        "subscribe": ["Try “/rulewire subscribe huawei-and-standards”"],
        "subscribe -huawei": ["only says what to leave out"],
        "unsubscribe section-889": ["no subscription"],
    }

    answers = {asked: await slack.ask(asked) for asked in expected}

    assert missing(expected, answers) == []


@pytest.mark.usefixtures("bot")
async def test_a_page_of_a_search_is_turned_in_place_and_shared(slack: LocalSlack) -> None:
    first = await slack.ask("search title:commission")

    async def turned() -> str:
        (found,) = [each for each in await slack.messages() if each["ts"] == first["ts"]]
        return found["text"] if "6 to 6 of 6" in found["text"] else ""

    await slack.click(first, "Next")
    second_page = await until(turned, what="second page")
    await slack.click(first, "Share in Channel")
    (shared,) = await until(slack.cards, what="shared page")

    assert "1 to 5 of 6, newest first" in first["text"]
    assert "Commission Meeting 9" in second_page
    assert f"<@{ALICE}> shared" in shared["text"]
    assert "Commission Meeting 4" in shared["text"]


async def test_a_feed_that_fails_is_told_by_status(
    register: LoopbackRegister, bot: Rulewire, slack: LocalSlack
) -> None:
    register.host.on("/wire")

    ended = await bot.command("poll", "--feed", "wire")
    answer = await slack.ask("status")

    assert ended.code == 1
    assert "3 feeds: 1 failing" in answer["text"]
    assert "*wire* failing, 1 time: " in answer["text"]
