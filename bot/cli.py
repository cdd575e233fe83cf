"""The commands of the shell: `rulewire`, also `python -m bot`."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from bot.answers import Answer
    from bot.commands import Commands
    from bot.config import Settings

T = TypeVar("T")

#: `health` calls a process dead that has not said so for this long.
HEARTBEAT = timedelta(minutes=2)


class Moment(click.ParamType[datetime]):
    """An ISO 8601 time; one without a zone is Eastern, as the Federal Register's times are."""

    name = "iso"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """An aware time, or a usage error."""
        from feeds.model import EASTERN

        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a time such as 2020-06-16T08:45:00-04:00", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=EASTERN)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="rulewire")
@click.option("--verbose", is_flag=True, help="Log every step.")
@click.pass_context
def cli(context: click.Context, *, verbose: bool) -> None:
    """Slack alerts for US rule changes about Huawei and technology standards."""
    context.obj = verbose


@cli.command()
@click.pass_obj
def run(verbose: bool) -> None:  # noqa: FBT001  click passes it so
    """Run the bot: in Slack when its tokens are set, else in this terminal."""
    from bot import run as life

    settings = _settings(verbose=verbose)
    if not settings.slack_connected:
        click.echo(
            "Slack is not connected: alerts appear here. `rulewire manifest` shows how to connect.",
            err=True,
        )
    _go(life.run(settings, clock=_now))


@cli.command()
@click.option("--now", type=Moment(), help="Replay a past moment (ISO 8601).")
@click.option("--feed", help="Only this feed, due or not.")
@click.pass_obj
def poll(verbose: bool, now: datetime | None, feed: str | None) -> None:  # noqa: FBT001  as above
    """One round for cron: poll what is due, ingest, deliver what is owed."""
    from bot import run as life

    settings = _settings(verbose=verbose)
    results = _go(life.poll_once(settings, clock=_clock_from(now), only=feed))
    if feed and not results:
        raise click.UsageError(f"there is no feed {feed!r}; `rulewire feeds list` shows them")
    if results and all(result.error for result in results):
        sys.exit(1)


@cli.command()
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 1000))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def search(query: tuple[str, ...], limit: int, *, as_json: bool) -> None:
    """Search the archive, as /rulewire search does."""
    _answer(lambda commands: commands.search(" ".join(query), limit=limit), as_json=as_json)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def status(*, as_json: bool) -> None:
    """When each feed was last read, what is failing, what is owed."""
    _answer(_said("status"), as_json=as_json)


@cli.command()
@click.option("--since", required=True, type=click.DateTime(["%Y-%m-%d"]), help="First day.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day; today if left out.")
@click.pass_obj
def backfill(verbose: bool, since: datetime, until: datetime | None) -> None:  # noqa: FBT001  as above
    """Read the Register's history into the archive, telling nobody. Resumable."""
    from bot.backfill import backfill as read_history

    last: date = until.date() if until else _now().date()
    if since.date() > last:
        raise click.UsageError("--since is after --until")
    report = _go(
        read_history(_settings(verbose=verbose), since=since.date(), until=last, clock=_now)
    )
    click.echo(str(report))


@cli.group()
def feeds() -> None:
    """The feeds that are polled."""


@feeds.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def feeds_list(*, as_json: bool) -> None:
    """Every feed, when it was last read and when it is next due."""
    _answer(_said("status"), as_json=as_json)


@feeds.command("add")
@click.argument("url")
@click.option("--name", help="Short name; made from the feed's title if left out.")
def feeds_add(url: str, name: str | None) -> None:
    """Add a news feed, or the feed that a web page names."""
    from bot import feed_changes

    feed = _go(feed_changes.add(_settings(), url, name=name, clock=_now))
    click.echo(f"Added {feed.name}: {feed.title} ({feed.url})")


@feeds.command("remove")
@click.argument("name")
def feeds_remove(name: str) -> None:
    """Stop polling a feed; what it brought stays in the archive."""
    from bot import feed_changes

    _go(feed_changes.remove(_settings(), name, clock=_now))
    click.echo(f"Removed {name}")


