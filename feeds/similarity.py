"""Whether a headline or a document tells the event of a story, with the reason and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from feeds.gist import Gist
from feeds.likeness import Likeness, Weights, weighed
from feeds.matters import SINGULAR
from feeds.reports import reports

#: Headlines on one event follow each other within this time.
SAME_EVENT = timedelta(days=14)
#: The same rule in other words is told within this time of the last report, and of the first.
SAME_RULE = timedelta(days=10)
SAME_RULE_AT_MOST = timedelta(days=21)
#: A plan and the rule that comes of it are two events, when more than this lies between.
PLAN_AND_RULE = timedelta(days=2)
#: Headlines of a story that are compared one by one, the newest.
HEADLINES = 12

#: Of the weight of the words of two headlines, the part that they share when they tell one event;
#: of those of a new one, the part that a story's have in common with it.
_SHARED, _COVERED = 0.5, 0.62
#: The same for a copy, whose words may be as common as they like.
_COPY = 0.75
#: Less than this in common (in units of `Weights`) proves nothing.
_LEAST, _LEAST_COVERED = 5.0, 7.0
#: What two words must weigh for their exchange to tell another event.
_TELLING = 3.0


@dataclass(slots=True, kw_only=True)
class Profile:
    """What the entries of a story tell together."""

    first: datetime
    last: datetime
    words: set[str] = field(default_factory=set)
    press: list[Gist] = field(default_factory=list)
    documents: list[Gist] = field(default_factory=list)

    def add(self, gist: Gist) -> None:
        """Another entry tells the story."""
        self.words.update(gist.words)
        self.first, self.last = min(self.first, gist.at), max(self.last, gist.at)
        told = self.documents if gist.document else self.press
        again = [known for known in told if set(known.words) == set(gist.words)]
        if again and not gist.document:
            return  # a copy
        for known in again:  # the document, of which more is known now
            told.remove(known)
        told.append(gist)
        del told[:-HEADLINES]


def compare(story: Profile, new: Gist, weights: Weights) -> Likeness | None:
    """Say whether a new item tells the event of a story; None when that is not certain enough."""
    if new.document:
        return None if story.documents else _told_before(story.press, new, weights)
    if _near(story, new.at, SAME_EVENT):
        alike = _same_words(story, new, weights) or _same_rule(story, new)
        if alike and not _contradicts(story.press, new):
            return alike
    if any(known.voice == new.voice for known in story.press):
        return None  # who told of this document already would have used its title again
    return next(filter(None, (reports(known, new, weights) for known in story.documents)), None)


def came_before(story: Profile, new: Gist, weights: Weights) -> Likeness | None:
    """Say whether an older story told of what a new item tells, too long before to be one event."""
    if new.document or story.last >= new.at or _near(story, new.at, PLAN_AND_RULE):
        return None
    alike = _same_words(story, new, weights)
    return alike if alike and not _contradicts(story.press, new) else None


def one_event(one: Profile, other: Profile) -> bool:
    """Whether nothing speaks against two stories, which a new headline fits by its words, being one."""
    near = one.first - SAME_EVENT <= other.last and other.first - SAME_EVENT <= one.last
    documents = one.documents and other.documents
    return near and not documents and not any(_contradicts(one.press, each) for each in other.press)


def _near(story: Profile, at: datetime, span: timedelta) -> bool:
    return story.first - span <= at <= story.last + span


def _contradicts(told: Iterable[Gist], new: Gist) -> bool:
    """Whether a new headline says something else of who, how many, when or in which direction."""
    told = list(told)
    return (
        _apart((gist.numbers for gist in told), new.numbers)
        or _apart((gist.months for gist in told), new.months)
        or _apart((gist.abroad for gist in told), new.abroad)
        or _apart((gist.companies for gist in told), new.companies)
        or _apart(
            (gist.actors - {"united states"} for gist in told), new.actors - {"united states"}
        )
        or _apart(({gist.direction} - {None} for gist in told), {new.direction} - {None})
    )


def _apart(known: Iterable[Iterable[object]], new: Iterable[object]) -> bool:
    told, new = {each for group in known for each in group}, set(new)
    return bool(told and new) and not told & new


def _same_words(story: Profile, new: Gist, weights: Weights) -> Likeness | None:
    common = new.vocabulary & story.words
    telling = len(common - new.names)
    if telling < 2:
        return None
    mine = weighed(new.vocabulary, new.names, weights)
    shared = weighed(common, new.names, weights)
    if shared < _SHARED * mine:
        return None
    best = max((_overlap(known, new, mine, weights) for known in story.press), default=0.0)
    if best < _COPY and shared < _LEAST:
        return None
    reason = f"{telling} telling words in common"
    if best >= _SHARED:
        return Likeness(
            reason=reason,
            confidence=0.85 + 0.14 * best,
            by_words=True,
            is_copy=best >= _COPY,
        )
    covered = shared / mine
    if best >= _SHARED / 2 and covered >= _COVERED and shared >= _LEAST_COVERED:
        return Likeness(reason=reason, confidence=0.7 + 0.2 * covered)
    return None


def _overlap(known: Gist, new: Gist, mine: float, weights: Weights) -> float:
    """The part of the weight of both headlines' words that they share; 0 when one voice said both."""
    if known.voice == new.voice:
        return 0.0
    both = weighed(new.vocabulary & known.vocabulary, new.names, weights)
    overlap = both / (mine + weighed(known.vocabulary, known.names, weights) - both)
    return 0.0 if overlap >= _SHARED / 2 and _exchanged(known, new, weights) else overlap


