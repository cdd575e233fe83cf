"""`check` finds every wrong token, scope and channel, and says what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.check import check
from bot.config import Settings
from bot.slack.check import problems
from bot.slack.manifest import SCOPES
from storage import subscriptions
from storage.database import open_database
from tests.factories import NOW
from tests.slack_server import TOKEN, Fault, SlackServer

APP_TOKEN = "xapp-1-A01TEST-2-abc"


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with SlackServer().running() as running:
        running.scopes = ",".join(SCOPES)
        yield running


def settings(server: SlackServer, **but: Any) -> Settings:
    values = {
        "bot_token": TOKEN,
        "app_token": APP_TOKEN,
        "slack_api_url": server.url,
        "channel": "",
    }
    return Settings(**(values | but))


async def test_what_is_well_has_no_problem(server: SlackServer) -> None:
    assert await problems(settings(server, channel="C01GEN"), channels=["C01GEN", "U01ALICE"]) == []


async def test_without_a_bot_token_nothing_is_asked(server: SlackServer) -> None:
    assert await problems(settings(server, bot_token="", app_token="")) == []
    assert server.requests == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("invalid_auth", "copy it again"),
        ("token_revoked", "install the app again"),
        ("token_expired", "copy the new one"),
        ("account_inactive", "install it again"),
        ("not_allowed_token_type", "copy the right one"),
        ("something_new", "Slack answered something_new"),
    ],
)
async def test_a_bot_token_that_slack_refuses(server: SlackServer, error: str, said: str) -> None:
    server.fail("auth.test", Fault(error=error))

    (found,) = await problems(settings(server))

    assert found.startswith("SLACK_BOT_TOKEN: ")
    assert said in found


async def test_an_app_token_that_slack_refuses(server: SlackServer) -> None:
    server.fail("apps.connections.open", Fault(error="not_allowed_token_type"))

    (found,) = await problems(settings(server))

    assert found.startswith("SLACK_APP_TOKEN: it is a token of another kind")


async def test_both_tokens_can_be_wrong_at_once(server: SlackServer) -> None:
    server.fail("auth.test", Fault(error="token_revoked"))
    server.fail("apps.connections.open", Fault(error="invalid_auth"))

    found = await problems(settings(server))

    assert [each.split(":")[0] for each in found] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]


async def test_an_app_token_of_another_app(server: SlackServer) -> None:
    found = await problems(settings(server, app_token="xapp-1-A09OTHER-2-abc"))

    assert found == [
        "SLACK_APP_TOKEN is of the app A09OTHER, SLACK_BOT_TOKEN of A01TEST; take both from one"
    ]


async def test_scopes_that_are_missing(server: SlackServer) -> None:
    server.scopes = "chat:write, commands"

    (found,) = await problems(settings(server))

    assert "users:read" in found
    assert "chat:write" not in found
    assert "install again" in found


async def test_channels_that_are_unknown_uninvited_archived_or_no_ids(server: SlackServer) -> None:
    server.members |= {"C02OUT": ["U01ALICE"], "C03OLD": ["U0BOT"]}
    server.archived = {"C03OLD"}

    found = await problems(
        settings(server, channel="#general"), channels=["C02OUT", "C03OLD", "C09ELSE"]
    )

    assert found[0].startswith("RULEWIRE_CHANNEL #general: T01TEST has no such channel")
    assert "use its id, such as C0123" in found[0]
    assert found[1] == "channel C02OUT: invite the bot there with /invite"
    assert found[2] == "channel C03OLD: it is archived; choose another, or unsubscribe it"
    assert found[3].startswith("channel C09ELSE: T01TEST has no such channel, or it is private")


async def test_of_very_many_channels_some_are_asked_for(server: SlackServer) -> None:
    server.members |= {f"C{number:03}": ["U0BOT"] for number in range(60)}

    found = await problems(settings(server), channels=[f"C{number:03}" for number in range(60)])

    assert found == ["20 more channels were not asked for"]


async def test_a_slack_that_does_not_answer(server: SlackServer) -> None:
    server.fail("auth.test", Fault(drop=True), Fault(drop=True))

    (found,) = await problems(settings(server))

    assert "cannot be reached" in found


async def test_a_check_subscribes_nothing(server: SlackServer, tmp_path: Path) -> None:
    feeds = tmp_path / "feeds.toml"
    feeds.write_text(
        '[[feed]]\nname = "press"\nkind = "news"\ntitle = "Press"\nevery = "1h"\n'
        'url = "http://127.0.0.1:9/feed"\n'
    )
    environ = {
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": server.url,
        "RULEWIRE_CHANNEL": "C01GEN",
        "RULEWIRE_DATABASE": str(tmp_path / "rulewire.db"),
        "RULEWIRE_FEEDS": str(feeds),
    }

    found = await check(environ, clock=lambda: NOW)

    assert [each.partition(":")[0] for each in found] == ["feed press"]
    with open_database(tmp_path / "rulewire.db") as db:
        assert subscriptions.every(db) == []
