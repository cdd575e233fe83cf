"""Which issue days are compared, when, and what is said of having everything (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.bulletin import Bulletin, Part, Row
from bot.wording import day as in_words
from bot.wording import visible
from feeds.issue_days import is_issue_day
from feeds.model import EASTERN
from storage.issue_days import IssueDay, List
from storage.issue_documents import Counted, FoundLate, IssueDocument

DAY = timedelta(days=1)
#: How far back each night looks.
WINDOW = 30
#: Local hours of the night, in which a comparison may begin.
NIGHT = (time(2), time(5))
#: A comparison that did not end is begun again after this; one that is so old is due at any hour.
AGAIN, OVERDUE = timedelta(hours=1), timedelta(hours=24)
#: Two comparisons of one night are never this far apart.
_ONE_NIGHT = timedelta(hours=6)
#: Eastern time by which a day's lists are whole: the last filings come at 18:00.
WHOLE = time(20)
#: An issue that is still not listed after so many days was not printed.
NO_ISSUE = 3
#: How many documents and days are named.
_NAMED = 5


def window(now: datetime) -> tuple[date, date]:
    """The first and the last of the days that can be compared: those that are over."""
    local = now.astimezone(EASTERN)
    last = local.date() if local.time() >= WHOLE else local.date() - DAY
    return last - DAY * (WINDOW - 1), last


def is_due(
    started_at: datetime | None, done_at: datetime | None, *, now: datetime, timezone: ZoneInfo
) -> bool:
    """Whether to compare now: by night, or when the last time is a day ago.

    Args:
        started_at: When the last comparison began.
        done_at: When one last ended.
        now: Of this look. Times ahead of it are of a clock that has gone back since.
        timezone: Whose night.
    """
    if (
        started_at
        and (done_at is None or started_at > done_at)
        and started_at <= now < started_at + AGAIN
    ):
        return False
    if done_at is None or done_at > now or now - done_at >= OVERDUE:
        return True
    starts, ends = NIGHT
    return starts <= now.astimezone(timezone).time() < ends and now - done_at > _ONE_NIGHT


def verdict(
    kind: List,
    day: date,
    *,
    count: int | None,
    trouble: str,
    later: bool,
    last: date,
    now: datetime,
) -> IssueDay | None:
    """What came of comparing a list of a day; None for a day without an issue, as expected.

    Args:
        kind: Which list.
        day: Which day.
        count: Documents of the whole issue; None when the Register did not tell.
        trouble: Why not everything of it could be asked for; empty when it could.
        later: Whether an issue of a later day is listed.
        last: The last day that is compared.
        now: Time of the comparison.
    """
    if not count and not is_issue_day(day):
        return None
    if not trouble and not count:
        # Offices may be closed by an order that no calendar knows; an issue may also come late.
        closed = count == 0 and later and (last - day).days >= NO_ISSUE
        trouble = "" if closed else "nothing is listed for it"
    return IssueDay(
        list=kind,
        day=day,
        listed=count,
        verified_at=None if trouble else now,
        problem=trouble or None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """Whether we hold what the Register lists of the last issue days."""

    #: Both lists of each, oldest first.
    days: tuple[IssueDay, ...]
    counted: Counted
    missing: tuple[IssueDocument, ...]
    #: When a comparison last ended; None when none has.
    done_at: datetime | None

    @property
    def line(self) -> str:
        """All of it in one line: "Complete: 22 issue days to 18 June 2020, 4,913 documents, …"."""
        if not self.days:
            return "Not compared with the Register's lists yet: that is done by night"
        issue_days = len({each.day for each in self.days if each.listed != 0})
        span = f"{issue_days:,} issue day{'' if issue_days == 1 else 's'} to {in_words(self.days[-1].day)}"
        listed = sum(each.listed or 0 for each in self.days)
        held = f"{listed:,} documents listed, {self.counted.listed:,} of them for our feeds"
        if self.counted.found_late:
            held += f", {self.counted.found_late:,} found late"
        if problems := self.problems:
            return f"Incomplete: {'; '.join(problems)} ({span}, {held})"
        return f"Complete: {span}, {held}"

    @property
    def problems(self) -> list[str]:
        """What is missing, and which days could not be verified, each in a few words."""
        found = []
        if self.missing:
            names = list(dict.fromkeys(each.number for each in self.missing))
            found.append(f"missing {_listed(names)}")
        by_reason: dict[str, list[str]] = {}
        for each in self.days:
            if each.verified_at is None:
                named = (
                    f"{in_words(each.day)}{' (inspection)' if each.list is List.INSPECTION else ''}"
                )
                by_reason.setdefault(each.problem or "not asked for", []).append(named)
        found += [
            f"could not verify {_listed(days)}: {visible(reason, 200)}"
            for reason, days in by_reason.items()
        ]
        return found


def found_late(found: Sequence[FoundLate]) -> Bulletin:
    """What is said of documents, at least one, that no poll had brought."""
    several, them = "One document was", "it"
    if len(found) > 1:
        several, them = f"{len(found)} documents were", "them"
    told = any(each.owed for each in found)
    after = "Alerts of them say “Found late”." if told else f"Nobody else is told of {them}."
    rows = []
    for each in found:
        where = "on inspection" if each.list is List.INSPECTION else "printed"
        said = ", told" if each.owed else ""
        rows.append(
            Row(
                text=visible(each.title, 160),
                url=each.url,
                detail=f"{each.number}, {where} {in_words(each.day)}{said}",
            )
        )
    return Bulletin(
        title=f"{several} missing and found late",
        parts=(
            Part(
                text=f"No poll had brought {them}; the nightly comparison with the Federal"
                f" Register's own lists did. {after}",
                rows=tuple(rows),
            ),
        ),
    )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
