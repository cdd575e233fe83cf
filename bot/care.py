"""The jobs that look after feeds and channels: are they well, and has nothing been lost."""

from __future__ import annotations

from bot.app import App
from bot.back_check import BackCheck
from bot.health_watch import Watch
from bot.refusal_watch import RefusalWatch
from feeds.federal_register import FederalRegister
from feeds.model import Feed, FeedKind

#: Asks for every document of an issue, whoever issued it.
WHOLE = Feed(
    name="whole issues",
    kind=FeedKind.FEDERAL_REGISTER,
    title="Whole issues of the Federal Register",
)


class Care:
    """Both of them, for the feeds and channels of an app as they are at each look."""

    def __init__(self, app: App) -> None:
        """Nothing is looked at yet."""
        settings = app.settings
        self._app = app
        self._watch = Watch(
            channel=settings.owners_channel,
            register_url=settings.federal_register_url,
            timezone=settings.timezone,
        )
        self._refusals = RefusalWatch(owners=settings.owners_channel, timezone=settings.timezone)
        self._back_check = BackCheck(
            app.storage,
            app.sources,
            whole=FederalRegister(
                http=app.http, feed=WHOLE, base_url=settings.federal_register_url
            ),
            audience=lambda: app.audience,
            channel=settings.owners_channel,
            timezone=settings.timezone,
        )

    async def watch(self) -> int:
        """Tell which feeds are out or back since the last look, and which channels refuse messages.

        Returns:
            How many bulletins came to be owed.
        """
        app = self._app
        of_channels = await app.storage.run(self._refusals.look, now=app.clock())
        return of_channels + await app.storage.run(self._watch.look, app.feeds, now=app.clock())

    async def compare(self) -> bool:
        """Compare the archive with the Register's lists when it is time to; whether it was."""
        return await self._back_check.check_due(now=self._app.clock())
