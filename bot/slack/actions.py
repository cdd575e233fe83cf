"""Every button that was ever sent, with what a click on it does."""

from __future__ import annotations

from collections.abc import Mapping

from slack_sdk.web.async_client import AsyncWebClient

from bot.commands import Commands
from bot.slack import alert_actions, answer_actions, blocks
from bot.slack.click import Click, Handler
from bot.slack.reply import Asked

#: By `action_id`.
HANDLERS: Mapping[str, Handler] = {**answer_actions.HANDLERS, **alert_actions.HANDLERS}


class Actions:
    """Answers clicks. Everything is read from the database, so old messages keep working."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def clicked(self, asked: Asked, client: AsyncWebClient) -> None:
        """Do what the button says; one that cannot be understood is answered politely."""
        if asked.action == blocks.READ:  # Slack has opened the page already
            return
        click = Click(asked=asked, client=client, commands=self._commands)
        await HANDLERS.get(asked.action, Click.stale)(click)
