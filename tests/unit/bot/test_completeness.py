"""Which issue days are compared, when, and what is said of having everything."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import completeness
from bot.completeness import Completeness, is_due, verdict, window
from bot.slack import bulletin_blocks
from storage.issue_days import IssueDay, List
from storage.issue_documents import Counted, FoundLate, IssueDocument
from tests.factories import NOW
from tests.slack_limits import check_limits

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BERLIN, EASTERN = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
THURSDAY = date(2020, 6, 18)
COUNTED = Counted(listed=612, seen=612, matched=40, told=39, found_late=2)


@pytest.mark.parametrize(
    ("now", "last"),
    [
        (datetime(2020, 6, 18, 19, 59, tzinfo=EASTERN), date(2020, 6, 17)),
        (datetime(2020, 6, 18, 20, 0, tzinfo=EASTERN), date(2020, 6, 18)),
        (datetime(2020, 6, 19, 2, 30, tzinfo=BERLIN), date(2020, 6, 18)),
        (datetime(2020, 6, 19, 2, 30, tzinfo=EASTERN), date(2020, 6, 18)),
    ],
)
def test_a_day_is_compared_once_its_lists_are_whole(now: datetime, last: date) -> None:
    assert window(now) == (last - 29 * DAY, last)


def night(hour: int, *, day: int = 19) -> datetime:
    return datetime(2020, 6, day, hour, tzinfo=EASTERN)


@pytest.mark.parametrize(
    ("started", "done", "now", "due"),
    [
        (None, None, night(12), True),  # never yet
        (night(3), night(3), night(4), False),  # done tonight
        (night(3, day=18), night(3, day=18), night(2), True),
        (night(3, day=18), night(3, day=18), night(1), False),  # not night yet
        (night(12, day=18), night(12, day=18), night(12), True),  # a day ago, whatever the hour
        (night(2), night(2, day=18), night(2) + HOUR / 2, False),  # begun, and perhaps cut off
        (night(2), night(2, day=18), night(3), True),
        (night(2, day=25), night(2, day=25), night(12), True),  # the clock has gone back since
    ],
)
def test_when_to_compare(
    started: datetime | None, done: datetime | None, now: datetime, due: bool
) -> None:
    assert is_due(started, done, now=now, timezone=EASTERN) is due


@given(st.lists(st.integers(1, 400), min_size=1, max_size=200))
def test_however_often_it_is_looked_a_day_brings_one_or_two_comparisons(steps: list[int]) -> None:
    """One by night, and one more at most when the last was by day."""
    now, done = night(12), None
    compared: list[datetime] = []
    for minutes in steps:
        now += timedelta(minutes=minutes)
        if is_due(done, done, now=now, timezone=EASTERN):
            compared.append(now)
            done = now

    for first, third in zip(compared, compared[2:], strict=False):
        assert third - first > DAY - 3 * HOUR


def judged(
    day: date, count: int | None, *, trouble: str = "", later: bool = True
) -> IssueDay | None:
    return verdict(
        List.PRINTED,
        day,
        count=count,
        trouble=trouble,
        later=later,
        last=THURSDAY,
        now=NOW,
    )


def test_a_day_is_verified_when_its_issue_is_listed_and_everything_could_be_asked_for() -> None:
    whole = judged(THURSDAY, 123)
    part = judged(THURSDAY, 123, trouble="fcc: answered 503")

    assert whole
    assert (whole.verified_at, whole.problem) == (NOW, None)
    assert part
    assert (part.verified_at, part.problem) == (None, "fcc: answered 503")


def test_an_issue_that_is_not_listed_may_come_late_and_after_days_of_later_ones_was_none() -> None:
    late = judged(THURSDAY - DAY, 0)
    shutdown = judged(THURSDAY - 9 * DAY, 0, later=False)
    closed = judged(THURSDAY - 3 * DAY, 0)

    assert late
    assert late.problem == "nothing is listed for it"
    assert shutdown
    assert shutdown.verified_at is None
    assert closed
    assert closed.verified_at == NOW


def test_a_weekend_has_a_row_only_when_something_is_printed_on_it() -> None:
    saturday = date(2020, 6, 13)

    assert judged(saturday, 0) is None
    assert judged(saturday, None) is None
    assert judged(saturday, 3) is not None


def listed(day: date, **but: object) -> IssueDay:
    values: dict[str, object] = {"listed": 100, "verified_at": NOW, "problem": None, **but}
    return IssueDay(list=List.PRINTED, day=day, **values)  # type: ignore[arg-type]  # a test names what it likes


def document(number: str) -> IssueDocument:
    return IssueDocument(
        list=List.PRINTED, day=THURSDAY, number=number, key=f"fr:{number}", feed="bis"
    )


def said(*days: IssueDay, missing: tuple[IssueDocument, ...] = ()) -> Completeness:
    return Completeness(days=days, counted=COUNTED, missing=missing, done_at=NOW)


def test_one_line_says_that_everything_is_held() -> None:
    assert said(listed(THURSDAY - DAY), listed(THURSDAY)).line == (
        "Complete: 2 issue days to 18 June 2020, 200 documents listed, 612 of them for our feeds,"
        " 2 found late"
    )


def test_of_no_issue_that_is_listed_one_line_says_so() -> None:
    found = said(listed(THURSDAY, listed=0, verified_at=None, problem="nothing is listed for it"))

    assert "(0 issue days to 18 June 2020," in found.line


def test_one_line_says_what_is_missing_and_what_could_not_be_verified() -> None:
    failed = listed(THURSDAY, verified_at=None, problem="answered 503")
    many = tuple(document(f"2020-{each}") for each in range(7))

    found = said(listed(THURSDAY - DAY), failed, missing=many)

    assert found.problems == [
        "missing 2020-0, 2020-1, 2020-2, 2020-3, 2020-4 and 2 more",
        "could not verify 18 June 2020: answered 503",
    ]
    assert found.line.startswith("Incomplete: missing 2020-0, ")


def test_what_was_found_late_fits_one_message_however_much_it_is() -> None:
    hostile = "<!channel> *x* `y` " * 40
    found = [
        FoundLate(
            list=List.INSPECTION,
            day=THURSDAY,
            number=f"2020-{each}",
            key=f"fr:2020-{each}",
            feed="inspection",
            title=hostile,
            url="https://www.federalregister.gov/" + "x" * 1_000,
            owed=each % 2 == 0,
        )
        for each in range(300)
    ]

    text, blocks = bulletin_blocks.message(completeness.found_late(found))

    assert check_limits({"text": text, "blocks": blocks}) == []
    assert "<!channel>" not in f"{text}{blocks}"


@pytest.mark.parametrize(
    ("owed", "said"),
    [
        ((False,), "No poll had brought it; the nightly comparison .* Nobody else is told of it."),
        ((False, False), "brought them; .* Nobody else is told of them."),
        ((False, True), "brought them; .* Alerts of them say “Found late”."),
    ],
)
def test_what_was_found_late_says_whether_anybody_else_is_told(
    owed: tuple[bool, ...], said: str
) -> None:
    found = [
        FoundLate(
            list=List.PRINTED,
            day=THURSDAY,
            number=f"2020-{number}",
            key=f"fr:2020-{number}",
            feed="register",
            title="A rule",
            url="https://www.federalregister.gov/d/x",
            owed=each,
        )
        for number, each in enumerate(owed)
    ]

    assert re.search(said, completeness.found_late(found).parts[0].text)


def test_times_are_compared_across_zones() -> None:
    done = datetime(2020, 6, 18, 6, 0, tzinfo=UTC)

    assert is_due(done, done, now=datetime(2020, 6, 19, 2, 0, tzinfo=BERLIN), timezone=BERLIN)
