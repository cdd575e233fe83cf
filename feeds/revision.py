"""What an edit changed: facts, told one by one; never spelling or markup."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from feeds.identity import headline_key
from feeds.model import Item
from feeds.text import clip, plain

#: Two words with one first letter and more alike than this differ in spelling (`SequenceMatcher.ratio`).
_SPELLING = 0.8
#: Longest value that is told (characters).
_SHOWN = 300


#: Name of the fact that a filed document is to be printed on another day.
ISSUE = "publication date"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFact:
    """One fact of an entry before and after an edit.

    Plain text, a day as YYYY-MM-DD; empty where there was none.
    """

    name: str
    before: str
    after: str


def changed_facts(before: Item, after: Item) -> tuple[ChangedFact, ...]:
    """The facts in which two sightings at one stage differ, but for deadlines: see `feeds.deadlines`.

    A fact that only appeared or vanished is no change: sources leave facts out. Press items have
    no facts but their headline, and papers rewrite those all day, so they never change.
    """
    if before.document is None or after.document is None or before.stage is not after.stage:
        return ()
    told = [_worded("title", before.title, after.title)]
    told.append(_worded("action", before.document.action or "", after.document.action or ""))
    was, now = before.document.publication_date, after.document.publication_date
    if was and now and was != now:
        told.append(ChangedFact(name=ISSUE, before=str(was), after=str(now)))
    return tuple(fact for fact in told if fact)


def _worded(name: str, before: str, after: str) -> ChangedFact | None:
    """A text that now says something else."""
    was, now = headline_key(plain(before)), headline_key(plain(after))
    if not was or not now or was == now or _is_spelling(was, now):
        return None
    return ChangedFact(name=name, before=clip(before, _SHOWN), after=clip(after, _SHOWN))


def _is_spelling(was: str, now: str) -> bool:
    """Whether two wordings say the same: as many words, each of them nearly itself."""
    old, new = was.split(), now.split()
    if len(old) != len(new):
        return was.replace(" ", "") == now.replace(" ", "")
    return all(_nearly(one, other) for one, other in zip(old, new, strict=True))


def _nearly(one: str, other: str) -> bool:
    """Whether two words are one, misspelt. A beginning turns meaning: "includes", "excludes"."""
    if one == other:
        return True
    if one[0] != other[0] or re.search(r"\d", one + other):
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() > _SPELLING
