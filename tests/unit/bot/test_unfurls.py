"""A link to a document unfurls where the workspace wants it, from the archive alone, and not too often."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.archive import ALICE, BOB, CHANNEL, Archive, document, open_archive
from tests.delivering import Clock
from tests.factories import NOW, make_other
from tests.slack_limits import check_limits
from tests.slack_server import Fault
from tests.slack_talk import Talk, open_talk

BOT = "U0BOT"
RULE = "https://www.federalregister.gov/documents/2020/06/18/2020-13093/release-of-technology"
OTHER = "https://www.federalregister.gov/d/2020-99001"
PDF = "https://www.govinfo.gov/content/pkg/FR-2020-06-18/pdf/2020-13093.pdf"
PART = "https://www.ecfr.gov/current/title-15/subtitle-B/part-744"


@pytest.fixture
async def archive(tmp_path: Path, clock: Clock) -> AsyncIterator[Archive]:
    async with open_archive(tmp_path, clock=clock) as opened:
        yield opened


@pytest.fixture
async def talk(archive: Archive) -> AsyncIterator[Talk]:
    await archive.remember(document(), make_other())
    async with open_talk(archive.commands) as opened:
        yield opened


async def share(talk: Talk, *urls: str, user: str = ALICE, **but: Any) -> list[dict[str, Any]]:
    """Write links; returns what was unfurled so far."""
    links = [{"domain": url.split("/")[2], "url": url} for url in urls]
    event = {
        "type": "link_shared",
        "channel": CHANNEL,
        "user": user,
        "message_ts": "1592488900.000001",
        "unfurl_id": "C01GEN.1592488900.000001.abc",
        "source": "conversations_history",
        "links": links,
    }
    await talk.send(
        {
            "type": "event_callback",
            "team_id": "T01TEST",
            "event": event | but,
            "authorizations": [{"team_id": "T01TEST", "user_id": BOT, "is_bot": True}],
        }
    )
    return talk.server.asked("chat.unfurl")


async def test_nothing_unfurls_before_it_is_turned_on_nor_after_it_is_turned_off(
    talk: Talk,
) -> None:
    before = await share(talk, RULE)
    await talk.type("settings unfurl on")
    await talk.type("settings unfurl off")

    assert (before, await share(talk, RULE)) == ([], [])


@pytest.mark.parametrize("url", [RULE, PDF, PART])
async def test_a_link_unfurls_into_a_small_card(talk: Talk, url: str) -> None:
    await talk.type("settings unfurl on")

    (unfurled,) = await share(talk, url)

    card = unfurled["unfurls"][url]
    assert (unfurled["channel"], unfurled["ts"]) == (CHANNEL, "1592488900.000001")
    assert "Interim final rule" in json.dumps(card["blocks"])
    assert check_limits({"text": card["fallback"], "blocks": card["blocks"]}) == []
    assert {each["type"] for each in card["blocks"]} == {"section", "context"}


async def test_who_writes_sees_it_before_they_send(talk: Talk) -> None:
    await talk.type("settings unfurl on")

    (unfurled,) = await share(talk, RULE, channel="COMPOSER", source="composer", unfurl_id="Uxxx")

    assert (unfurled["unfurl_id"], unfurled["source"]) == ("Uxxx", "composer")
    assert "channel" not in unfurled


async def test_the_same_document_unfurls_again_in_a_channel_after_half_an_hour(
    talk: Talk, clock: Clock
) -> None:
    await talk.type("settings unfurl on")

    await share(talk, RULE)
    await share(talk, PDF)
    elsewhere = len(await share(talk, RULE, channel="C02OTHER"))
    clock.now = NOW + timedelta(minutes=29)
    soon = len(await share(talk, RULE))
    clock.now = NOW + timedelta(minutes=31)
    later = len(await share(talk, RULE))

    assert (elsewhere, soon, later) == (2, 2, 3)


async def test_three_links_are_a_list_and_two_are_not(talk: Talk) -> None:
    await talk.type("settings unfurl on")

    many = await share(talk, RULE, OTHER, PART)
    (both,) = await share(talk, RULE, OTHER)

    assert many == []
    assert set(both["unfurls"]) == {RULE, OTHER}


@pytest.mark.parametrize(
    ("urls", "but"),
    [
        ([RULE], {"user": BOT}),
        ([RULE], {"bot_id": "B0OTHER"}),
        (["https://www.federalregister.gov/d/2019-00001"], {}),
        (["https://www.federalregister.gov/"], {}),
        (["https://evil.example/d/2020-13093"], {}),
        ([], {"links": None}),
        ([], {"links": [None, 5, {"domain": "www.ecfr.gov"}, {"domain": [], "url": RULE}]}),
    ],
)
async def test_what_is_not_for_us_or_not_known_does_not_unfurl(
    talk: Talk, urls: list[str], but: dict[str, Any]
) -> None:
    await talk.type("settings unfurl on")

    assert await share(talk, *urls, **but) == []


async def test_only_admins_turn_it_on_and_anybody_sees_whether_it_is(talk: Talk) -> None:
    refused = await talk.type("settings unfurl on", user=BOB)
    seen = await talk.type("settings unfurl", user=BOB)
    await talk.type("settings unfurl on")
    on = await talk.type("settings unfurl", user=BOB)
    wrong = await talk.type("settings unfurl maybe")

    assert "admins" in refused["text"]
    assert "not unfurled" in seen["text"]
    assert on["text"] == "Links to rules are unfurled in this workspace."
    assert "“/rulewire settings unfurl on”" in wrong["text"]


@pytest.mark.parametrize("fault", [Fault(error="missing_scope"), Fault(drop=True)])
async def test_what_slack_refuses_harms_nobody(talk: Talk, fault: Fault) -> None:
    await talk.type("settings unfurl on")
    talk.server.fail("chat.unfurl", fault)

    await share(talk, RULE)

    assert len(await share(talk, OTHER)) == 2
