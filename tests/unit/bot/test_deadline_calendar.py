"""Deadlines as iCalendar, read back by a parser that shares nothing with the writer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from bot import deadline_calendar
from bot.date_wording import NAMES
from feeds.date_sentences import DateKind
from feeds.deadlines import Due
from storage.deadlines import Dated, Deadline, Former
from tests.factories import NOW, make_document, make_entry, make_item

DUE = Due(
    kind=DateKind.COMMENTS_CLOSE,
    day=date(2020, 8, 17),
    provisional=False,
    source="2020-13093",
    sentence="Comments must be received by August 17, 2020.",
)
DEADLINE = Deadline(
    id=1,
    uid="2c501438-5e34-4a25-8e9a-3915c91faf44",
    entry_id=1,
    due=DUE,
    sequence=0,
    set_at=NOW,
    changed_at=NOW,
)


def dated(due: Due = DUE, *history: Former, entry: Any = None, **but: Any) -> Dated:
    deadline = replace(DEADLINE, due=due, **{"sequence": len(history)} | but)
    return Dated(deadline=deadline, entry=entry or make_entry(), history=history)


def former(day: date | None) -> Former:
    return Former(day=day, provisional=True, source="2020-13093", set_at=NOW)


def calendar(name: str, deadlines: list[Dated]) -> bytes:
    return b"".join(deadline_calendar.calendar(name, deadlines))


def read(page: bytes) -> list[Any]:
    """The events of a calendar, each line within the 75 octets of RFC 5545, 3.1."""
    assert page.endswith(b"\r\n")
    assert max(map(len, page.split(b"\r\n"))) <= 75
    return list(vobject.readOne(page.decode()).contents.get("vevent", []))


def test_a_deadline_takes_its_whole_day_and_leaves_it_free() -> None:
    (event,) = read(calendar("Rulewire", [dated()]))

    assert (event.dtstart.value, event.dtend.value) == (date(2020, 8, 17), date(2020, 8, 18))
    assert event.transp.value == "TRANSPARENT"
    assert event.uid.value == DEADLINE.uid
    assert (event.sequence.value, event.status.value) == ("0", "CONFIRMED")
    assert event.dtstamp.value == NOW
    assert event.summary.value == f"Comments close: {make_item().title}"
    assert event.url.value == make_item().url
    assert event.categories.value == ["Comments close"]


def test_it_says_what_the_document_is_known_by_and_where_the_day_is_from() -> None:
    (event,) = read(calendar("Rulewire", [dated()]))

    assert event.description.value.splitlines() == [
        "Industry and Security Bureau (Commerce Department)",
        "85 FR 36719",
        "Document 2020-13093",
        "Docket BIS-2020-0017",
        "RIN 0694-AI06",
        "“Comments must be received by August 17, 2020.”",
    ]


def test_a_day_that_counts_on_a_planned_publication_is_tentative() -> None:
    (event,) = read(calendar("Rulewire", [dated(replace(DUE, provisional=True))]))

    assert event.status.value == "TENTATIVE"
    assert event.description.value.startswith("Provisional:")


def test_a_day_that_moved_keeps_its_name_and_says_from_where() -> None:
    moved = replace(DUE, day=date(2020, 9, 16), source="2020-17908", sentence="")
    before = dated()
    after = dated(moved, former(date(2020, 8, 17)), changed_at=NOW + timedelta(days=9))

    (first,), (second,) = (read(calendar("Rulewire", [each])) for each in (before, after))

    assert first.uid.value == second.uid.value
    assert int(second.sequence.value) > int(first.sequence.value)
    assert second.dtstart.value == date(2020, 9, 16)
    assert second.last_modified.value == NOW + timedelta(days=9)
    assert second.description.value.startswith("Moved from 17 August 2020 by 2020-17908.")


def test_a_day_that_is_lost_is_cancelled_where_it_stood() -> None:
    (event,) = read(calendar("Rulewire", [dated(DUE.unset(), former(date(2020, 8, 17)))]))

    assert event.status.value == "CANCELLED"
    assert event.dtstart.value == date(2020, 8, 17)
    assert event.description.value.startswith("No longer set.\nWas 17 August 2020.")


def test_a_deadline_that_never_had_a_day_is_left_out() -> None:
    assert read(calendar("Rulewire", [dated(DUE.unset(), former(None))])) == []


def test_equal_deadlines_make_equal_calendars() -> None:
    assert calendar("Rulewire", [dated()]) == calendar("Rulewire", [dated()])


@pytest.mark.parametrize("kind", DateKind)
def test_every_kind_of_day_has_a_name(kind: DateKind) -> None:
    (event,) = read(calendar("Rulewire", [dated(replace(DUE, kind=kind))]))

    assert event.summary.value.startswith(f"{NAMES[kind]}: ")


#: What ends a line, begins an event, or means something to iCalendar, among all other characters.
HOSTILE = st.lists(
    st.sampled_from(["\r\n", "\n", "\r", "\\n", "\\", ";", ",", ":", '"', "\x00", "\x0b", "\x85",
                     "\u2028", "\u202e", "END:VEVENT", "BEGIN:VEVENT", "\r\n ", "🦜", "ß", "e\u0301"])
    | st.text(max_size=40),
    max_size=8,
).map("".join)  # fmt: skip


@given(title=HOSTILE, sentence=HOSTILE, number=HOSTILE, part=HOSTILE, url=HOSTILE, name=HOSTILE)
def test_hostile_text_stays_text(
    *, title: str, sentence: str, number: str, part: str, url: str, name: str
) -> None:
    document = make_document(number=number, dockets=(sentence,), rins=(title,), citation=part)
    item = make_item(title=title, url=f"https://r.example/{url}", document=document)
    due = replace(DUE, sentence=sentence, source=number, applies_to=part)

    page = calendar(name, [dated(due, entry=make_entry(item=item)), dated()])

    lines = page.split(b"\r\n")
    assert sum(line.startswith(b"BEGIN:") for line in lines) == 3
    assert sum(line.startswith(b"END:") for line in lines) == 3
    first, second = read(page)
    assert second.summary.value == f"Comments close: {make_item().title}"
    assert first.dtstart.value == date(2020, 8, 17)
    assert first.summary.value.startswith("Comments close")
    assert "\n" not in first.summary.value
    names = {"uid", "sequence", "dtstamp", "last-modified", "dtstart", "dtend", "transp", "status"}
    assert set(first.contents) <= names | {"summary", "description", "categories", "url"}


def test_a_moment_in_another_zone_is_written_in_utc() -> None:
    (event,) = read(calendar("Rulewire", [dated(changed_at=datetime(2020, 6, 18, tzinfo=UTC))]))

    assert event.dtstamp.value == datetime(2020, 6, 18, tzinfo=UTC)
