"""READ the full text of documents that are worth it, and tell whom it concerns (async)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.audience import Audience
from bot.ingest import ingest_text
from bot.storage_thread import Storage
from feeds import full_text
from feeds.errors import FeedError, FetchError
from feeds.http import Http
from storage import texts
from storage.texts import Wanted

log = logging.getLogger(__name__)

#: Texts of one round; the host's own pace holds (feeds/http.py).
AT_ONCE = 20
#: A text that cannot be read is tried again after this, twice as long each time, so often.
RETRY_FIRST, ATTEMPTS = timedelta(minutes=5), 8


class Reading:
    """Reads the texts that `ingest` asked for."""

    def __init__(self, storage: Storage, http: Http, *, audience: Callable[[], Audience]) -> None:
        """Nothing is read before `read_due`.

        Args:
            storage: Opened.
            http: Opened.
            audience: The subscriptions as they are now.
        """
        self._storage = storage
        self._http = http
        self._audience = audience

    async def read_due(self, *, now: datetime) -> int:
        """Read the texts that are due, as many as one round takes; returns how many were asked for."""
        due = await self._storage.run(texts.due, now=now, limit=AT_ONCE)
        for wanted in due:
            await self._read(wanted, now=now)
        return len(due)

    async def _read(self, wanted: Wanted, *, now: datetime) -> None:
        name = f"text of entry {wanted.entry_id}"
        try:
            body = await full_text.read(self._http, wanted.url, name=name)
        except FeedError as error:
            due_at = _again(wanted, error, now=now)
            await self._storage.run(texts.fail, wanted.entry_id, reason=error.reason, due_at=due_at)
            log.warning("read text entry=%d status=failed reason=%s", wanted.entry_id, error.reason)
            return
        owed = await self._storage.run_long(
            ingest_text, wanted, body, audience=self._audience(), now=now
        )
        log.debug("read text entry=%d status=ok chars=%d owed=%d", wanted.entry_id, len(body), owed)


def _again(wanted: Wanted, error: FeedError, *, now: datetime) -> datetime | None:
    """When to try again; None to leave it."""
    if wanted.attempts + 1 >= ATTEMPTS or (isinstance(error, FetchError) and error.permanent):
        return None
    asked = error.retry_after if isinstance(error, FetchError) else None
    doubled: timedelta = RETRY_FIRST * 2**wanted.attempts
    return now + max(doubled, timedelta(seconds=asked or 0))
