"""What a person sees in Slack's page: an alert arrives and is muted there, and a digest tells the day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser import browser, chromium, keep
from tests.e2e.documents import TITLE, filed
from tests.e2e.local_slack import POLICY, LocalSlack
from tests.e2e.rulewire import Rulewire
from tests.e2e.waiting import PATIENCE, until_true
from tests.servers import LoopbackRegister

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        not chromium(), reason="no Chromium here (Debian: apt-get install chromium)"
    ),
]


@pytest.fixture
async def page(rulewire: Rulewire, slack: LocalSlack) -> AsyncIterator[Page]:
    """Alice looks at the channel, and the bot has found every feed empty."""
    await rulewire.start()
    await rulewire.logged("polled feed=inspection status=ok")
    expect.set_options(timeout=PATIENCE * 1_000)
    async with browser() as opened:
        opened.set_default_timeout(PATIENCE * 1_000)
        await opened.goto(slack.base)
        await opened.locator(".sidebar-item", has_text="standards-rules").click()
        yield opened


async def test_an_alert_arrives_in_the_page_and_says_who_muted_it(
    page: Page, register: LoopbackRegister, rulewire: Rulewire
) -> None:
    card = page.locator(".msg", has_text="Release of").first
    register.inspection.append(filed())
    await rulewire.read_now("inspection")
    await expect(card).to_contain_text("On public inspection")
    await keep(page, "alert")

    await card.get_by_role("button", name="Mute story", exact=True).click()
    await expect(card).to_contain_text("Muted by")
    await expect(card.get_by_role("button", name="Unmute story")).to_be_visible()
    await keep(page, "muted")


async def test_a_digest_arrives_in_the_page_as_one_message(
    page: Page, register: LoopbackRegister, rulewire: Rulewire, slack: LocalSlack
) -> None:
    titles = ("Entity List Additions: Huawei Affiliates", TITLE)
    await slack.ask("subscribe huawei-and-standards daily 09:00 UTC", channel=POLICY)
    for number, title in enumerate(titles):
        register.inspection.append(filed(f"2020-1600{number}", title=title))
    await rulewire.read_now("inspection")
    await until_true(lambda: rulewire.held() == len(titles), what="two steps held")
    assert await rulewire.stop() == 0

    tomorrow = (datetime.now(UTC) + timedelta(days=1)).replace(hour=9, minute=1)
    await rulewire.command("poll", "--now", tomorrow.isoformat())
    await page.locator(".sidebar-item", has_text="policy").click()
    digest = page.locator(".msg", has_text="Daily digest").last
    for title in titles:
        await expect(digest).to_contain_text(title)
    await keep(page, "digest")

    assert len(await slack.cards(POLICY)) == 2  # who subscribed, and the digest
