"""Take the picture of an alert: `LOCAL_SLACK=… python -m tests.e2e.screenshot FILE.png`; needs chromium."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.e2e.documents import filed, june_2020, rss
from tests.e2e.local_slack import LocalSlack, local_slack, said_base
from tests.e2e.rulewire import Rulewire, world_settings
from tests.e2e.waiting import until_true
from tests.servers import LoopbackRegister, loopback_register, reply

#: The picture in CSS pixels, and how many of its own each is: 1,400 across.
WIDTH, HEIGHT, SCALE = 1000, 470, 1.4
_FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--remote-debugging-port=0"),
)
#: Leaves the conversation and its thread: no list of channels, no fields to write in.
_STYLE = """
    const style = document.createElement("style");
    style.textContent = `.topbar, .sidebar, .composer, .thread-x, .thread-resize-handle
        { display: none !important } .thread-pane { width: 400px !important }`;
    document.head.append(style);
"""
_CHANNEL = """
    [...document.querySelectorAll(".sidebar-item")]
        .find(each => each.textContent.includes("standards-rules"))?.click();
"""
_THREAD = 'document.querySelector(".thread-summary")?.click();'
_OPENED = 'document.querySelectorAll(".thread-body .msg").length == 2'
_END = 'document.querySelector(".thread-body").scrollTop = 1e6;'


@dataclass(slots=True)
class Page:
    """A page of the browser, spoken to in the Chrome DevTools Protocol."""

    socket: aiohttp.ClientWebSocketResponse
    _asked: int = 0

    async def ask(self, method: str, **parameters: object) -> dict[str, Any]:
        self._asked += 1
        await self.socket.send_json({"id": self._asked, "method": method, "params": parameters})
        while True:
            said = await self.socket.receive_json()
            if said.get("id") == self._asked:
                assert "result" in said, said
                result: dict[str, Any] = said["result"]
                return result

    async def run(self, script: str) -> object:
        """What a script comes to."""
        wrapped = f"(() => {{ {script} }})()" if ";" in script else script
        answer = await self.ask("Runtime.evaluate", expression=wrapped, returnByValue=True)
        return answer["result"].get("value")


@asynccontextmanager
async def browser() -> AsyncIterator[Page]:
    """A headless Chromium with one page."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = ["chromium", *_FLAGS, f"--user-data-dir={profile}", "about:blank"]
        quiet = subprocess.DEVNULL
        running = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
        try:
            named = Path(profile) / "DevToolsActivePort"
            await until_true(lambda: named.exists() and "\n" in named.read_text(), what="browser")
            pages = f"http://127.0.0.1:{named.read_text().split()[0]}/json/list"
            async with aiohttp.ClientSession() as session:
                async with session.get(pages) as answer:
                    page = (await answer.json(content_type=None))[0]
                async with session.ws_connect(
                    page["webSocketDebuggerUrl"], max_msg_size=0
                ) as socket:
                    yield Page(socket)
        finally:
            running.kill()
            await running.wait()


async def tell(register: LoopbackRegister, slack: LocalSlack, folder: Path) -> None:
    """The rule of June 2020: filed on the 16th, printed on the 18th."""
    register.host.on("/wire", reply(rss(), content_type="application/rss+xml"))
    settings = world_settings(register, folder) | slack.settings
    rulewire = Rulewire(folder=folder, settings=settings)
    await rulewire.command("poll", "--now", "2020-06-15T12:00")
    filing = filed(filed_at="2020-06-16T08:45:00.000-04:00", publication_date="2020-06-18")
    register.inspection.append(filing)
    await rulewire.command("poll", "--now", "2020-06-16T08:46")
    register.inspection.clear()
    register.publish(june_2020())
    await rulewire.command("poll", "--now", "2020-06-18T06:01")


async def picture(address: str) -> bytes:
    """The channel with its alert, and the alert's thread beside it, as PNG."""
    async with browser() as page:
        size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": SCALE, "mobile": False}
        await page.ask("Emulation.setDeviceMetricsOverride", **size)
        await page.ask("Page.navigate", url=address)
        for _ in range(200):
            await page.run(_CHANNEL)
            await page.run(_THREAD)
            if await page.run(_OPENED):
                break
            await asyncio.sleep(0.05)
        await page.run(_STYLE)
        await page.run(_END)
        shot = await page.ask("Page.captureScreenshot", format="png")
        return base64.b64decode(shot["data"])


async def main() -> bytes:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with local_slack(os.environ["LOCAL_SLACK"], folder) as (running, said):
            await until_true(lambda: said_base(running, said) != "", what="local Slack")
            slack = LocalSlack(said_base(running, said))
            async with loopback_register() as register:
                await tell(register, slack, folder)
            return await picture(slack.base)


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(asyncio.run(main()))
