"""A process that serves many feeds on loopback, half of which change with each cycle.

A feed begins with 30 items. Half the feeds change in a cycle, the other half in the next: then a
feed shows 31 items, one of them new. After the cycle that `edits` names, each change also rewrites
one item from the middle. All follows from feed and cycle, so that every reader is shown the same.

    GET /feed/7              200 with an ETag, or 304
    GET /cycle/3?edits=2     now it is cycle 3; edits began after cycle 2
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from subprocess import PIPE, Popen
from sys import executable

from aiohttp import web

from tests.benchmarks.texts import Prose

EDITED = "This item was edited."
_START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@contextmanager
def serving(*, entries: int, latency: float) -> Iterator[str]:
    """Run the server in its own process; the address of cycle 0."""
    command = [executable, "-m", "tests.benchmarks.feed_server"]
    command += ["--entries", str(entries), "--latency", str(latency)]
    with Popen(command, stdout=PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


@dataclass(slots=True)
class Feeds:
    """Bodies of every feed at the cycle that is set."""

    entries: int
    latency: float
    bodies: list[str]
    titles: list[str]
    cycle: int = 0
    edits: int | None = None

    async def feed(self, request: web.Request) -> web.Response:
        """Answer as a real server would, after its latency."""
        number = int(request.match_info["number"])
        version = _version(number, self.cycle)
        tag = f'"{number}-{version}"'
        await asyncio.sleep(self.latency)
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        # RSS and Atom take turns by pairs, the changes by ones: each kind changes as often.
        kind = "rss" if number // 2 % 2 else "atom"
        body = (self._rss if kind == "rss" else self._atom)(number, version)
        headers = {"ETag": tag, "Content-Type": f"application/{kind}+xml; charset=utf-8"}
        return web.Response(body=body.encode(), headers=headers)

    async def set_cycle(self, request: web.Request) -> web.Response:
        """Let time pass for every feed at once."""
        self.cycle = int(request.match_info["cycle"])
        self.edits = int(request.query["edits"]) if "edits" in request.query else None
        return web.Response()

    def _shown(self, number: int, version: int) -> Iterator[tuple[int, str, str, datetime]]:
        """Place, title, HTML and time of each item, newest first."""
        edits_after = 10**9 if self.edits is None else _version(number, self.edits)
        for place in range(version + self.entries - 1, max(version - 1, 0) - 1, -1):
            seed = number * 31 + place
            body = self.bodies[seed % len(self.bodies)]
            if edits_after < place - self.entries // 2 <= version:
                body = f"<p>{EDITED}</p>{body}"
            title = f"{self.titles[seed % len(self.titles)]} {number}x{place}"
            yield place, title, body, _START + timedelta(hours=4 * place)

    def _rss(self, number: int, version: int) -> str:
        items = "".join(
            f"<item><title>{title}</title><link>https://site{number}.example/post/{place}</link>"
            f'<guid isPermaLink="false">site{number}-{place}</guid><dc:creator>A. Writer</dc:creator>'
            f"<category>trade</category><category>rules</category>"
            f"<pubDate>{format_datetime(at)}</pubDate>"
            f"<content:encoded><![CDATA[{body}]]></content:encoded></item>\n"
            for place, title, body, at in self._shown(number, version)
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"'
            ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
            f"<title>Site {number}</title><link>https://site{number}.example/</link>"
            f"<description>News of site {number}</description>\n{items}</channel></rss>"
        )

    def _atom(self, number: int, version: int) -> str:
        items = "".join(
            f"<entry><title>{title}</title><id>tag:site{number}.example,2026:{place}</id>"
            f'<link rel="alternate" href="https://site{number}.example/post/{place}"/>'
            f"<published>{at.isoformat()}</published><updated>{at.isoformat()}</updated>"
            f"<author><name>A. Writer</name></author><category term='trade'/>"
            f'<content type="html">{escape(body)}</content></entry>\n'
            for place, title, body, at in self._shown(number, version)
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
            f"<title>Site {number}</title><id>tag:site{number}.example,2026:feed</id>"
            f'<link href="https://site{number}.example/"/><updated>2026-01-05T09:00:00Z</updated>\n'
            f"{items}</feed>"
        )


def _version(number: int, cycle: int) -> int:
    """The number of cycles, up to this one, in which a feed changed."""
    return (cycle + number % 2) // 2


async def _serve(feeds: Feeds) -> None:
    app = web.Application()
    app.router.add_get("/feed/{number}", feeds.feed)
    app.router.add_get("/cycle/{cycle}", feeds.set_cycle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=512).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, required=True)
    parser.add_argument("--latency", type=float, required=True)
    given = parser.parse_args()
    prose = Prose(1)
    asyncio.run(
        _serve(
            Feeds(
                entries=given.entries,
                latency=given.latency,
                bodies=[prose.html(2_700) for _ in range(997)],
                titles=[escape(prose.title("")).strip() for _ in range(4_999)],
            )
        )
    )
