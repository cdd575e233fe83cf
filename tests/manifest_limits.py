"""What Slack's manifest schema allows of the parts that we use, as one table.

The facts are those of schemas/manifest.schema.2.0.0.json of github.com/slackapi/manifest-schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_WEB = r"https?://"
_DOMAIN = r"(?![.\-])[-a-z0-9.]+[a-z0-9]$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text of so many characters that begins as the pattern says."""

    most: int
    least: int = 0
    pattern: str = ""
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """So many of one kind."""

    each: Rule
    most: int
    least: int = 0
    unique: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """These fields and no others."""

    fields: dict[str, Rule]
    required: tuple[str, ...] = ()


Rule = Text | Several | Group | type[bool] | type[int]

_SCOPES = Several(each=Text(most=50), most=255)
_SHORTCUT = Group(
    fields={
        "name": Text(least=1, most=24),
        "type": Text(most=7, one_of=("message", "global")),
        "callback_id": Text(least=1, most=255),
        "description": Text(least=1, most=150),
    },
    required=("name", "type", "callback_id", "description"),
)
_COMMAND = Group(
    fields={
        "command": Text(least=2, most=32, pattern="/"),
        "url": Text(most=3000, pattern=_WEB),
        "description": Text(least=1, most=2000),
        "usage_hint": Text(least=1, most=1000),
        "should_escape": bool,
    },
    required=("command", "description"),
)
MANIFEST = Group(
    required=("display_information",),
    fields={
        "_metadata": Group(fields={"major_version": int, "minor_version": int}),
        "display_information": Group(
            required=("name",),
            fields={
                "name": Text(least=1, most=35),
                "description": Text(least=1, most=140),
                "background_color": Text(least=4, most=7, pattern="#"),
                "long_description": Text(least=175, most=4000),
            },
        ),
        "features": Group(
            fields={
                "app_home": Group(
                    fields={
                        "home_tab_enabled": bool,
                        "messages_tab_enabled": bool,
                        "messages_tab_read_only_enabled": bool,
                    }
                ),
                "bot_user": Group(
                    required=("display_name",),
                    fields={"display_name": Text(least=1, most=80), "always_online": bool},
                ),
                "shortcuts": Several(each=_SHORTCUT, least=1, most=10),
                "slash_commands": Several(each=_COMMAND, least=1, most=50),
                "unfurl_domains": Several(
                    each=Text(most=255, pattern=_DOMAIN), least=1, most=5, unique=True
                ),
            }
        ),
        "oauth_config": Group(
            fields={
                "redirect_urls": Several(each=Text(most=2500), most=1000, unique=True),
                "scopes": Group(
                    fields=dict.fromkeys(("bot", "bot_optional", "user", "user_optional"), _SCOPES)
                ),
            }
        ),
        "settings": Group(
            fields={
                "event_subscriptions": Group(
                    fields={
                        "request_url": Text(most=3500, pattern=_WEB),
                        "bot_events": Several(each=Text(most=50), most=100, unique=True),
                    }
                ),
                "interactivity": Group(
                    required=("is_enabled",),
                    fields={"is_enabled": bool, "request_url": Text(most=3500, pattern=_WEB)},
                ),
                "org_deploy_enabled": bool,
                "socket_mode_enabled": bool,
                "token_rotation_enabled": bool,
            }
        ),
    },
)


def check_manifest(app: dict[str, Any]) -> list[str]:
    """What Slack would refuse; empty when it would take all of it."""
    return list(_wrong(app, MANIFEST, ""))


def _wrong(value: Any, rule: Rule, path: str) -> Iterator[str]:
    match rule:
        case Text():
            yield from _wrong_text(value, rule, path)
        case Several():
            if not rule.least <= len(value) <= rule.most:
                yield f"{path}: {len(value)} of {rule.least} to {rule.most}"
            if rule.unique and len(set(value)) < len(value):
                yield f"{path}: one twice"
            for each in value:
                yield from _wrong(each, rule.each, path)
        case Group():
            if strange := value.keys() - rule.fields.keys():
                yield f"{path}: no such field: {', '.join(sorted(strange))}"
            for name in rule.fields.keys() & value.keys():
                yield from _wrong(value[name], rule.fields[name], f"{path}.{name}".strip("."))
            yield from (f"{path}.{name}: missing" for name in rule.required if name not in value)
        case _:
            if type(value) is not rule:
                yield f"{path}: {value!r} is no {rule.__name__}"


def _wrong_text(value: Any, rule: Text, path: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{path}: no text"
    elif not rule.least <= len(value) <= rule.most:
        yield f"{path}: {len(value)} characters of {rule.least} to {rule.most}"
    elif not re.match(rule.pattern, value):
        yield f"{path}: {value!r} does not begin with {rule.pattern}"
    elif rule.one_of and value not in rule.one_of:
        yield f"{path}: {value!r} is none of {', '.join(rule.one_of)}"
