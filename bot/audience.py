"""Who wants what: every working subscription's query, parsed once, asked of an item."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlite_utils import Database

from feeds import matching, query
from feeds.errors import QueryError
from feeds.prepared import Prepared
from feeds.query import Query
from feeds.stored_queries import StoredQueries
from feeds.terms import spelled_out
from storage import query_versions
from storage.deliveries import Why
from storage.query_versions import QueryVersion
from storage.subscriptions import Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Queries that were not known yet, by their text."""

    understood: Mapping[str, tuple[Query, QueryVersion]]
    #: Those that no longer parse (a topic was removed), with the reason.
    broken: Mapping[str, str]

    @property
    def versions(self) -> list[QueryVersion]:
        """What each of them means now."""
        return [version for _, version in self.understood.values()]


class Audience:
    """The subscriptions that work, ready to be matched.

    It is asked and changed on one thread. A change costs as much as the queries that come or go.
    """

    def __init__(self, subscriptions: Iterable[Subscription], topics: Mapping[str, str]) -> None:
        """Parse the queries of all that work.

        Args:
            subscriptions: Disabled and paused ones are left out.
            topics: Query of each topic, by name.
        """
        self._known: dict[str, tuple[Query, QueryVersion]] = {}
        self._stored: StoredQueries[str] = StoredQueries()
        #: Of each query, in the order of the subscriptions, and where that stands.
        self._channels: dict[str, list[str]] = {}
        self._places: dict[str, int] = {}
        #: Queries that no longer parse, with the reason.
        self.broken: dict[str, str] = {}
        everyone = list(subscriptions)
        self.take_up(everyone, self.read(everyone, topics))

    def read(self, subscriptions: Iterable[Subscription], topics: Mapping[str, str]) -> Read:
        """Parse those queries of working subscriptions that are not known; changes nothing.

        Of thousands this takes seconds, and may be done on any thread while no change is made.
        """
        understood: dict[str, tuple[Query, QueryVersion]] = {}
        broken: dict[str, str] = {}
        for text in {each.query for each in subscriptions if each.works} - self._known.keys():
            try:
                asked = query.parse(text, topics=topics)
            except QueryError as error:
                broken[text] = str(error)
            else:
                understood[text] = (asked, _version(text, asked))
        return Read(understood=understood, broken=broken)

    def take_up(self, subscriptions: Iterable[Subscription], new: Read) -> None:
        """Have these subscriptions from now on, and no others.

        Args:
            subscriptions: As they are now.
            new: What `read` gave for them.
        """
        channels: dict[str, list[str]] = {}
        for each in subscriptions:
            if each.works and each.query not in new.broken:
                channels.setdefault(each.query, []).append(each.channel)
        for text in self._known.keys() - channels.keys():
            self._stored.remove(text)
            del self._known[text]
        for text, known in new.understood.items():
            self._stored.add(text, known[0])
            self._known[text] = known
        self._channels, self.broken = channels, dict(new.broken)
        self._places = {text: number for number, text in enumerate(channels)}

    def of(self, item: Prepared) -> dict[str, list[Why]]:
        """Channels that want this item, each with every subscription that says so, and why."""
        wanted: dict[str, list[Why]] = {}
        for text in sorted(self._stored.matching(item), key=self._places.__getitem__):
            asked, version = self._known[text]
            match = matching.match(asked, item)
            why = Why(
                subscription=text,
                reasons=match.reasons if match else (),
                version=version.version,
            )
            for channel in self._channels[text]:
                wanted.setdefault(channel, []).append(why)
        return wanted


def take_up(
    db: Database,
    audience: Audience,
    subscriptions: Iterable[Subscription],
    new: Read,
    *,
    now: datetime,
) -> None:
    """Let an audience have these subscriptions, once it is written down what their queries mean."""
    query_versions.keep(db, new.versions, now=now)
    audience.take_up(subscriptions, new)


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
