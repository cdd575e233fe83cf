"""Home and every modal on the desk: what is opened from where, and who answers what comes back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import buttons, home_blocks, modals_settings, modals_stories, modals_zones
from bot.slack import modals_subscription as form
from bot.slack.desk import Desk
from bot.slack.home import Homes
from bot.slack.manifest import NEW_ALERT
from bot.slack.membership import Memberships
from bot.slack.reply import Asked
from bot.slack.views import Surface
from bot.slack.views_settings import SettingsViews
from bot.slack.views_stories import StoryViews
from bot.slack.views_subscription import SubscriptionViews

#: Commands that open a form when nothing follows them.
_BARE = ("subscribe", "join", "split")


class Forms:
    """Opens forms, and Home beside them."""

    def __init__(self, surface: Surface, *, elapsed: Callable[[], float]) -> None:
        """Answer through this surface.

        Args:
            surface: Commands and permissions.
            elapsed: Seconds of a clock that never jumps.
        """
        self.homes = Homes(surface, Memberships(elapsed=elapsed))
        self._subscription = SubscriptionViews(surface, self.homes, surface.commands.topics)
        self._settings = SettingsViews(surface, self.homes)
        self._stories = StoryViews(surface)

    def register(self, desk: Desk) -> None:
        """Take what belongs to Home and the forms."""
        desk.event("app_home_opened", self.homes.opened)
        for action, handler in self.homes.handlers.items():
            desk.action(action, handler)
        desk.action(buttons.NEW, self._new)
        desk.action(home_blocks.EDIT, self._edit)
        for action in (home_blocks.SETTINGS, buttons.SETTINGS):
            desk.action(action, self._settings.edit)
        for action in (home_blocks.STORIES, buttons.STORIES):
            desk.action(action, self._stories.edit)
        for action in (form.TOPIC, form.QUERY, form.CADENCE, form.REHEARSE):
            desk.action(action, self._subscription.changed)
        desk.shortcut(NEW_ALERT, self._new)
        desk.submitted(form.FORM, self._subscription.submitted)
        desk.submitted(modals_settings.SETTINGS, self._settings.submitted)
        desk.submitted(modals_stories.STORIES, self._stories.submitted)
        desk.searched(modals_zones.ZONE, self._subscription.zones)
        for action in (modals_stories.ENTRY, modals_stories.OTHER):
            desk.searched(action, self._stories.searched)

    def opening(self, asked: Asked) -> Callable[[Asked, AsyncWebClient], Awaitable[None]] | None:
        """What a command opens that says no more than its word; None for every other."""
        word = asked.text.strip().lower()
        if not asked.trigger or word not in _BARE:
            return None
        return self._subscription.new if word == "subscribe" else self._stories.edit

    async def _new(self, asked: Asked, client: AsyncWebClient) -> None:
        example = "" if asked.value == home_blocks.NOTHING else asked.value
        await self._subscription.new(asked, client, example=example)

    async def _edit(self, asked: Asked, client: AsyncWebClient) -> None:
        number = buttons.read_id(asked.value)
        await self._subscription.edit(asked, client, -1 if number is None else number)
