"""Read the settings, tokens, scopes, database and feeds, and name every problem at once."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.progress import track

from bot import config, night
from bot.app import App, Clock, open_app
from feeds.errors import ConfigError, FeedError
from feeds.model import Feed
from feeds.source import Source
from storage import upkeep
from storage.errors import DatabaseError


async def check(environ: Mapping[str, str], *, clock: Clock) -> list[str]:
    """Every problem found, each with what to do; empty when all works.

    Visits every feed and asks Slack who we are, but remembers and posts nothing.
    """
    problems = config.strangers(environ)
    try:
        settings = config.load(environ)
    except ConfigError as error:
        return problems + error.problems
    if settings.slack_connected:
        from bot.slack.check import problems as slack_problems  # noqa: PLC0415  only with Slack

        problems += await slack_problems(settings)
    if settings.listen:
        from bot.web import problems as web_problems  # noqa: PLC0415  only with a port

        problems += await web_problems(settings.listen)
    try:
        async with open_app(settings, clock=clock) as app:
            problems += _folder_problems(settings.database)
            problems += await app.storage.run_plain(upkeep.problems)
            problems += [
                f"subscription {query}: {reason}" for query, reason in app.audience.broken.items()
            ]
            compared = await app.storage.run(night.read, now=clock())
            problems += [f"Federal Register: {each}" for each in compared.problems]
            problems += await _feed_problems(app)
    except ConfigError as error:
        problems += error.problems
    except DatabaseError as error:
        problems.append(f"RULEWIRE_DATABASE {error}")
    return problems


def _folder_problems(database: Path) -> list[str]:
    """Others who can read the database can read what a company is watching."""
    mode = database.stat().st_mode
    if not mode & 0o077:
        return []
    return [f"RULEWIRE_DATABASE {database} can be read by others; run: chmod 600 {database}"]


async def _feed_problems(app: App) -> list[str]:
    visits = [
        asyncio.create_task(_visit(feed, source, app.clock))
        for feed, source in app.sources.values()
    ]
    shown = track(
        asyncio.as_completed(visits),
        description="visiting feeds",
        total=len(visits),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
    found = [await visit for visit in shown]
    return sorted(problem for problem in found if problem)


async def _visit(feed: Feed, source: Source, clock: Clock) -> str | None:
    try:
        fetched = await source.fetch(None, now=clock())
    except FeedError as error:
        return f"feed {feed.name}: {error.reason}; `rulewire feeds remove {feed.name}` stops it"
    if fetched.moved_to:
        return f"feed {feed.name}: has moved to {fetched.moved_to}"
    return f"feed {feed.name}: {'; '.join(fetched.warnings)}" if fetched.warnings else None
