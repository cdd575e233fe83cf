"""The dates a document states: when it takes effect, when comments close, how sure each of them is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from feeds import date_sentences, preamble
from feeds.date_sentences import DateKind, Stated
from feeds.model import EASTERN, Document, Stage
from feeds.periods import Anchor
from feeds.text import sentences


class Basis(StrEnum):
    """Where the day of a date is from."""

    FIELD = "field"  # the Register's own field: effective_on, comments_close_on
    STATED = "stated"  # a day in the text
    PUBLICATION = "publication"  # counted from the publication date
    DISPLAY = "display"  # counted from the day of filing for public inspection
    OPEN = "open"  # no day yet: delayed indefinitely, or counted from an event not known


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDate:
    """One date of a document."""

    kind: DateKind
    #: Eastern; None when it is not known.
    day: date | None
    basis: Basis
    #: Counted from a publication still planned: it moves when that does, and gives way when printed.
    provisional: bool = False
    #: The sentence it stands in; empty when only the Register's field has it.
    sentence: str = ""
    #: The sections or instructions that it is for, as printed; empty for the whole document.
    applies_to: str = ""


def of(document: Document, *, stage: Stage, text: str = "") -> tuple[DocumentDate, ...]:
    """Every date that a document states, each once: the Register's own fields first, then the text's.

    The Register's fields win over what we read: `main` takes them. What the text says otherwise
    stays in the list, and `disagreement` names it.

    Args:
        document: Its `dates` are read; while they are missing, the DATES paragraph of `text`.
        stage: Counted days are provisional until it is published.
        text: The plain text, where it has been read.
    """
    paragraph = (document.dates or preamble.section(text, *_CAPTIONS))[:_LONGEST]
    found = [
        _dated(stated, document, sentence, planned=stage is not Stage.PUBLISHED)
        for sentence in sentences(paragraph)
        for stated in date_sentences.read(sentence)
    ]
    return tuple(_each_once(_without_idle_words([*_fields(document, found), *found])))


#: Characters of a DATES paragraph that are read; the longest seen have some two thousand.
_LONGEST = 10_000
_CAPTIONS = (
    "DATES",
    "DATE",
    "EFFECTIVE DATE",
    "EFFECTIVE DATES",
    "APPLICABLE DATE",
    "APPLICABLE DATES",
    "COMMENT DATE",
)


def main(dates: Sequence[DocumentDate], kind: DateKind) -> DocumentDate | None:
    """The date that stands for the document: the Register's, else one for the whole of it."""
    of_kind = [found for found in dates if found.kind is kind]
    return min(
        of_kind,
        key=lambda found: (
            found.basis is not Basis.FIELD,
            found.day is None,
            bool(found.applies_to),
        ),
        default=None,
    )


def disagreement(dates: Sequence[DocumentDate], kind: DateKind) -> tuple[DocumentDate, ...]:
    """What the text says when it says another day than the Register's field, and never that one."""
    first = main(dates, kind)
    if first is None or first.basis is not Basis.FIELD or first.sentence:
        return ()
    return tuple(
        found for found in dates if found.kind is kind and found is not first and found.day
    )


def _fields(document: Document, found: Sequence[DocumentDate]) -> Iterator[DocumentDate]:
    """The Register's fields, with the sentence of the text that says the same day."""
    for kind, day in (
        (DateKind.EFFECTIVE, document.effective_on),
        (DateKind.COMMENTS_CLOSE, document.comments_close_on),
    ):
        if day:
            bare = DocumentDate(kind=kind, day=day, basis=Basis.FIELD)
            same = (one for one in found if (one.kind, one.day) == (kind, day))
            yield replace(next(same, bare), basis=Basis.FIELD, provisional=False)


def _without_idle_words(dates: list[DocumentDate]) -> list[DocumentDate]:
    """Without "will announce the effective date" where an effective date of its own is told, too."""
    idle = [
        found
        for found in dates
        if found.kind is DateKind.EFFECTIVE and found.basis is Basis.OPEN and not found.applies_to
    ]
    others = [found for found in dates if found not in idle]
    told = any(found.kind is DateKind.EFFECTIVE for found in others)
    return others if told else dates


def _each_once(dates: Sequence[DocumentDate]) -> Iterator[DocumentDate]:
    seen: set[tuple[DateKind, date | None, str]] = set()
    for found in dates:
        identity = (found.kind, found.day, found.applies_to)
        if identity not in seen:
            seen.add(identity)
            yield found


def _dated(stated: Stated, document: Document, sentence: str, *, planned: bool) -> DocumentDate:
    day, basis = _day(stated, document)
    return DocumentDate(
        kind=stated.kind,
        day=day,
        basis=basis,
        provisional=planned and basis in (Basis.PUBLICATION, Basis.DISPLAY),
        sentence=sentence,
        applies_to=stated.applies_to,
    )


def _day(stated: Stated, document: Document) -> tuple[date | None, Basis]:
    if isinstance(stated.when, date):
        return stated.when, Basis.STATED
    if stated.when is None or stated.when.anchor is Anchor.OTHER:
        return None, Basis.OPEN
    if stated.when.anchor is Anchor.PUBLICATION:
        start, basis = document.publication_date, Basis.PUBLICATION
    else:
        filed = document.filed_at
        start, basis = filed.astimezone(EASTERN).date() if filed else None, Basis.DISPLAY
    return (stated.when.end(start) if start else None), basis
