"""The shell's way out for everything that is kept: CSV, JSON, or deadlines for a calendar."""

from __future__ import annotations

import sys

import click

#: `bot.export.KINDS` and the formats by name, so that `--help` need not load them; a test compares.
KINDS = ("entries", "deliveries", "subscriptions", "deadlines", "queries", "feedback")
FORMATS = ("csv", "json", "ics")


@click.command()
@click.argument("what", type=click.Choice(KINDS))
@click.option("--format", "form", type=click.Choice(FORMATS), default="csv", show_default=True)
def export(what: str, form: str) -> None:
    """Print all that is kept of a kind, oldest first; deadlines also for a calendar (ics)."""
    from bot import export as exporting
    from bot import shell
    from storage.database import open_database

    if form == "ics" and what != "deadlines":
        raise click.UsageError("only deadlines can be exported as ics")
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
