"""The message shortcut "Is there a rule on this?": the archive's best five, for the one who asks."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import commands_rule
from bot.commands import Commands
from bot.slack import modals
from bot.slack.answer_blocks import message
from bot.slack.blocks import Block
from bot.slack.reply import Asked, reply

log = logging.getLogger(__name__)

_ATTACHED = ("title", "text", "from_url")


class Shortcuts:
    """Answers what people ask of messages; nothing of a message is kept."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def is_there_a_rule(self, asked: Asked, client: AsyncWebClient) -> None:
        """Answer below the message; in a window where Slack offers no way to answer there."""
        text = "\n".join(_said(asked))
        answer = await self._commands.ask(
            commands_rule.is_there_a_rule, text, channel=asked.channel, user=asked.user
        )
        said = message(answer, self._commands.timezone)
        if not await reply(client, asked, said):
            await _open(client, asked, said[1])


async def _open(client: AsyncWebClient, asked: Asked, blocks: list[Block]) -> None:
    """The same without buttons: a click in a window could not be answered either."""
    shown = [
        {name: part for name, part in block.items() if name != "accessory"}
        for block in blocks
        if block["type"] != "actions"
    ]
    view = modals.view("rules", "Is there a rule on this?", shown, close="Close")
    try:
        await client.views_open(trigger_id=asked.trigger, view=view)
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        log.warning("rules not shown reason=%s", error)


def _said(asked: Asked) -> Iterator[str]:
    """What a message says, and what Slack shows of the pages that it links to."""
    yield asked.text
    said = asked.body.get("message")
    attached = said.get("attachments") if isinstance(said, Mapping) else None
    for each in attached[:5] if isinstance(attached, list) else ():
        values = [each.get(name) for name in _ATTACHED] if isinstance(each, Mapping) else []
        yield from (value for value in values if isinstance(value, str))
