"""The whole of a story: each step, and its press."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time
from itertools import groupby

from sqlite_utils import Database

from bot import steps, story
from bot.answers import Problem
from bot.card import FOOTINGS
from bot.commands_marking import card_for
from bot.date_wording import NAMES
from bot.question import Question
from bot.timeline import Happening, Timeline
from bot.wording import visible
from feeds import footing, reference
from feeds.date_sentences import DateKind
from feeds.model import EASTERN
from storage import deadlines, entries, events, heads, lookup
from storage.entries import Entry
from storage.events import Event, Step

#: Of press reports in a row so many are named; the rest is counted.
_PRESS = 3
#: Copies are counted, not named.
_COPIED = steps.name(Step.COPIED)
#: Steps of the calendar, which the deadlines themselves tell, and what changed nothing.
_PASSING = {Step.COMMENTS_CLOSING, Step.COMMENTS_CLOSED, Step.EFFECTIVE, Step.DATED}
#: What a day that has passed is called.
_PASSED = {
    DateKind.EFFECTIVE: "In force",
    DateKind.COMMENTS_CLOSE: "Comments closed",
    DateKind.REPLIES_CLOSE: "Reply comments closed",
    DateKind.EXPIRES: "Expired",
}


def timeline(db: Database, question: Question) -> Timeline | Problem:
    """The story of the document or page that the text names."""
    named = reference.parse(question.text)
    found = lookup.find(db, named) if named else []
    if not found:
        return Problem(
            message="timeline takes a document number, citation, docket, RIN or URL that we know.",
            hint="timeline 2020-13093",
        )
    return _of_story(db, question, found[0].story_id)


def of_entry(db: Database, question: Question, entry_id: int) -> Timeline | Problem:
    """The story that an entry belongs to."""
    entry = entries.get(db, entry_id)
    return _of_story(db, question, entry.story_id) if entry else _GONE


def _of_story(db: Database, question: Question, story_id: int) -> Timeline | Problem:
    told = {entry.id: entry for entry in entries.of_story(db, story_id)}
    head = heads.head(db, story_id)
    if head is None:
        return _GONE
    moments = [
        _happening(event, told[event.entry_id])
        for event in events.of_story(db, story_id)
        if event.step not in _PASSING
    ]
    moments += [each for entry in told.values() for each in _days(db, entry, question.now)]
    if before := story.earlier_of(db, story_id):
        moments.append(_before(before))
    moments.sort(key=lambda each: each.at)
    return Timeline(card=card_for(db, question, head), happenings=tuple(_shortened(moments)))


_GONE = Problem(message="This story is not in the archive any more.")


def _happening(event: Event, entry: Entry) -> Happening:
    item = entry.item
    by = item.publisher if event.step is Step.REPORTED else ""
    whole_day = event.step is Step.LAW_CHANGED
    at = event.at or event.seen_at
    return Happening(
        at=datetime.combine(at.astimezone(EASTERN), time.max, EASTERN) if whole_day else at,
        whole_day=whole_day,
        what=FOOTINGS[footing.of(item)] if event.step is Step.REPORTED else steps.name(event.step),
        detail=visible(steps.detail(event) or by or "", 160),
        title=visible(item.title, 200),
        url=item.url,
        entry_id=entry.id,
        press=item.document is None,
    )


def _before(entry: Entry) -> Happening:
    """The story that came before, by what it began with."""
    return Happening(
        at=entry.item.event_at or entry.first_seen_at,
        what="An earlier story",
        detail=visible(entry.item.publisher or "", 80),
        title=visible(entry.item.title, 200),
        url=entry.item.url,
    )


def _days(db: Database, entry: Entry, now: datetime) -> Iterator[Happening]:
    """The days that a document sets, past and ahead."""
    for each in deadlines.of_entry(db, entry.id):
        due = each.due
        if due.day is None:
            continue
        ahead = due.day > now.astimezone(EASTERN).date()
        what = NAMES[due.kind] if ahead else _PASSED.get(due.kind, NAMES[due.kind])
        yield Happening(
            at=datetime.combine(due.day, time.max, EASTERN),
            what=what,
            detail=", ".join(
                said
                for said in (
                    due.applies_to and f"for {visible(due.applies_to, 60)}",
                    due.provisional and "provisional",
                )
                if said
            ),
            whole_day=True,
            ahead=ahead,
        )


def _shortened(happenings: Iterable[Happening]) -> Iterable[Happening]:
    """Press reports in a row: the first few, and how many more there are."""
    for press, row in groupby(happenings, key=lambda each: each.press):
        run = list(row)
        if not press:
            yield from run
            continue
        named = [each for each in run if each.what != _COPIED][:_PRESS]
        yield from named
        left = len(run) - len(named)
        if left > 0:
            yield Happening(
                at=run[-1].at,
                what=f"and {left} more press {'report' if left == 1 else 'reports'}",
            )
