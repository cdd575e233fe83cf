"""What the bot says of itself: how each feed is doing, what is owed, who was told and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.card import Card
from bot.wording import day


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionRow:
    """A subscription as it is listed."""

    id: int
    channel: str
    query: str
    created_by: str
    created_at: datetime
    #: Why we stopped it; None while it works.
    stopped: str | None
    #: What was objected to in its alerts of late: "3 not relevant in 30 days"; mostly empty.
    feedback: str = ""
    #: How often and when it is told: "daily at 09:00 (Europe/Berlin)".
    told: str = ""
    #: What matters is told at once all the same.
    urgent: bool = False
    #: Why the channel follows this.
    note: str = ""
    #: Who paused it; None while it is not paused.
    paused_by: str | None = None


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
    #: The day of its last new item, of a feed that was told to have fallen silent.
    silent_since: date | None = None

    @property
    def trouble(self) -> str:
        """What is wrong with it, in a few words; empty when nothing is."""
        if self.failures:
            times = "time" if self.failures == 1 else "times in a row"
            return f"failing, {self.failures} {times}: {self.error or 'no reason known'}"
        if self.late:
            return "late"
        if self.silent_since:
            return f"silent since {day(self.silent_since)}"
        return "" if self.read_at else "not read yet"

    def visits(self, now: datetime) -> tuple[str, str]:
        """When it was read last and is read next: "12m ago", "in 3m"; empty for never."""
        read = f"{_span(now - self.read_at)} ago" if self.read_at else ""
        ahead = self.next_at is not None and self.next_at > now
        following = f"in {_span(self.next_at - now)}" if self.next_at and ahead else "now"
        return read, following if self.next_at else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One time a channel was told, or is to be told, of a story."""

    channel: str
    title: str
    #: What was told: "Published".
    step: str
    #: Sent, owed, uncertain or refused, as the outbox has it.
    state: str
    #: When it was sent, else when it came to be owed.
    at: datetime
    #: One line a subscription: its query and the words that matched.
    why: tuple[str, ...]
    #: The sentences beside the title in which they stand: "Abstract, “huawei”: …".
    quotes: tuple[str, ...] = ()
    reason: str | None = None
    #: Where the message stands: its conversation and its name there; None until it was sent.
    message: tuple[str, str] | None = None
    #: The message's address, filled in by whoever can ask for it.
    link: str = ""
    #: By which whoever governs may settle it; None when it is not uncertain.
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Whether everything due was read and everything owed was sent."""

    #: When it was asked.
    at: datetime
    feeds: tuple[FeedStatus, ...]
    entries: int
    #: How many deliveries are in each state; states without any are left out.
    owed: dict[str, int]
    #: Subscriptions that tell nothing, with the reason.
    stopped: tuple[SubscriptionRow, ...]
    #: Deliveries that may or may not stand in their channel.
    uncertain: tuple[Telling, ...]
    #: Whether all that the Register lists is held; empty when no feed reads the Register.
    complete: str = ""
    #: Which copy polls and delivers; None when none does.
    leader: str | None = None
    #: When it last said so.
    led_at: datetime | None = None
    #: What is held back until a person decides, in a line; empty when nothing is.
    held: str = ""
    #: When the backup was made from which the database was restored; None when it never was.
    restored_from: datetime | None = None

    @property
    def troubled(self) -> tuple[FeedStatus, ...]:
        """Feeds with which something is wrong, failing ones first."""
        found = [feed for feed in self.feeds if feed.trouble]
        return tuple(sorted(found, key=lambda feed: (not feed.failures, not feed.late, feed.name)))

    @property
    def sound(self) -> tuple[FeedStatus, ...]:
        """The other feeds, by name."""
        found = [feed for feed in self.feeds if not feed.trouble]
        return tuple(sorted(found, key=lambda feed: feed.name))

    @property
    def headline(self) -> str:
        """Whether everything due was read, in one sentence."""
        counted = {
            "failing": sum(feed.failures > 0 for feed in self.feeds),
            "late": sum(feed.late and not feed.failures for feed in self.feeds),
            "silent": sum(feed.trouble.startswith("silent") for feed in self.feeds),
            "not read yet": sum(feed.trouble == "not read yet" for feed in self.feeds),
        }
        wrong = ", ".join(f"{count} {what}" for what, count in counted.items() if count)
        read = f"{len(self.feeds)} {'feed' if len(self.feeds) == 1 else 'feeds'}"
        return f"{read}: {wrong}" if wrong else f"{read}, each read when due"

    @property
    def led(self) -> str:
        """Who leads, and whether the database was restored, in a sentence or two."""
        seen = f", last seen {_span(self.at - self.led_at)} ago" if self.led_at else ""
        led = f"Led by {self.leader}{seen}." if self.leader else f"No bot is running{seen}."
        if self.restored_from is None:
            return led
        at = f"{self.restored_from:%d %B %Y, %H:%M} UTC"
        return f"{led} Restored from a backup of {at}."

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
    #: Why the channel that asks was not told of this very entry; empty when it was.
    silence: str = ""
    #: Why it is in its story; empty when it opened it.
    joined: str = ""


def _span(time: timedelta) -> str:
    """Roughly how long: "40s", "12m", "3h", "2d"."""
    seconds = max(0, int(time.total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= 2 * length or (seconds >= length and unit == "m"):
            return f"{seconds // length}{unit}"
    return f"{seconds}s"
