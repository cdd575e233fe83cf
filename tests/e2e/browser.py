"""A headless Chromium, the machine's own, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, async_playwright

#: What Debian and Ubuntu, and others, call it.
_NAMES = ("chromium", "chromium-browser", "google-chrome")
#: What the tests saw, for whoever looks at a run afterwards.
SCREENSHOTS = Path(__file__).parent / "screenshots"
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")


def chromium() -> str:
    """Where the machine's Chromium is; empty when it has none."""
    return next((found for name in _NAMES if (found := shutil.which(name))), "")


@asynccontextmanager
async def browser(*, width: int = 1200, height: int = 900, scale: float = 1) -> AsyncIterator[Page]:
    """A page of so many CSS pixels, each of them so many of its own."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium(), args=list(_FLAGS))
        try:
            yield await running.new_page(
                viewport={"width": width, "height": height}, device_scale_factor=scale
            )
        finally:
            await running.close()


async def keep(page: Page, name: str) -> None:
    """Keep a picture of the page as it is now among `SCREENSHOTS`; a later run's takes its place."""
    await page.screenshot(path=SCREENSHOTS / f"{name}.png")
