"""Is there a rule about this? What the archive has on a message, best first, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlite_utils import Database

from bot.card import card
from bot.commands_marking import card_for
from bot.personal import Suggested
from bot.question import Question
from feeds import matching, subject
from feeds import query as queries
from feeds.errors import QueryError
from feeds.query import Query
from feeds.reference import Kind
from feeds.subject import Subject
from storage import lookup, search
from storage.deliveries import Why
from storage.entries import Entry
from storage.search import Order

#: References that are fields of the query language, and name more than one document.
_FIELDS = {Kind.DOCKET, Kind.RIN, Kind.CFR}
#: How many are shown; of one reference, which may be a docket's, so many at most.
MOST, _OF_ONE = 5, 3


def is_there_a_rule(db: Database, question: Question) -> Suggested:
    """The best five documents for a message: those that it names, then those of its telling words.

    One of each story.
    """
    about = subject.of(question.text)
    asked = [query for text in about.queries if (query := _parsed(question, text))]
    shown: dict[int, tuple[Entry, tuple[str, ...]]] = {}
    for entry, why in _found(db, about, asked):
        shown.setdefault(entry.story_id, (entry, why))
        if len(shown) == MOST:
            break
    found = shown.values()
    cards = tuple(replace(card_for(db, question, entry), why=why) for entry, why in found)
    return Suggested(cards=cards, sought=_sought(about), query=_subscribable(about, asked))


def _found(
    db: Database, about: Subject, asked: list[Query]
) -> Iterator[tuple[Entry, tuple[str, ...]]]:
    for named in about.references:
        for entry in lookup.find(db, named, limit=_OF_ONE):
            yield entry, (f"The message names {named}",)
    for query in asked:
        for entry in search.search(db, query, order=Order.BEST, limit=2 * MOST).entries:
            yield entry, _why(query, entry)


def _why(query: Query, entry: Entry) -> tuple[str, ...]:
    """In the words in which an alert says it."""
    match = matching.match(query, entry.item)
    why = Why(subscription="In common", reasons=match.reasons if match else ())
    return card(entry, whys=[why], now=entry.first_seen_at).why


def _parsed(question: Question, text: str) -> Query | None:
    """Of documents only."""
    try:
        return queries.parse(f"({text}) -source:news", topics=question.queries)
    except QueryError:
        return None


def _sought(about: Subject) -> tuple[str, ...]:
    if not about.references and not about.queries:
        return ()
    companies = (f"entity:{name}" for name in about.companies)
    return (*map(str, about.references), *companies, *about.phrases, *about.words[:4])


def _subscribable(about: Subject, asked: list[Query]) -> str:
    """More of the same: its companies and rule words, else its docket, else its words."""
    if (about.companies or about.phrases) and asked:
        strong = [f"entity:{name}" for name in about.companies[:1]]
        strong += [f'"{phrase}"' for phrase in about.phrases[:1]]
        return " ".join(strong)
    fields = [f"{each.kind}:{each.value}" for each in about.references if each.kind in _FIELDS]
    return next(iter(fields), " ".join(f'"{word}"' for word in about.words[:2]))
