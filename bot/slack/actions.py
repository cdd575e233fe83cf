"""What follows a click: pages, subscriptions, and what people put on a story."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.answers import Answer, Entries, Notice, Problem
from bot.commands import Commands
from bot.law_page import LawPage
from bot.slack import blocks, buttons
from bot.slack.address import bare
from bot.slack.answer_blocks import message, muted_by, shared
from bot.slack.permalinks import linked
from bot.slack.reply import Asked, reply
from bot.timeline import DaysAhead
from storage.stories import Mark

log = logging.getLogger(__name__)

_STALE = Problem(
    message="This button is from an earlier version and can no longer be read.", hint="help"
)
_GONE = Problem(message="This entry is not in the archive any more.")

#: Story buttons: the mark, and whether it is put on.
_MARKS = {
    blocks.FOLLOW: (Mark.FOLLOWED, True),
    blocks.UNFOLLOW: (Mark.FOLLOWED, False),
    blocks.MUTE: (Mark.MUTED, True),
    blocks.UNMUTE: (Mark.MUTED, False),
}
#: Verbs of the overflow menu that mark the entry's story.
_VERBS = {blocks.SAVE: Mark.SAVED, blocks.NOT_RELEVANT: Mark.IRRELEVANT}

Handler = Callable[[Asked, AsyncWebClient], Awaitable[None]]


class Actions:
    """Answers clicks. Everything is read from the database, so old messages keep working."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._handlers: Mapping[str, Handler] = {
            buttons.NEXT: self._turn,
            buttons.PREVIOUS: self._turn,
            buttons.SORT: self._turn,
            buttons.SHARE: self._share,
            buttons.LAW_OPEN: self._open_law,
            buttons.LAW_NEXT: self._open_law,
            buttons.LAW_PREVIOUS: self._open_law,
            buttons.SUBSCRIBE_SEARCH: self._subscribe_search,
            buttons.SUBSCRIBE_TOPIC: self._subscribe_topic,
            buttons.REMOVE: self._remove,
            buttons.SETTLE_AGAIN: self._settle,
            buttons.SETTLE_SENT: self._settle,
            buttons.UNDO: self._undo,
            buttons.NOT_THIS_STORY: self._split,
            buttons.MORE_DAYS: self._more_days,
            blocks.MORE: self._more,
        } | dict.fromkeys(_MARKS, self._mark)

    async def clicked(self, asked: Asked, client: AsyncWebClient) -> None:
        """Do what the button says; one that cannot be understood is answered politely."""
        if asked.action == blocks.READ:  # Slack has opened the page already
            return
        await self._handlers.get(asked.action, self._stale)(asked, client)

    async def _turn(self, asked: Asked, client: AsyncWebClient) -> None:
        place = buttons.read_place(asked.value)
        if place is None:
            return await self._stale(asked, client)
        answer = await self._commands.page(place, channel=asked.channel, user=asked.user)
        return await self._say(asked, client, answer, replace=isinstance(answer, Entries))

    async def _split(self, asked: Asked, client: AsyncWebClient) -> None:
        entry_id = buttons.read_id(asked.value)
        if entry_id is None:
            return await self._stale(asked, client)
        answer = await self._commands.split(entry_id, channel=asked.channel, user=asked.user)
        return await self._say(asked, client, answer)

    async def _more_days(self, asked: Asked, client: AsyncWebClient) -> None:
        after, _, query = asked.value.partition(" ")
        answer = await self._commands.days_ahead(
            query, after, channel=asked.channel, user=asked.user
        )
        return await self._say(asked, client, answer, replace=isinstance(answer, DaysAhead))

    async def _open_law(self, asked: Asked, client: AsyncWebClient) -> None:
        place = buttons.read_law_place(asked.value)
        if place is None:
            return await self._stale(asked, client)
        answer = await self._commands.page(place, channel=asked.channel, user=asked.user)
        turned = asked.action != buttons.LAW_OPEN and isinstance(answer, LawPage)
        return await self._say(asked, client, answer, replace=turned)

    async def _share(self, asked: Asked, client: AsyncWebClient) -> None:
        place = buttons.read_place(asked.value)
        if place is None:
            return await self._stale(asked, client)
        click = f"share {asked.conversation} {asked.ts} {asked.value}"
        if not await self._commands.first(click):
            return await self._say(asked, client, Notice(text="Shared already."))
        answer = await self._commands.page(place, channel=asked.channel, user=asked.user)
        if not isinstance(answer, Entries):
            return await self._say(asked, client, answer)
        said = shared(answer, by=asked.user, timezone=self._commands.timezone)
        return await reply(client, asked, said, aloud=True)

    async def _subscribe_search(self, asked: Asked, client: AsyncWebClient) -> None:
        # `now`, so that a query that ends in a cadence's name is not taken for one.
        await self._say(asked, client, await self._ask(asked, f"subscribe {asked.value} now"))

    async def _subscribe_topic(self, asked: Asked, client: AsyncWebClient) -> None:
        answer = await self._ask(asked, f"subscribe topic:{asked.value} now")
        await self._say(asked, client, answer)
        await self._say(asked, client, await self._ask(asked, "topics"), replace=True)

    async def _remove(self, asked: Asked, client: AsyncWebClient) -> None:
        number = buttons.read_id(asked.value)
        if number is None:
            return await self._stale(asked, client)
        answer = await self._commands.unsubscribe(number, channel=asked.channel, user=asked.user)
        await self._say(asked, client, answer)
        listed = await self._ask(asked, "subscriptions")
        return await self._say(asked, client, listed, replace=True)

    async def _settle(self, asked: Asked, client: AsyncWebClient) -> None:
        _, _, verdict = asked.action.partition("-")
        answer = await self._ask(asked, f"settle {asked.value} {verdict}")
        await self._say(asked, client, answer)
        await self._say(asked, client, await self._ask(asked, "status"), replace=True)

    async def _mark(self, asked: Asked, client: AsyncWebClient) -> None:
        story_id = buttons.read_id(asked.value)
        if story_id is None:
            return await self._stale(asked, client)
        mark, put = _MARKS[asked.action]
        change = self._commands.mark if put else self._commands.unmark
        answer = await change(story_id, mark, channel=asked.channel, user=asked.user)
        # A channel's card shows what concerns the channel; it says by itself that it is muted.
        concerns_card = mark is Mark.MUTED or asked.private
        shown = concerns_card and await self._refresh(asked, client, story_id)
        if not shown or mark is Mark.FOLLOWED:
            await self._say(asked, client, answer)
        return None

    async def _undo(self, asked: Asked, client: AsyncWebClient) -> None:
        marked = buttons.read_undo(asked.value)
        if marked is None:
            return await self._stale(asked, client)
        mark, story_id = marked
        answer = await self._commands.unmark(story_id, mark, channel=asked.channel, user=asked.user)
        if mark is Mark.MUTED or asked.private:
            await self._refresh(asked, client, story_id)
        return await self._say(asked, client, answer, replace=True)

    async def _more(self, asked: Asked, client: AsyncWebClient) -> None:
        verb, _, number = asked.value.partition(":")
        entry_id = buttons.read_id(number)
        if verb == blocks.SUBSCRIBE:
            return await self._say(asked, client, await self._ask(asked, "topics"))
        asks = {blocks.WHY: self._commands.why, blocks.TIMELINE: self._commands.timeline}
        if entry_id is None or verb not in {*asks, *_VERBS}:
            return await self._stale(asked, client)
        if ask := asks.get(verb):
            answer = await ask(entry_id, channel=asked.channel, user=asked.user)
            return await self._say(asked, client, await linked(client, answer))
        story_id = await self._commands.story_of(entry_id)
        if story_id is None:
            return await self._say(asked, client, _GONE)
        answer = await self._commands.mark(
            story_id, _VERBS[verb], channel=asked.channel, user=asked.user
        )
        return await self._say(asked, client, answer)

    async def _refresh(self, asked: Asked, client: AsyncWebClient, story_id: int) -> bool:
        """Show the story's card here as it is now; False when it does not stand here."""
        shown = await self._commands.standing(story_id, channel=asked.channel)
        if shown is None:
            return False
        last = [muted_by(shown.muted_by)] if shown.muted_by else []
        try:
            await client.chat_update(
                channel=bare(shown.conversation),
                ts=shown.ts,
                text=blocks.fallback(shown.card),
                blocks=[*blocks.alert(shown.card), *last],
            )
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("card not updated story=%d reason=%s", story_id, error)
            return False
        return True

    async def _stale(self, asked: Asked, client: AsyncWebClient) -> None:
        await self._say(asked, client, _STALE)

    async def _ask(self, asked: Asked, text: str) -> Answer:
        return await self._commands.answer(text, channel=asked.channel, user=asked.user)

    async def _say(
        self, asked: Asked, client: AsyncWebClient, answer: Answer, *, replace: bool = False
    ) -> None:
        aloud = isinstance(answer, Notice) and answer.aloud and not asked.private
        said = message(answer, self._commands.timezone)
        await reply(client, asked, said, aloud=aloud, replace=replace)
