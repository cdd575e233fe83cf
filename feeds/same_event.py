"""Whether two documents are one event: a correction, or twins of one action."""

from __future__ import annotations

import re
from datetime import timedelta

from feeds import facts, identity
from feeds.links import DASHES
from feeds.model import Document, DocumentType, Item

#: A rulemaking's next step within this time, under docket, RIN and title of the last, is its echo:
#: a request for comments and its longer deadline.
ECHO = timedelta(days=30)

#: Numbers of corrections name what they correct: C1-2020-13093, R1-2019-00001 (1 CFR 21.30).
_CORRECTS = re.compile(r"[A-Z]\d+-(?P<number>\d{2,4}-\d+)", re.IGNORECASE)
#: Dockets that are an agency's file on one proceeding; the others number the document itself.
_FILE = re.compile(r"[A-Z]{2,}(?:-[A-Z0-9]+)*-\d{4}-\d{3,}|\d{2}-\d{1,3}")
#: RINs under which unrelated rules are printed by the dozen: airworthiness, airspace, safety zones.
_ROUTINE_RIN = re.compile(r"(?:2120|1625)-AA\d\d")
_ACTS = {DocumentType.RULE, DocumentType.PROPOSED}


def corrected(document: Document) -> str | None:
    """The number of the document that this one corrects."""
    named = _CORRECTS.fullmatch(document.number.translate(DASHES).strip())
    return document.correction_of or (named["number"] if named else None)


def one_event(one: Item, other: Item) -> str | None:
    """Why two documents are one event; None when they are not known to be. Titles alone never do.

    They are a request for comments and its longer deadline (within `ECHO`, one docket, RIN and title);
    or twins printed on one day: a rule and a proposed rule under one docket, or two under one RIN,
    not both with a docket of their own.
    """
    first, second = one.document, other.document
    if not (first and second and one.event_at and other.event_at):
        return None
    if abs(one.event_at - other.event_at) > ECHO or not {first.type, second.type} & _ACTS:
        return None
    shared, rins = files(first) & files(second), _rins(first) & _rins(second)
    same_day = one.event_day == other.event_day
    if shared and rins and identity.headline_key(one.title) == identity.headline_key(other.title):
        return None if same_day else f"same docket, RIN and title ({min(shared)})"
    if same_day and shared and {first.type, second.type} == _ACTS:
        return f"same docket on one day ({min(shared)})"
    if same_day and rins and not (files(first) and files(second)):
        return f"same RIN on one day ({min(rins)})"
    return None


def _rins(document: Document) -> set[str]:
    return {rin for rin in document.rins if not _ROUTINE_RIN.fullmatch(rin)}


def files(document: Document) -> set[str]:
    """The dockets of a document that are an agency's file on one proceeding, capitals."""
    numbers = {number for text in document.dockets for number in facts.dockets(text)}
    return {number for number in numbers if _FILE.fullmatch(number)}