def _exchanged(known: Gist, new: Gist, weights: Weights) -> bool:
    """One sentence with one thing exchanged tells another event: "emergency … Cuba", "… Libya"."""
    if len(known.words) != len(new.words) or len(new.words) < 4:
        return False
    pairs = [(a, b) for a, b in zip(known.words, new.words, strict=True) if a != b]
    return 0 < len(pairs) <= 2 and all(
        a not in new.vocabulary
        and b not in known.vocabulary
        and min(weights[a], weights[b]) >= _TELLING
        for a, b in pairs
    )


def _same_rule(story: Profile, new: Gist) -> Likeness | None:
    """The same matter, companies and direction, from the same government, within days."""
    if not new.matters or new.abroad or not _near(story, new.at, SAME_RULE):
        return None
    alike = [
        known
        for known in story.press
        if known.matters[:1] == new.matters[:1]
        and not known.abroad
        and known.voice != new.voice
        and (known.planned == new.planned or abs(known.at - new.at) <= PLAN_AND_RULE)
    ]
    actors = new.actors.union(*(known.actors for known in alike))
    if not (alike and actors and _same_companies(alike, new)):
        return None
    if new.at - story.first > SAME_RULE_AT_MOST:
        return None
    return Likeness(
        reason=f"the same rule on the same companies ({new.matters[0]})", confidence=0.8
    )


def _same_companies(told: list[Gist], new: Gist) -> bool:
    """Whether they tell of one company, of China, or of a rule that is known without."""
    companies = {company for known in told for company in known.companies}
    if companies & new.companies or (_of_china(told) and _of_china([new])):
        return True
    known_without = new.matters[0] in SINGULAR and all(gist.actors for gist in (*told, new))
    return known_without and not (companies and new.companies)


def _of_china(told: Iterable[Gist]) -> bool:
    return any("china" in gist.words for gist in told)


def _told_before(press: list[Gist], document: Gist, weights: Weights) -> Likeness | None:
    """Press reports that a new document's story begins with: all that say anything must fit."""
    fitting = [alike for alike in (reports(document, known, weights) for known in press) if alike]
    if not fitting or 2 * len(fitting) < len(press):
        return None
    return max(fitting, key=lambda alike: alike.confidence)
