"""What a feed is known for: its pages, headlines and hosts, how much it brings, and how late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from feeds.identity import REGISTER, headline_key, passed_on_key
from feeds.links import canonical_url, page_of
from feeds.model import Item

#: A feed of which less is known has no habits (items).
ACQUAINTED = 10
#: A feed that links to more hosts than this links anywhere, as an aggregator does.
FEW_HOSTS = 3
#: What is dated earlier than this before it was seen came late; a feed of which one item in five
#: does has the habit.
LATE = timedelta(days=3)
HABIT = 0.2
#: A text shorter than this may be told of two events (words).
_TELLING_HEADLINE, _TELLING_SUMMARY = 5, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An item that a feed brought before."""

    item: Item
    seen_at: datetime
    #: It came with the first reading of the feed, whose lateness says nothing.
    baseline: bool = False
    #: It was held back and a person released it: not part of what the feed brings of itself.
    released: bool = False
    #: Another feed carries the same headline.
    shared: bool = False


class Habits:
    """What can be told from all that a feed brought before."""

    def __init__(self, history: Sequence[Known], *, now: datetime) -> None:
        """Read a feed's history, in any order; `now` ends it."""
        self.known = len(history)
        self._marks = Counter(mark for each in history for mark in marks(each.item))
        self._hosts = Counter(filter(None, (host_of(each.item) for each in history)))
        dates = [each.item.event_at for each in history if each.item.event_at]
        #: The newest date that it gave an item; None when it dates none.
        self.newest = max(dates, default=None)
        self.late = _share(
            [
                bool(each.item.event_at and each.seen_at - each.item.event_at > LATE)
                for each in history
                if not each.baseline
            ]
        )
        #: Whether it carries what other feeds do, as an aggregator and a wire do.
        self.shares = _share([each.shared for each in history])
        moments = sorted(_moment(each) for each in history if not each.released)
        #: Items of the last day.
        self.today = sum(moment > now - timedelta(days=1) for moment in moments)
        earlier = moments[: len(moments) - self.today]
        span = (now - earlier[0]) / timedelta(days=1) if earlier else 1.0
        #: Items a day, on average until a day ago, and on the busiest.
        self.daily = len(earlier) / max(span, 1.0)
        self.busiest = max(Counter(moment.date() for moment in earlier).values(), default=0)

    @property
    def acquainted(self) -> bool:
        """Whether enough is known of the feed to speak of habits."""
        return self.known >= ACQUAINTED

    def brought(self, item: Item) -> bool:
        """Whether the feed brought this item before, by its page, its headline or its text.

        What stands in several of the feed's items, as "Weekly roundup" does, proves nothing.
        """
        return any(self._marks[mark] == 1 for mark in marks(item))

    def brought_as_often(self, item: Item, again: Counter[str]) -> bool:
        """Whether the feed has shown what marks the item at least as often as it does now."""
        return any(again[mark] <= self._marks[mark] for mark in marks(item))

    def is_newer(self, item: Item) -> bool:
        """Whether it is dated after everything that the feed brought."""
        return bool(item.event_at and self.newest and item.event_at > self.newest)

    def is_strange(self, host: str) -> bool:
        """Whether a feed that links to few hosts never linked to this one or its kin."""
        if not host or not self.acquainted or len(self._hosts) > FEW_HOSTS:
            return False
        return sum(self._hosts.values()) >= ACQUAINTED and not any(
            _akin(host, known) for known in self._hosts
        )


def host_of(item: Item) -> str:
    """The host that an item links to, without `www.`; empty when it links nowhere."""
    return urlsplit(canonical_url(item.url)).hostname or ""


def marks(item: Item) -> set[str]:
    """By what a press item is known again when everything else about it changed.

    None for a document, whose number is its identity.
    """
    if item.document is not None or item.key.startswith(REGISTER):
        return set()
    page, summary = page_of(item.url), headline_key(item.summary)
    headlines = {headline_key(item.title), passed_on_key(item.title) or ""}
    found = {f"headline:{each}" for each in headlines if len(each.split()) >= _TELLING_HEADLINE}
    if page:
        found.add(f"page:{page}")
    if len(summary.split()) >= _TELLING_SUMMARY:
        found.add(f"summary:{summary}")
    return found


def crowded(moments: Sequence[datetime], *, most: int) -> set[datetime]:
    """The moments that more than `most` things share to the second."""
    return {moment for moment, count in Counter(moments).items() if count > most}


def _moment(known: Known) -> datetime:
    """When it was told: a feed that is dated anew told it when it was seen, at the latest."""
    return min(known.item.event_at or known.seen_at, known.seen_at)


def _share(flags: Sequence[bool]) -> bool:
    """Whether so many of several are set that it is a habit."""
    return bool(flags) and sum(flags) / len(flags) >= HABIT


def _akin(one: str, other: str) -> bool:
    """Whether two hosts are of one site: one under the other, or both under one name."""
    if one == other or one.endswith(f".{other}") or other.endswith(f".{one}"):
        return True
    ends = [host.split(".")[-2:] for host in (one, other)]
    # Under "co.uk" and "com.au" stand many sites.
    return ends[0] == ends[1] and len(ends[0]) == 2 and len(ends[0][0]) > 3
