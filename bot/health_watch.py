"""WATCH the feeds: write down which are out or back, and owe the owners' channel a word (sync)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot import bulletin, health, health_wording
from bot.bulletin import Bulletin, BulletinKind
from bot.health import Began, Joined, Known, Left
from feeds.model import Feed, FeedKind
from storage import bulletins, outages, polls, publishing
from storage.outages import Out


class Watch:
    """Looks after the feeds of a catalog, for whoever owns this installation."""

    def __init__(self, *, channel: str, register_url: str, timezone: ZoneInfo) -> None:
        """Nothing is looked at before `look`.

        Args:
            channel: The owners'; empty when they have none: then `status` alone tells.
            register_url: Where the Federal Register's feeds are read from.
            timezone: In which moments are told.
        """
        self._channel = channel
        self._register = urlsplit(register_url).hostname or ""
        self._timezone = timezone

    def look(self, db: Database, feeds: Mapping[str, Feed], *, now: datetime) -> int:
        """Tell what has changed since the last look; can be repeated at any time.

        Args:
            db: Inside a transaction.
            feeds: The catalog, each feed at the address it is read from.
            now: Time of the look.

        Returns:
            How many bulletins came to be owed.
        """
        owed = sum(self._moved(db, feeds, now=now))
        lasting = outages.lasting(db)
        for change in health.changes(self._known(db, feeds), lasting, now=now):
            match change:
                case Began():
                    owed += self._began(db, change, feeds, now=now)
                case Joined():
                    self._joined(db, change, feeds)
                case Left():
                    owed += self._left(db, change, feeds, now=now)
        return owed

    def _known(self, db: Database, feeds: Mapping[str, Feed]) -> dict[str, Known]:
        visited = {poll.feed: poll for poll in polls.every(db)}
        days, ended = publishing.known(db), outages.last_end(db)
        return {
            name: Known(
                feed=feed,
                host=self._host(feed),
                poll=visited[name],
                publishing=days.get(name),
                back_at=ended.get(name),
            )
            for name, feed in feeds.items()
            if name in visited
        }

    def _host(self, feed: Feed) -> str:
        news = feed.kind is FeedKind.NEWS
        return (urlsplit(feed.url).hostname or "") if news else self._register

    def _moved(self, db: Database, feeds: Mapping[str, Feed], *, now: datetime) -> list[bool]:
        moves = {poll.feed: poll.moved for poll in polls.every(db) if poll.moved}
        return [
            self._owe(
                db, f"moved {name} {now_at}", health_wording.moved(feeds[name], before), now=now
            )
            for name, (before, now_at) in moves.items()
            if name in feeds and feeds[name].url == now_at
        ]

    def _began(
        self, db: Database, began: Began, feeds: Mapping[str, Feed], *, now: datetime
    ) -> bool:
        key = outages.begin(db, began.kind, scope=began.scope, feeds=began.feeds, now=now)
        said = self._out(began, began.feeds, feeds)
        return self._owe(db, key, said, now=now)

    def _joined(self, db: Database, joined: Joined, feeds: Mapping[str, Feed]) -> None:
        """The message that stands is changed, which nobody is disturbed by."""
        outage = joined.outage
        outages.join(db, outage.id, joined.feeds)
        names = {out.feed for out in joined.feeds}
        others = [out for out in outage.lasting if out.feed not in names]
        if self._channel:
            bulletins.change(
                db,
                channel=self._channel,
                kind=BulletinKind.HEALTH,
                key=outage.key,
                body=bulletin.encode(self._out(outage, [*others, *joined.feeds], feeds)),
            )

    def _left(self, db: Database, left: Left, feeds: Mapping[str, Feed], *, now: datetime) -> bool:
        outage = left.outage
        for name in left.left:
            outages.leave(db, outage.id, name, now=now)
        if not left.over:
            return False
        outages.end(db, outage.id, now=now)
        if not left.back:
            return False
        since = min(out.since for out in outage.feeds if out.feed in left.back)
        came_in = publishing.came_in(db, left.back, since=since, limit=health_wording.ITEMS)
        said = health_wording.back(outage, left.back, feeds, came_in=came_in, now=now)
        return self._owe(db, f"{outage.key} over", said, now=now)

    def _out(
        self, cause: Began | outages.Outage, outs: Sequence[Out], feeds: Mapping[str, Feed]
    ) -> Bulletin:
        return health_wording.out(cause.kind, cause.scope, outs, feeds, timezone=self._timezone)

    def _owe(self, db: Database, key: str, said: Bulletin, *, now: datetime) -> bool:
        if not self._channel:
            return False
        body = bulletin.encode(said)
        owed = bulletins.owe(
            db, channel=self._channel, kind=BulletinKind.HEALTH, key=key, body=body, now=now
        )
        return owed is not None
