"""What a command answers, before anyone decides how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from bot.card import Card
from bot.choices import Choices
from bot.flood_page import Floods, HeldPage
from bot.law_page import LawPage
from bot.personal import Noted, Offer, Promised, Suggested
from bot.report import Explanation, Status, SubscriptionRow
from bot.timeline import DaysAhead, Timeline
from bot.wording import day
from storage.search import Order
from storage.stories import Mark

#: How much of a bad query is shown on either side of the mistake (characters).
_AROUND = 60
_BOUNDED = "Too many to rank all: the best of the newest and likeliest, then the others by date."


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
    #: Which channel or person it is about, an address, where that need not be where it was asked.
    place: str = ""
    #: The mark that was put on a story, and the story's id, for whoever offers to take it off.
    undo: tuple[Mark, int] | None = None
    #: An address that goes with it, shown letter for letter, to be copied.
    url: str = ""


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


#: Said where a document is asked for that is not in the archive.
UNREAD = (
    "What was printed before the first poll, “rulewire backfill --since DATE” reads in the shell."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A command that can be pasted, and what it does."""

    command: str
    does: str
    #: The heading it stands below; those of one heading stand together.
    under: str = ""


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
    #: Best first, but of too many to rank them all (`storage.search.Page.bounded`).
    bounded: bool = False
    next: Place | None = None
    previous: Place | None = None
    #: Canonical text to subscribe to; None when the query only says what to leave out.
    subscribable: str | None = None
    #: When nothing was found: how many entries have each thing that was asked for, as it was asked.
    alone: str = ""

    @property
    def extent(self) -> str:
        """Which of how many, and in what order: "6 to 10 of 37, newest first"."""
        if not self.cards:
            return "Nothing found."
        last = self.first + len(self.cards) - 1
        order = f", {self.place.order.value} first" if self.place else ""
        more = "at least " if self.capped else ""
        said = f"{self.first:,} to {last:,} of {more}{self.total:,}{order}"
        return f"{said}. {_BOUNDED}" if self.bounded else said


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
class Subscriptions:
    """What a channel, or everyone, is subscribed to."""

    #: None for the subscriptions of every channel.
    channel: str | None
    subscriptions: tuple[SubscriptionRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookback:
    """How much a query would have told in the last days."""

    days: int
    #: Documents and press reports together.
    entries: int
    documents: int
    press: int
    #: How many stories they tell.
    stories: int
    #: The first day in the archive, when that is later than the first of those days.
    begins: date | None = None

    @property
    def sentence(self) -> str:
        """In words: "In the last 90 days it would have told 3 entries: 2 documents, …"."""
        told = (
            f"In the last {self.days:,} days it would have told {_counted(self.entries, 'entry')}"
        )
        if self.entries:
            parts = (
                _counted(self.documents, "document"),
                f"{_counted(self.press, 'press report')};",
                _counted(self.stories, "story"),
            )
            told += f": {parts[0]} and {parts[1]} {parts[2]}"
        return f"{told}. The archive begins on {day(self.begins)}." if self.begins else f"{told}."


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """An entry that one term kept out."""

    card: Card
    #: "lacks “standards”".
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What a query would have told, had it been subscribed to."""

    #: Canonical.
    query: str
    lookback: Lookback
    #: Newest first.
    examples: tuple[Card, ...]
    near: tuple[NearMiss, ...]
    #: The channel that asks has this subscription already.
    subscribed: bool


Answer: TypeAlias = (
    Notice
    | Problem
    | Help
    | Entries
    | Details
    | Timeline
    | DaysAhead
    | Choices
    | Topics
    | Subscriptions
    | Rehearsal
    | LawPage
    | Floods
    | HeldPage
    | Noted
    | Offer
    | Promised
    | Suggested
    | Status
    | Explanation
)


def _counted(count: int, what: str) -> str:
    many = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{count:,} {what if count == 1 else many}"
