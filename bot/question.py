"""Question: what was asked, where, by whom and when, with what an answer is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.config import TERMINAL
from feeds.model import Feed
from feeds.topics import Topic
from storage.workspaces import workspace_of


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
    #: Whether several workspaces have the archive in common, so that its stories are everyone's; and
    #: who may change them then.
    shared: bool = False
    admins: frozenset[str] = frozenset()

    def sees(self, address: str) -> bool:
        """Whether who asks may know of a channel or person: of their own workspace.

        Whoever runs the bot, and asks from the shell, sees everyone.
        """
        mine = workspace_of(self.channel)
        return self.channel == TERMINAL or workspace_of(address) == mine

    @property
    def may_change_for_all(self) -> bool:
        """Whether who asks may change what workspaces have in common: join stories, drop floods."""
        return not self.shared or self.channel == TERMINAL or self.user in self.admins

    @property
    def queries(self) -> dict[str, str]:
        """Each topic's query, as `feeds.query.parse` takes them."""
        return {name: topic.query for name, topic in self.topics.items()}