@feeds.command("import")
@click.argument("opml", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def feeds_import(opml: Path) -> None:
    """Add the feeds of an OPML file."""
    from bot import feed_changes

    added = _go(feed_changes.import_opml(_settings(), opml.read_bytes(), clock=_now))
    click.echo(f"Added {len(added)} feeds: {', '.join(added) or 'all were there already'}")


@feeds.command("export")
def feeds_export() -> None:
    """Print the news feeds as OPML."""
    from bot import feed_changes

    click.echo(_go(feed_changes.export_opml(_settings(), clock=_now)))


@cli.group()
def topics() -> None:
    """The named topics."""


@topics.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def topics_list(*, as_json: bool) -> None:
    """Every topic and its query."""
    _answer(_said("topics"), as_json=as_json)


@cli.group("subscriptions")
def subscriptions_() -> None:
    """Which channel wants what."""


@subscriptions_.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def subscriptions_list(*, as_json: bool) -> None:
    """Every subscription of every channel."""
    _answer(lambda commands: commands.all_subscriptions(), as_json=as_json)


@subscriptions_.command("add")
@click.argument("channel")
@click.argument("query", nargs=-1, required=True)
def subscriptions_add(channel: str, query: tuple[str, ...]) -> None:
    """Subscribe a channel (its Slack id, or "terminal") to a topic or query."""
    _answer(_said(f"subscribe {' '.join(query)}", channel=channel))


@subscriptions_.command("remove")
@click.argument("channel")
@click.argument("query", nargs=-1, required=True)
def subscriptions_remove(channel: str, query: tuple[str, ...]) -> None:
    """Unsubscribe a channel."""
    _answer(_said(f"unsubscribe {' '.join(query)}", channel=channel))


@subscriptions_.command("export")
def subscriptions_export() -> None:
    """Print every subscription as JSON."""
    _answer(lambda commands: commands.all_subscriptions(), as_json=True)


@cli.command()
def check() -> None:
    """Check settings, tokens, scopes, database and feeds; report every problem at once."""
    from bot.check import check as check_everything

    problems = asyncio.run(check_everything(os.environ, clock=_now))
    for problem in problems:
        click.echo(f"✗ {problem}")
    if problems:
        sys.exit(2)
    click.echo("✓ everything works")


@cli.command()
def manifest() -> None:
    """Print the Slack app manifest and how to use it."""
    from bot.slack.manifest import manifest_json

    click.echo(
        "Paste the lines below at api.slack.com/apps: Create New App, From a manifest. Then install\n"
        "the app, make an app-level token with connections:write, and set SLACK_BOT_TOKEN (xoxb-…)\n"
        "and SLACK_APP_TOKEN (xapp-…).",
        err=True,
    )
    click.echo(manifest_json())


@cli.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy the database to FILE while the bot runs."""
    from storage.database import open_database
    from storage.upkeep import back_up

    settings = _settings()
    if not settings.database.exists():
        raise click.ClickException(f"there is no database at {settings.database}")
    try:
        with open_database(settings.database) as db:
            back_up(db, file)
    except OSError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Backed up {settings.database} to {file}")


@cli.command()
@click.pass_obj
def demo(verbose: bool) -> None:  # noqa: FBT001  as above
    """Tell the June 2020 story end to end, offline, from bundled facts."""
    from bot.demo import demo as tell

    _go(tell(_settings(verbose=verbose)))


@cli.command()
def health() -> None:
    """Exit 0 when a running bot said within two minutes that it is alive."""
    from storage.database import open_database
    from storage.polls import last_beat

    settings = _settings()
    beat = None
    if settings.database.exists():
        with open_database(settings.database) as db:
            beat = last_beat(db)
    if beat is None or _now() - beat > HEARTBEAT:
        raise click.ClickException(f"no running bot: last sign of life {beat or 'never'}")
    click.echo(f"alive at {beat:%Y-%m-%d %H:%M:%S} UTC")


def main() -> None:
    """Run a command; an expected failure is one line on stderr and an exit code."""
    from feeds.errors import ConfigError, FeedError
    from storage.errors import DatabaseError

    try:
        cli()
    except ConfigError as error:
        _fail(*error.problems, code=2)
    except DatabaseError as error:
        _fail(str(error), code=2)
    except FeedError as error:
        _fail(str(error), code=1)


def _fail(*lines: str, code: int) -> None:
    for line in lines:
        click.echo(f"rulewire: {line}", err=True)
    sys.exit(code)


def _settings(*, verbose: bool = False) -> Settings:
    """The settings, with logs set up: quiet beside alerts and answers on a terminal."""
    from bot import config, log

    settings = config.load(os.environ)
    shared = not settings.slack_connected and sys.stderr.isatty()
    level = logging.DEBUG if verbose else logging.WARNING if shared else logging.INFO
    log.set_up(settings.log_format, level=level)
    return settings


def _now() -> datetime:
    return datetime.now(UTC)


def _clock_from(start: datetime | None) -> Callable[[], datetime]:
    """A clock that starts at a past moment and runs on, or the real one."""
    if start is None:
        return _now
    begun = _now()
    return lambda: start.astimezone(UTC) + (_now() - begun)


def _go(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def _said(text: str, *, channel: str = "terminal") -> Callable[[Commands], Coroutine[Any, Any, Answer]]:
    return lambda commands: commands.answer(text, channel=channel, user="terminal")


def _answer(
    ask: Callable[[Commands], Coroutine[Any, Any, Answer]], *, as_json: bool = False
) -> None:
    """Ask the same commands that Slack asks, and show the answer."""
    from bot.ask import ask_once

    problem = asyncio.run(ask_once(_settings(), ask, clock=_now, as_json=as_json))
    if problem:
        sys.exit(2)
