"""Search, the newest entries, and the card of one document."""

from __future__ import annotations

from sqlite_utils import Database

from bot.answers import UNREAD, Answer, Details, Entries, Place, Problem
from bot.commands_marking import card_for
from bot.question import Question
from feeds import query as queries
from feeds import reference
from feeds.query import Query
from feeds.reference import Kind, Reference
from feeds.terms import And
from storage import entries, heads, lookup
from storage import search as archive
from storage.entries import Entry
from storage.search import Cursor

#: Entries on a page.
PAGE = 5
#: Entries of one story, or of one look-up, that are listed.
MOST = 20
#: Of a search that finds nothing, so many things are looked for one by one.
_PARTS = 8
#: What many documents share is looked up with a search, whose pages can be turned.
_FIELDS = {Kind.CFR, Kind.DOCKET, Kind.RIN}
#: These name one rulemaking, which is a chain of stories.
_CHAINS = {Kind.DOCKET, Kind.RIN}
#: More documents than this are no chain that a list could show.
MOST_LINKED = 100


def search(db: Database, question: Question) -> Answer:
    """A page of what a query finds, newest first; the document itself when it is named."""
    if not question.text:
        return Problem(message="search takes words or a query.", hint="search huawei standards")
    place = Place(query=question.text)
    found = page(db, question, place, title=title(place))
    if found.total == 0 and reference.parse(question.text):
        return look_up(db, question)
    return found


def latest(db: Database, question: Question) -> Entries:
    """The newest entries, of all or of a query."""
    place = Place(query=question.text)
    return page(db, question, place, title=title(place))


def title(place: Place) -> str:
    """What a list of entries is called."""
    return f"Search: {place.query}" if place.query else "Latest entries"


def page(
    db: Database, question: Question, place: Place, *, title: str, limit: int = PAGE
) -> Entries:
    """One page of a search.

    Raises:
        QueryError: the query cannot be understood.
    """
    query = queries.parse(place.query, topics=question.queries) if place.query else None
    after = Cursor.read(place.trail[-1]) if place.trail else None
    found = archive.search(db, query, order=place.order, limit=limit, after=after)
    before = (place.page - 1) * limit
    seen = before + len(found.entries)
    # A later page proves more than was counted, and the last one proves them all.
    more = found.next is not None
    return Entries(
        title=title,
        place=place,
        cards=tuple(card_for(db, question, entry) for entry in found.entries),
        first=before + 1,
        total=found.total if found.counted else max(found.total, seen + 1) if more else seen,
        capped=not found.counted and more,
        bounded=found.bounded,
        next=_next(place, str(found.next)) if found.next else None,
        previous=_previous(place),
        subscribable=str(query) if query and query.has_positive else None,
        alone=_alone(db, query) if query and not seen else "",
    )


def _alone(db: Database, query: Query) -> str:
    """What each thing asked for finds by itself, so that one sees which was too much."""
    parts = query.root.nodes if isinstance(query.root, And) else ()
    said = []
    for asked in [one for part in parts if (one := Query(part)).has_positive][:_PARTS]:
        found = archive.search(db, asked, limit=1)
        said.append(f"{asked} {'' if found.counted else 'at least '}{found.total:,}")
    return f"By itself: {', '.join(said)}." if said else ""


def look_up(db: Database, question: Question) -> Answer:
    """The card of the document, or the story, that a number, citation or address names."""
    named = reference.parse(question.text)
    found = lookup.find(db, named, limit=MOST) if named else []
    if not found:
        return _not_found(db, question, named)
    if len({entry.story_id for entry in found}) == 1:
        return _story(db, question, found)
    if named and named.kind in _CHAINS and (links := _chain(db, question, named)):
        return links
    if named and named.kind in _FIELDS:
        return page(db, question, Place(query=f"{named.kind}:{named.value}"), title=question.text)
    return Entries(
        title=question.text,
        place=None,
        cards=tuple(card_for(db, question, entry) for entry in found),
        first=1,
        total=len(found),
    )


def _chain(db: Database, question: Question, named: Reference) -> Entries | None:
    """A rulemaking over the years: the head of each of its stories, oldest first.

    None when there are too many for one list.
    """
    found = lookup.find(db, named, limit=MOST_LINKED)
    told = {entry.story_id for entry in found}
    shown = [head for story_id in told if (head := heads.head(db, story_id))]
    if len(found) == MOST_LINKED or len(shown) > MOST:
        return None
    shown.sort(key=lambda head: (head.item.event_at or head.first_seen_at, head.id))
    return Entries(
        title=f"{question.text}: {len(shown)} stories, oldest first",
        place=None,
        cards=tuple(card_for(db, question, head) for head in shown),
        first=1,
        total=len(shown),
        subscribable=f"{named.kind}:{named.value}",
    )


def _not_found(db: Database, question: Question, named: Reference | None) -> Problem:
    message = f"Nothing in the archive is known as {question.text}. {UNREAD}"
    if named and named.page:
        return Problem(message=message, hint=lookup.reaching(db, named) or "")
    searchable = named is None or named.kind is not Kind.URL
    return Problem(message=message, hint=f"search {question.text}" if searchable else "")


def _story(db: Database, question: Question, found: list[Entry]) -> Details:
    """The document named, or the latest of those, with whatever else tells its story."""
    story_id = found[0].story_id
    head = heads.head(db, story_id)
    shown = found[0] if len(found) == 1 or head is None else head
    others = [entry for entry in entries.of_story(db, story_id) if entry.id != shown.id]
    return Details(
        card=card_for(db, question, shown),
        others=tuple(card_for(db, question, entry) for entry in others[:MOST]),
    )


def _next(place: Place, bookmark: str) -> Place:
    return Place(
        query=place.query,
        order=place.order,
        trail=(*place.trail, bookmark),
        page=place.page + 1,
    )


def _previous(place: Place) -> Place | None:
    """The page before; the first when the way back was forgotten."""
    if place.page == 1:
        return None
    if len(place.trail) < 2:
        return Place(query=place.query, order=place.order)
    return Place(query=place.query, order=place.order, trail=place.trail[:-1], page=place.page - 1)
