"""Read the settings, tokens, scopes, database and feeds, and name every problem at once."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace

from rich.console import Console
from rich.progress import track

from bot import config, night
from bot.app import App, Clock, open_app
from bot.config import Settings
from feeds.errors import ConfigError, FeedError, FetchError, ParseError
from feeds.model import Feed
from feeds.secrets import without_secrets
from feeds.source import Source
from storage import findings, subscriptions
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
    if settings.listen:
        from bot.web import problems as web_problems  # noqa: PLC0415  only with a port

        problems += await web_problems(settings.listen)
    try:
        # Without its channel, which a first start subscribes: it may be the wrong one.
        async with open_app(replace(settings, channel=""), clock=clock) as app:
            problems += await _database_problems(app)
            problems += [
                f"subscription {query}: {reason}" for query, reason in app.audience.broken.items()
            ]
            compared = await app.storage.run(night.read, now=clock())
            problems += [f"Federal Register: {each}" for each in compared.problems]
            problems += await _slack_problems(settings, app)
            problems += await _workspace_problems(app)
            problems += await _feed_problems(app)
    except ConfigError as error:
        problems += error.problems
        problems += await _slack_problems(settings, None)
    except DatabaseError as error:
        problems.append(f"RULEWIRE_DATABASE {error}")
        problems += await _slack_problems(settings, None)
    return problems


async def _database_problems(app: App) -> list[str]:
    path = app.settings.database
    free = shutil.disk_usage(path.absolute().parent).free
    found = await asyncio.to_thread(findings.of_files, path, user=os.geteuid(), free=free)
    found += await app.storage.run_plain(findings.of_database)
    return [f"RULEWIRE_DATABASE {each}" for each in found]


async def _slack_problems(settings: Settings, app: App | None) -> list[str]:
    if not settings.slack_connected:
        return []
    from bot.slack.check import problems  # noqa: PLC0415  only with Slack

    wanted = await app.storage.run(subscriptions.every) if app else []
    # Those of workspaces that installed the app have an address with a slash.
    channels = {each.channel for each in wanted if each.works and "/" not in each.channel}
    return await problems(settings, channels=sorted(channels - {config.TERMINAL}))


async def _workspace_problems(app: App) -> list[str]:
    if not app.settings.many_workspaces:
        return []
    from bot.slack.check import workspace_problems  # noqa: PLC0415  only with Slack

    return await workspace_problems(app.settings, app.storage, clock=app.clock)


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
        return f"feed {feed.name}: {error.reason}; {_mend(feed, error)}"
    if fetched.moved_to:
        there = without_secrets(fetched.moved_to)
        return (
            f"feed {feed.name}: has moved to {there}, and is read there; write that into its list"
        )
    return f"feed {feed.name}: {'; '.join(fetched.warnings)}" if fetched.warnings else None


def _mend(feed: Feed, error: FeedError) -> str:
    """What to do about a feed that cannot be read."""
    remove = f"`rulewire feeds remove {feed.name}` stops it"
    if isinstance(error, ParseError) and "web page" in error.reason:
        return f"`rulewire feeds add` finds the feed that a page names; {remove}"
    if isinstance(error, FetchError) and not error.permanent:
        return f"it is tried again by itself; {remove}"
    return f"look for its new address; {remove}"
