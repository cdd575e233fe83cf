"""Register the slash command and the buttons on the Bolt app; a bug in one answer ends there."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.answers import Notice
from bot.card import UTC
from bot.commands import Commands
from bot.slack.actions import Actions
from bot.slack.answer_blocks import message
from bot.slack.manifest import COMMAND
from bot.slack.parts import code, context
from bot.slack.permalinks import linked
from bot.slack.permissions import Permissions
from bot.slack.reply import Asked, from_action, from_command, reply
from storage.errors import DatabaseError

log = logging.getLogger(__name__)

Work: TypeAlias = Callable[[Asked, AsyncWebClient], Awaitable[None]]

_SORRY = Notice(text="That did not work: an error on our side, which is in the log now.")
_BUSY = Notice(text="The database cannot be written just now. Please try again in a minute.")


def register(app: AsyncApp, commands: Commands, permissions: Permissions) -> None:
    """Let the app answer. Everything is acknowledged first, and worked on if whoever asks may ask it.

    Bolt may call these at any time until its connection is closed; `finish` waits for the rest.
    """
    actions = Actions(commands)
    work = partial(_work, permissions)

    async def command(ack: AsyncAck, body: Mapping[str, Any], client: AsyncWebClient) -> None:
        _name_task(app)
        await ack()
        await work(partial(_answer, commands), from_command(body), client)

    async def action(ack: AsyncAck, body: Mapping[str, Any], client: AsyncWebClient) -> None:
        _name_task(app)
        await ack()
        await work(actions.clicked, from_action(body), client)

    app.command(COMMAND)(command)

    # Buttons of earlier versions, too, are answered by one place.
    app.action(re.compile(".*", re.DOTALL))(action)


async def finish(app: AsyncApp, *, seconds: float) -> None:
    """Wait, at most so long, until everything in hand is answered."""
    in_hand = [task for task in asyncio.all_tasks() if task.get_name() == _task_name(app)]
    if in_hand:
        await asyncio.wait(in_hand, timeout=seconds)


async def _work(permissions: Permissions, work: Work, asked: Asked, client: AsyncWebClient) -> None:
    """Do what was asked, if whoever asks may ask it; admit a bug to the person who met it.

    Not by Bolt's error handler: Bolt forgets the acknowledgement of a listener that fails at once
    (slack_bolt/listener/asyncio_runner.py), and Slack would show its own error as well.
    """
    try:
        refused = await permissions.refusal(client, asked)
        if refused:
            await reply(client, asked, message(refused, UTC))
        else:
            await work(asked, client)
    except DatabaseError as error:
        log.error("answer failed command=%r reason=%s", asked.text[:100], error)  # noqa: TRY400  no bug: it says it all
        await reply(client, asked, message(_BUSY if error.passing else _SORRY, UTC))
    except Exception:
        log.exception("answer failed command=%r action=%s", asked.text[:100], asked.action)
        await reply(client, asked, message(_SORRY, UTC))


async def _answer(commands: Commands, asked: Asked, client: AsyncWebClient) -> None:
    answer = await commands.answer(asked.text, channel=asked.channel, user=asked.user)
    answer = await linked(client, answer)
    aloud = isinstance(answer, Notice) and answer.aloud
    text, blocks = message(answer, commands.timezone)
    # For the log of a support case: what was asked, not what was said.
    log.info("answered command=%r answer=%s", asked.text[:100], type(answer).__name__)
    await reply(client, asked, (text, blocks), aloud=aloud and not asked.private)
    if aloud and not asked.private and await _is_stranger(client, asked.conversation):
        hint = f"I am not in this channel yet, and post only where I am. Write {code('/invite @Rulewire')}"
        await reply(client, asked, (hint, [context(hint)]))


async def _is_stranger(client: AsyncWebClient, conversation: str) -> bool:
    """Whether the bot knows that it was not invited to a conversation."""
    try:
        answer = await client.conversations_info(channel=conversation)
    except SlackApiError as error:
        return bool(error.response.get("error") == "channel_not_found")
    channel = answer.get("channel")
    return isinstance(channel, dict) and channel.get("is_member") is False


def _name_task(app: AsyncApp) -> None:
    """Bolt keeps no list of the tasks it starts; their name finds them again."""
    task = asyncio.current_task()
    if task:
        task.set_name(_task_name(app))


def _task_name(app: AsyncApp) -> str:
    return f"answer {id(app)}"
