"""Homes that have become outdated are shown anew: a few at a time, those that somebody looks at."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeAlias

from slack_sdk.web.async_client import AsyncWebClient
from sqlite_utils import Database

from bot.commands import Commands
from bot.poster import DeliveryError
from bot.question import Question
from bot.schedule import Schedule
from bot.slack.address import split
from bot.slack.home import Homes
from storage import homes
from storage.homes import Home

log = logging.getLogger(__name__)

#: Whoever has not looked at their Home for so long is shown it anew when they do.
LOOKED_WITHIN = timedelta(days=7)
#: One Home is shown anew at most so often, and so many in a round: below the 50 a minute that
#: users.conversations takes (https://docs.slack.dev/reference/methods/users.conversations, Tier 3).
EACH, IN_A_ROUND = timedelta(seconds=10), 4
#: Rest between two rounds.
REST = timedelta(seconds=5)

#: Gives the client that speaks in a workspace, by the name that `bot.slack.address` takes.
ClientOf: TypeAlias = Callable[[str], Awaitable[AsyncWebClient]]


@asynccontextmanager
async def kept_fresh(shown: Homes, commands: Commands, client_of: ClientOf) -> AsyncIterator[None]:
    """Within this block outdated Homes are shown anew."""

    async def job() -> None:
        await show_outdated(shown, commands, client_of)

    schedule = Schedule({"home": job}, rhythm={"home": REST})
    schedule.start()
    try:
        yield
    finally:
        await schedule.stop()


async def show_outdated(shown: Homes, commands: Commands, client_of: ClientOf) -> int:
    """Show outdated Homes anew, one after the other; returns how many Slack took."""
    done = 0
    for home in await commands.run(_outdated, channel="", user=""):
        workspace, _ = split(home.person)
        try:
            client = await client_of(workspace)
        except DeliveryError as error:
            log.info("home not shown workspace=%s reason=%s", workspace, error.reason)
            await shown.put_off(home)
        else:
            done += await shown.show(client, home.person)
    return done


def _outdated(db: Database, question: Question) -> list[Home]:
    return homes.outdated(
        db,
        opened_since=question.now - LOOKED_WITHIN,
        published_before=question.now - EACH,
        limit=IN_A_ROUND,
    )
