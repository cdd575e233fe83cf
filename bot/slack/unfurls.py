"""Links to documents in messages, shown as a small card below them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import commands_unfurling
from bot.answers import Details
from bot.commands import Commands
from bot.slack import blocks
from bot.slack.address import bare
from bot.slack.answer_blocks import message
from bot.slack.manifest import UNFURLED
from bot.slack.reply import Asked, reply
from bot.slack.spoken import spoken
from storage.once import Done

log = logging.getLogger(__name__)

#: A message with more is a list, and cards would bury it.
_MOST = 2
#: Who writes a message sees it before they send it: there is no channel yet
#: (https://docs.slack.dev/messaging/unfurling-links-in-messages).
_COMPOSER = "composer"


class Unfurls:
    """Unfurls what the archive knows, where the workspace wants it."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    @staticmethod
    def is_choice(asked: Asked) -> bool:
        """Whether a command turns it on or off."""
        return asked.text.lower().split()[:2] == ["settings", "unfurl"]

    async def choose(self, asked: Asked, client: AsyncWebClient) -> None:
        """Turn it on or off for the whole workspace."""
        choose = partial(commands_unfurling.choose, workspace=asked.workspace)
        answer = await self._commands.ask(
            choose, asked.text, channel=asked.channel, user=asked.user
        )
        await reply(client, asked, message(answer, self._commands.timezone))

    async def shared(self, asked: Asked, client: AsyncWebClient) -> None:
        """Somebody wrote a link to one of our domains.

        Source: https://docs.slack.dev/reference/events/link_shared
        """
        event = asked.body.get("event")
        told: Mapping[str, Any] = event if isinstance(event, Mapping) else {}
        links = list(_links(told))
        ours = asked.recipient and bare(asked.user) == asked.recipient
        if ours or "bot_id" in told or not 0 < len(links) <= _MOST:
            return
        found = {url: shown for url in links if (shown := await self._card(url, asked, told))}
        if found:
            await _unfurl(client, asked, told, found)

    async def _card(self, url: str, asked: Asked, told: Mapping[str, Any]) -> dict[str, Any] | None:
        find = partial(commands_unfurling.unfurled, workspace=asked.workspace)
        answer = await self._commands.ask(find, url, channel=asked.channel, user=asked.user)
        if not isinstance(answer, Details):
            return None
        name = f"{asked.channel} {answer.card.entry_id}"
        if told.get("source") != _COMPOSER and not await self._commands.once(Done.UNFURLED, name):
            return None
        return {
            "blocks": blocks.step(answer.card),
            "fallback": spoken(blocks.fallback(answer.card)),
        }


async def _unfurl(
    client: AsyncWebClient, asked: Asked, told: Mapping[str, Any], found: dict[str, dict[str, Any]]
) -> None:
    composed = told.get("source") == _COMPOSER
    where = (
        {"unfurl_id": told.get("unfurl_id"), "source": _COMPOSER}
        if composed
        else {"channel": asked.conversation, "ts": asked.ts}
    )
    try:
        await client.chat_unfurl(**where, unfurls=found)
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        log.warning("link not unfurled reason=%s", error)


def _links(told: Mapping[str, Any]) -> Iterator[str]:
    """The addresses of our domains, each once."""
    links = told.get("links")
    shared = (
        [each for each in links if isinstance(each, Mapping)] if isinstance(links, list) else []
    )
    urls = (each.get("url") for each in shared if each.get("domain") in UNFURLED)
    yield from dict.fromkeys(url for url in urls if isinstance(url, str))
