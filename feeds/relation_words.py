"""The words by which a document says what it does to an earlier one, in headings and in sentences."""

from __future__ import annotations

import re
from enum import StrEnum


class RelationKind(StrEnum):
    """What is done to the earlier document."""

    CORRECTS = "corrects"
    DELAYS = "delays"  # its effective or compliance date
    REOPENS_COMMENTS = "reopens comments on"
    EXTENDS_COMMENTS = "extends comments on"
    EXTENDS = "extends"  # for how long it is valid
    SUSPENDS = "suspends"
    WITHDRAWS = "withdraws"
    SUPERSEDES = "supersedes"  # or removes, rescinds, replaces
    CONFIRMS = "confirms"  # adopts it as final, or announces when it takes effect
    AMENDS = "amends"
    FOLLOWS = "follows"  # only names it as what came before


#: What a part of a title or action says, parts being between semicolons and colons.
_HEADINGS = (
    (RelationKind.CORRECTS, r"^(?:technical )?correct(?:ions?|ing)\b"),
    (
        RelationKind.WITHDRAWS,
        (
            r"^(?:partial )?withdrawal$"
            r"|^(?:partial )?withdrawal of .*\b(?:rules?|rulemaking|notice|guidance|proposals?|guide)\b"
        ),
    ),
    (
        RelationKind.DELAYS,
        (
            r"\b(?:delay|postponement|deferral|extension) of (?:the )?(?:effective|compliance|applicability)"
            r" dates?\b"
        ),
    ),
    (RelationKind.REOPENS_COMMENTS, r"\bre-?opening\b.*\bcomment"),
    (
        RelationKind.EXTENDS_COMMENTS,
        r"\bextension of (?:the )?(?:public |reply |deadline for )*comment",
    ),
    (
        RelationKind.EXTENDS,
        r"\bextension of (?:the )?(?:validity|expiration|effectiveness|temporary general)\b",
    ),
    (
        RelationKind.SUSPENDS,
        (
            r"\bsuspension of .*\b(?:rules?|regulations?|requirements?|controls|effectiveness)\b"
            r"|^(?:administrative |temporary |partial )?stay\b"
        ),
    ),
    (
        RelationKind.SUPERSEDES,
        (
            r"\b(?:removal|rescission|repeal) of (?:the )?(?:temporary general license"
            r"|(?:[\w-]+ ){0,4}(?:final|interim) rule)\b"
        ),
    ),
    (
        RelationKind.CONFIRMS,
        (
            r"^(?:confirmation|announcement) of (?:the )?(?:effective|compliance)\b"
            r"|^(?:affirmation|adoption) of (?:the )?interim\b"
        ),
    ),
)
_DOES = r"\b(?:is|are|be|by|and|also|hereby) (?:\w+ ){0,2}"
_IS = r"\b(?:is|are) (?:\w+ ){0,2}"
_DATE = r"\b(?:effective|compliance|applicability) dates?\b"
_COMMENTS = r"\b[Cc]omment\b"
_VALIDITY = r"\b(?:validity|general licenses?|expiration date)\b"
#: What a sentence says is done now; what "was" done is history. The first that fits decides. In small
#: letters, so that titles ("Removing Barriers …") say nothing.
_VERBS = (
    (RelationKind.CORRECTS, rf"\bcorrects\b|{_DOES}correcting\b|\bto correct\b|{_IS}corrected\b"),
    (
        RelationKind.DELAYS,
        (
            rf"(?:\b(?:delay|postpone|defer|extend)s|{_DOES}(?:delay|postpon|deferr|extend)ing)\b.*{_DATE}"
            rf"|{_DATE}.*{_IS}(?:delayed|postponed|deferred|extended)\b"
        ),
    ),
    (
        RelationKind.REOPENS_COMMENTS,
        rf"(?:\bre-?opens|{_DOES}re-?opening)\b.*{_COMMENTS}|{_COMMENTS}.*{_IS}re-?opened\b",
    ),
    (
        RelationKind.EXTENDS_COMMENTS,
        rf"(?:\bextends|{_DOES}extending)\b.*{_COMMENTS}|{_COMMENTS}.*{_IS}extended\b",
    ),
    (
        RelationKind.EXTENDS,
        rf"(?:\bextends|{_DOES}extending)\b.*{_VALIDITY}|{_VALIDITY}.*{_IS}extended\b",
    ),
    (
        RelationKind.SUSPENDS,
        rf"\b(?:suspends|stays)\b|{_DOES}(?:suspend|stay)ing\b|{_IS}(?:suspended|stayed)\b",
    ),
    (RelationKind.WITHDRAWS, rf"\bwithdraws\b|{_DOES}withdrawing\b|{_IS}withdrawn\b"),
    (
        RelationKind.SUPERSEDES,
        (
            r"\b(?:supersede|rescind|replace|repeal|remove)s\b"
            rf"|{_DOES}(?:supersed|rescind|replac|repeal|remov)ing\b"
            rf"|{_IS}(?:superseded|rescinded|replaced|repealed|removed)\b"
        ),
    ),
    (
        RelationKind.CONFIRMS,
        (
            rf"(?:\bconfirms|{_DOES}confirming)\b|\badopt(?:s|ing)\b.*\bas (?:a )?final\b"
            rf"|(?:\bannounces|{_DOES}announcing)\b.*{_DATE}|\bpublished\b.*{_IS}effective\b"
        ),
    ),
    (
        RelationKind.AMENDS,
        (
            rf"\b(?:amends|revises|modifies)\b|{_DOES}(?:amend|revis|modify)ing\b"
            rf"|{_IS}(?:amended|revised|modified)\b"
        ),
    ),
    (RelationKind.FOLLOWS, r""),
)
#: These say for how long.
LASTING = {
    RelationKind.DELAYS,
    RelationKind.REOPENS_COMMENTS,
    RelationKind.EXTENDS_COMMENTS,
    RelationKind.EXTENDS,
    RelationKind.SUSPENDS,
}
HEADINGS = [(kind, re.compile(shape, re.IGNORECASE)) for kind, shape in _HEADINGS]
VERBS = [(kind, re.compile(shape)) for kind, shape in _VERBS]
#: Whatever fits one of these, but the last, has one of those. Most sentences have none.
_VERB = re.compile(
    "correct|delay|postpon|defer|extend|open|suspend|stay|withdraw|supersed|rescind|replac|repeal"
    "|remov|confirm|adopt|announc|publish|amend|revis|modif"
)


def done_by(sentence: str) -> RelationKind:
    """What a sentence says is done to the documents that it names: the first of `VERBS` that fits."""
    if not _VERB.search(sentence):
        return RelationKind.FOLLOWS
    return next(kind for kind, shape in VERBS if shape.search(sentence))
