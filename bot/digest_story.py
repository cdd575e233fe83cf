"""Read a story as a digest tells it: in its newest state, with the days it sets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot import digest, story
from bot.card import card
from bot.date_wording import NAMES
from bot.digest import DayAhead, StoryTold
from bot.steps import as_step
from feeds.model import EASTERN
from storage import deadlines, entries, heads, relations, texts
from storage.deliveries import Delivery, Why
from storage.entries import Entry
from storage.events import Step

#: Steps whose own headline goes by the day on which they are told.
_BY_THE_DAY = {Step.EFFECTIVE, Step.COMMENTS_CLOSING}


def read(db: Database, told: Sequence[Delivery], *, now: datetime, timezone: ZoneInfo) -> StoryTold:
    """One story of which several steps may be told at once.

    Args:
        db: Only read.
        told: Of one story and one channel, at least one.
        now: From which days left are counted.
        timezone: In which moments are told.

    Raises:
        LookupError: their entries are not there, which cannot be.
    """
    by_event = {each.event.id: each for each in told}
    event = digest.lead([each.event for each in told])
    entry = entries.get(db, event.entry_id)
    if entry is None:
        raise LookupError(f"event {event.id} is of an entry that is not there")
    shown = card(
        entry,
        whys=_whys(by_event[event.id], told),
        now=now,
        timezone=timezone,
        preamble=texts.preamble(db, entry.id),
        later=relations.later(db, entry.id),
        earlier=story.earlier_of(db, event.story_id),
    )
    return StoryTold(
        step=event.step,
        card=shown if event.step in _BY_THE_DAY else as_step(shown, event, now=now),
        before=tuple(each.event for each in told if each.event.id != event.id),
        days=_days(db, entry, now=now),
        press=heads.press_of(db, event.story_id),
    )


def _whys(leading: Delivery, told: Sequence[Delivery]) -> tuple[Why, ...]:
    """Who asked for the step it is told by, then who asked for the others."""
    found = {why.subscription: why for each in (*reversed(told), leading) for why in each.whys}
    first = {why.subscription: why for why in leading.whys}
    return tuple((first | {name: found[name] for name in found if name not in first}).values())


def _days(db: Database, entry: Entry, *, now: datetime) -> tuple[DayAhead, ...]:
    """Each day ahead that the document sets, once."""
    today = now.astimezone(EASTERN).date()
    return tuple(
        DayAhead(on=due.day, what=NAMES[due.kind], provisional=due.provisional)
        for due in (each.due for each in deadlines.of_entry(db, entry.id))
        if due.day and due.day >= today and not due.applies_to
    )
