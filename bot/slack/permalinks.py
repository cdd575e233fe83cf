"""Where told messages stand: the address of each, for an explanation."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.answers import Answer
from bot.config import Settings
from bot.report import Explanation, Telling
from bot.slack.address import bare
from bot.slack.client import TIMEOUT, web_client

#: Of how many messages of an answer the address is asked for; the rest are told without.
_ASKED = 10


async def linked(client: AsyncWebClient, answer: Answer) -> Answer:
    """An explanation with the addresses of its messages, as far as Slack names them.

    Source: https://docs.slack.dev/reference/methods/chat.getPermalink; it needs no scope.
    """
    if not isinstance(answer, Explanation):
        return answer
    here, elsewhere = await asyncio.gather(
        _all(client, answer.here), _all(client, answer.elsewhere)
    )
    return replace(answer, here=here, elsewhere=elsewhere)


async def linked_from_shell(settings: Settings, answer: Answer) -> Answer:
    """As `linked`, with a connection of its own."""
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        client = web_client(settings.bot_token, base_url=settings.slack_api_url, session=session)
        return await linked(client, answer)


async def _all(client: AsyncWebClient, tellings: Iterable[Telling]) -> tuple[Telling, ...]:
    told = list(tellings)
    asked = [_one(client, telling) for telling in told[:_ASKED]]
    return (*await asyncio.gather(*asked), *told[_ASKED:])


async def _one(client: AsyncWebClient, telling: Telling) -> Telling:
    if telling.message is None:
        return telling
    conversation, ts = telling.message
    try:
        answer = await client.chat_getPermalink(channel=bare(conversation), message_ts=ts)
    except (SlackApiError, aiohttp.ClientError, TimeoutError):
        return telling
    return replace(telling, link=str(answer.get("permalink") or ""))
