"""Where a document stands at a moment: in force or not, open for comments or not, and because of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from feeds import document_dates
from feeds.date_sentences import DateKind
from feeds.document_dates import DocumentDate
from feeds.model import EASTERN, Stage
from feeds.relation_words import RelationKind
from feeds.relations import Relation


class Force(StrEnum):
    """Whether what a document says binds."""

    NOT_STATED = "not stated"  # no effective date: most notices and proposed rules
    NOT_YET = "not yet in force"
    DELAYED = "delayed"
    IN_FORCE = "in force"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """What a later document does to the one in question."""

    relation: Relation
    #: The later document's number.
    number: str
    #: From when it holds: its effective day, or else the day it was filed or published.
    since: date
    #: Its own dates: a delay's effective date is the new one of what it delays.
    dates: tuple[DocumentDate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a document stands on an Eastern day."""

    stage: Stage
    force: Force
    #: In force, expired, withdrawn or superseded since; not yet or delayed until; suspended through.
    #: None when not known.
    day: date | None = None
    #: The last day for comments, be it over or not; None when none is asked for.
    comments_close: date | None = None
    comments_open: bool = False
    #: Number of the later document by which this is so; empty when its own dates do, or its withdrawal.
    because: str = ""
    #: The same of the last day for comments.
    comments_because: str = ""


def of(
    dates: Sequence[DocumentDate], later: Sequence[Later], *, stage: Stage, now: datetime
) -> Standing:
    """Where a document stands.

    Args:
        dates: Its own, as `document_dates.of` gives them.
        later: What other documents do to it, in any order; what begins after `now` is left out.
        stage: Whether it is on inspection, withdrawn from there, or published.
        now: Any aware moment; what counts is the day in Washington.
    """
    today = now.astimezone(EASTERN).date()
    state = _of_itself(dates)
    for step in sorted(later, key=lambda one: (one.since, one.number)):
        if step.since <= today:
            state = _after(state, step)
    force, day, because = _force(state, today, stage)
    return Standing(
        stage=stage,
        force=force,
        day=day,
        comments_close=state.comments,
        comments_open=state.comments is not None
        and today <= state.comments
        and force not in (Force.WITHDRAWN, Force.SUPERSEDED),
        because=because,
        comments_because=state.comments_because,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What is known so far, and of each part the document that made it so."""

    stated: bool
    effective: date | None
    expires: date | None
    comments: date | None
    delayed: bool = False
    effective_because: str = ""
    comments_because: str = ""
    suspended: Later | None = None
    over: Later | None = None


def _of_itself(dates: Sequence[DocumentDate]) -> _State:
    begins = document_dates.main(dates, DateKind.EFFECTIVE) or document_dates.main(
        dates, DateKind.APPLICABLE
    )
    ends = document_dates.main(dates, DateKind.EXPIRES)
    # A licence within a rule may expire; the rule does when it is told in one breath.
    ends_itself = ends and begins and ends.sentence == begins.sentence
    return _State(
        stated=begins is not None,
        effective=begins.day if begins else None,
        expires=ends.day if ends and ends_itself else None,
        comments=_main_day(dates, DateKind.COMMENTS_CLOSE),
    )


#: What is never undone by a still later document.
_OVER = {
    RelationKind.SUPERSEDES: Force.SUPERSEDED,
    RelationKind.WITHDRAWS: Force.WITHDRAWN,
}


def _after(state: _State, step: Later) -> _State:
    """The state once a later document has done what it does."""
    if step.relation.kind in _OVER:
        return replace(state, over=step)
    if step.relation.kind is RelationKind.SUSPENDS:
        return replace(state, suspended=step)
    return _moved(state, step)


def _moved(state: _State, step: Later) -> _State:
    """The state with the date that a later document moves; most move none."""
    until = step.relation.until
    effective = _main_day(step.dates, DateKind.EFFECTIVE)
    match step.relation.kind:
        case RelationKind.DELAYS:
            day = until or effective
            moved = replace(state, stated=True, effective=day, effective_because=step.number)
            return replace(moved, delayed=True)
        case RelationKind.CONFIRMS if effective and effective != state.effective:
            return replace(state, stated=True, effective=effective, effective_because=step.number)
        case RelationKind.EXTENDS_COMMENTS | RelationKind.REOPENS_COMMENTS:
            day = until or _main_day(step.dates, DateKind.COMMENTS_CLOSE)
            return replace(state, comments=day, comments_because=step.number) if day else state
        case RelationKind.EXTENDS:
            return replace(state, expires=until or _main_day(step.dates, DateKind.EXPIRES))
        case _:
            return state


def _force(state: _State, today: date, stage: Stage) -> tuple[Force, date | None, str]:
    """Whether it binds, the day of that, and by which later document; the first that holds today."""
    over, suspended, effective = state.over, state.suspended, state.effective
    if stage is Stage.WITHDRAWN:
        return Force.WITHDRAWN, None, ""
    if over:
        return _OVER[over.relation.kind], over.since, over.number
    if suspended and today <= (suspended.relation.until or today):
        return Force.SUSPENDED, suspended.relation.until, suspended.number
    if state.expires and state.expires < today:
        return Force.EXPIRED, state.expires, ""
    if not state.stated:
        return Force.NOT_STATED, None, ""
    waiting = Force.DELAYED if state.delayed else Force.NOT_YET
    begun = effective is not None and effective <= today
    return Force.IN_FORCE if begun else waiting, effective, state.effective_because


def _main_day(dates: Sequence[DocumentDate], kind: DateKind) -> date | None:
    found = document_dates.main(dates, kind)
    return found.day if found else None
