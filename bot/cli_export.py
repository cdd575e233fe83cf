"""The shell's way out for everything that is kept: CSV, JSON, or deadlines for a calendar."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click

from bot.cli_workspaces import handed_over
from bot.moment import Moment

#: `bot.export.KINDS` and the formats by name, so that `--help` need not load them; a test compares.
KINDS = ("entries", "deliveries", "subscriptions", "deadlines", "queries", "saved", "ledger")
FORMATS = ("csv", "json", "ics")
#: What is of one channel, or of one workspace.
_WHOSE = ("channel", "workspace")


@click.command()
@click.argument("what", type=click.Choice([*KINDS, *_WHOSE]))
@click.argument("whose", required=False)
@click.option("--format", "form", type=click.Choice(FORMATS), default="csv", show_default=True)
@click.option("--at", type=Moment(), help="Of a channel: when (ISO 8601); now, if left out.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A new file, its owner's only.",
)
def export(
    what: str, whose: str | None, form: str, at: datetime | None, output: Path | None
) -> None:
    """Print all that is kept of a kind, oldest first; deadlines also for a calendar (ics).

    `export channel C0123 --at 2026-06-18` tells how it was with one channel at a moment; `export
    workspace T0123` hands over everything of one workspace, as JSON.
    """
    from bot import export as exporting
    from bot import shell, table, wants
    from storage.database import open_database

    if form == "ics" and what != "deadlines":
        raise click.UsageError("only deadlines can be exported as ics")
    if (what in _WHOSE) != bool(whose) or (at and what != "channel"):
        raise click.UsageError(
            "`export channel` takes a CHANNEL and --at, `export workspace` a TEAM"
        )
    settings = shell.settings()
    if not settings.database.exists():
        raise click.ClickException(f"there is no database at {settings.database}")
    with open_database(settings.database) as db, _opened(output) as out:
        if form == "ics":
            out.writelines(exporting.calendar(db))
        elif what == "workspace":
            out.write(handed_over(db, str(whose)))
        else:
            moment = at or shell.now()
            rows = wants.rows_as_of(db, whose, moment) if whose else exporting.rows(db, what)
            out.writelines(text.encode() for text in table.written(rows, table.Format(form)))


@contextmanager
def _opened(output: Path | None) -> Iterator[BinaryIO]:
    """Standard output, or a new file that only its owner can read."""
    if output is None:
        yield sys.stdout.buffer  # UTF-8 and line ends as written, wherever it goes
        return
    try:
        made = os.open(output, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}") from error
    with os.fdopen(made, "wb") as file:
        yield file
