"""Which items of a visit are told and which are held back as a flood, by what they say, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from feeds.habits import LATE, Habits, crowded, host_of, marks
from feeds.model import Item

#: Fewer than this of one kind are no flood, and so many of a burst are told in any case.
FEW = 5
#: So many times a feed's usual volume are a burst, but never fewer than this (items).
BURST, BURST_AT_LEAST = 20, 20
#: On no day so far did the feed bring half as many.
_BUSIER = 2
#: A Register document printed longer ago than this is no news: what is found late, after the bot
#: stood still or by the nightly check, is a month old at most.
_OLD_DOCUMENT = timedelta(days=60)


class Reason(StrEnum):
    """Why an item is held back."""

    REISSUED = "reissued"  # the feed brought it before, under another id or date
    FOREIGN = "foreign"  # it is another feed's
    OLD = "old"  # dated long before the feed was last read
    REWRITTEN = "rewritten"  # known, and so many texts changed at once that it answers a query now
    BURST = "burst"  # many times what the feed usually brings


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """One item of a visit, and what is known of it."""

    item: Item
    #: As it was remembered before; None for a new one.
    before: Item | None = None
    #: Its contents are other than before.
    changed: bool = False
    #: Some subscription asks for it, and did not for what it was before.
    wanted: bool = False
    #: Another feed that brought it, or its headline, before; empty when none did.
    elsewhere: str = ""
    #: It tells a story that was known before.
    corroborated: bool = False

    @property
    def new(self) -> bool:
        """Never seen before under this key."""
        return self.before is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flood:
    """What of a visit is not told, and why."""

    #: Of most of it.
    reason: Reason
    #: By the place of the item in the visit.
    held: dict[int, Reason] = field(default_factory=dict)
    #: Items that came again under other ids or dates, and were known for what they are.
    known: int = 0
    #: The other feed or the host from which foreign items are; empty when there are none.
    origin: str = ""


def judge(
    visit: Sequence[Sighted],
    habits: Habits,
    *,
    last_visit: datetime | None,
    told_today: int,
    now: datetime,
) -> Flood | None:
    """Hold back what is no news, and keep what is: each item is judged by its own content.

    Args:
        visit: Every item of it, known ones too.
        habits: Of the feed, before this visit.
        last_visit: When it was last read; None when never.
        told_today: Items of the feed that somebody was told of in the last day.
        now: Time of the visit.

    Returns:
        None when everything can be told. Never holds what is new, dated since the last visit and
        on the feed's own pages, unless the feed brings `BURST` times its usual volume.
    """
    again = [each for each in visit if _again(each)]
    reissued = _reissued(visit, habits, known=len(again))
    held = dict.fromkeys(reissued, Reason.REISSUED)
    foreign, origin = _foreign(visit, habits, own={*reissued})
    for numbers, reason in (
        (foreign, Reason.FOREIGN),
        (_old(visit, habits, last_visit), Reason.OLD),
        (_rewritten(visit), Reason.REWRITTEN),
    ):
        held = dict.fromkeys(numbers, reason) | held
    burst = _burst(
        [(n, each) for n, each in _new(visit) if n not in held and each.item.document is None],
        habits,
        days=(now - last_visit) / timedelta(days=1) if last_visit else 1.0,
        spared=max(0, FEW - told_today),
    )
    held |= dict.fromkeys(burst, Reason.BURST)
    known = len(again) if len(again) >= FEW else 0
    if not held and not known:
        return None
    main = Counter(held.values()).most_common(1)
    return Flood(
        reason=main[0][0] if main else Reason.REISSUED, held=held, known=known, origin=origin
    )


def _new(visit: Sequence[Sighted]) -> Iterator[tuple[int, Sighted]]:
    return ((n, each) for n, each in enumerate(visit) if each.new)


def _again(each: Sighted) -> bool:
    """A press item of this feed that is known, and only its id or its date is another."""
    before, item = each.before, each.item
    if before is None or each.changed or item.document or before.document:
        return False
    if before.feed != item.feed:
        return False
    later = bool(before.event_at and item.event_at and item.event_at > before.event_at)
    return before.key != item.key or later


def _reissued(visit: Sequence[Sighted], habits: Habits, *, known: int) -> list[int]:
    """What the feed brought before, and with it what it shows under one headline over and over.

    Of the latter not what is dated by itself, after everything that the feed brought: that is the
    next of its kind.
    """
    found = [n for n, each in _new(visit) if habits.brought(each.item)]
    if known + len(found) < FEW:
        return []
    shown = Counter(mark for each in visit for mark in marks(each.item))
    shared = crowded([each.item.event_at for each in visit if each.item.event_at], most=FEW)
    often = [
        n
        for n, each in _new(visit)
        if habits.brought_as_often(each.item, shown)
        and (each.item.event_at in shared or not habits.is_newer(each.item))
    ]
    return sorted({*found, *often})


def _foreign(
    visit: Sequence[Sighted], habits: Habits, *, own: Iterable[int]
) -> tuple[list[int], str]:
    """Items on a host that the feed never linked to, and those of a feed that this one now shows."""
    own = {*own}
    strange = [
        n
        for n, each in enumerate(visit)
        if each.item.document is None and habits.is_strange(host_of(each.item))
    ]
    if any(n in own or _again(visit[n]) for n in strange):
        return [], ""  # the feed's own items are there: it has moved house
    carried = Counter(each.elsewhere for each in visit if each.elsewhere)
    other, count = next(iter(carried.most_common(1)), ("", 0))
    swapped = count >= FEW and 2 * count >= len(visit) and habits.acquainted and not habits.shares
    theirs = [n for n, each in enumerate(visit) if swapped and each.elsewhere == other]
    if len(strange) < FEW:
        strange = []
    found = {*strange, *theirs}
    hosts = Counter(host_of(visit[n].item) for n in strange).most_common(1)
    origin = other if swapped else hosts[0][0] if hosts else ""
    return [n for n, _ in _new(visit) if n in found], origin


def _old(visit: Sequence[Sighted], habits: Habits, last_visit: datetime | None) -> list[int]:
    """What was there to be seen when the feed was last read, and was not."""
    if last_visit is None:
        return []
    latest = last_visit - LATE
    if habits.newest:
        latest = min(latest, habits.newest)  # a feed that stood still catches up
    found = [
        n
        for n, each in _new(visit)
        if each.item.event_at
        and (
            each.item.event_at < last_visit - _OLD_DOCUMENT
            if each.item.document
            else not habits.late and each.item.event_at < latest
        )
    ]
    return found if len(found) >= FEW else []


def _rewritten(visit: Sequence[Sighted]) -> list[int]:
    """Known press items that answer a query only now, as when a footer is put under each."""
    found = [
        n
        for n, each in enumerate(visit)
        if each.changed and each.wanted and each.before and each.item.document is None
    ]
    return found if len(found) >= FEW else []


def _burst(
    fresh: Sequence[tuple[int, Sighted]], habits: Habits, *, days: float, spared: int
) -> list[int]:
    """Of many times the usual volume all that is wanted but for a few.

    Those are told that others tell as well, then those with a moment of their own, then the newest.
    """
    usual = habits.daily * max(days, 1.0)
    volume = habits.today + len(fresh)
    if not habits.acquainted or volume < max(
        BURST_AT_LEAST, BURST * usual, _BUSIER * habits.busiest
    ):
        return []
    shared = crowded([each.item.event_at for _, each in fresh if each.item.event_at], most=FEW)

    def rank(numbered: tuple[int, Sighted]) -> tuple[bool, bool, float]:
        each = numbered[1]
        at = each.item.event_at
        return not each.corroborated, at is None or at in shared, -at.timestamp() if at else 0.0

    wanted = sorted(((n, each) for n, each in fresh if each.wanted), key=rank)
    return [n for n, _ in wanted[spared:]]
