"""Whether a press report tells of a document, which seldom names what the press names."""

from __future__ import annotations

from datetime import timedelta

from feeds.gist import Gist
from feeds.likeness import Likeness, Weights, weighed

#: Press reports a rule so long before it is filed, and so long after.
BEFORE_FILING = timedelta(days=4)
AFTER_FILING = timedelta(days=30)
#: Law firms write of it for longer; what they write must then name two matters of the rule.
LATE_COMMENT = timedelta(days=70)
#: Of the weight of a document's title, the part that a report on it names; or of a report's.
_TITLE, _HEADLINE, _LEAST_OF_TITLE = 0.55, 0.8, 7.0
#: Rules on these are printed every week: one of them alone does not say which rule it is.
_COMMON = frozenset({"listing", "licences", "chips", "interim final rule"})


def reports(document: Gist, press: Gist, weights: Weights) -> Likeness | None:
    """Say whether a press report tells of a document: matter or title, agency, companies and date fit."""
    if not document.at - BEFORE_FILING <= press.at <= document.at + LATE_COMMENT or press.abroad:
        return None
    agencies = press.actors - {"united states"}
    if agencies and not agencies <= document.actors:
        return None
    return _names_title(document, press, weights) or _names_rule(document, press)


def _names_title(document: Gist, press: Gist, weights: Weights) -> Likeness | None:
    """Most telling words of one title stand in the other, which is short."""
    if not (document.listed or document.actors - {"united states"}):
        return None  # most proclamations have titles that differ in one word
    both = (document.vocabulary & press.vocabulary) - press.names
    shared = weighed(both, press.names, weights)
    if len(both) < 3 or shared < _LEAST_OF_TITLE or press.at > document.at + AFTER_FILING:
        return None
    of_document = shared / weighed(document.vocabulary, document.names, weights)
    of_press = shared / weighed(press.vocabulary, press.names, weights)
    agency = bool(press.actors & document.actors)
    if (of_document >= _TITLE and agency) or (of_press >= _HEADLINE and len(both) > 3):
        sure = 0.8 + 0.15 * max(of_document, of_press)
        return Likeness(reason=f"{len(both)} words of the document's title", confidence=sure)
    return None


def _names_rule(document: Gist, press: Gist) -> Likeness | None:
    touched = [matter for matter in press.matters if matter in document.matters]
    if not touched or press.matters[0] != touched[0] or not press.listed or not document.listed:
        return None
    if press.at > document.at + AFTER_FILING and len(touched) < 2:
        return None
    named = document.companies & press.companies
    if not named and ((document.companies and press.companies) or _is_common(touched)):
        return None
    if not press.actors and touched[0] != "interim final rule":
        return None
    both = (press.vocabulary & document.vocabulary) - document.names - press.names
    sure = 0.78 + 0.04 * min(len(touched), 2) + 0.02 * min(len(both), 4)
    return Likeness(
        reason=f"reports the document: {', '.join(touched)}; agency and date fit",
        confidence=sure,
    )


def _is_common(touched: list[str]) -> bool:
    """Rules on these are printed every week: one of them alone does not say which rule it is."""
    return len(touched) == 1 and touched[0] in _COMMON
