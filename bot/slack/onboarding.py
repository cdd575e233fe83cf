"""Say once what the bot does, where it was invited."""

from __future__ import annotations

import logging

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands import Commands
from bot.config import DEFAULT_QUERY
from bot.refusal_watch import invited
from bot.slack import buttons
from bot.slack.click import Click
from bot.slack.history import NOTE
from bot.slack.parts import Message, code, section
from bot.slack.reply import Asked
from bot.slack.spoken import spoken
from storage.once import Done

log = logging.getLogger(__name__)


class Onboarding:
    """Greets a channel that the bot was added to: one message, never twice."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def joined(self, asked: Asked, client: AsyncWebClient) -> None:
        """Somebody joined a channel; only our own joining is of use: what waited for it is told.

        Source: https://docs.slack.dev/reference/events/member_joined_channel
        """
        if not asked.conversation or asked.person != await _own_id(asked, client):
            return
        await self._commands.run(invited, channel=asked.channel, user=asked.user)
        if not await self._commands.once(Done.WELCOMED, asked.channel):
            return
        text, blocks = welcome()
        try:
            await client.chat_postMessage(
                channel=asked.conversation,
                text=spoken(text),
                blocks=blocks,
                metadata=NOTE,
                unfurl_links=False,
                unfurl_media=False,
            )
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("channel not welcomed channel=%s reason=%s", asked.channel, error)


def welcome() -> Message:
    """What the bot does, and three things to begin with."""
    text = (
        "I am here to tell when a US rule about Huawei or technology standards moves: filed,"
        f" published, in force, open for comment. {code('/rulewire help')} shows what else I know."
    )
    return text, [section(text), buttons.welcome(DEFAULT_QUERY)]


async def choose_topics(click: Click) -> None:
    """Show the topics to the one who clicked."""
    await click.say(await click.ask("topics"))


async def show_example(click: Click) -> None:
    """Show the newest entry that the default subscription would tell, or the story it was made for."""
    await click.say(await click.ask(f"latest {DEFAULT_QUERY}"))


async def _own_id(asked: Asked, client: AsyncWebClient) -> str:
    """Whom the event is for, as it says itself, or as Slack says when asked."""
    if asked.recipient:
        return asked.recipient
    try:
        return str((await client.auth_test()).get("user_id"))
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        log.warning("own id not known reason=%s", error)
        return ""
