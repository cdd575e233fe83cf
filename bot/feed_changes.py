"""People add and remove feeds: `rulewire feeds …`."""

from __future__ import annotations

from dataclasses import replace

from bot.app import Clock, open_app
from bot.config import Settings
from feeds import opml
from feeds.discovery import discover
from feeds.errors import ConfigError, ParseError
from feeds.model import Feed, FeedKind
from feeds.news import News
from storage import polls

_PAGE = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"


async def add(settings: Settings, url: str, *, name: str | None, clock: Clock) -> Feed:
    """Add the news feed at a URL, or the one that the web page there names.

    Raises:
        FetchError, ParseError: nothing there that can be polled.
        ConfigError: the name is taken, or the URL is already polled.
    """
    async with open_app(settings, clock=clock) as app:
        feed = Feed(name=name or opml.slug(url), kind=FeedKind.NEWS, title=url, url=url)
        try:
            title = await News(http=app.http, feed=feed, worker=app.worker).title(now=clock())
        except ParseError:
            page = await app.http.get(url, feed=feed.name, accept=_PAGE)
            found = discover(page.body, page.url)
            if found is None:
                raise
            feed = replace(feed, url=found)
            title = await News(http=app.http, feed=feed, worker=app.worker).title(now=clock())
        feed = replace(feed, title=title or feed.url, name=name or opml.slug(title or feed.url))
        taken = [known for known in app.feeds.values() if feed.url == known.url]
        if taken:
            raise ConfigError([f"{feed.url} is already polled as {taken[0].name}"])
        if feed.name in app.feeds:
            raise ConfigError([f"there is already a feed {feed.name}; choose another with --name"])
        await app.storage.run(polls.change_feed, feed.name, feed, now=clock())
        return feed


async def remove(settings: Settings, name: str, *, clock: Clock) -> None:
    """Stop polling a feed.

    Raises:
        ConfigError: there is no such feed.
    """
    async with open_app(settings, clock=clock) as app:
        if name not in app.feeds:
            raise ConfigError([f"there is no feed {name!r}; `rulewire feeds list` shows them"])
        await app.storage.run(polls.change_feed, name, None, now=clock())


async def import_opml(settings: Settings, text: bytes, *, clock: Clock) -> list[str]:
    """Add the feeds of an OPML file that are not polled yet; returns their names.

    Raises:
        ConfigError: the file is not OPML.
    """
    added: list[str] = []
    async with open_app(settings, clock=clock) as app:
        polled, names = {feed.url for feed in app.feeds.values()}, set(app.feeds)
        for feed in opml.read(text):
            if feed.url in polled:
                continue
            named = replace(feed, name=_free(feed.name, names))
            await app.storage.run(polls.change_feed, named.name, named, now=clock())
            polled.add(named.url)
            names.add(named.name)
            added.append(named.name)
    return added


async def export_opml(settings: Settings, *, clock: Clock) -> str:
    """The news feeds as OPML."""
    async with open_app(settings, clock=clock) as app:
        return opml.write(feed for feed in app.feeds.values() if feed.kind is FeedKind.NEWS)


def _free(name: str, taken: set[str]) -> str:
    """The name, with a number behind it when another feed has it."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free
