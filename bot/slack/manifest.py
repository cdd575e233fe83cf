"""The Slack app manifest: what Rulewire asks a workspace for, and why."""

from __future__ import annotations

import json

#: The slash command.
COMMAND = "/rulewire"

#: Bot scope by bot scope, what it is for (https://docs.slack.dev/reference/scopes).
SCOPES = {
    "chat:write": "post and update alerts where the bot was invited, and in direct messages",
    "commands": "/rulewire",
    "channels:history": "read its own alerts back when an answer was lost",
    "groups:history": "the same in private channels",
    "im:history": "the same in direct messages",
    "im:write": "find the direct message in which to look",
    "channels:read": "know whether it was invited to a channel, and who is a member there",
    "groups:read": "the same for private channels",
    "users:read": "know whether somebody is an admin, who may change what concerns everyone",
}


def manifest() -> dict[str, object]:
    """The manifest for Socket Mode, as api.slack.com/apps takes it.

    Source: https://docs.slack.dev/reference/app-manifest
    """
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Rulewire",
            "description": "Tells when a US rule about Huawei or technology standards moves.",
        },
        "features": {
            # Following a story leads to a direct message, in which commands can be typed as well.
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Rulewire", "always_online": True},
            "slash_commands": [
                {
                    "command": COMMAND,
                    "description": "Search, subscribe, and see what is known of a document",
                    "usage_hint": "search huawei | subscribe TOPIC | 2020-13093 | help",
                    "should_escape": False,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }


def manifest_json() -> str:
    """The manifest as text to paste."""
    return json.dumps(manifest(), indent=2)
