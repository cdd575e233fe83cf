"""Pure: the words that would keep an item out of a query, and nothing of what the query asks for."""

from __future__ import annotations

from collections.abc import Mapping

from feeds import matching
from feeds import query as queries
from feeds.errors import QueryError
from feeds.model import Item
from feeds.prepared import prepare
from feeds.query import Query
from feeds.words import stem, written

#: How many are offered.
_OFFERED = 3
#: Shorter words tell too little to leave anything out by (characters).
_SHORTEST = 5
#: Words that stand in titles of all kinds, and tell nothing of what one is about.
_EVERYWHERE = frozenset(
    "about above after against among amendment amendments before below between certain could"  # noqa: SIM905
    " company companies correction could document during entities final first government interim"
    " issue issues notice other order orders proposed public regarding report reports request rules"
    " secretary section sections should state states their there these those through under united"
    " update until which while within without would".split()
)


def without(query: Query, item: Item, *, topics: Mapping[str, str]) -> list[Query]:
    """The query without one word of the item's title, for each word that would do.

    Args:
        query: One that finds the item.
        item: What is to be left out.
        topics: Query of each topic, by name.

    Returns:
        The longest words first, as they tell most. None of them is one by which the query found the
        item, and each of the queries leaves the item out.
    """
    prepared = prepare(item)
    match = matching.match(query, prepared)
    asked = {
        stem(word) for reason in (match.reasons if match else ()) for word in written(reason.term)
    }
    words = [
        word
        for word in dict.fromkeys(written(item.title))
        if len(word) >= _SHORTEST
        and word.isalpha()
        and word not in _EVERYWHERE
        and stem(word) not in asked
    ]
    found = []
    for word in sorted(words, key=len, reverse=True):
        try:
            narrower = queries.parse(f"({query}) -{word}", topics=topics)
        except QueryError:  # too long, or too deep
            continue
        if matching.match(narrower, prepared) is None:
            found.append(narrower)
    return found[:_OFFERED]
