"""A person in a browser opens Home, subscribes by the form, sees it there, edits it and removes it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser import browser, chromium, keep
from tests.e2e.local_slack import ALICE, GENERAL, LocalSlack, Message
from tests.e2e.rulewire import Rulewire
from tests.e2e.waiting import PATIENCE, until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        not chromium(), reason="no Chromium here (Debian: apt-get install chromium)"
    ),
]
#: Far more than anything takes on an idle machine (milliseconds).
_PATIENCE = PATIENCE * 1_000


@pytest.fixture
async def page(rulewire: Rulewire, slack: LocalSlack) -> AsyncIterator[Page]:
    """Alice looks at the app, and the bot runs."""
    await rulewire.start()
    expect.set_options(timeout=_PATIENCE)
    async with browser() as opened:
        opened.set_default_timeout(_PATIENCE)
        await opened.goto(slack.base)
        await opened.get_by_role("button", name="Rulewire").click()
        await opened.get_by_text("Updated").wait_for()
        yield opened


async def test_a_subscription_lives_its_life_on_home(page: Page, slack: LocalSlack) -> None:
    blocks, form = page.locator(".blocks").first, page.locator(".modal")
    welcome = await blocks.inner_text()

    await page.get_by_role("button", name="New Subscription").click()
    await form.locator(".bk-input", has_text="Or a query").locator("input").fill("semiconductor")
    await form.locator(".bk-input", has_text="How often").locator("select").select_option("daily")
    await form.locator(".bk-input", has_text="Why we").locator("input").fill("Counsel asked.")
    await keep(page, "form")
    await form.get_by_role("button", name="Subscribe").click()
    await expect(blocks).to_contain_text("semiconductor in your direct messages")
    made = await blocks.inner_text()
    await keep(page, "home")

    await page.get_by_role("button", name="Edit").last.click()
    await form.locator(".bk-input", has_text="Why we").locator("input").fill("The May rule.")
    await form.locator(".bk-input", has_text="How often").locator("select").select_option("hourly")
    await form.get_by_role("button", name="Save").click()
    await expect(blocks).to_contain_text("The May rule.")
    edited = await blocks.inner_text()

    await page.get_by_role("button", name="Pause").last.click()
    await expect(blocks).to_contain_text("Paused")
    await page.get_by_role("button", name="Remove").last.click()
    await expect(blocks).not_to_contain_text("semiconductor")

    assert "Welcome." in welcome
    assert "Daily at 09:00" in made
    assert "Counsel asked." in made
    assert "Hourly" in edited
    told = [each["text"] for each in await slack.direct_messages(ALICE)]
    assert [text.partition(" (")[0] for text in told] == [
        f"<@{ALICE}> subscribed to semiconductor, daily at 09:00",
        f"<@{ALICE}> changed the subscription to semiconductor; it speaks hourly.",
    ]


async def test_a_form_with_a_mistake_stays_until_it_is_mended(
    page: Page, slack: LocalSlack
) -> None:
    form = page.locator(".modal")
    query = form.locator(".bk-input", has_text="Or a query").locator("input")
    await page.get_by_role("button", name="New Subscription").click()

    await query.fill("semiconductor AND (")
    await form.get_by_role("button", name="Subscribe").click()
    await query.fill("semiconductor AND quantum")
    await form.get_by_role("button", name="Subscribe").click()
    await expect(page.locator(".blocks").first).to_contain_text("semiconductor quantum in your")

    assert len(await slack.direct_messages(ALICE)) == 1


async def test_a_change_by_a_command_reaches_an_open_home(page: Page, slack: LocalSlack) -> None:
    await slack.ask("subscribe quantum")

    await expect(page.locator(".blocks").first).to_contain_text("quantum in #standards-rules")


async def test_the_bare_command_opens_the_form_where_it_was_typed(
    page: Page, slack: LocalSlack
) -> None:
    await slack.command("subscribe")
    form = page.locator(".modal")
    await form.locator(".bk-input", has_text="Topic").locator("select").select_option("huawei")
    await form.get_by_role("button", name="Subscribe").click()

    async def told() -> list[Message]:
        return await slack.direct_messages(ALICE)

    (said,) = await until(told, what="what was subscribed to")
    assert f"<@{ALICE}> subscribed to topic:huawei" in said["text"]
    assert await slack.messages(GENERAL) == []
