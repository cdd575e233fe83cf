"""What changed in the text of the law: of a CFR part, of a section, or by a document; page by page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from sqlite_utils import Database

from bot import law_text
from bot.answers import Answer, Notice, Problem
from bot.law_page import LawPage, LawPlace, Passage
from bot.question import Question
from feeds import reference
from feeds.model import EASTERN, CfrPart
from feeds.reference import Kind
from feeds.text import clip
from storage import amendments, lookup
from storage.amendments import Amendment, State

#: Amendments that are looked at.
_MOST = 20
#: Characters of a page, more or less: half of what a message holds.
_PAGE = 3_000
_PASSAGES = 6
#: Characters of a document's title.
_TITLE = 160
_SECTION = re.compile(r"\b\d+[a-z]?\.\d[\w-]*")


def law(db: Database, question: Question) -> Answer:
    """The first page of what changed."""
    return page(db, question, LawPlace(named=question.text))


def page(db: Database, question: Question, place: LawPlace) -> Answer:
    """One page of what changed in what a place names."""
    named = reference.parse(place.named)
    if named is None:
        return Problem(message="law takes a CFR part or a document.", hint="law 15 CFR 744")
    if named.kind is Kind.CFR:
        title, _, part = named.value.partition("/")
        found = amendments.of_part(db, CfrPart(title=int(title), part=part), limit=_MOST)
    else:
        stories = {entry.story_id for entry in lookup.find(db, named, limit=_MOST)}
        found = [each for story in sorted(stories) for each in amendments.of_story(db, story)]
    made = {(each.entry.id, each.part) for each in found if each.change}
    # Of a rule's several days those that changed nothing in a part are no news of it.
    found = [
        each
        for each in found
        if each.state is not State.UNSEEN or (each.entry.id, each.part) not in made
    ]
    if not found:
        return Notice(text=f"No rule that was told changes {clip(place.named, _TITLE)}.")
    section = _SECTION.search(place.named) if named.kind is Kind.CFR else None
    today = question.now.astimezone(EASTERN).date()
    said = [
        passage
        for amendment in found[:_MOST]
        for passage in _told(amendment, section[0] if section else "", today=today)
    ]
    if not said:
        return Notice(text=f"Nothing changed in {clip(place.named, _TITLE)}.")
    pages = list(_pages(said))
    at = min(place.page, len(pages))
    return LawPage(
        title=place.named,
        passages=pages[at - 1],
        page=at,
        pages=len(pages),
        next=LawPlace(named=place.named, page=at + 1) if at < len(pages) else None,
        previous=LawPlace(named=place.named, page=at - 1) if at > 1 else None,
    )


def _told(amendment: Amendment, section: str, *, today: date) -> Iterator[Passage]:
    """What a document changed, opened by which document that is and how much it is."""
    change = amendment.change
    if change and section:
        wanted = tuple(each for each in change.sections if each.label == f"§ {section}")
        change = replace(change, sections=wanted)
        if not wanted:
            return
    item = amendment.entry.item
    number = item.document.citation or item.document.number if item.document else ""
    said = [f"{number}: {clip(item.title, _TITLE)}", law_text.standing(amendment, today=today)]
    said += [law_text.summary(each) for each in change.sections] if change else []
    yield Passage(heading="\n".join(said), opens=True)
    if change:
        yield from law_text.passages(change)


def _pages(said: Sequence[Passage]) -> Iterator[tuple[Passage, ...]]:
    """Passages in pages that one message holds."""
    kept: list[Passage] = []
    for passage in said:
        full = sum(each.size for each in kept) + passage.size > _PAGE or len(kept) == _PASSAGES
        if kept and full:
            yield tuple(kept)
            kept = []
        kept.append(passage)
    yield tuple(kept)
