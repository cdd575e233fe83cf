"""The two or three sentences that say what happened, taken word for word from an item's summary."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache

from feeds import boilerplate, clauses, entities, preamble
from feeds.model import Item
from feeds.text import sentences

#: An alert is one screen: three sentences, fewer when they are long; one longer than `LONGEST` is cut
#: after a clause where it can be (characters).
COUNT, LENGTH, LONGEST = 3, 640, 440
#: Characters of a summary that are looked at.
READ = 10_000
#: A matched sentence is known by its beginning, as reasons quote no more of it than 300 characters;
#: or by a line of it, as the full text is matched line by line. Shorter pieces stand in many.
_BEGINNING, _LINE = 200, 30

#: What an alert is asked first: what changes, for whom, from when. Points for each that a sentence
#: tells; and taken for what says why, or where to read on.
_POINTS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (
        2,
        re.compile(
            r"\b(?:add|adopt|allow|amend|authoriz|ban|clarif|correct|delay|designat|establish|exclud"
            r"|expand|extend|impos|lift|limit|modif|permit|postpon|prohibit|reinstat|remov|reopen"
            r"|repeal|requir|rescind|restrict|revis|revok|suspend|terminat|withdr[ae]w)"
            r"(?:s|es|e|ed|d|ing|ies|ied|ying|n|ment|ting|ning)?\b",
            re.IGNORECASE,
        ),
    ),
    (
        1,
        re.compile(
            r"\b(?:must|may not|shall|no longer|without a license|license requirements?)\b",
            re.IGNORECASE,
        ),
    ),
    (
        1,
        re.compile(
            r"\b(?:effective|beginning|starting|through|until|by|before|after|as of|from|due|than)"
            r"(?: on)? (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? \d",
            re.IGNORECASE,
        ),
    ),
    (
        -2,
        re.compile(
            r"\b(?:is intended to|purpose of this|is necessary|acting contrary|background)\b"
            r"|\b(?-i:SUPPLEMENTARY INFORMATION|ADDRESSES|FOR FURTHER)\b|\b(?:below|above)\W*$",
            re.IGNORECASE,
        ),
    ),
)
_NAMED, _MATCHED, _OPENS = 2, 8, 16
#: Means nothing without the sentence before it.
_LEANS = re.compile(r"(?:It|They|He|She|That|Those|However|But|And|Also|Such|Therefore|Thus)\b")
_LEANING = -3
#: Less room than this is left empty (characters).
_ROOM = 100


def extract(item: Item, *, full_text: str = "", matched: Collection[str] = ()) -> tuple[str, ...]:
    """Choose the sentences of an item that say what changes, for whom and from when.

    The first sentence that says something, then those in which something matched, then those that
    tell most, in the order of the source. Each is a piece of the source, word for word, but for its
    first letter: an empty opening may be cut off ("In this interim final rule, …"), and a long
    sentence after a clause, ending in "…". "… " opens one that did not follow the one before.

    Args:
        item: Its summary is read; where it has none, the SUMMARY paragraph, then the editorial note.
        full_text: As much as was read of a document's text (`feeds.full_text.plain_text`).
        matched: Sentences in which something matched, or their beginnings.

    Returns:
        At most `COUNT` sentences of together `LENGTH` characters; none when the source has no whole
        sentence to give.
    """
    told = sentences(_source(item, full_text))
    shown = {n: text for n, each in enumerate(told) if (text := _shown(each, item, len(told)))}
    first = min(shown, default=0)
    merit = {
        n: _merit(text, matched=_is_among(told[n], matched), follows=n == first + 1)
        for n, text in shown.items()
    }
    if shown:
        merit[first] += _OPENS
    chosen: dict[int, str] = {}
    for n in sorted(shown, key=lambda n: (-merit[n], n))[:COUNT]:
        if merit[n] < 0:
            break
        room = LENGTH - sum(map(len, chosen.values()))
        text = clauses.within(shown[n], room) if room >= _ROOM else ""
        if text:
            chosen[n] = text
    opening = min(chosen, default=0)
    if item.document and chosen:
        chosen[opening] = clauses.without_subject(chosen[opening], item.document.agencies)
    return tuple(
        chosen[n] if n == opening or n - 1 in chosen else f"\u2026 {chosen[n]}"
        for n in sorted(chosen)
    )


def _source(item: Item, full_text: str) -> str:
    text, document = item.summary[:READ], item.document
    if document is None:
        return boilerplate.without_dateline(boilerplate.without_footers(text))
    return text or preamble.section(full_text, "SUMMARY")[:READ] or document.editorial_note or ""


def _shown(sentence: str, item: Item, of: int) -> str:
    """A sentence as an alert shows it; empty when it says nothing, or is a part of one."""
    if boilerplate.is_idle(sentence) or boilerplate.is_title(sentence, item.title):
        return ""
    if boilerplate.is_cut_short(sentence):
        return clauses.within(sentence, min(LONGEST, len(sentence) - 1))
    if not boilerplate.is_ended(sentence) and of > 1:
        return ""
    sentence = clauses.without_opening(sentence)
    return clauses.within(sentence, LONGEST) or clauses.within(sentence, LENGTH)


def _is_among(sentence: str, matched: Collection[str]) -> bool:
    """Whether a sentence matched, although a dateline was cut off here or its end there."""
    return any(
        sentence[:_BEGINNING] in each or (len(each) > _LINE and each.rstrip("\u2026") in sentence)
        for each in matched
    )


def _merit(sentence: str, *, matched: bool, follows: bool) -> int:
    points = sum(points for points, told in _POINTS if told.search(sentence))
    named = _NAMED if _names().search(sentence) else 0
    leaning = _LEANING if _LEANS.match(sentence) and not follows else 0
    return points + named + leaning + _MATCHED * matched


@cache
def _names() -> re.Pattern[str]:
    """Any name that means nothing but one of the companies that rules are about."""
    names = {
        alias.text
        for entity in entities.bundled().values()
        for alias in entity.aliases
        if not alias.near
    }
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\b", re.IGNORECASE)
