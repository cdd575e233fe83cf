"""The shell's way out for everything that is kept: CSV, JSON, or deadlines for a calendar."""

from __future__ import annotations

import sys

import click

from bot.cli_workspaces import Team, hand_over

#: `bot.export.KINDS` and the formats by name, so that `--help` need not load them; a test compares.
KINDS = ("entries", "deliveries", "subscriptions", "deadlines", "queries")
FORMATS = ("csv", "json", "ics")


@click.command()
@click.argument("what", type=click.Choice([*KINDS, "workspace"]))
@click.option("--format", "form", type=click.Choice(FORMATS), default="csv", show_default=True)
@click.option("--team", type=Team(), help="Of this workspace: everything, as JSON.")
def export(what: str, form: str, team: str | None) -> None:
    """Print all that is kept of a kind, oldest first; deadlines also for a calendar (ics)."""
    if (what == "workspace") != bool(team):
        raise click.UsageError("workspace and --team TEAM go together")
    if form == "ics" and what != "deadlines":
        raise click.UsageError("only deadlines can be exported as ics")
    if team:
        hand_over(team)
    else:
        _print(what, form)


def _print(what: str, form: str) -> None:
    from bot import export as exporting
    from bot import shell
    from storage.database import open_database

    settings = shell.settings()
    if not settings.database.exists():
        raise click.ClickException(f"there is no database at {settings.database}")
    out = sys.stdout.buffer  # UTF-8 and line ends as written, wherever it goes
    with open_database(settings.database) as db:
        if form == "ics":
            out.writelines(exporting.calendar(db))
            return
        for text in exporting.written(exporting.rows(db, what), exporting.Format(form)):
            out.write(text.encode())
