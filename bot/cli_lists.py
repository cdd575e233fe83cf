"""The shell's commands for what is remembered: search, rehearse, why, status, feeds and lists."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli_export import export

if TYPE_CHECKING:
    from bot.answers import Answer
    from bot.commands import Commands


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 1000))
@click.option("--best", is_flag=True, help="Best first, not newest first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def search(query: tuple[str, ...], limit: int, *, best: bool, as_json: bool) -> None:
    """Search the archive, as /rulewire search does."""
    from storage.search import Order

    order = Order.BEST if best else Order.NEWEST
    _answer(
        lambda commands: commands.search(" ".join(query), limit=limit, order=order),
        as_json=as_json,
    )


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 36_500))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def rehearse(query: tuple[str, ...], days: int, *, as_json: bool) -> None:
    """What a topic or query would have told in the last days."""
    _answer(lambda commands: commands.rehearse(" ".join(query), days=days), as_json=as_json)


@click.command()
@click.argument("named", nargs=-1, required=True)
@click.option("--page", default=1, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def law(named: tuple[str, ...], page: int, *, as_json: bool) -> None:
    """What changed in the text of a CFR part, or by a document."""
    from bot.law_page import LawPlace

    place = LawPlace(named=" ".join(named), page=page)
    _answer(
        lambda commands: commands.page(place, channel="terminal", user="terminal"), as_json=as_json
    )


@click.command()
@click.argument("reference", nargs=-1, required=True)
@click.option("--channel", default="terminal", show_default=True, help="Whose subscriptions.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def why(reference: tuple[str, ...], channel: str, *, as_json: bool) -> None:
    """Who was told of a document or page, or why a channel was not."""
    _answer(_said(f"why {' '.join(reference)}", channel=channel), as_json=as_json)


@click.command()
@click.argument("one")
@click.argument("other")
def join(one: str, other: str) -> None:
    """Make the story of ONE part of the story of OTHER: document numbers or addresses."""
    _answer(_said(f"join {one} to {other}"))


@click.command()
@click.argument("reference")
def split(reference: str) -> None:
    """Take a document or page out of a story that it does not tell, for good."""
    _answer(_said(f"split {reference}"))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def status(*, as_json: bool) -> None:
    """When each feed was last read, what is failing, what is owed."""
    _answer(_said("status"), as_json=as_json)


@click.command()
@click.argument("number", type=click.IntRange(1))
@click.argument("verdict", type=click.Choice(["sent", "again"]))
def settle(number: int, verdict: str) -> None:
    """Settle an uncertain delivery by its number in `status`: it was sent, or send it again."""
    _answer(_said(f"settle {number} {verdict}"))


@click.command()
@click.argument("verb", type=click.Choice(["list", "show", "release", "drop"]), default="list")
@click.argument("number", type=click.IntRange(1), required=False)
@click.option("--page", default=1, show_default=True, type=click.IntRange(1, 1000), help="Of show.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def floods(verb: str, number: int | None, page: int, *, as_json: bool) -> None:
    """What is held back: list it, show what flood NUMBER holds, release it or drop it."""
    said = [verb, str(number or ""), str(page) if verb == "show" else ""]
    _answer(_said(f"floods {' '.join(said)}"), as_json=as_json)


@click.group()
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
    from bot import feed_changes, shell
    from feeds.secrets import without_secrets

    feed = asyncio.run(feed_changes.add(shell.settings(), url, name=name, clock=shell.now))
    click.echo(f"Added {feed.name}: {feed.title} ({without_secrets(feed.url)})")


@feeds.command("remove")
@click.argument("name")
def feeds_remove(name: str) -> None:
    """Stop polling a feed; what it brought stays in the archive."""
    from bot import feed_changes, shell

    asyncio.run(feed_changes.remove(shell.settings(), name, clock=shell.now))
    click.echo(f"Removed {name}")


@feeds.command("import")
@click.argument("opml", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def feeds_import(opml: Path) -> None:
    """Add the feeds of an OPML file."""
    from bot import feed_changes, shell

    added = asyncio.run(
        feed_changes.import_opml(shell.settings(), opml.read_bytes(), clock=shell.now)
    )
    click.echo(f"Added: {', '.join(added)}" if added else "All of these feeds are polled already")


@feeds.command("export")
@click.option("--secrets", is_flag=True, help="With the passwords and tokens of addresses.")
def feeds_export(*, secrets: bool) -> None:
    """Print the news feeds as OPML."""
    from bot import feed_changes, shell

    written, hidden = asyncio.run(
        feed_changes.export_opml(shell.settings(), secrets=secrets, clock=shell.now)
    )
    click.echo(written)
    if hidden:
        click.echo(f"Without the secrets of {', '.join(hidden)}: --secrets writes them.", err=True)


@click.group()
def topics() -> None:
    """The named topics."""


@topics.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def topics_list(*, as_json: bool) -> None:
    """Every topic and its query."""
    _answer(_said("topics"), as_json=as_json)


@click.group("subscriptions")
def subscriptions() -> None:
    """Which channel wants what."""


@subscriptions.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def subscriptions_list(*, as_json: bool) -> None:
    """Every subscription of every channel."""
    _answer(lambda commands: commands.all_subscriptions(), as_json=as_json)


@subscriptions.command("add")
@click.argument("channel")
@click.argument("query", nargs=-1, required=True)
def subscriptions_add(channel: str, query: tuple[str, ...]) -> None:
    """Subscribe a channel (its Slack id, or "terminal") to a topic or query."""
    _answer(_said(f"subscribe {' '.join(query)}", channel=channel))


@subscriptions.command("remove")
@click.argument("channel")
@click.argument("query", nargs=-1, required=True)
def subscriptions_remove(channel: str, query: tuple[str, ...]) -> None:
    """Unsubscribe a channel."""
    _answer(_said(f"unsubscribe {' '.join(query)}", channel=channel))


@subscriptions.command("export")
@click.pass_context
def subscriptions_export(context: click.Context) -> None:
    """Print every subscription as JSON, as `import` takes it."""
    context.invoke(export, what="subscriptions", form="json")


def _said(
    text: str, *, channel: str = "terminal"
) -> Callable[[Commands], Coroutine[Any, Any, Answer]]:
    return lambda commands: commands.answer(text, channel=channel, user="terminal")


def _answer(
    ask: Callable[[Commands], Coroutine[Any, Any, Answer]], *, as_json: bool = False
) -> None:
    """Ask the same commands that Slack asks, and show the answer."""
    from bot import shell
    from bot.ask import ask_once

    problem = asyncio.run(ask_once(shell.settings(), ask, clock=shell.now, as_json=as_json))
    if problem:
        sys.exit(2)
