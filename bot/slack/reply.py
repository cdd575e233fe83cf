"""What a click or a command came from, and how it is answered: one door to `response_url`."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack.parts import Message

log = logging.getLogger(__name__)

#: Of the words a person typed, as many as a query may have and some more (characters).
_TYPED = 4_000
#: How an address comes when the command's text is escaped.
_LINKED = re.compile(r"<(https?://[^|>\s]+)(?:\|[^>]*)?>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks, and where; read from a payload that may lack anything."""

    user: str
    #: The conversation in which it was asked.
    conversation: str
    response_url: str
    #: What was typed after the command; empty for a click.
    text: str = ""
    #: `action_id` and value of what was clicked; empty for a command.
    action: str = ""
    value: str = ""
    #: The message that was clicked.
    ts: str = ""

    @property
    def channel(self) -> str:
        """Whose subscriptions and marks are meant: in a direct message the person's own.

        A person has one direct message with us, whatever conversation they ask in, and
        chat.postMessage opens it by their id.
        """
        return self.user if self.private else self.conversation

    @property
    def private(self) -> bool:
        """Asked in a direct message, where nobody else has to be told of a change."""
        return self.conversation.startswith("D")


def from_command(body: Mapping[str, Any]) -> Asked:
    """Read a slash command.

    Source: https://docs.slack.dev/interactivity/implementing-slash-commands
    """
    return Asked(
        user=_text(body, "user_id"),
        conversation=_text(body, "channel_id"),
        response_url=_text(body, "response_url"),
        text=_unescaped(_text(body, "text")[:_TYPED]),
    )


def from_action(body: Mapping[str, Any]) -> Asked:
    """Read a click.

    Source: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
    """
    actions = body.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else {}
    container = _inner(body, "container")
    chosen = _inner(action, "selected_option") if isinstance(action, Mapping) else {}
    return Asked(
        user=_text(_inner(body, "user"), "id"),
        conversation=_text(_inner(body, "channel"), "id") or _text(container, "channel_id"),
        response_url=_text(body, "response_url"),
        action=_text(action, "action_id"),
        value=_text(chosen, "value") or _text(action, "value"),
        ts=_text(container, "message_ts"),
    )


async def reply(
    client: AsyncWebClient,
    asked: Asked,
    message: Message,
    *,
    aloud: bool = False,
    replace: bool = False,
) -> None:
    """Answer where it was asked.

    A failure is logged: there is nobody left to tell.

    Args:
        client: Lends its session, which has its own timeout.
        asked: A `response_url` takes five answers in 30 minutes
            (https://docs.slack.dev/interactivity/handling-user-interaction).
        message: Within Slack's limits.
        aloud: For everyone in the channel, else for the one who asked.
        replace: In place of the message that was clicked, whoever sees it.
    """
    if not asked.response_url:
        return
    text, blocks = message
    webhook = AsyncWebhookClient(
        asked.response_url,
        session=client.session,
        # The handlers that come with the client send again when only the answer was lost.
        retry_handlers=[],
    )
    webhook.proxy = client.proxy  # as `web_client` has it, not from the environment
    try:
        answer = await webhook.send(
            text=text,
            blocks=blocks,
            response_type="in_channel" if aloud else "ephemeral",
            replace_original=replace,
            unfurl_links=False,
            unfurl_media=False,
        )
    except (aiohttp.ClientError, TimeoutError) as error:
        log.warning("replied status=failed reason=%s", type(error).__name__)
        return
    if answer.status_code != 200:
        log.warning("replied status=%s reason=%s", answer.status_code, answer.body[:100])


def _text(body: object, key: str) -> str:
    value = body.get(key) if isinstance(body, Mapping) else None
    # A lone half of a surrogate pair is valid JSON and no valid text.
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""


def _inner(body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = body.get(key)
    return value if isinstance(value, Mapping) else {}


def _unescaped(text: str) -> str:
    """What was typed: without the brackets around an address, nor entities for `<`, `>` and `&`."""
    bare = _LINKED.sub(r"\1", text)
    return bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
