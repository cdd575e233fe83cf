"""A headless Chromium with one page, spoken to in the Chrome DevTools Protocol."""

from __future__ import annotations

import asyncio
import base64
import subprocess
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.e2e.waiting import until_true

_FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--remote-debugging-port=0"),
)


@dataclass(slots=True)
class Page:
    """The page."""

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

    async def shot(self, part: Mapping[str, float] | None = None) -> bytes:
        """The page, or a part of it (x, y, width, height in CSS pixels), as PNG."""
        clip = {"clip": {**part, "scale": 1}} if part else {}
        shot = await self.ask("Page.captureScreenshot", format="png", **clip)
        return base64.b64decode(shot["data"])


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
