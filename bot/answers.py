"""What a command answers, before anyone decides how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from bot.card import Card
from storage.search import Order

#: How much of a bad query is shown on either side of the mistake (characters).
_AROUND = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One page of one search: all that a button needs to open it again."""

    query: str
    order: Order = Order.NEWEST
    #: The search's own bookmarks of the pages before this one, first page first; the last of them
    #: opens this page. A button may carry only the latest.
    trail: tuple[str, ...] = ()
    #: Counted from 1.
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something said in a sentence or two."""

    text: str
    #: Who did it, when the text tells of a change: a Slack user id, or "terminal".
    by: str | None = None
    #: The change concerns everyone in the channel, so everyone there is told.
    aloud: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What was asked cannot be done as it was written."""

    message: str
    #: What to write instead; empty when there is no good guess.
    hint: str = ""
    #: The query in which the mistake stands, and where (characters from its start).
    text: str = ""
    position: int | None = None

    def pointed(self) -> tuple[str, str] | None:
        """The text around the mistake, and a line that points at it from below."""
        if self.position is None or not self.text:
            return None
        at = max(0, min(self.position, len(self.text)))
        start = max(0, at - _AROUND)
        shown = "".join(c if c.isprintable() else " " for c in self.text[start : at + _AROUND])
        return shown, " " * (at - start) + "^"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A command that can be pasted, and what it does."""

    command: str
    does: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """What can be asked."""

    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """A page of entries."""

    title: str
    #: Where this page stands; None for entries that no search found.
    place: Place | None
    cards: tuple[Card, ...]
    #: Position of the first card in the whole list, from 1.
    first: int
    #: Entries on all pages, or that many and more.
    total: int
    capped: bool = False
    next: Place | None = None
    previous: Place | None = None
    #: Canonical text to subscribe to; None when the query only says what to leave out.
    subscribable: str | None = None

    @property
    def extent(self) -> str:
        """Which of how many: "6 to 10 of 37, newest first"."""
        if not self.cards:
            return "Nothing found."
        last = self.first + len(self.cards) - 1
        order = f", {self.place.order.value} first" if self.place else ""
        more = "at least " if self.capped else ""
        return f"{self.first:,} to {last:,} of {more}{self.total:,}{order}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """One story: the card of its latest document, and the other entries that tell it."""

    card: Card
    others: tuple[Card, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRow:
    """A topic as one channel sees it."""

    name: str
    title: str
    #: One sentence: what is told and what is not.
    about: str
    query: str
    subscribed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """The named topics."""

    topics: tuple[TopicRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionRow:
    """A subscription as it is listed."""

    id: int
    channel: str
    query: str
    created_by: str
    created_at: datetime
    #: Why it tells nothing; None while it works.
    stopped: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriptions:
    """What a channel, or everyone, is subscribed to."""

    #: None for the subscriptions of every channel.
    channel: str | None
    subscriptions: tuple[SubscriptionRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStatus:
    """How one feed is doing."""

    name: str
    title: str
    #: Last visit that worked; None before the first.
    read_at: datetime | None
    #: None for a feed that was never scheduled.
    next_at: datetime | None
    #: Failed visits in a row.
    failures: int
    error: str | None
    #: What could be worked round on the last visit that worked.
    warning: str | None
    #: It should have been visited by now and was not.
    late: bool

    @property
    def trouble(self) -> str:
        """What is wrong with it, in a few words; empty when nothing is."""
        if self.failures:
            times = "time" if self.failures == 1 else "times in a row"
            return f"failing, {self.failures} {times}: {self.error or 'no reason known'}"
        if self.late:
            return "late"
        return "" if self.read_at else "not read yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One time a channel was told, or is to be told, of a story."""

    channel: str
    title: str
    #: What was told: "Published".
    stage: str
    #: Sent, owed, uncertain or refused, as the outbox has it.
    state: str
    #: When it was sent, else when it came to be owed.
    at: datetime
    #: One line a subscription: its query and the words that matched.
    why: tuple[str, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Whether everything due was read and everything owed was sent."""

    feeds: tuple[FeedStatus, ...]
    entries: int
    #: How many deliveries are in each state; states without any are left out.
    owed: dict[str, int]
    #: Subscriptions that tell nothing, with the reason.
    stopped: tuple[SubscriptionRow, ...]
    #: Deliveries that may or may not stand in their channel.
    uncertain: tuple[Telling, ...]

    @property
    def headline(self) -> str:
        """Whether everything due was read, in one sentence."""
        counted = {
            "failing": sum(feed.failures > 0 for feed in self.feeds),
            "late": sum(feed.late and not feed.failures for feed in self.feeds),
            "not read yet": sum(feed.trouble == "not read yet" for feed in self.feeds),
        }
        wrong = ", ".join(f"{count} {what}" for what, count in counted.items() if count)
        read = f"{len(self.feeds)} {'feed' if len(self.feeds) == 1 else 'feeds'}"
        return f"{read}: {wrong}" if wrong else f"{read}, each read when due"

    @property
    def kept(self) -> str:
        """What is remembered and what is owed, in one sentence."""
        owed = ", ".join(f"{count:,} {state}" for state, count in sorted(self.owed.items()))
        remembered = "1 entry" if self.entries == 1 else f"{self.entries:,} entries"
        return f"{remembered}; deliveries: {owed or 'none yet'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Who was told of a story, when, and by which query and words; or that nobody was, and why."""

    card: Card
    first_seen_at: datetime
    #: In the channel that asks.
    here: tuple[Telling, ...]
    elsewhere: tuple[Telling, ...]
    #: People who were told in a direct message, counted and not named.
    people: int
    #: Why the channel that asks was not told; empty when it was.
    silence: str = ""


Answer: TypeAlias = (
    Notice | Problem | Help | Entries | Details | Topics | Subscriptions | Status | Explanation
)
