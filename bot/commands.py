"""The commands that Slack, the prompt and the command line share: from words to an Answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Mapping
from datetime import datetime
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot import commands_deadlines as days
from bot import commands_feedback as feedback
from bot import commands_finding as finding
from bot import commands_joining as joining
from bot import commands_law as law
from bot import commands_marking as marking
from bot import commands_rehearsing as rehearsing
from bot import commands_reporting as reporting
from bot import commands_subscribing as subscribing
from bot import commands_timeline as timelines
from bot import thread_context
from bot.answers import Answer, Place
from bot.asking import Asking, in_zone
from bot.command_words import ANSWERS, WORDS
from bot.law_page import LawPlace
from bot.mistakes import or_problem, unknown
from bot.question import Question
from bot.storage_thread import Storage
from feeds import reference
from feeds.model import Feed
from feeds.topics import Topic
from storage import once, seen_events
from storage.once import Done
from storage.search import Order
from storage.stories import Mark

T = TypeVar("T")

#: After these the audience is read again.
_CHANGING = {"subscribe", "unsubscribe", "pause", "resume"}


class Commands:
    """Answers what people type and click. One instance serves everyone."""

    def __init__(
        self,
        storage: Storage,
        *,
        topics: Mapping[str, Topic],
        feeds: Mapping[str, Feed],
        clock: Callable[[], datetime],
        timezone: ZoneInfo,
        calendars: str = "",
        shared: bool = False,
        admins: frozenset[str] = frozenset(),
        on_change: Callable[[], Awaitable[None]],
    ) -> None:
        """Serve one database.

        Args:
            storage: Opened.
            topics: The named topics.
            feeds: The catalog.
            clock: Aware time, asked once a question.
            timezone: In which answers tell moments, unless a channel chose another.
            calendars: What the address of a calendar begins with; empty when none is served.
            shared: Whether several workspaces have the archive in common.
            admins: Who may change it for all of them then.
            on_change: Called after subscriptions changed.
        """
        self._asking = Asking(
            storage,
            topics=topics,
            feeds=feeds,
            clock=clock,
            timezone=timezone,
            calendars=calendars,
            shared=shared,
            admins=admins,
        )
        self._storage = storage
        self.timezone = timezone
        self.topics = topics
        self._on_change = on_change

    async def answer(self, text: str, *, channel: str, user: str) -> Answer:
        """Answer one line. Never raises for what a person can type.

        Args:
            text: "search huawei", "2020-13093", "".
            channel: Whose subscriptions and marks are meant; a person's id for their own.
            user: Who asks.
        """
        word, rest = [*text.split(maxsplit=1), "", ""][:2]
        word = word.lower() or "help"
        if word == "rehearse":
            return await self.rehearse(rest, channel=channel, user=user)
        if word in WORDS:
            answer = await self._asking.ask(
                ANSWERS[word], rest, channel=channel, user=user, word=word
            )
            if word in _CHANGING:
                await self._on_change()
            return answer
        if reference.parse(text):
            return await self._asking.ask(finding.look_up, text, channel=channel, user=user)
        return unknown(word, text.strip(), WORDS)

    async def run(
        self,
        ask: Callable[[Database, Question], T],
        text: str = "",
        *,
        channel: str,
        user: str,
    ) -> T:
        """What a surface of its own reads, or changes, in one transaction.

        Raises:
            QueryError: where `ask` parses what a person typed.
        """
        return await self._asking.run(ask, text, channel=channel, user=user)

    async def take_up(self) -> None:
        """Go by the subscriptions that `run` has changed; of thousands that takes seconds."""
        await self._on_change()

    async def search(
        self, text: str, *, limit: int = finding.PAGE, order: Order = Order.NEWEST
    ) -> Answer:
        """The first entries that a query finds, `limit` of them at once."""

        def found(db: Database, question: Question) -> Answer:
            place = Place(query=question.text, order=order)
            return finding.page(db, question, place, title="Search", limit=limit)

        return await self._asking.ask(found, text, channel="terminal", user="terminal")

    async def rehearse(
        self,
        text: str,
        *,
        days: int = rehearsing.DAYS,
        channel: str = "terminal",
        user: str = "terminal",
    ) -> Answer:
        """What a query would have told in so many days."""
        question = self._asking.question(text, channel=channel, user=user)

        def rehearsed(db: Database) -> Generator[None, None, Answer]:
            ask = partial(rehearsing.rehearse, days=days)
            return (yield from in_zone(db, ask, question))

        return await or_problem(self._storage.run_in_pieces(rehearsed), question, word="rehearse")

    async def page(self, place: Place | LawPlace, *, channel: str, user: str) -> Answer:
        """Open a page of a search, or of what changed in the law."""

        def opened(db: Database, question: Question) -> Answer:
            if isinstance(place, LawPlace):
                return law.page(db, question, place)
            return finding.page(db, question, place, title=finding.title(place))

        text = place.named if isinstance(place, LawPlace) else place.query
        return await self._asking.ask(opened, text, channel=channel, user=user)

    async def days_ahead(self, query: str, after: str, *, channel: str, user: str) -> Answer:
        """The next page of the days ahead."""
        read = partial(days.ahead, after=after)
        return await self._asking.ask(read, query, channel=channel, user=user, word="deadlines")

    async def all_subscriptions(self) -> Answer:
        """The subscriptions of every channel."""
        return await self.act(subscribing.of_everyone, channel="terminal", user="terminal")

    async def unsubscribe(self, subscription_id: int, *, channel: str, user: str) -> Answer:
        """Remove one of the channel's own subscriptions."""
        act = partial(subscribing.remove, subscription_id=subscription_id)
        answer = await self.act(act, channel=channel, user=user)
        await self._on_change()
        return answer

    async def mark(self, story_id: int, mark: Mark, *, channel: str, user: str) -> Answer:
        """Put a mark on a story: the channel's if it mutes, else the person's. Repeatable."""
        act = partial(marking.mark, story_id=story_id, kind=mark)
        return await self.act(act, channel=channel, user=user)

    async def unmark(self, story_id: int, mark: Mark, *, channel: str, user: str) -> Answer:
        """Take a mark off again. Repeatable."""
        act = partial(marking.unmark, story_id=story_id, kind=mark)
        return await self.act(act, channel=channel, user=user)

    async def ask(
        self, ask: Callable[[Database, Question], Answer], text: str, *, channel: str, user: str
    ) -> Answer:
        """The answer to a text that is no command."""
        return await self._asking.ask(ask, text, channel=channel, user=user)

    async def act(
        self, act: Callable[[Database, Question], Answer], *, channel: str, user: str
    ) -> Answer:
        """Do what a click means, in one transaction."""
        return await self.ask(act, "", channel=channel, user=user)

    async def news(self, *, user: str) -> list[tuple[str, str]]:
        """What is new of somebody's own subscriptions, to go with an answer, once: query and news."""
        question = self._asking.question("", channel=user, user=user)
        return await self._storage.run(feedback.news, question)

    async def in_thread(self, text: str, thread: str, *, channel: str, user: str) -> str:
        """A question with what it leaves unsaid in its thread."""
        question = self._asking.question(text, channel=channel, user=user)
        return await self._storage.run(thread_context.completed, question, thread)

    async def once(self, done: Done, name: str) -> bool:
        """Whether something is done for the first time, or the first in so long: `storage.once`."""
        return await self._storage.run(once.first, done, name, now=self._asking.now())

    async def first(self, key: str) -> bool:
        """Whether a request is heard for the first time in a day, by Slack's name of it."""
        return await self._storage.run(seen_events.first, key, now=self._asking.now())

    async def story_of(self, entry_id: int) -> int | None:
        """The story an entry tells; None when there is no such entry."""
        return await self._storage.run(marking.story_of, entry_id)

    async def why(self, entry_id: int, *, channel: str, user: str) -> Answer:
        """Who was told of an entry's story, when, and by which query and words."""
        act = partial(reporting.explain, entry_id=entry_id)
        return await self.act(act, channel=channel, user=user)

    async def split(self, entry_id: int, *, channel: str, user: str) -> Answer:
        """Take an entry out of its story, for good. Repeatable."""
        act = partial(joining.split_entry, entry_id=entry_id)
        return await self.act(act, channel=channel, user=user)

    async def timeline(self, entry_id: int, *, channel: str, user: str) -> Answer:
        """The whole story that an entry belongs to."""
        act = partial(timelines.of_entry, entry_id=entry_id)
        return await self.act(act, channel=channel, user=user)

    async def standing(self, story_id: int, *, channel: str) -> marking.Shown | None:
        """A story's card as the channel should see it now; None when it stands nowhere there."""
        question = self._asking.question("", channel=channel, user=channel)
        return await self._storage.run(marking.standing, question, story_id)
