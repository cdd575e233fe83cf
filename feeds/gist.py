"""What a headline or a document tells, in few words: Gist, and how it is read from an item."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from feeds import matters
from feeds.identity import passed_on_key
from feeds.links import DASHES
from feeds.matters import Direction
from feeds.model import DocumentType, Item
from feeds.words import written

#: So much of an abstract says what a document does (characters).
_ABSTRACT = 700
#: So much of what a press report says under its headline (characters).
_LEAD = 300
_PHRASES = re.compile(
    r" (?:(united states)|(entity list)|(?:commerce (?:department|dept)|department of (commerce)|dept of (commerce))"
    r"|(federal communications commission|us communications agency)|(temporary general license)"
    r"|(export administration regulations))(?= )"
)
_PHRASE_WORDS = ("us", "blacklist", "commerce", "commerce", "fcc", "reprieve license", "ear")
#: What may stand between a headline and whose it is.
_DASH = re.compile(r"\s[|\-\u2010-\u2015\u2212]\s")
_MONTHS = frozenset(
    "january february march april june july august september october november december".split()  # noqa: SIM905
)
#: Who and whom nearly every headline here names: these words alone tell no event.
_EVERYWHERE = frozenset({"us", "china"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gist:
    """What an item tells."""

    #: Whose words they are: a publication, or an agency.
    voice: str
    #: The words of its title that tell something, folded (`feeds.matters.fold`), in order.
    words: tuple[str, ...]
    vocabulary: frozenset[str]
    #: The companies among them, and who else is named everywhere.
    names: frozenset[str]
    companies: frozenset[str]
    #: It names a listed company, or means such companies without naming one.
    listed: bool
    actors: frozenset[str]
    abroad: frozenset[str]
    #: First named first.
    matters: tuple[str, ...]
    direction: Direction | None
    #: It tells of a rule that is only thought of: a leak, a draft, a proposal.
    planned: bool
    #: Numbers of two digits and more, years left out, and months: two events differ in them.
    numbers: frozenset[str]
    months: frozenset[str]
    #: When it happened (UTC).
    at: datetime
    document: bool


def is_comparable(item: Item) -> bool:
    """Whether an item is compared with others by what it tells.

    All press is; of documents those of the agencies that make these rules, and the President's.
    """
    document = item.document
    if document is None or document.type is DocumentType.PRESIDENTIAL:
        return True
    issuers = " ".join(agency.name for agency in document.agencies)
    return bool(matters.actors(f" {' '.join(written(issuers))} ") - {"united states"})


def read(item: Item, *, now: datetime) -> Gist:
    """Read an item.

    Args:
        item: A press report or a document.
        now: When it happened if the item does not say.
    """
    document = item.document
    headline, voice = _parted(item)
    bare = written(headline)
    title = f" {' '.join(bare)} "
    told = title
    if document is not None:
        issuers = " ".join(agency.name for agency in document.agencies)
        more = f"{document.action or ''} {issuers} {item.summary[:_ABSTRACT]} {' '.join(item.evidence)[:_ABSTRACT]}"
        told = f"{title}{' '.join(written(more))} "
    words = _words(title)
    companies = matters.companies(told)
    listed = bool(companies) or matters.speaks_of_listed(told)
    about: tuple[str, ...] = ()
    if document is not None or listed or matters.singular(told):  # else no rule of these
        about = matters.matters(told)
    if document is None and listed and not about and item.summary:
        about = matters.matters(f" {' '.join(written(item.summary[:_LEAD]))} ")
    moments = [item.event_at, document.filed_at if document else None]
    return Gist(
        voice=voice,
        words=words,
        vocabulary=frozenset(words),
        names=companies | _EVERYWHERE,
        companies=companies,
        listed=listed,
        actors=matters.actors(told),
        abroad=matters.abroad(title),
        matters=about,
        direction=matters.direction(title) if document is None and about else None,
        planned="plan" in words,
        numbers=frozenset(word for word in bare if word.isdecimal() and 2 <= len(word) != 4),
        months=_MONTHS.intersection(bare),
        at=min((moment for moment in moments if moment), default=now),
        document=document is not None,
    )


def _parted(item: Item) -> tuple[str, str]:
    """A headline and whose it is: an aggregator puts the publication's name behind it."""
    if item.document is None and _DASH.search(item.title) and passed_on_key(item.title):
        headline, _, name = item.title.translate(DASHES).rpartition(" - ")
        if headline and name[:1].isupper() and not name.startswith("Part "):
            return headline, name.casefold().strip()
    return item.title, (item.publisher or item.feed).casefold()


def _words(title: str) -> tuple[str, ...]:
    folded = _PHRASES.sub(_phrase, title)
    return tuple(dict.fromkeys(filter(None, map(matters.fold, folded.split()))))


def _phrase(hit: re.Match[str]) -> str:
    """One word for a name of several."""
    return " " + (_PHRASE_WORDS[hit.lastindex - 1] if hit.lastindex else "commerce")
