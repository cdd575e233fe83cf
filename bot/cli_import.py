"""The shell's way in for what was exported: subscriptions and saved stories."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from bot.cli_lists import subscriptions


@subscriptions.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def subscriptions_import(file: Path) -> None:
    """Subscribe as a CSV or JSON file says that `export subscriptions` wrote."""
    from bot import imports, shell

    new = asyncio.run(imports.subscriptions(shell.settings(), _text(file), clock=shell.now))
    click.echo(f"New: {new}")


@click.group()
def saved() -> None:
    """The stories that people saved."""


@saved.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def saved_import(file: Path) -> None:
    """Save as a CSV or JSON file says that `export saved` wrote."""
    from bot import imports, shell

    new, lacking = asyncio.run(imports.saved(shell.settings(), _text(file), clock=shell.now))
    click.echo(f"New: {new}")
    for key in lacking:
        click.echo(f"Not in the archive: {key}", err=True)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file} is not UTF-8") from error
