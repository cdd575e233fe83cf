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
from feeds.secrets import holds_secret, without_secrets
from storage import polls

_PAGE = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"


async def add(settings: Settings, url: str, *, name: str | None, clock: Clock) -> Feed:
    """Add the news feed at a URL, or the one that the web page there names.

    Raises:
        FetchError, ParseError: nothing there that can be polled.
        ConfigError: the name is taken, or the URL is already polled.
    """
    async with open_app(settings, clock=clock) as app:
        shown = without_secrets(url)
        feed = Feed(name=name or opml.slug(shown), kind=FeedKind.NEWS, title=shown, url=url)
        try:
            title = await News(http=app.http, feed=feed, worker=app.worker).title(now=clock())
        except ParseError:
            page = await app.http.get(url, feed=feed.name, accept=_PAGE)
            found = discover(page.body, page.url)
            if found is None:
                raise
            feed = replace(feed, url=found)
            title = await News(http=app.http, feed=feed, worker=app.worker).title(now=clock())
        title = title or without_secrets(feed.url)
        feed = replace(feed, title=title, name=name or opml.slug(title))
        taken = [known for known in app.feeds.values() if feed.url == known.url]
        if taken:
            raise ConfigError([f"{shown} is already polled as {taken[0].name}"])
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


async def export_opml(
    settings: Settings, *, secrets: bool = False, clock: Clock
) -> tuple[str, list[str]]:
    """The news feeds as OPML, and the names of those whose address stands there without its secret.

    Args:
        settings: Whose feeds.
        secrets: Write them too; whoever has the file then reads these feeds as we do.
        clock: Aware time.
    """
    async with open_app(settings, clock=clock) as app:
        feeds = [feed for feed in app.feeds.values() if feed.kind is FeedKind.NEWS]
    if secrets:
        return opml.write(feeds), []
    hidden = [feed.name for feed in feeds if holds_secret(feed.url)]
    return opml.write(replace(feed, url=without_secrets(feed.url)) for feed in feeds), hidden


def _free(name: str, taken: set[str]) -> str:
    """The name, with a number behind it when another feed has it."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free
