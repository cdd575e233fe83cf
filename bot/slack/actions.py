"""Every button that was ever sent, with what a click on it does."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from slack_sdk.web.async_client import AsyncWebClient

from bot.answers import Entries, Notice
from bot.commands import Commands
from bot.slack import alert_actions, answer_actions, blocks, buttons
from bot.slack.answer_blocks import shared
from bot.slack.click import Click, Handler
from bot.slack.reply import Asked, reply

#: Pages shared of late, so that a double click shares once.
_REMEMBERED = 500


class Actions:
    """Answers clicks. Everything is read from the database, so old messages keep working."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._shared: deque[tuple[str, str, str]] = deque(maxlen=_REMEMBERED)
        self._handlers: Mapping[str, Handler] = {
            **answer_actions.HANDLERS,
            **alert_actions.HANDLERS,
            buttons.SHARE: self._share,
        }

    async def clicked(self, asked: Asked, client: AsyncWebClient) -> None:
        """Do what the button says; one that cannot be understood is answered politely."""
        if asked.action == blocks.READ:  # Slack has opened the page already
            return
        click = Click(asked=asked, client=client, commands=self._commands)
        await self._handlers.get(asked.action, Click.stale)(click)

    async def _share(self, click: Click) -> None:
        asked, place = click.asked, buttons.read_place(click.asked.value)
        if place is None:
            return await click.stale()
        page = (asked.conversation, asked.ts, asked.value)
        if page in self._shared:
            return await click.say(Notice(text="Shared already."))
        self._shared.append(page)
        answer = await click.commands.page(place, channel=asked.channel, user=asked.user)
        if not isinstance(answer, Entries):
            return await click.say(answer)
        said = shared(answer, by=asked.user, timezone=click.commands.timezone)
        return await reply(click.client, asked, said, aloud=True)
