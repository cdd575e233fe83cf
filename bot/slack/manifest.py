"""The Slack app manifest: what Rulewire asks a workspace for, and why."""

from __future__ import annotations

import json

#: The slash command.
COMMAND = "/rulewire"

#: Where Slack and browsers reach us over HTTP.
EVENTS_PATH = "/slack/events"
INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"

#: Callback ids of the shortcuts.
NEW_ALERT, IS_THERE_A_RULE = "new_alert", "is_there_a_rule"

#: Bot scope by bot scope, what it is for (https://docs.slack.dev/reference/scopes).
SCOPES = {
    "chat:write": "post and update alerts where the bot was invited, and in direct messages",
    "commands": "/rulewire and the shortcuts",
    "app_mentions:read": "answer when it is mentioned",
    "channels:history": "read its own alerts back when an answer was lost",
    "groups:history": "the same in private channels",
    "im:history": "the same in direct messages, and answer what is written there",
    "im:write": "find the direct message in which to look",
    "channels:read": "know whether it, or who asks, is in the channel that subscribes",
    "groups:read": "the same for private channels",
    "users:read": "know whether who asks is an admin of the workspace",
}

#: Scopes that a workspace may refuse (docs.slack.dev/changelog/2026/03/16/optional-scopes).
OPTIONAL_SCOPES = {
    "links:read": "see links to rules in messages",
    "links:write": "show the rule below such a link",
}

#: Event by event, what it is for (https://docs.slack.dev/reference/events).
EVENTS = {
    "app_home_opened": "show Home",
    "app_mention": "answer when it is mentioned",
    "message.im": "answer direct messages",
    "member_joined_channel": "say what it does, once, where it was invited",
    "link_shared": "show the rule below a link, where links:read was granted",
    "app_uninstalled": "stop what a workspace is owed",
    "tokens_revoked": "the same",
}

#: Five at most (docs.slack.dev/messaging/unfurling-links-in-messages); a subdomain is another domain.
UNFURLED = ("federalregister.gov", "www.federalregister.gov", "www.govinfo.gov", "www.ecfr.gov")


def manifest(*, url: str = "", rotates: bool = False) -> dict[str, object]:
    """The manifest, as api.slack.com/apps takes it.

    Source: https://docs.slack.dev/reference/app-manifest

    Args:
        url: Where Slack reaches the bot over HTTP, without a last slash; empty for Socket Mode.
        rotates: Tokens end after 12 hours and are renewed, for ever: Slack lets nobody switch it off
            again, and only what was installed by OAuth is renewed (docs.slack.dev/authentication/using-token-rotation).
    """
    request = {"request_url": f"{url}{EVENTS_PATH}"} if url else {}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Rulewire",
            "description": "Tells when a US rule about Huawei or technology standards moves.",
        },
        "features": _features(f"{url}{EVENTS_PATH}" if url else ""),
        "oauth_config": {
            **({"redirect_urls": [f"{url}{REDIRECT_PATH}"]} if url else {}),
            "scopes": {
                # The optional ones are named in both (github.com/slackapi/slack-cli/pull/517).
                "bot": [*SCOPES, *OPTIONAL_SCOPES],
                "bot_optional": list(OPTIONAL_SCOPES),
            },
        },
        "settings": {
            "event_subscriptions": {**request, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": bool(url),
            "socket_mode_enabled": not url,
            "token_rotation_enabled": rotates,
        },
    }


def _features(asked: str) -> dict[str, object]:
    """What people see of it; over HTTP commands are asked at an address of ours."""
    return {
        # Following a story leads to a direct message, in which commands can be typed as well.
        "app_home": {
            "home_tab_enabled": True,
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
                **({"url": asked} if asked else {}),
            }
        ],
        "shortcuts": [
            {
                "name": "New alert",
                "type": "global",
                "callback_id": NEW_ALERT,
                "description": "Be told when rules like these move",
            },
            {
                "name": "Is there a rule on this?",
                "type": "message",
                "callback_id": IS_THERE_A_RULE,
                "description": "Search the archive for what this message is about",
            },
        ],
        "unfurl_domains": list(UNFURLED),
    }


def manifest_json(*, url: str = "", rotates: bool = False) -> str:
    """The manifest as text to paste."""
    return json.dumps(manifest(url=url, rotates=rotates), indent=2)


def guide(*, http: bool) -> str:
    """What to do with the text, in three lines."""
    first = "Paste the lines below at api.slack.com/apps: Create New App, From a manifest. Then"
    if http:
        return (
            f"{first}\ncopy SLACK_SIGNING_SECRET from Basic Information, and either install the app and set\n"
            "SLACK_BOT_TOKEN, or set SLACK_CLIENT_ID and SLACK_CLIENT_SECRET for many workspaces."
        )
    return (
        f"{first} install\nthe app, make an app-level token with connections:write, and set"
        " SLACK_BOT_TOKEN (xoxb-…)\nand SLACK_APP_TOKEN (xapp-…)."
    )
