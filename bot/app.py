"""Composition root: build, start, stop. The only file that knows everyone."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlite_utils import Database

from bot.audience import Audience, take_up
from bot.commands import Commands
from bot.config import DEFAULT_QUERY, TERMINAL, Settings
from bot.deliver import PACE_SECONDS, Deliverer
from bot.edit import Editor
from bot.law import Law
from bot.lead import Leader, owner_name
from bot.pace import Pace
from bot.poll import Poller
from bot.poster import Poster
from bot.reading import Reading
from bot.settle import Settler
from bot.storage_thread import Storage
from feeds import catalog, topics
from feeds.ecfr import Ecfr
from feeds.federal_register import FederalRegister
from feeds.http import Http
from feeds.model import Feed, FeedKind
from feeds.news import News
from feeds.public_inspection import PublicInspection
from feeds.source import Source
from feeds.topics import Topic
from feeds.worker import Worker
from storage import polls, subscriptions
from storage.deliveries import OutboxRow
from storage.subscriptions import Subscription
from storage.workspaces import workspace_of

log = logging.getLogger(__name__)

#: The Register's maintainers once named 5 a second; we take a fifth (federal_register.md §8).
HOST_SPACING_SECONDS = 1.0

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """The three who write to Slack, at one pace."""

    deliverer: Deliverer
    editor: Editor
    settler: Settler


@dataclass(kw_only=True)
class App:
    """The parts, built and opened."""

    settings: Settings
    clock: Clock
    storage: Storage
    http: Http
    #: Parses what is fetched.
    worker: Worker
    #: Seconds of a clock that never jumps.
    elapsed: Callable[[], float]
    #: The feeds of `feeds.toml`, before people changed them.
    shipped: tuple[Feed, ...]
    topics: dict[str, Topic]
    feeds: dict[str, Feed] = field(default_factory=dict)
    sources: dict[str, tuple[Feed, Source]] = field(default_factory=dict)
    audience: Audience = field(default_factory=lambda: Audience([], {}))
    #: The name under which this copy leads.
    owner: str = field(default_factory=owner_name)
    _served: list[Subscription] = field(default_factory=list)
    _refreshing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def refresh(self) -> None:
        """Take up the feeds and subscriptions as they are now, whichever process changed them."""
        async with self._refreshing:  # of two, the later one has the word
            found = await self.storage.run(polls.catalog, self.shipped)
            feeds = {feed.name: feed for feed in found}
            for name in self.feeds.keys() - feeds.keys():
                del self.feeds[name], self.sources[name]
            for name, feed in feeds.items():
                if feed != self.feeds.get(name):
                    self.feeds[name] = feed
                    self.sources[name] = (feed, self._source(feed))
            everyone = await self.storage.run(subscriptions.every)
            served = [each for each in everyone if self.serves(each.channel)]
            if served == self._served:
                return
            new = await asyncio.to_thread(self.audience.read, served, self.queries)
            await self.storage.run(take_up, self.audience, served, new, now=self.clock())
            self._served = served
            for query, reason in self.audience.broken.items():
                log.warning("subscription broken query=%r reason=%s", query, reason)

    def _source(self, feed: Feed) -> Source:
        base = self.settings.federal_register_url
        match feed.kind:
            case FeedKind.FEDERAL_REGISTER:
                return FederalRegister(http=self.http, feed=feed, base_url=base)
            case FeedKind.PUBLIC_INSPECTION:
                return PublicInspection(http=self.http, feed=feed, base_url=base)
            case FeedKind.NEWS:
                return News(http=self.http, feed=feed, worker=self.worker)

    def serves(self, channel: str) -> bool:
        """Whether alerts of a channel can be shown now: Slack's when connected, else the terminal's.

        The bare addresses are of SLACK_BOT_TOKEN's workspace, the others of those that installed us.
        """
        if not self.settings.slack_connected:
            return channel == TERMINAL
        here = self.settings.many_workspaces if workspace_of(channel) else self.settings.bot_token
        return channel != TERMINAL and bool(here)

    @property
    def queries(self) -> dict[str, str]:
        """Each topic's query, as `feeds.query.parse` takes them."""
        return {name: topic.query for name, topic in self.topics.items()}

    def commands(self) -> Commands:
        """What people can ask, in Slack, on the prompt and in the shell."""
        return Commands(
            self.storage,
            topics=self.topics,
            feeds=self.feeds,
            clock=self.clock,
            timezone=self.settings.timezone,
            calendars=self.settings.public_url,
            shared=self.settings.many_workspaces,
            admins=self.settings.admins,
            on_change=self.refresh,
        )

    def poller(self) -> Poller:
        """Visits this app's feeds for its subscriptions."""
        return Poller(
            self.storage,
            self.sources,
            audience=lambda: self.audience,
            jitter=random.random,
            owners=self.settings.owners_channel,
        )

    def reading(self) -> Reading:
        """Reads the full texts that polls ask for."""
        return Reading(self.storage, self.http, audience=lambda: self.audience)

    def law(self) -> Law:
        """Looks in the eCFR for what told rules change."""
        return Law(self.storage, Ecfr(http=self.http, base_url=self.settings.ecfr_url))

    def leader(self) -> Leader:
        """Takes the lease for this copy."""
        return Leader(self.storage, owner=self.owner, clock=self.clock, elapsed=self.elapsed)

    def speaker(
        self, poster: Poster, *, on_sent: Callable[[OutboxRow, datetime], None] = lambda _, __: None
    ) -> Speaker:
        """Tells what is owed: to Slack's channels when connected, else to the terminal."""
        slack = self.settings.slack_connected
        pace = Pace(elapsed=self.elapsed) if slack else Pace.free(elapsed=self.elapsed)
        deliverer = Deliverer(
            self.storage,
            poster,
            owner=self.owner,
            clock=self.clock,
            elapsed=self.elapsed,
            timezone=self.settings.timezone,
            serves=self.serves,
            pace=pace,
            on_sent=on_sent,
            pace_seconds=PACE_SECONDS if slack else 0.0,
        )
        return Speaker(
            deliverer=deliverer,
            editor=Editor(
                self.storage,
                poster,
                clock=self.clock,
                elapsed=self.elapsed,
                timezone=self.settings.timezone,
                serves=self.serves,
                pace=pace,
            ),
            settler=Settler(
                self.storage,
                poster,
                clock=self.clock,
                elapsed=self.elapsed,
                serves=self.serves,
                sending=lambda: deliverer.sending,
                pace=pace,
            ),
        )


