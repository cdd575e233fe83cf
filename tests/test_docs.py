"""What people read is true: settings, words, commands and kinds are documented, and links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from bot import config
from bot.cli import cli
from bot.command_words import WORDS
from feeds.model import FeedKind

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = (ROOT / "docs/commands.md").read_text("utf-8")
CONFIGURATION = (ROOT / "docs/configuration.md").read_text("utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("name", config.NAMES)
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in CONFIGURATION


def test_every_documented_setting_is_one() -> None:
    named = set(re.findall(r"`((?:RULEWIRE|SLACK)_[A-Z_]+)`", CONFIGURATION + COMMANDS + README))

    assert config.strangers(dict.fromkeys(named, "")) == []


@pytest.mark.parametrize("kind", FeedKind)
def test_every_kind_of_feed_is_documented(kind: FeedKind) -> None:
    assert f"`{kind.value}`" in CONFIGURATION


@pytest.mark.parametrize("word", WORDS)
def test_every_word_of_the_slash_command_is_documented(word: str) -> None:
    slack = COMMANDS.split("## In Slack")[1].split("## In the shell")[0]

    assert re.search(rf"`{word}\b", slack)


@pytest.mark.parametrize("name", cli.commands)
def test_every_command_of_the_shell_is_documented(name: str) -> None:
    shell = COMMANDS.split("## In the shell")[1]
    command = cli.commands[name]

    assert re.search(rf"`{name}\b", shell)
    if isinstance(command, click.Group):
        assert all(re.search(rf"`(?:{name} )?{verb}\b", shell) for verb in command.commands)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []
