"""A world in which everything happens at once: digests, floods, bulletins, reminders, and a worker that dies."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from bot import bulletin, commands_floods
from bot.bulletin import Bulletin, BulletinKind
from bot.question import Question
from bot.slack import history
from bot.steps import Manner, manner_of
from storage import bulletins, reminders, subscriptions
from storage.database import open_database, transaction
from storage.events import Step
from storage.reminders import Wish
from storage.subscriptions import Cadence, Terms
from tests.e2e.documents import rss
from tests.factories import HEADLINE_WORDS
from tests.faults.world import FEEDS, HOLDERS, Death, World, wait_for, wait_reading
from tests.servers import reply

#: Who is told of everything in digests, and who runs the bot.
DIGESTED, OWNERS = "C04", "C05"
#: Which worker is ours, among a bot's processes.
WORKER = b"feeds.worker_main"
#: Items that the press feed brings anew in one flood, and how many floods there can be.
FLOOD, FLOODS = 7, 12
WIRE = """
[[feed]]
name = "wire"
kind = "news"
url = "{url}"
title = "Trade Wire"
every = "5m"
"""


@dataclass(slots=True, kw_only=True)
class Tally:
    """Of one kind of message: what was owed, and what is not there or there twice."""

    owed: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    def count(self, name: str, found: int) -> None:
        """One was owed, and stands so often."""
        self.owed += 1
        if found < 1:
            self.lost.append(name)
        elif found > 1:
            self.doubled.append(name)


@dataclass(slots=True, kw_only=True)
class BusyWorld(World):
    """As the other, with much more in it."""

    settings: ClassVar[Mapping[str, str]] = {"RULEWIRE_OWNERS_CHANNEL": OWNERS}
    #: What bulletins of the owners say now, by key.
    said: dict[str, str] = field(default_factory=dict)
    promised: int = 0
    #: Floods that were served, and news that was told among them.
    floods: int = 0
    workers: int = 0

    def furnish(self) -> None:
        self.slack.channels |= {DIGESTED: [], OWNERS: []}
        toml = FEEDS + WIRE.format(url=self.register.host.base + "/wire")
        (self.folder / "feeds.toml").write_text(toml, encoding="utf-8")
        self._serve()
        with open_database(self.database) as db, transaction(db):
            subscriptions.add(
                db,
                channel=DIGESTED,
                query="huawei",
                created_by="test",
                now=self.now(),
                terms=Terms(cadence=Cadence.HOURLY),
            )

    def happens(self) -> None:
        World.happens(self)  # with slots, `super()` means a class that is no more
        if self.draw.random() < 0.4:
            self.announce()
        if self.draw.random() < 0.3:
            self.promise()
        if self.draw.random() < 0.4:
            self.flood()

    def flood(self) -> None:
        """The press feed brings again what it brought before, and news among it."""
        self.floods = min(self.floods + 1, FLOODS)
        self._serve()
        self.make_due()

    def _serve(self) -> None:
        """The feed as it was at first, with floods of what it brought, and news among them."""
        items = [
            (_headline(flood, n), f"https://www.example.com/{version}/{flood}/{n}", date)
            for flood in range(FLOODS)
            for n in range(FLOOD)
            for version in range(1 + (flood < self.floods))
            for date in [self._dated(flood, n, version)]
        ]
        for flood in range(self.floods):
            link = f"https://www.example.com/news/{flood}"
            items.append((_news(flood), link, self._dated(flood, 0, 1)))
        page = reply(rss(*items), content_type="application/rss+xml")
        self.register.host.on("/wire", page)

    def _dated(self, flood: int, n: int, version: int) -> str:
        """Days before the world began, one after the other; what is brought anew is of just now."""
        age = timedelta(days=30 - flood * 2, minutes=n)
        at = self.now() if version else self.now() - age
        return _DATES.setdefault((self.epoch, flood, n, version), format_datetime(at))

    def announce(self, *, old: bool | None = None) -> None:
        """A bulletin is owed, or one that was owed says something else."""
        if old is None:
            old = bool(self.said) and self.draw.random() < 0.6
        key = self.draw.choice(list(self.said)) if old else str(len(self.said))
        revision = self.draw.randrange(10**6)
        self.said[key] = f"Announcement {key} as of {revision}"
        body = bulletin.encode(Bulletin(title=self.said[key]))
        kind = BulletinKind.HEALTH.value
        with open_database(self.database) as db, transaction(db):
            if old:
                bulletins.change(db, channel=OWNERS, kind=kind, key=key, body=body)
            else:
                bulletins.owe(db, channel=OWNERS, kind=kind, key=key, body=body, now=self.now())

    def promise(self) -> None:
        """A person wants to be reminded of a story within the hour."""
        waiting = "SELECT story_id FROM reminders WHERE state = 'waiting'"
        known = self.rows(
            f"SELECT DISTINCT story_id FROM entries WHERE story_id NOT IN ({waiting})"
        )
        if not known:
            return
        self.promised += 1
        with open_database(self.database) as db, transaction(db):
            reminders.wait(
                db,
                person="U01",
                story_id=self.draw.choice(known)[0],
                wish=Wish.DAY,
                due_at=self.now() + timedelta(minutes=self.draw.uniform(0, 60)),
                zone=ZoneInfo("UTC"),
                now=self.now(),
            )

    def release(self) -> None:
        """A person releases every flood that waits."""
        waiting = (
            "SELECT DISTINCT floods.id FROM floods JOIN flood_entries ON flood_id = floods.id"
            " WHERE state = 'held'"
        )
        for (number,) in self.rows(waiting):
            question = Question(
                text=f"release {number}",
                channel=OWNERS,
                user="U01",
                now=self.now(),
                timezone=ZoneInfo("UTC"),
                topics={},
                feeds={},
            )
            with open_database(self.database) as db, transaction(db):
                commands_floods.answer(db, question)

    async def break_worker(self) -> None:
        """Kill the process that parses, a moment after there is one."""
        while self.process and self.process.returncode is None and not self.gone.is_set():
            for pid in _children(self.process.pid):
                await asyncio.sleep(self.draw.uniform(0, 0.3))
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    self.workers += 1
                return
            await asyncio.sleep(0.03)

    def settled(self) -> bool:
        """Nothing is left to be told or edited, but for what waits for the next digest."""
        wire = "SELECT count(*) FROM entries WHERE key LIKE 'news:%'"
        left = (
            "SELECT (SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'dead', 'held'))"
            " + (SELECT count(*) FROM bulletins WHERE outdated > 0)"
            " + (SELECT count(*) FROM cards WHERE outdated > 0)"
            " + (SELECT count(*) FROM floods JOIN flood_entries ON flood_id = floods.id"
            " WHERE state = 'held')"
        )
        kept = "SELECT count(*), coalesce(sum(stage = 'published'), 0) FROM entries WHERE key LIKE 'fr:%'"
        return (
            tuple(self.rows(kept)[0]) == (self.documents, len(self.register.documents))
            and self.rows(wire)[0][0] == FLOOD * FLOODS + self.floods * (FLOOD + 1)
            and self.rows(left)[0][0] == 0
        )

    def all_told(self) -> bool:
        """Nothing at all waits."""
        waiting = "SELECT count(*) FROM reminders WHERE state = 'waiting'"
        return self.settled() and not self.held() and self.rows(waiting)[0][0] == 0

    async def told(self, *, seconds: float, by: Callable[[], bool] | None = None) -> None:
        """Wait until all is told, releasing the floods; TimeoutError when that takes too long."""

        def done() -> bool:
            self.release()
            return (by or self.settled)()

        if not await wait_reading(self, done, seconds=seconds):
            raise TimeoutError

    def tallies(self) -> dict[str, Tally]:
        """What was owed of each kind, and what stands in Slack."""
        found = {name: Tally() for name in ("alerts", "steps", "digest stories", "bulletins")}
        messages = [m for some in self.slack.channels.values() for m in some]
        by_id: dict[str, list[dict[str, Any]]] = {}
        for message in messages:
            id_ = message["metadata"]["event_payload"]["delivery_id"]
            by_id.setdefault(id_, []).append(message)
        digests = self._digests()
        for row in self._deliveries():
            key, step, channel, title, folded, ts, opens, story = row
            folded = folded or digests.get(key)
            name = f"{channel} {step} {title}"
            if folded:
                # A digest tells a story once, by its newest headline.
                titles = self._titles(story)
                said = [m for m in by_id.get(folded, []) if any(_says(m, each) for each in titles)]
                found["digest stories"].count(name, len(said))
            elif ts or manner_of(Step(step)) in {Manner.SHOWN, Manner.THREAD}:
                found["alerts" if opens else "steps"].count(name, len(by_id.get(key, [])))
        for key, kind, body in self.rows(
            "SELECT delivery_id, kind, body FROM outbox JOIN bulletins ON bulletins.id = bulletin_id"
        ):
            said = [m for m in by_id.get(key, []) if _says(m, json.loads(body)["title"])]
            found["bulletins"].count(f"{kind} {key}", len(said))
        self._expected(found, messages)
        return found

    def _deliveries(self) -> list[Any]:
        return self.rows(
            "SELECT own.delivery_id, step, own.channel, json_extract(item, '$.title'),"
            " other.delivery_id, own.ts, cards.ts = own.ts, entries.story_id FROM outbox AS own"
            " JOIN events ON own.event_id = events.id JOIN entries ON entries.id = events.entry_id"
            " LEFT JOIN outbox AS other ON other.id = own.folded_into"
            " LEFT JOIN cards ON cards.channel = own.channel AND cards.story_id = entries.story_id"
        )

    def _titles(self, story: int) -> list[str]:
        """The headlines of a story: the press may have joined a document's."""
        query = f"SELECT json_extract(item, '$.title') FROM entries WHERE story_id = {story:d}"
        return [title for (title,) in self.rows(query)]

    def _digests(self) -> dict[str, str]:
        """Of each delivery that a message in Slack tells besides its own: that message's own."""
        return {
            other: message["metadata"]["event_payload"]["delivery_id"]
            for some in self.slack.channels.values()
            for message in some
            for other in history.told(message)
        }

    def _expected(self, found: dict[str, Tally], messages: list[dict[str, Any]]) -> None:
        """What we know of ourselves to be owed, whatever the database says."""
        titles = [_part(number) for number in range(1, self.documents + 1)]
        titles += [_news(flood) for flood in range(self.floods)]
        titles += [_headline(flood, 0) for flood in range(self.floods)]
        owed = set(self._pairs())
        found["alerts"].lost += [
            f"{holder} was never owed {title}"
            for title in titles
            for holder in (*HOLDERS, DIGESTED)
            if (title, holder) not in owed
        ]
        found["alerts"].doubled += self._cards(titles)
        found["digest stories"].doubled += self._repeated(titles)
        self._announced(found["bulletins"])
        told = sum("Reminder: " in json.dumps(each.get("blocks", "")) for each in messages)
        if told != self.promised:
            tally = found["bulletins"]
            where = tally.lost if told < self.promised else tally.doubled
            where.append(f"{told} of {self.promised} reminders")

    def _cards(self, titles: list[str]) -> list[str]:
        """Stories of which a channel has more than one card."""
        several = []
        for channel in self.slack.channels.keys() - {DIGESTED, OWNERS}:
            cards = Counter(
                title
                for message in self.slack.channels[channel]
                if "thread_ts" not in message and not _says(message, "Reminder: ")
                for title in titles
                if _says(message, title)
            )
            several += [f"{channel}: {n} cards of {title}" for title, n in cards.items() if n > 1]
        return several

    def _repeated(self, titles: list[str]) -> list[str]:
        """What more digests tell of than is owed, also those that the database does not know."""
        owed: dict[str, set[str]] = {}
        told_by = self._digests()
        for key, _, channel, title, folded, *_ in self._deliveries():
            if channel == DIGESTED:
                owed.setdefault(title, set()).add(folded or told_by.get(key, key))
        digests = self.slack.channels[DIGESTED]
        counted = {title: sum(_says(each, title) for each in digests) for title in titles}
        return [
            f"{title} in {count} messages"
            for title, count in counted.items()
            if count > len(owed.get(title, ()))
        ]

    def _announced(self, tally: Tally) -> None:
        """Each announcement stands once, and says what it should say now."""
        for key, title in self.said.items():
            standing = [
                each
                for each in self.slack.channels[OWNERS]
                if _says(each, f"Announcement {key} as of ", whole=False)
            ]
            if not any(_says(each, title) for each in standing):
                tally.lost.append(f"{title} stands as {standing}")
            if len(standing) > 1:
                tally.doubled.append(title)

    def _pairs(self) -> Iterator[tuple[str, str]]:
        yield from map(
            tuple,
            self.rows(
                "SELECT DISTINCT json_extract(item, '$.title'), channel FROM outbox"
                " JOIN events ON event_id = events.id JOIN entries ON entries.id = events.entry_id"
            ),
        )


