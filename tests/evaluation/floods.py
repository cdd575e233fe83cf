"""Flood each publisher's feed of a recorded world in every way, and count what is told of it.

    python -m tests.evaluation.floods --world FOLDER

Each feed is first read item by item, as it was published, with a channel that wants everything of
the press: what is held then is a false alarm. Then it floods, with one real new item inside.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from sqlite_utils import Database

from bot.audience import Audience
from bot.flood import Visit
from bot.ingest import IngestReport, ingest
from feeds.flood import FEW
from feeds.habits import ACQUAINTED
from feeds.model import Item, SourceKind
from storage import deliveries, entries, floods, polls, subscriptions
from storage.database import open_database
from tests.evaluation.world import cases

#: Items that a feed shows at once, as the replay's do.
SHOWN = 25
#: Items of a feed's first reading.
FIRST = 5
HOUR = timedelta(hours=1)
EVERYTHING = "source:news"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A database in which one feed after another is read."""

    db: Database
    audience: Audience

    def visit(
        self, feed: str, items: Iterable[Item], *, last: datetime, now: datetime
    ) -> IngestReport:
        visit = Visit(feed=feed, title=feed, owners="C0", last=last, baselined_at=last)
        return ingest(self.db, items, audience=self.audience, now=now, visit=visit)

    def told(self) -> list[str]:
        """The headline of everything owed."""
        owed = deliveries.in_state(self.db, deliveries.State.PENDING)
        found = (entries.get(self.db, each.event.entry_id) for each in owed)
        return [entry.item.title for entry in found if entry]


def read_through(reader: Reader, feed: str, items: Sequence[Item]) -> int:
    """Read a feed as it was published, an hour at a time; returns how many items were held."""
    held, last = 0, at(items[0])
    ingest(
        reader.db, items[:FIRST], audience=reader.audience, now=at(items[FIRST - 1]), baseline=True
    )
    for moment, due in groupby(
        items[FIRST:], key=lambda item: at(item).replace(minute=0, second=0)
    ):
        now = moment + HOUR
        held += reader.visit(feed, due, last=max(last, now - HOUR), now=now).held
        last = now
    return held


def at(item: Item) -> datetime:
    assert item.event_at
    return item.event_at


Attack = Callable[[Sequence[Item], Sequence[Item], datetime], list[Item]]


def churned(shown: Sequence[Item], _: Sequence[Item], now: datetime) -> list[Item]:
    """Other ids and dates, the same links: what the replay's churn does."""
    return [replace(item, key=f"{item.key}?v=2", event_at=now) for item in shown]


def rebuilt(shown: Sequence[Item], _: Sequence[Item], now: datetime) -> list[Item]:
    """Other ids, dates and links, as after a change of the publisher's software."""
    return [
        replace(item, key=f"{item.key}?v=2", url=f"{item.url}/p-{n}", event_at=now)
        for n, item in enumerate(shown)
    ]


def dated_anew(shown: Sequence[Item], _: Sequence[Item], now: datetime) -> list[Item]:
    return [replace(item, event_at=now) for item in shown]


def foreign(shown: Sequence[Item], others: Sequence[Item], now: datetime) -> list[Item]:
    """Fresh items of a site that nobody reads."""
    feed = shown[0].feed
    return [
        replace(
            item,
            key=f"x{n}",
            feed=feed,
            url=f"https://cdn-mix-up.example/{n}",
            event_at=now - n * HOUR / 60,
        )
        for n, item in enumerate(others[:SHOWN])
    ]


def old(shown: Sequence[Item], others: Sequence[Item], _: datetime) -> list[Item]:
    """An archive put up at once: on the feed's own pages, with dates of long ago."""
    first = min(map(at, shown)) - timedelta(days=400)
    return [
        replace(
            item,
            key=f"x{n}",
            feed=shown[0].feed,
            url=f"{shown[0].url}/{n}",
            event_at=first - n * HOUR,
        )
        for n, item in enumerate(others[:200])
    ]


