"""Question: what was asked, where, by whom and when, with what an answer is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from feeds.model import Feed
from feeds.topics import Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing asked. Every answer is made from this and the database, in one transaction."""

    #: What follows the command's word, stripped.
    text: str
    #: Which subscriptions and marks are "this channel's": a conversation, a person's own id for
    #: their direct messages, or "terminal".
    channel: str
    user: str
    now: datetime
    #: In which moments are told.
    timezone: ZoneInfo
    topics: Mapping[str, Topic]
    feeds: Mapping[str, Feed]
    #: What the address of a calendar begins with; empty when none is served.
    calendars: str = ""

    @property
    def queries(self) -> dict[str, str]:
        """Each topic's query, as `feeds.query.parse` takes them."""
        return {name: topic.query for name, topic in self.topics.items()}