#: When each item of the press feed says it is of: the same each time.
_DATES: dict[tuple[float, int, int, int], str] = {}


async def busy_round(world: BusyWorld, death: Death, *, patience: float) -> None:
    """A life of the bot among all that happens, some of it while it lives."""
    if world.draw.random() < 0.3:
        world.sleep(seconds=world.draw.uniform(600, 7_200))
    floods = world.floods
    world.happens()
    world.death = death
    lives = world.log().count("started feeds=")
    await world.start()
    if death is not Death.ANYWHEN:  # a busy machine takes its time
        await wait_for(lambda: world.log().count("started feeds=") > lives, seconds=60)
    breaks = world.floods > floods and world.draw.random() < 0.6
    breaking = asyncio.create_task(world.break_worker()) if breaks else None
    later = asyncio.get_running_loop().call_later(world.draw.uniform(0.5, 3), world.release)
    with_luck = patience if death is not Death.ANYWHEN else world.draw.uniform(0.6, patience)
    try:
        async with asyncio.timeout(with_luck):
            await world.gone.wait()
    except TimeoutError:
        world.kill(Death.ANYWHEN)
    later.cancel()
    await world.ended()
    if breaking:
        await breaking


async def rest(world: BusyWorld, *, seconds: float) -> bool:
    """Two last lives without faults: all is told; then, some hours later, what waited for that is."""
    world.death, world.share = None, 0.0
    done = False
    for told in (world.settled, world.all_told):
        world.make_due()
        await world.start()

        def ended(told: Any = told) -> bool:
            world.release()
            return bool(told())

        done = await wait_reading(world, ended, seconds=seconds)
        if not done and world.process and world.process.returncode is None:
            world.process.send_signal(signal.SIGUSR1)
            await asyncio.sleep(0.5)
        world.kill(Death.ANYWHEN)
        await world.ended()
        if not done:
            break
        world.sleep(seconds=3 * 3_600)
    return done


def _children(pid: int) -> list[int]:
    """The workers of a bot."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (
                WORKER in (each / "cmdline").read_bytes()
                and f"PPid:\t{pid}\n" in (each / "status").read_text()
            ):
                found.append(int(each.name))
    return found


def _part(number: int) -> str:
    return f"Entity List Requirements for Huawei, Part {number}"


def _news(flood: int) -> str:
    return (
        f"Commerce Department answers Huawei on {HEADLINE_WORDS[flood % 10]} matter {flood + 500}"
    )


def _headline(flood: int, n: int) -> str:
    """No two are alike; the first of each flood is what is asked for."""
    number = f"{flood * 37 + n * 411 + 1_000:04}"
    words = " ".join(HEADLINE_WORDS[int(digit)] for digit in number)
    who = "Huawei officials" if n == 0 else "Officials"
    return f"{who} speak of {words} number {number}"


def _says(message: dict[str, Any], text: str, *, whole: bool = True) -> bool:
    """Whether a message shows a text, of which more digits would make another."""
    shown = json.dumps([message.get("text", ""), message.get("blocks", [])], ensure_ascii=False)
    return re.search(re.escape(text) + (r"(?!\d)" if whole else ""), shown) is not None
