"""The commands of the shell: `rulewire`, also `python -m bot`."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import click

from bot import cli_export, cli_import, cli_lists, cli_workspaces
from bot.moment import Moment

#: `health` calls a process dead that has not said so for this long.
HEARTBEAT = timedelta(minutes=2)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="rulewire")
@click.option("--verbose", is_flag=True, help="Log every step.")
@click.pass_context
def cli(context: click.Context, *, verbose: bool) -> None:
    """Slack alerts for US rule changes about Huawei and technology standards."""
    context.obj = verbose


for command in (
    cli_lists.search,
    cli_lists.rehearse,
    cli_lists.law,
    cli_lists.why,
    cli_lists.join,
    cli_lists.split,
    cli_lists.status,
    cli_lists.settle,
    cli_lists.floods,
    cli_lists.feeds,
    cli_lists.topics,
    cli_lists.subscriptions,
    cli_import.saved,
    cli_export.export,
    cli_workspaces.workspaces,
    cli_workspaces.forget,
    cli_workspaces.key,
):
    cli.add_command(command)


@cli.command()
@click.option("--http", is_flag=True, help="Answer Slack over HTTP on RULEWIRE_PORT.")
@click.pass_obj
def run(verbose: bool, *, http: bool) -> None:  # noqa: FBT001  click passes it so
    """Run the bot: in Slack when its tokens are set, else in this terminal."""
    from bot import run as life
    from bot import shell

    settings = shell.settings(verbose=verbose, prompt=sys.stdin.isatty(), http=http)
    if not settings.slack_connected and settings.log_format == "text":
        click.echo(
            "Slack is not connected: alerts appear here. `rulewire manifest` shows how to connect.",
            err=True,
        )
    asyncio.run(life.run(settings, clock=shell.now, http=http))


@cli.command()
@click.option("--now", type=Moment(), help="Replay a past moment (ISO 8601).")
@click.option("--feed", help="Only this feed, due or not.")
@click.pass_obj
def poll(verbose: bool, now: datetime | None, feed: str | None) -> None:  # noqa: FBT001  as above
    """One round for cron: poll what is due, ingest, deliver what is owed."""
    from bot import run as life
    from bot import shell

    settings = shell.settings(verbose=verbose)
    results = asyncio.run(life.poll_once(settings, clock=shell.clock_from(now), only=feed))
    if results and all(result.error for result in results):
        sys.exit(1)


@cli.command()
@click.option("--since", required=True, type=click.DateTime(["%Y-%m-%d"]), help="First day.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day; today if left out.")
@click.pass_obj
def backfill(verbose: bool, since: datetime, until: datetime | None) -> None:  # noqa: FBT001  as above
    """Read the Register's history into the archive, telling nobody. Resumable."""
    from bot import shell
    from bot.backfill import backfill as read_history

    last: date = until.date() if until else shell.now().date()
    if since.date() > last:
        raise click.UsageError("--since is after --until")
    report = asyncio.run(
        read_history(
            shell.settings(verbose=verbose), since=since.date(), until=last, clock=shell.now
        )
    )
    click.echo(str(report))


@cli.command()
def check() -> None:
    """Check settings, tokens, scopes, database and feeds; report every problem at once."""
    from bot import log, shell
    from bot.check import check as check_everything
    from feeds.secrets import without_secrets

    log.set_up("text", level=logging.ERROR)
    problems = asyncio.run(check_everything(os.environ, clock=shell.now))
    for problem in problems:
        click.echo(f"✗ {without_secrets(problem)}")
    if problems:
        sys.exit(2)
    click.echo("✓ everything works")


@cli.command()
@click.option("--http", "url", metavar="URL", default="", help="For HTTP, reached at this address.")
@click.option("--rotate-tokens", is_flag=True, help="Tokens end after 12 hours and are renewed.")
def manifest(url: str, *, rotate_tokens: bool) -> None:
    """Print the Slack app manifest and how to use it."""
    from bot.slack.manifest import guide, manifest_json

    if url and not url.startswith("https://"):
        raise click.UsageError("--http takes the https address at which Slack reaches the bot")
    if rotate_tokens and not url:
        raise click.UsageError(
            "--rotate-tokens goes with --http: tokens are renewed for OAuth only"
        )
    click.echo(guide(http=bool(url)), err=True)
    click.echo(manifest_json(url=url.rstrip("/"), rotates=rotate_tokens))


@cli.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy the database to FILE while the bot runs."""
    from bot import shell
    from storage.database import open_database
    from storage.upkeep import back_up

    settings = shell.settings()
    if not settings.database.exists():
        raise click.ClickException(f"there is no database at {settings.database}")
    try:
        with open_database(settings.database) as db:
            back_up(db, file, now=shell.now())
    except OSError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Backed up {settings.database} to {file}")


@cli.command()
@click.pass_obj
def demo(verbose: bool) -> None:  # noqa: FBT001  as above
    """Tell the June 2020 story end to end, offline, from bundled facts."""
    from bot import shell
    from bot.demo import demo as tell

    asyncio.run(tell(shell.settings(verbose=verbose)))


@cli.command()
def health() -> None:
    """Exit 0 when a running bot said within two minutes that it is alive."""
    from bot import shell
    from storage.database import open_database
    from storage.polls import last_beat

    settings = shell.settings()
    beat = None
    if settings.database.exists():
        with open_database(settings.database) as db:
            beat = last_beat(db)
    if beat is None or shell.now() - beat > HEARTBEAT:
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
        _fail(str(error), code=1 if error.passing else 2)
    except FeedError as error:
        _fail(str(error), code=1)


def _fail(*lines: str, code: int) -> None:
    from feeds.secrets import without_secrets

    for line in lines:
        click.echo(f"rulewire: {without_secrets(line)}", err=True)
    sys.exit(code)
