"""A Source that gives what it is told to give."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from feeds.source import Bookmark, Fetched


class FakeSource:
    """Answers its visits from `answers`, first first, and keeps the bookmarks it was handed."""

    def __init__(self, *answers: Fetched | Exception) -> None:
        self.answers = deque(answers)
        self.visits: list[tuple[Bookmark | None, datetime]] = []

    async def fetch(self, bookmark: Bookmark | None, *, now: datetime) -> Fetched:
        self.visits.append((bookmark, now))
        answer = self.answers.popleft()
        if isinstance(answer, Exception):
            raise answer
        return answer
