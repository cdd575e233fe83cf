"""Polls with the real Poller, Http, News and Storage; the same protocol as `reader_worker`."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import resource
import sys
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

from sqlite_utils import Database

from bot.audience import Audience
from bot.config import DEFAULT_QUERY
from bot.poll import Poller
from bot.storage_thread import Storage
from feeds import topics
from feeds.http import Http
from feeds.model import Feed, FeedKind
from feeds.news import News
from feeds.worker import Worker
from storage import entries, subscriptions

#: When the newest item of a first poll is an hour old.
START = datetime(2026, 1, 10, 6, tzinfo=UTC)


def subscribed(db: Database) -> Audience:
    """One channel with the subscription that everyone begins with."""
    subscriptions.add(db, channel="C1", query=DEFAULT_QUERY, created_by="benchmark", now=START)
    queries = {name: topic.query for name, topic in topics.bundled().items()}
    return Audience(subscriptions.every(db), queries)


def held(db: Database, edited: str) -> dict[str, float]:
    """How much is remembered, and how much of it was edited since."""
    count = db.execute("SELECT count(*) FROM entries WHERE instr(item, ?)", [edited]).fetchone()[0]
    return {"entries": entries.count(db), "edited": count}


def cpu_seconds(worker: int | None) -> float:
    """CPU time of this process and of the one that parses for it, where Linux tells."""
    stat = Path(f"/proc/{worker}/stat")
    ticks = stat.read_text(encoding="utf-8").split()[13:15] if stat.exists() else ()
    return time.process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def peak_megabytes(worker: int | None) -> float:
    """The most that this process held, and the one that parses for it, where Linux tells."""
    status = Path(f"/proc/{worker}/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else ()
    theirs = sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + theirs) / 1024


async def main(base: str, feeds: int, database: str, edited: str) -> None:
    async with AsyncExitStack() as stack:
        storage = Storage(database)
        stack.push_async_callback(storage.close)
        await storage.open()
        # All feeds are on one host here, which no two busy feeds are: no manners towards it.
        http = await stack.enter_async_context(
            Http(
                user_agent="Rulewire/benchmark",
                trusted=[ip_network("127.0.0.0/8")],
                per_host=64,
                spacing=0.0,
            )
        )
        audience = await storage.run(subscribed)
        every = [
            Feed(name=f"site-{n}", kind=FeedKind.NEWS, title=f"Site {n}", url=f"{base}/feed/{n}")
            for n in range(feeds)
        ]
        worker = await stack.enter_async_context(Worker())
        sources = {feed.name: (feed, News(feed=feed, http=http, worker=worker)) for feed in every}
        poller = Poller(storage, sources, audience=lambda: audience, jitter=lambda: 0.0)
        print(json.dumps({"name": f"Rulewire, Python {platform.python_version()}"}), flush=True)
        now = START
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.strip() == "count":
                print(json.dumps(await storage.run(held, edited)), flush=True)
                continue
            now += timedelta(hours=2)  # past every feed's interval
            wall, cpu = time.perf_counter(), cpu_seconds(worker.pid)
            results = await poller.poll_due(now=now)
            answer = {
                "wall": time.perf_counter() - wall,
            }
            answer["cpu"] = cpu_seconds(worker.pid) - cpu
            answer["rss"] = peak_megabytes(worker.pid)
            failed = [result.error for result in results if result.error]
            assert len(results) == feeds, f"{len(results)} of {feeds} feeds were visited"
            assert not failed, failed[0]
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]))
