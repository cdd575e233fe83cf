"""The days that a document sets, once what later documents do to it is taken into account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from feeds import document_dates, standing
from feeds.date_sentences import DateKind
from feeds.document_dates import DocumentDate
from feeds.model import EASTERN, Stage
from feeds.standing import Force, Later

#: What each kind of date is called, for a text that says that it moved.
NAMES = {
    DateKind.EFFECTIVE: "effective date",
    DateKind.COMMENTS_CLOSE: "comment deadline",
    DateKind.REPLIES_CLOSE: "reply comment deadline",
    DateKind.APPLICABLE: "applicability date",
    DateKind.COMPLIANCE: "compliance date",
    DateKind.EXPIRES: "expiry",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One day that a document sets."""

    kind: DateKind
    #: Eastern; None when it is not known, or no longer set.
    day: date | None
    #: Counted from a publication still planned.
    provisional: bool
    #: Number of the document that sets it: the document itself, or a later one that moved it.
    source: str
    #: Where it says so; empty when the Register's own field does.
    sentence: str
    #: The sections it is for, as printed; empty for the whole document.
    applies_to: str = ""

    def unset(self) -> Due:
        """The same without a day."""
        return replace(self, day=None, provisional=False)


def of(
    number: str,
    dates: Sequence[DocumentDate],
    later: Sequence[Later],
    *,
    stage: Stage,
    now: datetime,
) -> tuple[Due, ...]:
    """The days that a document sets as of a moment, each kind and part of it once.

    Args:
        number: The document's.
        dates: Its own, as `document_dates.of` gives them.
        later: What later documents do to it.
        stage: A document that was withdrawn from inspection sets none.
        now: Later documents that do something only after it are left out.
    """
    if stage is Stage.WITHDRAWN:
        return ()
    stands = standing.of(dates, later, stage=stage, now=now)
    if stands.force in (Force.WITHDRAWN, Force.SUPERSEDED):
        return ()
    found: dict[tuple[DateKind, str], Due] = {}
    for kind in DateKind:
        for one in _of_kind(dates, kind):
            found.setdefault((kind, one.applies_to), _due(number, one))
    for kind, day, because in _moved_to(stands) if later else ():
        own = found.get((kind, ""))
        if day and (own is None or own.day != day):
            found[kind, ""] = Due(
                kind=kind, day=day, provisional=False, source=because or number, sentence=""
            )
    begins = found.get((DateKind.EFFECTIVE, ""))
    if later and begins and begins.day and not _binds(begins.day, dates, later, stage, now=now):
        del found[DateKind.EFFECTIVE, ""]
    return tuple(due for due in found.values() if due.day)


def _binds(
    day: date,
    dates: Sequence[DocumentDate],
    later: Sequence[Later],
    stage: Stage,
    *,
    now: datetime,
) -> bool:
    """Whether a rule is in force on a day, by what later documents do as of now; it may be put off or suspended."""
    today = now.astimezone(EASTERN).date()
    known = [step for step in later if step.since <= min(day, today)]
    noon = datetime.combine(day, time(12), EASTERN)
    return standing.of(dates, known, stage=stage, now=noon).force is Force.IN_FORCE


def _of_kind(dates: Sequence[DocumentDate], kind: DateKind) -> list[DocumentDate]:
    """The document's main date of a kind first."""
    main = document_dates.main(dates, kind)
    return [*([main] if main else []), *(one for one in dates if one.kind is kind)]


def _due(number: str, one: DocumentDate) -> Due:
    return Due(
        kind=one.kind,
        day=one.day,
        provisional=one.provisional,
        source=number,
        sentence=one.sentence,
        applies_to=one.applies_to,
    )


def _moved_to(stands: standing.Standing) -> Iterator[tuple[DateKind, date | None, str]]:
    """The days that stand for the whole document where a later one has a say, and which one has."""
    begins = stands.force in (Force.NOT_YET, Force.DELAYED, Force.IN_FORCE)
    yield DateKind.EFFECTIVE, stands.day if begins else None, stands.because
    yield DateKind.COMMENTS_CLOSE, stands.comments_close, stands.comments_because
