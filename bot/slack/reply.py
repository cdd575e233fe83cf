"""What a click or a command came from, and how it is answered: one door to `response_url`."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack.address import address
from bot.slack.history import ANSWER, NOTE
from bot.slack.parts import Message
from bot.slack.spoken import spoken

log = logging.getLogger(__name__)

#: Of the words a person typed, as many as a query may have and some more (characters).
_TYPED = 4_000
#: Of Slack's name of a request, which is much shorter (characters).
_NAME = 200
#: How an address comes when the command's text is escaped.
_LINKED = re.compile(r"<(https?://[^|>\s]+)(?:\|[^>]*)?>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks, and where; read from a payload that may lack anything."""

    #: Slack's id of who asks, for its methods.
    person: str
    #: The conversation in which it was asked: Slack's own id.
    conversation: str
    #: Whose installation it came through, as `bot.slack.address` takes it.
    workspace: str
    response_url: str = ""
    #: What was typed after the command, or written in a message; empty for a click.
    text: str = ""
    #: `action_id` and value of what was clicked; empty for a command.
    action: str = ""
    value: str = ""
    #: The message that was clicked, or written; and the thread in which it stands.
    ts: str = ""
    thread: str = ""
    #: Opens a modal, within three seconds of the click.
    trigger: str = ""
    #: The thread in which it is answered for all to see, when it came without a `response_url`.
    answered_in: str = ""
    #: The whole payload, for what only one surface reads.
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def request(self) -> str:
        """Slack's own name of an event or a command: the same when it is brought again, else empty."""
        return (_text(self.body, "event_id") or self.trigger)[:_NAME]

    @property
    def user(self) -> str:
        """Who asks: the address of a person."""
        return address(self.workspace, self.person)

    @property
    def channel(self) -> str:
        """The address of whose subscriptions and marks are meant: in a direct message the person's.

        A person has one direct message with us, whatever conversation they ask in, and
        chat.postMessage opens it by their id.
        """
        return self.user if self.private else address(self.workspace, self.conversation)

    @property
    def recipient(self) -> str:
        """Slack's id of the bot that an event is for; empty when it does not say.

        Source: https://docs.slack.dev/apis/events-api, "Event payload", `authorizations`.
        """
        told = self.body.get("authorizations")
        bots = (
            (each for each in told if isinstance(each, Mapping)) if isinstance(told, list) else ()
        )
        named = (_text(each, "user_id") for each in bots if each.get("is_bot"))
        return next((name for name in named if name.isalnum()), "")

    @property
    def private(self) -> bool:
        """Asked in a direct message or on Home, where nobody else has to be told of a change."""
        return self.conversation.startswith("D") or not self.conversation

    @property
    def overheard(self) -> bool:
        """Whether the answer stands in a thread that others read as well."""
        return bool(self.answered_in) and not self.private


def from_command(body: Mapping[str, Any], *, workspace: str) -> Asked:
    """Read a slash command.

    Source: https://docs.slack.dev/interactivity/implementing-slash-commands
    """
    return Asked(
        person=_text(body, "user_id"),
        conversation=_text(body, "channel_id"),
        workspace=workspace,
        response_url=_text(body, "response_url"),
        text=_unescaped(_text(body, "text")[:_TYPED]),
        trigger=_text(body, "trigger_id"),
        body=body,
    )


def from_interaction(body: Mapping[str, Any], *, workspace: str) -> Asked:
    """Read a click, a shortcut, or a modal that was sent or closed.

    Source: https://docs.slack.dev/reference/interaction-payloads
    """
    actions = body.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else {}
    container, message = _inner(body, "container"), _inner(body, "message")
    chosen = _inner(action, "selected_option") if isinstance(action, Mapping) else {}
    return Asked(
        person=_text(_inner(body, "user"), "id"),
        conversation=_text(_inner(body, "channel"), "id") or _text(container, "channel_id"),
        workspace=workspace,
        response_url=_text(body, "response_url"),
        text=_text(message, "text")[:_TYPED],
        action=_text(action, "action_id") or _text(body, "callback_id"),
        value=_text(chosen, "value") or _text(action, "value"),
        ts=_text(container, "message_ts") or _text(message, "ts"),
        thread=_text(container, "thread_ts") or _text(message, "thread_ts"),
        trigger=_text(body, "trigger_id"),
        body=body,
    )


def from_event(body: Mapping[str, Any], *, workspace: str) -> Asked:
    """Read an event.

    Source: https://docs.slack.dev/apis/events-api
    """
    event = _inner(body, "event")
    spoken = _text(event, "type") in {"app_mention", "message"}
    return Asked(
        person=_text(event, "user"),
        conversation=_text(event, "channel"),
        workspace=workspace,
        text=_unescaped(_text(event, "text")[:_TYPED]),
        ts=_text(event, "ts") or _text(event, "message_ts"),
        thread=_text(event, "thread_ts"),
        answered_in=(_text(event, "thread_ts") or _text(event, "ts")) if spoken else "",
        body=body,
    )


async def reply(
    client: AsyncWebClient,
    asked: Asked,
    message: Message,
    *,
    aloud: bool = False,
    replace: bool = False,
) -> bool:
    """Answer where it was asked.

    A failure is logged, and False returned: mostly there is nobody left to tell.

    Args:
        client: Lends its session, which has its own timeout.
        asked: A `response_url` takes five answers in 30 minutes
            (https://docs.slack.dev/interactivity/handling-user-interaction).
        message: Within Slack's limits.
        aloud: For everyone in the channel, else for the one who asked.
        replace: In place of the message that was clicked, whoever sees it.
    """
    if not asked.response_url:
        return bool(asked.answered_in) and await _speak(client, asked, message)
    text, blocks = message
    if not replace:  # in place of a message, it could hide what that was
        blocks = [block | {"block_id": ANSWER} for block in blocks[:1]] + blocks[1:]
    webhook = AsyncWebhookClient(
        asked.response_url,
        session=client.session,
        # The handlers that come with the client send again when only the answer was lost.
        retry_handlers=[],
    )
    webhook.proxy = client.proxy  # as `web_client` has it, not from the environment
    try:
        answer = await webhook.send(
            text=spoken(text),
            blocks=blocks,
            response_type="in_channel" if aloud else "ephemeral",
            replace_original=replace,
            unfurl_links=False,
            unfurl_media=False,
        )
    except (aiohttp.ClientError, TimeoutError) as error:
        log.warning("replied status=failed reason=%s", type(error).__name__)
        return False
    if answer.status_code != 200:
        log.warning("replied status=%s reason=%s", answer.status_code, answer.body[:100])
    return answer.status_code == 200


async def _speak(client: AsyncWebClient, asked: Asked, message: Message) -> bool:
    """Answer what was said to us, in its thread."""
    text, blocks = message
    try:
        await client.chat_postMessage(
            channel=asked.conversation,
            thread_ts=asked.answered_in,
            text=spoken(text),
            blocks=blocks,
            metadata=NOTE,
            unfurl_links=False,
            unfurl_media=False,
        )
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        log.warning("spoke status=failed reason=%s", error)
        return False
    return True


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