def burst(shown: Sequence[Item], others: Sequence[Item], now: datetime) -> list[Item]:
    """Hundreds of fresh items on the feed's own pages."""
    return [
        replace(
            item,
            key=f"x{n}",
            feed=shown[0].feed,
            url=f"{shown[0].url}/{n}",
            event_at=now - n * HOUR / 600,
        )
        for n, item in enumerate(others[:600])
    ]


ATTACKS: dict[str, Attack] = {
    "churned, same links": churned,
    "churned, new links": rebuilt,
    "dated anew": dated_anew,
    "another site's": foreign,
    "an old archive": old,
    "20 times and more": burst,
}


def flooded(
    feed: str, items: Sequence[Item], others: Sequence[Item], attack: Attack
) -> tuple[bool, bool, bool]:
    """Whether no more than a few of the flood were told, a card was shown, and the news was told."""
    with open_database(":memory:") as db:
        subscriptions.add(db, channel="C1", query=EVERYTHING, created_by="x", now=at(items[0]))
        reader = Reader(db=db, audience=Audience(subscriptions.every(db), {}))
        read_through(reader, feed, items[:-1])
        before = len(reader.told())
        now = max(map(at, items)) + 2 * timedelta(days=1)
        shown = items[-SHOWN - 1 : -1]
        news = replace(items[-1], key="news", url=f"{items[-1].url}/news", event_at=now - HOUR / 2)
        if attack is burst:  # of hundreds that look alike, only what others tell as well is known
            seconded = replace(
                items[-1], feed="other", key="other", url="https://other.example/news"
            )
            reader.visit("other", [seconded], last=now - HOUR, now=now - HOUR / 4)
            before += 1
        reader.visit(feed, [*attack(shown, others, now), news], last=now - HOUR, now=now)
        told = reader.told()[before:]
        few = sum(title != news.title for title in told) <= (FEW if attack is burst else FEW - 1)
        return few, bool(floods.newest(db, limit=1)), news.title in told


def main() -> None:
    """Read all, then flood each, and print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--world", type=Path, required=True)
    world = list(cases(options.parse_args().world))
    press = sorted(
        (item for case in world for item in case.sightings[-1:] if item.source is SourceKind.NEWS),
        key=at,
    )
    feeds = {
        feed: [item for item in press if item.feed == feed] for feed in {i.feed for i in press}
    }
    with open_database(":memory:") as db:
        subscriptions.add(db, channel="C1", query=EVERYTHING, created_by="x", now=at(press[0]))
        polls.schedule(db, feeds, now=at(press[0]))
        reader = Reader(db=db, audience=Audience(subscriptions.every(db), {}))
        long = {feed: items for feed, items in feeds.items() if len(items) > FIRST}
        held = {feed: read_through(reader, feed, items) for feed, items in sorted(long.items())}
        print(f"{len(press):,} items of {len(feeds)} feeds; held while read: {sum(held.values())}")
        print("\n".join(f"  {feed}: {count}" for feed, count in held.items() if count))
    counts: dict[str, Counter[str]] = {name: Counter() for name in ATTACKS}
    for feed, items in sorted(feeds.items()):
        known = "known" if len(items) > ACQUAINTED else "few"
        if len(items) <= FEW:
            continue
        others = [
            item
            for item in press
            if item.feed != feed and item.title not in {i.title for i in items}
        ]
        for name, attack in ATTACKS.items():
            few, card, news = flooded(feed, items, others, attack)
            counts[name][f"{known} feeds"] += 1
            counts[name][f"{known} caught"] += few
            counts[name][f"{known} card"] += card
            counts[name][f"{known} news"] += news
            if known == "known" and not (few and news):
                print(f"  {feed} {name}: caught={few} news={news}")
    for name, counted in counts.items():
        print(name, dict(sorted(counted.items())))


if __name__ == "__main__":
    main()
