"""The days ahead: when comments close and rules take effect, soonest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice

from sqlite_utils import Database

from bot.commands_rehearsing import topic_or_query
from bot.date_wording import NAMES
from bot.question import Question
from bot.timeline import DayAhead, DaysAhead
from bot.wording import day, visible
from feeds import matching
from feeds import query as queries
from feeds.model import EASTERN
from feeds.prepared import prepare
from storage import deadlines, deliveries, texts
from storage.deadlines import Deadline
from storage.entries import Entry

#: Days on a page; rows read at a time to fill it; how far ahead it looks.
PAGE, _BATCH, _HORIZON = 10, 200, timedelta(days=3 * 366)
#: How many rows are read for one page: a query that fits next to nothing ends there.
_MOST = 4_000


def ahead(db: Database, question: Question, *, after: str = "") -> DaysAhead:
    """Days that documents set: of a query's, or of the stories that this channel was told of.

    Args:
        db: Inside a transaction.
        question: Its text is a topic, a query, or nothing.
        after: Where the page before ended, as `DaysAhead.next` has it.

    Raises:
        QueryError: the query cannot be understood.
    """
    query = None
    if question.text:
        query = queries.parse(topic_or_query(question, question.text), topics=question.queries)
    known = set() if query else deliveries.stories_of(db, question.channel)

    def wanted(entry: Entry) -> bool:
        if query is None:
            return entry.story_id in known
        return matching.match(query, prepare(entry.item, texts.body(db, entry.id))) is not None

    today = question.now.astimezone(EASTERN).date()
    found = _found(db, wanted, today, _read(after))
    page = list(islice(found, PAGE))
    more = next(found, None) is not None
    return DaysAhead(
        query=str(query) if query else "",
        days=tuple(day_ahead(db, deadline, entry, today=today) for deadline, entry in page),
        next=_written(page[-1][0]) if more else None,
    )


def _found(
    db: Database, wanted: Callable[[Entry], bool], today: date, after: tuple[date, int] | None
) -> Iterator[tuple[Deadline, Entry]]:
    read = 0
    while read < _MOST:
        batch = deadlines.between(db, today, today + _HORIZON, after=after, limit=_BATCH)
        read += len(batch)
        yield from (each for each in batch if wanted(each[1]))
        if len(batch) < _BATCH:
            return
        last = batch[-1][0]
        after = (last.due.day or today, last.id)


def day_ahead(db: Database, deadline: Deadline, entry: Entry, *, today: date) -> DayAhead:
    """A day that a document sets, in words; what it was before is looked up."""
    due = deadline.due
    left = ((due.day or today) - today).days
    said = [{0: "today", 1: "tomorrow"}.get(left, f"in {left} days")]
    if due.applies_to:
        said.append(f"for {visible(due.applies_to, 60)}")
    if due.provisional:
        said.append("provisional")
    said += [
        f"moved from {day(former.day)}"
        + (f" by {due.source}" if _by_another(entry, due.source) else "")
        for former in deadlines.history(db, deadline.id)[-1:]
        if former.day
    ]
    return DayAhead(
        day=due.day or today,
        what=NAMES[due.kind],
        detail=", ".join(said),
        title=visible(entry.item.title, 200),
        url=entry.item.url,
        entry_id=entry.id,
    )


def _by_another(entry: Entry, number: str) -> bool:
    return entry.item.document is None or entry.item.document.number != number


def _written(deadline: Deadline) -> str:
    return f"{deadline.due.day}~{deadline.id}"


def _read(text: str) -> tuple[date, int] | None:
    """Where to go on; None for the beginning, also when a button cannot be read."""
    day_text, _, number = text.partition("~")
    try:
        return date.fromisoformat(day_text), int(number[:18])
    except ValueError:
        return None
