"""Play a span of days through the real pipeline against a replay server, and count its alerts.

    python -m tests.evaluation.live --replay http://127.0.0.1:8700 --world FOLDER \
        --since 2020-05-06 --until 2020-06-19 [--every 30] [--stories std-rule-2020-06]

The replay server's clock is moved; alerts go to a poster that only writes them down.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlite_utils import Database

from bot.app import App, open_app
from bot.bulletin import Bulletin
from bot.config import TERMINAL, Settings
from bot.poster import Alert, Posted
from bot.run import tell_all
from feeds import catalog, opml
from feeds.model import EASTERN, FeedKind
from storage import entries, flood_entries, floods, polls, subscriptions

#: Eastern times at which something appears, and between: the polls of a day when no step is given.
TIMES = (time(6, 5), time(8, 50), time(11, 20), time(14, 5), time(16, 20), time(18, 5), time(22))


class Listener:
    """A poster that writes down what it was given."""

    def __init__(self) -> None:
        self.alerts: list[tuple[datetime, Alert]] = []
        self.moment = datetime.min.replace(tzinfo=EASTERN)

    async def post(self, alert: Alert) -> Posted:
        self.alerts.append((self.moment, alert))
        return Posted(ts=f"{len(self.alerts)}.0", conversation=alert.channel)

    async def update(self, alert: Alert, *, conversation: str, ts: str) -> None:
        pass

    async def read_back(self, conversation: str, *, thread: str | None, age: timedelta) -> None:
        pass


def moments(since: date, until: date, every: int | None) -> Iterator[datetime]:
    """The polls of each day, by a step in minutes or at `TIMES`."""
    day = since
    while day <= until:
        steps = (
            [
                (datetime.combine(day, time(), EASTERN) + timedelta(minutes=m)).timetz()
                for m in range(0, 1440, every)
            ]
            if every
            else TIMES
        )
        for step in steps:
            yield datetime.combine(day, step.replace(tzinfo=None), EASTERN)
        day += timedelta(days=1)


def move_clock(replay: str, moment: datetime) -> None:
    body = json.dumps({"now": moment.isoformat()}).encode()
    request = urllib.request.Request(f"{replay}/_control/clock", body, method="POST")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request) as answer:
        answer.read()


def download(address: str) -> bytes:
    with urllib.request.urlopen(address) as answer:
        body: bytes = answer.read()
    return body


async def play(options: argparse.Namespace, listener: Listener, folder: Path) -> Path:
    """Run every poll of the span; returns the database."""
    settings = replace(
        Settings(),
        database=folder / "live.db",
        federal_register_url=f"{options.replay}/api/v1",
        allow_private_addresses=True,
    )
    steps = list(moments(options.since, options.until, options.every))
    now = steps[0]

    async with open_app(settings, clock=lambda: now) as app:
        await _watch(app, options.replay, now)
        if options.query:
            await app.storage.run(_subscribe, options.query, now=now)
    async with open_app(settings, clock=lambda: now) as app, app.leader().once():
        poller, reading = app.poller(), app.reading()
        for now in steps:
            move_clock(options.replay, now)
            listener.moment = now
            await poller.poll_due(now=now)
            await reading.read_due(now=now)
            await tell_all(app, app.speaker(listener))
    return settings.database


def _subscribe(db: Database, query: str, *, now: datetime) -> None:
    for default in subscriptions.every(db):
        subscriptions.remove(db, channel=default.channel, query=default.query)
    subscriptions.add(db, channel=TERMINAL, query=query, created_by="evaluation", now=now)


async def _watch(app: App, replay: str, now: datetime) -> None:
    """Poll the stand-in's news feeds instead of the real ones."""
    listed = await asyncio.to_thread(download, f"{replay}/news/index.opml")
    shipped = [feed for feed in catalog.bundled() if feed.kind is FeedKind.NEWS]

    def change(db: Database) -> None:
        for feed in shipped:
            polls.change_feed(db, feed.name, None, now=now)
        for feed in opml.read(listed):
            polls.change_feed(db, feed.name, feed, now=now)

    await app.storage.run(change)


def labels(world: Path) -> dict[str, dict[str, object]]:
    """Label of each document (by number and date) and each press item (by its path)."""

    def read(name: str) -> Iterator[dict[str, Any]]:
        return map(json.loads, (world / name).read_text("utf-8").splitlines())

    paths = {item["id"]: item["path"] for item in read("news.jsonl")}
    return {
        f"{label['document_number']}@{label['publication_date']}"
        if label["kind"] == "document"
        else paths[label["id"]]: label
        for label in read("labels.jsonl")
    }


def report(listener: Listener, database: Path, world: Path) -> None:
    """Print each alert with its label, then the counts."""
    known = labels(world)
    seen: Counter[tuple[str, int, str]] = Counter()
    counts: Counter[str] = Counter()
    with Database(database) as db:
        for moment, alert in listener.alerts:
            told = alert.told
            if isinstance(told, Bulletin):
                print(f"{moment:%Y-%m-%d %H:%M} {told.title}")
                counts["bulletin"] += 1
                continue
            entry = entries.get(db, told.entry_id)
            assert entry
            document = entry.item.document
            name = (
                f"{document.number}@{document.publication_date}"
                if document
                else urlsplit(entry.item.url).path
            )
            label = known.get(name, {})
            verdict = (
                "relevant"
                if label.get("relevant")
                else "adjacent"
                if label.get("adjacent")
                else "irrelevant"
            )
            kind = "document" if document else "press"
            form = "thread" if alert.reply else "card"
            counts[f"{kind} {form} {verdict}"] += 1
            seen[(alert.channel, entry.id, told.headline)] += 1
            print(
                f"{moment:%Y-%m-%d %H:%M} {form:6} {verdict:10} {told.headline[:48]:48} {entry.item.title[:90]}"
            )
        print("\nheld back:")
        for flood in floods.newest(db, limit=1_000):
            titles = [each.entry.item.title[:60] for each in flood_entries.entries(db, flood.id)]
            print(f"{flood.grew_at:%Y-%m-%d} {flood.feed} {flood.reason} {flood.origin}", titles)
            print(f"    held {flood.entries}, wanted {flood.wanted}, known {flood.known}")
    print("\ntold twice:", sum(count > 1 for count in seen.values()))
    for what, count in sorted(counts.items()):
        print(f"{count:6} {what}")


def main() -> None:
    """Play, then report."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--replay", required=True, help="address of the replay server")
    options.add_argument(
        "--world", type=Path, required=True, help="its world folder, for the labels"
    )
    options.add_argument("--since", type=date.fromisoformat, required=True)
    options.add_argument("--until", type=date.fromisoformat, required=True)
    options.add_argument(
        "--every", type=int, help="minutes between polls; at filing times if left out"
    )
    options.add_argument("--query", help="subscribe to this in place of the default")
    chosen = options.parse_args()
    listener = Listener()
    with tempfile.TemporaryDirectory() as folder:
        database = asyncio.run(play(chosen, listener, Path(folder)))
        report(listener, database, chosen.world)


if __name__ == "__main__":
    main()
