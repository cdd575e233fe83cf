"""What people can do in Slack, surface by surface, and the slash command's answer."""

from __future__ import annotations

import logging
import re
from functools import partial

from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.answers import Notice
from bot.commands import Commands
from bot.slack.actions import Actions
from bot.slack.answer_blocks import message
from bot.slack.desk import Desk
from bot.slack.manifest import COMMAND
from bot.slack.parts import code, context
from bot.slack.permalinks import linked
from bot.slack.permissions import Permissions
from bot.slack.reply import Asked, reply

log = logging.getLogger(__name__)

_ANYTHING = re.compile(".*", re.DOTALL)


def register(app: AsyncApp, commands: Commands, permissions: Permissions) -> None:
    """Let the app answer whoever may ask: each surface in a line."""
    desk = Desk(app, commands.first)
    answer = permissions.gated(partial(_answer, commands))
    desk.command(COMMAND, answer)
    # Last: buttons of earlier versions, too, are answered by one place, and Slack would send an event
    # again that nobody takes.
    desk.action(_ANYTHING, permissions.gated(Actions(commands).clicked))
    desk.event(_ANYTHING, _taken)


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


async def _taken(asked: Asked, _: AsyncWebClient) -> None:
    log.debug("event of no use conversation=%s", asked.conversation)


async def _is_stranger(client: AsyncWebClient, conversation: str) -> bool:
    """Whether the bot knows that it was not invited to a conversation."""
    try:
        answer = await client.conversations_info(channel=conversation)
    except SlackApiError as error:
        return bool(error.response.get("error") == "channel_not_found")
    channel = answer.get("channel")
    return isinstance(channel, dict) and channel.get("is_member") is False
