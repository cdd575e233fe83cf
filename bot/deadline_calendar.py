"""Pure: deadlines as an iCalendar document (RFC 5545), for people's own calendars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from icalendar import Calendar, Event

from bot.date_wording import NAMES
from bot.wording import day, issued_by, safe_url, visible
from feeds.model import Document
from storage.deadlines import Dated, Former

#: How often a calendar program may ask again (RFC 7986, 5.7).
REFRESH = timedelta(hours=1)
#: Of a title, or of the sentence that sets the day (characters).
_LONGEST = 300
_END = b"END:VCALENDAR\r\n"


def calendar(name: str, deadlines: Iterable[Dated]) -> Iterator[bytes]:
    """The deadlines as one VCALENDAR, piece by piece; equal for equal deadlines.

    Each is an event that takes a whole day and leaves the day free. Its UID stays, and its SEQUENCE
    is higher each time its day moves. A day that counts on a publication still planned is TENTATIVE;
    a deadline that has lost its day is CANCELLED on the last day that it had.

    Args:
        name: What the calendar is called.
        deadlines: Those that never had a day are left out.
    """
    whole = Calendar()
    whole.add("prodid", "-//Rulewire//Deadlines//EN")
    whole.add("version", "2.0")
    title = visible(name, 200)
    whole.add("name", title)  # RFC 7986, 5.1
    whole.add("x-wr-calname", title)  # the same for programs that are older than it
    whole.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    yield whole.to_ical().removesuffix(_END)
    for dated in deadlines:
        if dated.day:
            yield _event(dated, dated.day).to_ical()
    yield _END


def _event(dated: Dated, on: date) -> Event:
    deadline, due, item = dated.deadline, dated.deadline.due, dated.entry.item
    what = NAMES[due.kind]
    part = f" for {visible(due.applies_to, 80)}" if due.applies_to else ""
    event = Event()
    event.add("uid", deadline.uid)
    event.add("sequence", deadline.sequence)
    # Without a METHOD this is when the event was revised last (RFC 5545, 3.8.7.2).
    event.add("dtstamp", deadline.changed_at)
    event.add("last-modified", deadline.changed_at)
    event.add("dtstart", on)
    event.add("dtend", on + timedelta(days=1))  # the day after: the end is not part of it (3.6.1)
    event.add("transp", "TRANSPARENT")
    event.add("status", _status(dated))
    event.add("summary", f"{what}{part}: {visible(item.title, _LONGEST)}")
    event.add("description", "\n".join(_description(dated)))
    event.add("categories", [what])
    if url := safe_url(item.url):
        event.add("url", url)
    return event


def _status(dated: Dated) -> str:
    due = dated.deadline.due
    if due.day is None:
        return "CANCELLED"
    return "TENTATIVE" if due.provisional else "CONFIRMED"


def _description(dated: Dated) -> Iterator[str]:
    due, document = dated.deadline.due, dated.entry.item.document
    by = f" by {visible(due.source, 40)}"
    another = document is None or document.number != due.source
    if due.day is None:
        yield f"No longer set{by if another else ''}."
    elif due.provisional:
        yield "Provisional: counted from a publication that is only planned."
    for former in dated.history[-1:]:
        yield from _moved(former, by if another else "", gone=due.day is None)
    if document:
        yield from _known_by(document)
    if due.sentence:
        yield f"“{visible(due.sentence, _LONGEST)}”"


def _moved(former: Former, by: str, *, gone: bool) -> Iterator[str]:
    if former.day:
        yield f"Was {day(former.day)}." if gone else f"Moved from {day(former.day)}{by}."


def _known_by(document: Document) -> Iterator[str]:
    if agencies := issued_by(document.agencies):
        yield agencies
    rows = (
        ("", document.citation or ""),
        ("Document ", document.number),
        ("Docket ", ", ".join(document.dockets)),
        ("RIN ", ", ".join(document.rins)),
    )
    yield from (f"{label}{visible(value, 160)}" for label, value in rows if value)
