"""What a query finds among the entries of a span of days: all of it, counted, and what it just misses."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice

from sqlite_utils import Database

from feeds.model import EASTERN
from feeds.query import Query
from feeds.terms import And, Node, Or, Topic, both, is_positive
from storage.condition import END, Span, spans
from storage.database import to_instant
from storage.entries import Entry
from storage.matches import by_moment, newest, newest_id
from storage.search_index import first_moment

#: So many terms are left out in turn: a topic has hundreds, and the first say most.
_LEFT_OUT = 24
#: A query without one of its terms that finds this many is all equally far from it.
_FAR = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Eastern days, from the first through the last. An undated entry is of the day it was seen."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Everything that a query finds in a window."""

    #: Newest first, for `read`.
    moments: tuple[int, ...]
    #: Entries that are documents, and press reports.
    documents: int
    press: int
    #: How many stories they tell.
    stories: int
    #: The newest entry there was (its id).
    mark: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """An entry that the query would find without one of its terms."""

    entry: Entry
    #: The term, in its canonical form: `standards`, `-removal`.
    term: str


def find(db: Database, query: Query, window: Window) -> Found:
    """Everything that the query finds, exactly as `feeds.matching.match` does, however much."""
    moments = newest(db, _within(query.root, window), limit=END)
    documents, press, stories = db.execute(
        """
        SELECT count(*) FILTER (WHERE source <> 'news'), count(*) FILTER (WHERE source = 'news'),
            count(DISTINCT story_id)
        FROM entries WHERE moment IN (SELECT value FROM json_each(?))
        """,
        [json.dumps(moments)],
    ).fetchone()
    return Found(
        moments=tuple(moments),
        documents=documents,
        press=press,
        stories=stories,
        mark=newest_id(db),
    )


def near_misses(
    db: Database, query: Query, window: Window, found: Found, *, limit: int
) -> Generator[None, None, list[NearMiss]]:
    """Entries that match when one term is left out, the rarest kind first, then the newest.

    The fewer entries have all the rest, the nearer they are. It pauses after every search, as there
    is one for each term: what is remembered meanwhile is left out.

    Args:
        db: Only read.
        query: Whose terms are left out.
        window: When the entries are of.
        found: What `find` gave for the same query and window.
        limit: How many at most.
    """
    matched = set(found.moments)
    missed = []
    for left_out, rest in islice(without_one(query.root), _LEFT_OUT):
        wide = newest(db, _within(rest, window), limit=_FAR + len(matched), mark=found.mark)
        moments = [moment for moment in wide if moment not in matched]
        missed.append((len(moments), str(left_out), moments[:limit]))
        yield
    named: dict[int, str] = {}
    for _, term, moments in sorted(missed, key=lambda miss: miss[0]):
        for moment in moments:
            named.setdefault(moment, term)
    kept = dict(islice(named.items(), limit))
    entries = by_moment(db, list(kept))
    return [
        NearMiss(entry=entries[moment], term=term)
        for moment, term in kept.items()
        if moment in entries  # a document that was printed meanwhile has another moment
    ]


def beginning(db: Database) -> date | None:
    """The Eastern day of the oldest document, as feeds of press list what is years old.

    That of the oldest press report while there is no document; None when nothing is remembered.
    """
    for condition in ("source <> 'news'", "TRUE"):
        found = db.execute(
            f"SELECT coalesce(event_at, first_seen_at) FROM entries WHERE {condition}"  # noqa: S608  our text only
            " ORDER BY moment LIMIT 1"
        ).fetchone()
        if found:
            return to_instant(found[0]).astimezone(EASTERN).date()
    return None


def _within(node: Node, window: Window) -> list[Span]:
    low, high = first_moment(window.first), first_moment(window.last + timedelta(days=1))
    return [
        replace(span, low=max(span.low, low), high=min(span.high, high)) for span in spans(node)
    ]


def without_one(node: Node) -> Iterator[tuple[Node, Node]]:
    """Each term that something else stands beside, and what else has to match.

    Of what OR joins only the part with the term is kept: the other parts find nothing new.
    """
    match node:
        case And(nodes):
            beside = [(part, [n for n in nodes if n is not part]) for part in nodes]
            for part, rest in beside:
                if is_positive(both(rest)):
                    yield part, both(rest)
            for part, rest in beside:
                yield from ((term, both([inner, *rest])) for term, inner in without_one(part))
        case Or(nodes):
            for part in nodes:
                yield from without_one(part)
        case Topic(_, part):
            yield from without_one(part)
        case _:
            return
