"""What is said to the bot, in a channel or a direct message: answered in its thread like a command."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from slack_sdk.web.async_client import AsyncWebClient

from bot.command_words import WORDS
from bot.commands import Commands
from bot.slack.desk import Handler
from bot.slack.parts import code, section
from bot.slack.reply import Asked, reply
from feeds import reference
from storage.once import Done

_HELLO = "\n".join(
    (
        "I tell when a US rule about Huawei or technology standards moves.",
        f"Write {code('search huawei')}, {code('2020-13093')} or {code('topics')} here, as after /rulewire.",
        f"{code('subscribe huawei-and-standards')} tells you of what comes, {code('help')} shows the rest.",
    )
)


class Mentions:
    """Answers people; never itself, other apps, or a message that was only edited."""

    def __init__(self, commands: Commands, answer: Handler) -> None:
        """Answer with this, which is given what is asked as a command's text."""
        self._commands = commands
        self._answer = answer

    async def mentioned(self, asked: Asked, client: AsyncWebClient) -> None:
        """Somebody wrote @Rulewire and something behind it."""
        if await self._is_new(asked):
            await self._reply(asked, client)

    async def written_to(self, asked: Asked, client: AsyncWebClient) -> None:
        """Somebody wrote a message, of which only direct ones are meant for us."""
        if not asked.private or not await self._is_new(asked):
            return
        if await self._commands.once(Done.GREETED, asked.user):
            await reply(client, asked, (_HELLO, [section(_HELLO)]))
            if not _is_question(_said(asked)):
                return
        await self._reply(asked, client)

    async def _reply(self, asked: Asked, client: AsyncWebClient) -> None:
        """In a thread what is left unsaid is taken from it."""
        text = await self._commands.in_thread(
            _said(asked), asked.answered_in, channel=asked.channel, user=asked.user
        )
        await self._answer(replace(asked, text=text), client)

    async def _is_new(self, asked: Asked) -> bool:
        """Whether a person said it just now: Slack sends an event again that we took too long over.

        Source: https://docs.slack.dev/reference/events/message (subtypes, edits, bots).
        """
        event = asked.body.get("event")
        said = event if isinstance(event, Mapping) else {}
        if (
            not asked.person
            or not asked.ts
            or {"subtype", "bot_id", "edited", "hidden"} & said.keys()
        ):
            return False
        return await self._commands.first(f"{asked.channel} {asked.ts}")


def _is_question(text: str) -> bool:
    """Whether a line is a command or points at a document."""
    return text.partition(" ")[0].lower() in WORDS or reference.parse(text) is not None


def _said(asked: Asked) -> str:
    """What was said without the mention; what stands behind it, or before it when nothing does."""
    ours = re.compile(rf"<@{asked.recipient or '[UW][A-Z0-9]+'}(?:\|[^>]*)?>[\s,:]*")
    before, *behind = ours.split(asked.text, maxsplit=1)
    return (behind[0].strip() if behind else "") or before.strip()
