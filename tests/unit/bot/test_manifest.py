"""The manifest stays within Slack's limits and asks for no more than is used."""

from __future__ import annotations

import json
from typing import Any

from bot.slack.manifest import COMMAND, SCOPES, manifest, manifest_json

APP: dict[str, Any] = dict(manifest())


def test_names_and_descriptions_are_within_slacks_limits() -> None:
    shown, features = APP["display_information"], APP["features"]

    (command,) = features["slash_commands"]

    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert len(features["bot_user"]["display_name"]) <= 80
    assert command["command"] == COMMAND
    assert len(COMMAND) <= 32
    assert len(command["description"]) <= 2000
    assert len(command["usage_hint"]) <= 1000


def test_socket_mode_needs_no_address_of_ours() -> None:
    text = manifest_json()

    assert APP["settings"]["socket_mode_enabled"] is True
    assert "http" not in text


def test_buttons_are_switched_on_and_no_event_is_asked_for_that_nobody_handles() -> None:
    assert APP["settings"]["interactivity"] == {"is_enabled": True}
    assert "event_subscriptions" not in APP["settings"]


def test_each_scope_has_a_purpose_and_none_reaches_where_the_bot_was_not_invited() -> None:
    asked = APP["oauth_config"]["scopes"]["bot"]

    assert asked == list(SCOPES)
    assert all(SCOPES.values())
    assert not {"chat:write.public", "chat:write.customize", "users:read.email"} & set(asked)


def test_the_text_to_paste_is_the_manifest() -> None:
    assert json.loads(manifest_json()) == APP