@asynccontextmanager
async def open_app(settings: Settings, *, clock: Clock) -> AsyncIterator[App]:
    """Build everything that needs no Slack, and close it at the end.

    Raises:
        ConfigError: feeds or topics files that cannot be used.
        DatabaseError: the database cannot be used.
    """
    shipped = catalog.load_file(settings.feeds_file) if settings.feeds_file else catalog.bundled()
    known_topics = topics.load_with(settings.topics_file)
    async with AsyncExitStack() as stack:
        storage = Storage(settings.database, clock=clock)
        stack.push_async_callback(storage.close)
        await storage.open()
        http = await stack.enter_async_context(
            Http(
                user_agent=settings.user_agent,
                allow_private_addresses=settings.allow_private_addresses,
                # Manners are owed to other people's servers, not to a stand-in on this machine.
                spacing=0.0 if settings.allow_private_addresses else HOST_SPACING_SECONDS,
            )
        )
        worker = await stack.enter_async_context(Worker())
        await storage.run(_first_start, settings, now=clock())
        app = App(
            settings=settings,
            clock=clock,
            elapsed=asyncio.get_running_loop().time,
            storage=storage,
            http=http,
            worker=worker,
            shipped=tuple(shipped),
            topics=known_topics,
        )
        await app.refresh()
        yield app


def _first_start(db: Database, settings: Settings, *, now: datetime) -> None:
    """Give the default channel the default subscription, once: a person may remove it."""
    channel = settings.default_channel
    if channel and not subscriptions.ever(db, channel):
        subscriptions.add(
            db, channel=channel, query=DEFAULT_QUERY, created_by="the first start", now=now
        )
