"""The shell's commands for workspaces that installed the app: list them, hand over, forget; make a key."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sqlite_utils import Database

#: An id of a workspace or an organisation.
_TEAM = re.compile(r"[TE][A-Z0-9]{2,30}")


class Team(click.ParamType[str]):
    """A workspace's id ("T…"), or an organisation's ("E…")."""

    name = "team"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The id as it is, or a usage error."""
        if not _TEAM.fullmatch(value):
            self.fail(f"{value!r} is no workspace; `rulewire workspaces` lists them", param, ctx)
        return value


@click.command()
def key() -> None:
    """Print a new key for RULEWIRE_KEY."""
    from bot.slack.vault import new_key

    click.echo(new_key())


@click.command()
def workspaces() -> None:
    """List the workspaces that installed the app."""
    from bot import shell
    from storage import installations
    from storage.database import open_database

    with open_database(shell.settings().database) as db:
        found = installations.every(db)
    if not found:
        click.echo("No workspace has installed the app.")
    for each in found:
        ended = f", ended: {each.ended_reason}" if each.ended_at else ""
        click.echo(f"{each.workspace}  {each.name}  since {_day(each.installed_at)}{ended}")


@click.command()
@click.argument("team", type=Team())
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(team: str, *, yes: bool) -> None:
    """Delete everything that is kept of a workspace."""
    from bot import shell
    from storage import forgetting
    from storage.database import open_database, transaction

    with open_database(shell.settings().database) as db:
        stored = {table: len(rows) for table, rows in forgetting.everything(db, team)}
        count = sum(stored.values())
        if not count:
            raise click.ClickException(f"nothing is kept of {team}")
        question = f"Delete {count} rows of {team} for good, its installation among them?"
        if not (yes or click.confirm(question, err=True)):
            raise click.Abort
        forgetting.overwrite(db)
        with transaction(db):
            gone = forgetting.forget(db, team, now=shell.now())
        forgetting.flush(db)
    if gone is None:
        raise click.ClickException(
            f"a message is just being sent to {team}; nothing more will be: try again in a minute"
        )
    for table, number in gone.items():
        click.echo(f"{number} of {table}")
    click.echo(f"Nothing is kept of {team} any more. What was posted there stands in its Slack.")


def handed_over(db: Database, team: str) -> bytes:
    """Everything that is kept of a workspace, without secrets, as one JSON document."""
    import msgspec

    from storage import forgetting

    tables = dict(forgetting.everything(db, team))
    if not any(tables.values()):
        raise click.ClickException(f"nothing is kept of {team!r}")
    document = {"workspace": team, "tables": tables}
    return msgspec.json.format(msgspec.json.encode(document)) + b"\n"


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"
