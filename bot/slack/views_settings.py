"""The form of a channel's settings: opened, checked, saved and announced."""

from __future__ import annotations

from functools import partial

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient
from sqlite_utils import Database

from bot import settings_draft as settings
from bot.commands_drafting import Done
from bot.drafts import DraftError
from bot.question import Question
from bot.settings_draft import SettingsDraft
from bot.slack import modals, modals_settings, views
from bot.slack.blocks import Block
from bot.slack.modals_settings import Shown
from bot.slack.reply import Asked
from bot.slack.views import STRANGER, Home, Surface
from storage import channels


class SettingsViews:
    """Answers what is done with the form. Nothing that comes back with it is trusted."""

    def __init__(self, surface: Surface, homes: Home) -> None:
        """Save through these commands, and show Home anew after."""
        self._surface = surface
        self._homes = homes

    async def edit(self, asked: Asked, client: AsyncWebClient) -> None:
        """Open the settings of where it was asked; on Home those of one's own messages."""
        waiting = views.loading(modals_settings.TITLE)
        shown = await views.open_view(client, asked, waiting)
        if shown is None:
            return None
        if not await self._surface.may_change(asked, client, asked.channel):
            said = views.said(modals_settings.TITLE, STRANGER)
            return await views.update_view(client, shown, said)
        view = await self._surface.commands.run(_view, channel=asked.channel, user=asked.user)
        return await views.update_view(client, shown, view)

    async def submitted(self, asked: Asked, ack: AsyncAck, client: AsyncWebClient) -> None:
        """Save the form, or say at each field what is wrong with it."""
        done = await views.in_time(ack, self._save(asked, client), at=modals_settings.STEPS)
        if isinstance(done, DraftError):
            await ack(modals.refused(views.placed(asked, done.mistakes, modals_settings.STEPS)))
        elif isinstance(done, Done):
            await ack()
            if done.channel != asked.user:
                await views.announce(client, self._surface.commands, done)
            await self._homes.show(client, asked.user)

    async def _save(self, asked: Asked, client: AsyncWebClient) -> Done | DraftError:
        channel = views.metadata(asked)
        if not channel or not await self._surface.may_change(asked, client, channel):
            return DraftError({modals_settings.STEPS: STRANGER})
        save = partial(_save, draft=modals_settings.read(views.filled(asked)))
        try:
            return await self._surface.commands.run(save, channel=channel, user=asked.user)
        except DraftError as error:
            return error


def _view(db: Database, question: Question) -> Block:
    return modals_settings.view(
        Shown(
            channel=question.channel,
            private=question.channel == question.user,
            chosen=channels.get(db, question.channel),
            reminders=settings.shared_reminders(db, question.channel),
            timezone=question.timezone,
            now=question.now,
        )
    )


def _save(db: Database, question: Question, *, draft: SettingsDraft) -> Done:
    return settings.save(db, question, draft)
