"""One question to the Federal Register API, and its several ways of not answering."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from feeds import register_json
from feeds.errors import FetchError
from feeds.http import Http, Response
from feeds.model import Item
from feeds.register_json import Row

Params = Sequence[tuple[str, str]]

#: Seconds in shared caches from which on an answer is worth a warning: the buster did not help.
_STALE = 15 * 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A JSON object that the API gave."""

    envelope: Row
    warnings: tuple[str, ...] = ()


def fields(*names: str) -> list[tuple[str, str]]:
    """The parameters that ask for these fields and no others."""
    return [("fields[]", name) for name in names]


def buster(now: datetime) -> tuple[str, str]:
    """A parameter that gets past the API's shared cache.

    Without it an answer may be up to an hour and three quarters old (measured in October 2026),
    although its headers forbid storing; there is no ETag and no Last-Modified.
    """
    return ("_", str(int(now.timestamp())))


async def ask(http: Http, url: str, params: Params, *, feed: str) -> Answer:
    """Put one question that has an answer.

    Raises:
        FetchError: permanent when the API refuses the question itself (400, with its own words);
            not permanent when we were shown a web page instead: its 404 and its "Request Access"
            wall pass like a 429.
        ParseError: what came as JSON is not.
    """
    answer = await look_up(http, url, params, feed=feed)
    if answer is None:
        raise FetchError(feed, "the API answered 404")
    return answer


async def look_up(http: Http, url: str, params: Params, *, feed: str) -> Answer | None:
    """Ask for one thing; None when there is no such thing (404). Raises as `ask`."""
    found = await http.get(
        url,
        feed=feed,
        accept="application/json",
        params=params,
        same_host=True,
        handles=(400, 404),
    )
    if urlsplit(found.url).path != urlsplit(url).path:
        raise FetchError(feed, "sent to another page instead of an answer")
    return None if found.status == 404 else _read(found, feed=feed)


def _read(found: Response, *, feed: str) -> Answer:
    if found.status == 400:
        words = register_json.refusal(found.body)
        raise FetchError(feed, f"the API refused the question: {words}", permanent=True)
    if found.content_type != "application/json":
        raise FetchError(feed, f"the API answered {found.content_type or 'bytes'}, not JSON")
    stale = found.age is not None and found.age > _STALE
    return Answer(
        envelope=register_json.payload(found.body, feed=feed),
        warnings=(f"the answer is {found.age:.0f} s old",) if stale else (),
    )


def digest(items: Iterable[Item]) -> str:
    """Equal for equal items in any order: tells whether a list has changed since a visit."""
    told = "\n".join(sorted(map(repr, items)))
    return hashlib.sha256(told.encode()).hexdigest()
