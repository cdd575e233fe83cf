"""The manifest stays within Slack's limits and asks for no more than is used."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.slack.manifest import (
    EVENTS,
    IS_THERE_A_RULE,
    NEW_ALERT,
    OPTIONAL_SCOPES,
    SCOPES,
    manifest,
    manifest_json,
)
from tests.manifest_limits import check_manifest

URL = "https://rulewire.example.com"
SOCKET: dict[str, Any] = dict(manifest())
HTTP: dict[str, Any] = dict(manifest(url=URL))
BOTH = pytest.mark.parametrize("app", [SOCKET, HTTP], ids=["socket", "http"])


@BOTH
def test_it_is_what_slacks_schema_allows(app: dict[str, Any]) -> None:
    assert check_manifest(app) == []


def test_what_slacks_schema_refuses_is_found() -> None:
    shortcut = {"name": "x" * 25, "type": "local", "callback_id": "", "description": "d", "more": 1}
    app = {
        "display_information": {"name": ""},
        "features": {
            "shortcuts": [shortcut],
            "slash_commands": [{"command": "rulewire"}],
            "unfurl_domains": ["a.com", "b.com", "c.com", "d.com", "e.com", "-f.com"],
        },
        "settings": {"event_subscriptions": {"request_url": "ftp://x"}, "tokens": True},
    }

    wrong = check_manifest(app)

    assert sorted(problem.partition(":")[0] for problem in wrong) == [
        "display_information.name",
        "features.shortcuts",
        "features.shortcuts.callback_id",
        "features.shortcuts.name",
        "features.shortcuts.type",
        "features.slash_commands.command",
        "features.slash_commands.description",
        "features.unfurl_domains",
        "features.unfurl_domains",
        "settings",
        "settings.event_subscriptions.request_url",
    ]


def test_socket_mode_needs_no_address_of_ours() -> None:
    assert SOCKET["settings"]["socket_mode_enabled"] is True
    assert "http" not in manifest_json()


def test_over_http_every_door_has_its_address_and_the_socket_is_off() -> None:
    features, settings = HTTP["features"], HTTP["settings"]

    assert settings["socket_mode_enabled"] is False
    assert {command["url"] for command in features["slash_commands"]} == {f"{URL}/slack/events"}
    assert settings["event_subscriptions"]["request_url"] == f"{URL}/slack/events"
    assert settings["interactivity"]["request_url"] == f"{URL}/slack/events"
    assert HTTP["oauth_config"]["redirect_urls"] == [f"{URL}/slack/oauth_redirect"]


def test_tokens_end_only_for_those_who_ask_for_it() -> None:
    rotating: dict[str, Any] = dict(manifest(url=URL, rotates=True))

    assert HTTP["settings"]["token_rotation_enabled"] is False
    assert rotating["settings"]["token_rotation_enabled"] is True


@BOTH
def test_home_messages_and_shortcuts_are_switched_on(app: dict[str, Any]) -> None:
    home = app["features"]["app_home"]
    named = {each["callback_id"]: each["type"] for each in app["features"]["shortcuts"]}

    assert home["home_tab_enabled"]
    assert home["messages_tab_enabled"]
    assert not home["messages_tab_read_only_enabled"]
    assert named == {NEW_ALERT: "global", IS_THERE_A_RULE: "message"}
    assert app["settings"]["interactivity"]["is_enabled"] is True


@BOTH
def test_each_event_has_a_purpose(app: dict[str, Any]) -> None:
    assert app["settings"]["event_subscriptions"]["bot_events"] == list(EVENTS)
    assert all(EVENTS.values())


@BOTH
def test_each_scope_has_a_purpose_and_none_reaches_where_the_bot_was_not_invited(
    app: dict[str, Any],
) -> None:
    scopes = app["oauth_config"]["scopes"]

    assert scopes == {"bot": [*SCOPES, *OPTIONAL_SCOPES], "bot_optional": list(OPTIONAL_SCOPES)}
    assert all((SCOPES | OPTIONAL_SCOPES).values())
    assert not {"chat:write.public", "chat:write.customize", "users:read.email"} & set(SCOPES)


@BOTH
def test_the_text_to_paste_is_the_manifest(app: dict[str, Any]) -> None:
    assert json.loads(manifest_json(url=URL if app is HTTP else "")) == app
