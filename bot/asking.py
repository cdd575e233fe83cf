"""Ask one question of the database: in one transaction, in the zone of the channel that asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot.answers import Answer
from bot.mistakes import or_problem
from bot.question import Question
from bot.storage_thread import Storage
from feeds.model import Feed
from feeds.topics import Topic
from storage import channels, ledger

T = TypeVar("T")


class Asking:
    """Makes questions of what people type, and has them answered on the storage thread."""

    def __init__(
        self,
        storage: Storage,
        *,
        topics: Mapping[str, Topic],
        feeds: Mapping[str, Feed],
        clock: Callable[[], datetime],
        timezone: ZoneInfo,
        calendars: str,
        shared: bool,
        admins: frozenset[str],
    ) -> None:
        """As `bot.commands.Commands` says."""
        self._storage = storage
        self._topics = topics
        self._feeds = feeds
        self._clock = clock
        self._timezone = timezone
        self._calendars = calendars
        self._shared = shared
        self._admins = admins

    def now(self) -> datetime:
        """The time."""
        return self._clock()

    def question(self, text: str, *, channel: str, user: str) -> Question:
        """What was asked, where, by whom and when."""
        return Question(
            text=text.strip(),
            channel=channel,
            user=user,
            now=self._clock(),
            timezone=self._timezone,
            topics=self._topics,
            feeds=self._feeds,
            calendars=self._calendars,
            shared=self._shared,
            admins=self._admins,
        )

    async def ask(
        self,
        ask: Callable[[Database, Question], Answer],
        text: str,
        *,
        channel: str,
        user: str,
        word: str = "search",
    ) -> Answer:
        """An answer, or what is wrong with the query in the text; `word` is what a fix begins with."""
        question = self.question(text, channel=channel, user=user)
        asked = self._storage.run(in_zone, ask, question)
        return await or_problem(asked, question, word=word)


def in_zone(db: Database, ask: Callable[[Database, Question], T], question: Question) -> T:
    """Ask in the time zone that the channel chose; what is changed so is whoever's who asks."""
    ledger.acting(db, by=question.user, at=question.now)
    zone = channels.get(db, question.channel).timezone
    return ask(db, replace(question, timezone=zone) if zone else question)
