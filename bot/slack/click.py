"""Click: one click with all that its answer takes, and the ways to answer it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient
from sqlite_utils import Database

from bot.answers import Answer, Notice, Problem
from bot.commands import Commands
from bot.question import Question
from bot.slack.answer_blocks import message
from bot.slack.reply import Asked, reply

_STALE = Problem(
    message="This button is from an earlier version and can no longer be read.", hint="help"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """What was clicked, with whom to ask and how to answer."""

    asked: Asked
    client: AsyncWebClient
    commands: Commands

    async def ask(self, text: str) -> Answer:
        """The answer to a command, as if it had been typed where the click was."""
        return await self.commands.answer(text, channel=self.asked.channel, user=self.asked.user)

    async def act(self, act: Callable[[Database, Question], Answer]) -> None:
        """Do it, and say what came of it."""
        done = await self.commands.act(act, channel=self.asked.channel, user=self.asked.user)
        await self.say(done)

    async def say(self, answer: Answer, *, replace: bool = False) -> None:
        """Answer for the one who clicked; for everyone when it is a change that concerns all."""
        aloud = isinstance(answer, Notice) and answer.aloud and not self.asked.private
        said = message(answer, self.commands.timezone)
        await reply(self.client, self.asked, said, aloud=aloud, replace=replace)

    async def stale(self) -> None:
        """Admit that a button cannot be read."""
        await self.say(_STALE)


#: Does what a button says.
Handler = Callable[[Click], Awaitable[None]]
