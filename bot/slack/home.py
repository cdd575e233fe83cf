"""Home: shown when it is opened, when something is clicked on it, and when it has become outdated."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from weakref import WeakValueDictionary

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlite_utils import Database

from bot import commands_drafting as drafting
from bot import commands_settling as settling
from bot.answers import Notice, Problem
from bot.commands_drafting import GONE, Done
from bot.home import HomePage, page
from bot.question import Question
from bot.slack import buttons, home_blocks, views
from bot.slack.address import split
from bot.slack.membership import Memberships
from bot.slack.reply import Asked
from bot.slack.views import Surface
from storage import homes
from storage.homes import Home, Shelf
from storage.stories import Mark

log = logging.getLogger(__name__)

_STRANGER = "You are no longer in that channel, so nothing was changed."
_NOT_YOURS = "Only those who run Rulewire may settle this. Nothing was changed."
_CHANGES: Mapping[str, Callable[[Database, Question, int], Done | None]] = {
    home_blocks.PAUSE: drafting.pause,
    home_blocks.RESUME: drafting.resume,
    home_blocks.REMOVE: drafting.remove,
}
_MARKS = {home_blocks.UNFOLLOW: Mark.FOLLOWED, home_blocks.UNSAVE: Mark.SAVED}
_VERDICTS = {home_blocks.AGAIN: "again", home_blocks.SENT: "sent"}
_TURNS = (home_blocks.TURN, home_blocks.BACK, home_blocks.NEXT, home_blocks.PREVIOUS)


class Homes:
    """Shows each person their Home. What is clicked on one that is out of date is done with care."""

    def __init__(self, surface: Surface, memberships: Memberships) -> None:
        """Read and change through these commands."""
        self._surface = surface
        self._commands = surface.commands
        self._permissions = surface.permissions
        self._memberships = memberships
        #: Of two that show one Home, the later has to come later.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def handlers(self) -> Mapping[str, Callable[[Asked, AsyncWebClient], Awaitable[None]]]:
        """What is done for each `action_id` of Home but those that open a modal."""
        return {
            **dict.fromkeys(_CHANGES, self._change),
            **dict.fromkeys(_MARKS, self._unmark),
            **dict.fromkeys(_VERDICTS, self._settle),
            **dict.fromkeys(_TURNS, self._turn),
        }

    async def opened(self, asked: Asked, client: AsyncWebClient) -> None:
        """A person looks at the app: at their Home, or at its messages."""
        event = asked.body.get("event")
        if not isinstance(event, Mapping) or event.get("tab") != "home" or not asked.person:
            return
        await self._commands.run(_opened, channel=asked.user, user=asked.user)
        await self.show(client, asked.user)

    async def show(self, client: AsyncWebClient, person: str, *, said: str = "") -> bool:
        """Show a person's Home as it is now, if they ever opened it; False when Slack took it not.

        Args:
            client: Of the person's workspace.
            person: Their address.
            said: What became of what they just did, above all else; our own words.
        """
        lock = self._locks.setdefault(person, asyncio.Lock())
        async with lock:
            return await self._show(client, person, said=said)

    async def _show(self, client: AsyncWebClient, person: str, *, said: str) -> bool:
        members = await self._memberships.of(client, person)
        channels = frozenset({person}) | (members or frozenset())
        governs = await self._permissions.may_govern(client, user=person)
        read = partial(_read, channels=channels, members_known=members is not None, governs=governs)
        found = await self._commands.run(read, channel=person, user=person)
        if found is None:
            return True
        home, shown = found
        view = home_blocks.home(shown, self._commands.timezone, said=said)
        try:
            await client.views_publish(user_id=split(person)[1], view=view)
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            reason = error.response.get("error") if isinstance(error, SlackApiError) else error
            log.warning("home not shown reason=%s", reason)
            await self.put_off(home)
            return False
        done = partial(_published, home=home, channels=channels, governs=governs)
        await self._commands.run(done, channel=person, user=person)
        return True

    async def put_off(self, home: Home) -> None:
        """A Home cannot be shown just now; others come first."""
        wait = partial(_put_off, home=home)
        await self._commands.run(wait, channel=home.person, user=home.person)

    async def _turn(self, asked: Asked, client: AsyncWebClient) -> None:
        name, _, number = asked.value.partition(":")
        page_number = buttons.read_id(number)
        if page_number is None or name not in set(Shelf):
            return await self._say(asked, client, "")
        turned = partial(_turned, shelf=Shelf(name), number=page_number)
        await self._commands.run(turned, channel=asked.user, user=asked.user)
        return await self._say(asked, client, "")

    async def _change(self, asked: Asked, client: AsyncWebClient) -> None:
        """Pause, resume or remove a subscription, by whoever may."""
        number = buttons.read_id(asked.value)
        found = None
        if number is not None:
            find = partial(_find, number=number)
            found = await self._commands.run(find, channel=asked.user, user=asked.user)
        if number is None or found is None:
            return await self._say(asked, client, GONE)
        if not await self._surface.may_change(asked, client, found):
            return await self._say(asked, client, _STRANGER)
        change = partial(_done, change=_CHANGES[asked.action], number=number)
        done = await self._commands.run(change, channel=found, user=asked.user)
        if done is None:
            return await self._say(asked, client, GONE)
        if done.channel != asked.user:  # in one's own messages Home itself shows it
            await views.announce(client, self._commands, done)
        await self._commands.take_up()
        return await self._say(asked, client, "")

    async def _unmark(self, asked: Asked, client: AsyncWebClient) -> None:
        story_id = buttons.read_id(asked.value)
        if story_id is not None:
            mark = _MARKS[asked.action]
            await self._commands.unmark(story_id, mark, channel=asked.user, user=asked.user)
        await self._say(asked, client, "")

    async def _settle(self, asked: Asked, client: AsyncWebClient) -> None:
        if not await self._permissions.may_govern(client, user=asked.user):
            return await self._say(asked, client, _NOT_YOURS)
        settle = partial(_settled, text=f"{asked.value} {_VERDICTS[asked.action]}")
        answer = await self._commands.run(settle, channel=asked.user, user=asked.user)
        said = answer.text if isinstance(answer, Notice) and not answer.aloud else ""
        return await self._say(asked, client, said)

    async def _say(self, asked: Asked, client: AsyncWebClient, said: str) -> None:
        await self.show(client, asked.user, said=said)


def _opened(db: Database, question: Question) -> Home:
    return homes.opened(db, question.user, now=question.now)


def _turned(db: Database, question: Question, *, shelf: Shelf, number: int) -> Home:
    return homes.turned(db, question.user, shelf=shelf, page=number, now=question.now)


def _read(
    db: Database,
    question: Question,
    *,
    channels: frozenset[str],
    members_known: bool,
    governs: bool,
) -> tuple[Home, HomePage] | None:
    home = homes.get(db, question.user)
    if home is None:
        return None
    return home, page(
        db, question, home, channels=channels, members_known=members_known, governs=governs
    )


def _published(
    db: Database, question: Question, *, home: Home, channels: frozenset[str], governs: bool
) -> None:
    homes.published(db, home, channels=channels, governs=governs, now=question.now)


def _put_off(db: Database, question: Question, *, home: Home) -> None:
    homes.put_off(db, home.person, now=question.now)


def _find(db: Database, question: Question, *, number: int) -> str | None:
    found = drafting.find(db, question, number)
    return found.channel if found else None


def _done(
    db: Database,
    question: Question,
    *,
    change: Callable[[Database, Question, int], Done | None],
    number: int,
) -> Done | None:
    return change(db, question, number)


def _settled(db: Database, question: Question, *, text: str) -> Notice | Problem:
    return settling.settle(db, replace(question, text=text))
