"""A news feed: RSS, Atom or JSON Feed at an address, visited with conditions and read in the worker."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b

from feeds.http import Http, Response, Validators
from feeds.model import Feed, Item
from feeds.source import Bookmark, Fetched
from feeds.worker import Worker

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9,"
    " application/json;q=0.8, text/xml;q=0.8, */*;q=0.1"
)


class News:
    """Reads one news feed; see `feeds.source.Source`.

    An unchanged body costs no parsing, and of a changed one only the new items are parsed.
    """

    def __init__(self, *, feed: Feed, http: Http, worker: Worker) -> None:
        self._feed = feed
        self._http = http
        self._worker = worker

    async def fetch(self, bookmark: Bookmark | None, *, now: datetime) -> Fetched:  # noqa: ARG002 - the seam's signature
        """Visit the feed once; see `Source.fetch`."""
        last = bookmark if bookmark and bookmark.get("url") == self._feed.url else {}
        validators = Validators(etag=last.get("etag"), last_modified=last.get("last_modified"))
        answer = await self._http.get(
            self._feed.url, feed=self._feed.name, accept=ACCEPT, validators=validators
        )
        body_hash = blake2b(answer.body, digest_size=16).hexdigest()
        unchanged = answer.not_modified or body_hash == last.get("body")
        known: tuple[str, ...] = tuple(last.get("items", ()))
        items: tuple[Item, ...] = ()
        warnings: tuple[str, ...] = ()
        if not unchanged:
            items, known, warnings = await self._worker.items(
                answer.body,
                feed=self._feed,
                content_type=_header(answer),
                url=answer.url,
                known=known,
            )
        return Fetched(
            items=items,
            bookmark={
                "url": self._feed.url,
                "etag": answer.validators.etag,
                "last_modified": answer.validators.last_modified,
                "body": last.get("body") if unchanged else body_hash,
                "items": list(known),
            },
            unchanged=unchanged,
            warnings=warnings,
            fresh_for=answer.fresh_for,
            moved_to=answer.moved_to,
        )

    async def title(self, *, now: datetime) -> str:  # noqa: ARG002 - all visits are told the time
        """Visit the feed to learn what it calls itself; empty when it does not say.

        Raises:
            FetchError, ParseError: as `fetch`.
        """
        answer = await self._http.get(self._feed.url, feed=self._feed.name, accept=ACCEPT)
        return await self._worker.title(answer.body, feed=self._feed, content_type=_header(answer))


def _header(answer: Response) -> str:
    charset = f"; charset={answer.charset}" if answer.charset else ""
    return f"{answer.content_type}{charset}"
