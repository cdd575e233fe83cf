"""Who wants what: every working subscription's query, parsed once, asked of an item."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache

from feeds import matching, query
from feeds.errors import QueryError
from feeds.model import Item
from feeds.prepared import prepare
from feeds.query import Query
from feeds.stored_queries import StoredQueries
from feeds.terms import spelled_out
from storage.deliveries import Why
from storage.query_versions import QueryVersion
from storage.subscriptions import Subscription


class Audience:
    """The subscriptions that work, ready to be matched. Build a new one when they change."""

    def __init__(self, subscriptions: Iterable[Subscription], topics: Mapping[str, str]) -> None:
        """Parse the queries of all that work.

        Args:
            subscriptions: Disabled and paused ones are left out.
            topics: Query of each topic, by name.
        """
        #: What each query means now; each once, in the order of the subscriptions.
        self.versions: list[QueryVersion] = []
        self._queries: list[Query] = []
        self._stored: StoredQueries[int] = StoredQueries()
        self._channels: dict[str, list[str]] = {}
        #: Queries that no longer parse (a topic was removed), with the reason; shown in status.
        self.broken: dict[str, str] = {}
        for subscription in subscriptions:
            if subscription.works and self._learn(subscription.query, topics):
                self._channels.setdefault(subscription.query, []).append(subscription.channel)

    def of(self, item: Item, full_text: str = "") -> dict[str, list[Why]]:
        """Channels that want this item, each with every subscription that says so, and why.

        Args:
            item: What was published.
            full_text: As much of the document's text as was read.
        """
        prepared = prepare(item, full_text)
        wanted: dict[str, list[Why]] = {}
        for number in sorted(self._stored.matching(prepared)):
            known = self.versions[number]
            match = matching.match(self._queries[number], prepared)
            why = Why(
                subscription=known.query,
                reasons=match.reasons if match else (),
                version=known.version,
            )
            for channel in self._channels[known.query]:
                wanted.setdefault(channel, []).append(why)
        return wanted

    def _learn(self, text: str, topics: Mapping[str, str]) -> bool:
        if text in self._channels:
            return True
        try:
            asked = query.parse(text, topics=topics)
        except QueryError as error:
            self.broken[text] = str(error)
            return False
        self._stored.add(len(self._queries), asked)
        self._queries.append(asked)
        self.versions.append(_version(text, asked))
        return True


def broken(subscriptions: Iterable[Subscription], topics: Mapping[str, str]) -> dict[str, str]:
    """Queries of working subscriptions that no longer parse, with the reason.

    As `Audience.broken`, of queries asked before almost for nothing.
    """
    known = tuple(sorted(topics.items()))
    texts = {each.query for each in subscriptions if each.works}
    return {text: wrong for text in texts if (wrong := _wrong(text, known))}


@lru_cache(maxsize=20_000)
def _wrong(text: str, topics: tuple[tuple[str, str], ...]) -> str:
    try:
        query.parse(text, topics=dict(topics))
    except QueryError as error:
        return str(error)
    return ""


def _version(text: str, asked: Query) -> QueryVersion:
    definition = str(spelled_out(asked.root))
    name = hashlib.sha256(definition.encode()).hexdigest()[:12]
    return QueryVersion(query=text, version=name, definition=definition)
