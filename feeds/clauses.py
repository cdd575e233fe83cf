"""A sentence cut where it may be: before what it says, and after a clause; what stays is word for word."""

from __future__ import annotations

import re
from collections.abc import Sequence

from feeds.model import Agency
from feeds.words import written

_KIND = (
    r"(?i:(?:[a-z-]+ ){0,5}(?:rule|rulemaking|document|notice|notification|guidance|order|action))"
    r"(?: of (?i:proposed rulemaking|inquiry|intent))?(?: \([A-Z0-9 ]{2,12}\))?"
)
#: Says only that a document is one, or which law makes it be printed.
_OPENING = re.compile(
    rf"(?:In|With|By|Through) (?:this|the) {_KIND}, "
    r"|(?:In (?:accordance|compliance) with|Pursuant to|Under|As required by)"
    r" (?:the (?:requirements? of |provisions? of )?)?"
    r"(?:Paperwork Reduction|Federal Advisory Committee|Privacy|Government in the Sunshine) Act"
    r"(?: of \d{4}| \([^()]{1,40}\)){0,2}(?:, (?:as amended|Public Law [\d-]+)){0,2}, "
    r"|(?:As part of|In furtherance of) its continuing effort to reduce paperwork[^,.;]{0,60}, "
    r"(?:and as required by the Paperwork Reduction Act(?: of \d{4}| \([^()]{1,40}\)){0,2}, )?"
    r"|Notice is hereby given that "
)
_STANDS_ALONE = re.compile(r"(?:the|this|these|we|our|an?)\b|(?!Pub)[A-Z]")
#: Verbs that say by themselves what a document does: "Amends the Export Administration Regulations".
_DOES = (
    r"(?:adds|adopts|allows|amends|announces|authorizes|bans|clarifies|corrects|delays|designates"
    r"|establishes|excludes|expands|extends|finalizes|grants|identifies|imposes|implements|invites"
    r"|lifts|limits|modifies|permits|postpones|prohibits|proposes|reinstates|removes|renews"
    r"|reopens|repeals|requests|requires|rescinds|restricts|revises|revokes|seeks|solicits|suspends"
    r"|terminates|updates|withdraws)\b"
)
_DOCUMENT_DOES = re.compile(rf"This {_KIND} (?={_DOES})")
#: A name that goes on to abbreviate itself: "The Bureau of Industry and Security (BIS)".
_AGENCY_DOES = re.compile(
    rf"(?:The )?([A-Z][^.,;:()]{{8,90}}?) \([^()]{{2,60}}\),? (?:hereby )?(?={_DOES})"
)
_NOT_NAMES = frozenset({"and", "department", "of", "s", "the", "u", "us"})

#: Where a sentence may end early: the best first. Names, days, numbers and lists have commas, too.
_ADDS = (
    r"(?:which|who|whose|where|when|while|including|because|unless|except|although|but|so|if|provided"
    r"|consistent|pursuant|as well as|in order)\b"
)
_GOES_ON = (
    r"(?:to|by|in|on|for|with|as|that|under|from"
    r"|(?:and|or) (?:the|a|an|to|that|this|it|they|we|will|would|is|are|has|may|must))\b"
)
_ENDS = tuple(
    re.compile(rf"(?<!\b(?:of|to|by|in|or)){mark}(?= {following})")
    for mark, following in (
        (";", ""),
        (",", _ADDS),
        (",", _GOES_ON),
        (r" (?:--|[\u2013\u2014])", ""),
    )
)


def without_opening(sentence: str) -> str:
    """A sentence from where it says something.

    "In this interim final rule, the Bureau …" becomes "The Bureau …": a piece of the sentence, its
    first letter made a capital.
    """
    opening = _OPENING.match(sentence)
    if opening and _STANDS_ALONE.match(sentence, opening.end()):
        return _capital(sentence[opening.end() :])
    return sentence


def without_subject(sentence: str, agencies: Sequence[Agency]) -> str:
    """A sentence from what the document does: "This rule amends …" becomes "Amends …".

    So does "The Bureau of Industry and Security (BIS) amends …" when that bureau is one of the
    agencies; whoever shows it names them.
    """
    subject = _DOCUMENT_DOES.match(sentence) or _AGENCY_DOES.match(sentence)
    if subject and (not subject.lastindex or _is_among(subject[1], agencies)):
        return _capital(sentence[subject.end() :])
    return sentence


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _is_among(name: str, agencies: Sequence[Agency]) -> bool:
    """Whether a name in a text is that of an agency: "Department of Commerce", Commerce Department."""
    named = set(written(name)) - _NOT_NAMES
    return any(named == set(written(agency.name)) - _NOT_NAMES for agency in agencies)


def within(sentence: str, limit: int) -> str:
    """A sentence of at most `limit` characters, cut after a clause with an ellipsis if need be.

    Returns:
        Empty when no clause of at least a third of the limit ends in time.
    """
    if len(sentence) <= limit:
        return sentence
    open_at = _enclosed(sentence)
    for ends in _ENDS:
        cuts = [found.start() for found in ends.finditer(sentence, limit // 3, limit - 1)]
        cut = next((at for at in reversed(cuts) if not open_at[at]), None)
        if cut is not None:
            return sentence[:cut] + "\u2026"
    return ""


def _enclosed(sentence: str) -> list[bool]:
    """For each character, whether a bracket or a quotation is open at it."""
    depth, straight, inside = 0, False, []
    for character in sentence:
        straight ^= character == '"'
        depth += (character in "([\u201c") - (character in ")]\u201d")
        inside.append(depth > 0 or straight)
    return inside
