"""A document's dates in words: when it binds, until when one may comment, how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from bot.wording import READ, Fact, day, visible
from feeds import document_dates
from feeds.date_sentences import DateKind
from feeds.document_dates import DocumentDate
from feeds.model import Document, DocumentType, Stage
from feeds.standing import Force, Standing
from feeds.text import sentences

#: What comes on a day, by the kind of its deadline.
NAMES = {
    DateKind.EFFECTIVE: "Takes effect",
    DateKind.COMMENTS_CLOSE: "Comments close",
    DateKind.REPLIES_CLOSE: "Reply comments close",
    DateKind.APPLICABLE: "Applies",
    DateKind.COMPLIANCE: "Compliance",
    DateKind.EXPIRES: "Expires",
}

#: Dates of the rest, with what a card calls them.
_OTHERS = {
    DateKind.REPLIES_CLOSE: "Reply comments close",
    DateKind.APPLICABLE: "Applicable",
    DateKind.COMPLIANCE: "Comply by",
    DateKind.EXPIRES: "Expires",
}
#: How many parts of a document are named that take effect on a day of their own.
_PARTS = 3

#: What a headline adds to the stage.
_FORCES = {
    Force.IN_FORCE: "in force",
    Force.DELAYED: "delayed",
    Force.SUSPENDED: "suspended",
    Force.EXPIRED: "expired",
    Force.SUPERSEDED: "superseded",
}


def stage_and_force(stage: str, stands: Standing) -> str:
    """The stage with what has become of it: "Published and in force"."""
    force = _FORCES.get(stands.force)
    return f"{stage} and {force}" if force else stage


def facts(
    document: Document, dates: Sequence[DocumentDate], stands: Standing, *, today: date
) -> Iterator[Fact]:
    """What a card states of a document's dates; nothing of those that are not known.

    Only a published rule says that it states no effective date, because there the silence means
    something.

    Args:
        document: Whose dates they are.
        dates: As `document_dates.of` gives them.
        stands: What later documents made of it.
        today: The Eastern day from which days left are counted.
    """
    if effective := _effective(document, dates, stands, today=today):
        yield Fact(label="Effective", value=effective)
    if comments := _comments(dates, stands, today=today):
        yield Fact(label="Comments close", value=comments)
    for kind, label in _OTHERS.items():
        found = document_dates.main(dates, kind)
        if found and found.day and not _said_already(found, dates):
            yield Fact(label=label, value=", ".join([day(found.day), *_surety(found)]))


def _said_already(found: DocumentDate, dates: Sequence[DocumentDate]) -> bool:
    """A rule that is applicable on the day it takes effect says so once."""
    effective = document_dates.main(dates, DateKind.EFFECTIVE)
    return (
        found.kind is DateKind.APPLICABLE and effective is not None and effective.day == found.day
    )


def _effective(
    document: Document, dates: Sequence[DocumentDate], stands: Standing, *, today: date
) -> str:
    """The day, what it rests on, how far off it is, and the days of parts that have their own."""
    main = document_dates.main(dates, DateKind.EFFECTIVE)
    if stands.because:
        return _after_another(stands)
    if main is None or main.day is None:
        silent = stands.stage is Stage.PUBLISHED and document.type is DocumentType.RULE
        return _as_printed(document) if main or silent else ""
    words = [day(main.day)]
    if document.publication_date:
        words.append(_basis((main.day - document.publication_date).days))
    words += _surety(main)
    if main.day > today:
        words.append(f"in {_days((main.day - today).days)}")
    parts = [
        f"{day(other.day)} for {visible(other.applies_to, 80)}"
        for other in dates
        if other.kind is DateKind.EFFECTIVE
        and other.applies_to
        and other.day != main.day
        and other.day
    ]
    return "; ".join([", ".join(words), *parts[:_PARTS]])


def _after_another(stands: Standing) -> str:
    """What a later document made of it."""
    by = f"by {visible(stands.because, 40)}"
    on = day(stands.day) if stands.day else "no day set yet"
    match stands.force:
        case Force.SUSPENDED:
            return f"suspended through {on} {by}" if stands.day else f"suspended {by}"
        case Force.NOT_YET | Force.DELAYED | Force.IN_FORCE | Force.NOT_STATED:
            return f"{on}, moved {by}"
        case force:
            return f"{force.value} {by}" + (f", {on}" if stands.day else "")


def _as_printed(document: Document) -> str:
    """What the DATES paragraph says when no one effective date can be read from it."""
    said = sentences((document.dates or "")[:READ])
    quote = next((one for one in said if "effective" in one.casefold()), "")
    return f"as printed: “{visible(quote, 200)}”" if quote else "not stated"


def _basis(days_after: int) -> str:
    if days_after == 0:
        return "the day of publication"
    return f"{_days(days_after)} after publication" if days_after > 0 else "before publication"


def _comments(dates: Sequence[DocumentDate], stands: Standing, *, today: date) -> str:
    close = stands.comments_close
    if close is None:
        return ""
    left = (close - today).days
    when = "closes today" if left == 0 else f"{_days(left)} left" if left > 0 else "closed"
    own = document_dates.main(dates, DateKind.COMMENTS_CLOSE)
    if own and own.day and own.day != close:
        return f"{day(close)}, {when}, moved from {day(own.day)}"
    return ", ".join([day(close), when, *(_surety(own) if own else [])])


def _surety(found: DocumentDate) -> list[str]:
    """How sure a date is: one that is counted from a publication still planned may move."""
    return ["provisional"] if found.provisional else []


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
