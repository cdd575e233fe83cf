"""Whether somebody may: members change their channel, admins what concerns everyone; Slack is asked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.answers import Problem
from bot.card import UTC
from bot.slack.address import bare
from bot.slack.answer_blocks import message
from bot.slack.reply import Asked, reply
from bot.slack.rights import Who, needed

#: Works on what was asked.
Handler = Callable[[Asked, AsyncWebClient], Awaitable[None]]

log = logging.getLogger(__name__)

#: The most that conversations.members gives at once
#: (https://docs.slack.dev/reference/methods/conversations.members).
_PAGE = 1_000
#: How long Slack has to tell all members of a channel, or what somebody is (seconds).
_PATIENCE = 20
#: How long an answer of Slack is believed: a yes, and a no, which joining the channel mends (seconds).
_YES_FOR, _NO_FOR = 60.0, 5.0
#: Answers kept at once.
_KEPT = 10_000


_STRANGER = "Only members of this channel may do this. Join it and try again"
_NO_ADMIN = (
    "This concerns everyone, so only admins and owners of the workspace may do it, and those whom"
    " whoever runs Rulewire has named."
)
_UNASKED = "Slack could not be asked whether you may. Please try again in a minute."
#: What Slack's refusals mean for whoever asks; others are told by their name.
_UNKNOWN = {
    "channel_not_found": "I am not in this channel. Write /invite @Rulewire and try again.",
    "missing_scope": "The app lacks a scope: whoever runs it has to add it and install it again.",
    "ratelimited": "Slack is busy. Please try again in a minute.",
}


class Permissions:
    """Asks Slack who somebody is, and believes the answer for a short while.

    Whom Slack does not vouch for is refused: an error of Slack lets nobody in.
    """

    def __init__(self, *, admins: Collection[str], elapsed: Callable[[], float]) -> None:
        """Let these people govern beside the workspace's own admins.

        Args:
            admins: Ids of people: "U…" in the bot token's workspace, "T…/U…" in any.
            elapsed: Seconds of a clock that never jumps.
        """
        self._admins = frozenset(admins)
        self._elapsed = elapsed
        #: Until when it is believed, and what: an empty text is a yes, any other the reason of a no.
        self._answers: dict[tuple[str, str], tuple[float, str]] = {}

    async def may_change(self, client: AsyncWebClient, *, user: str, channel: str) -> bool:
        """Whether somebody may change what a channel is told; one's own messages always."""
        return not await self.why_not_change(client, user=user, channel=channel)

    async def may_govern(self, client: AsyncWebClient, *, user: str) -> bool:
        """Whether somebody may change what concerns everyone: feeds, stories, deliveries."""
        return not await self.why_not_govern(client, user=user)

    async def why_not_change(self, client: AsyncWebClient, *, user: str, channel: str) -> str:
        """Why somebody may not change a channel, in a sentence; empty when they may."""
        if not user:
            return _STRANGER
        if user == channel:
            return ""

        async def asked() -> str:
            async for page in _members(client, bare(channel)):
                if bare(user) in page:
                    return ""
            return _STRANGER

        return await self._believed(user, channel, asked)

    async def why_not_govern(self, client: AsyncWebClient, *, user: str) -> str:
        """Why somebody may not govern, in a sentence; empty when they may."""
        if user in self._admins:
            return ""

        async def asked() -> str:
            return "" if await self._is_admin(client, bare(user)) else _NO_ADMIN

        return await self._believed(user, "", asked) if user else _NO_ADMIN

    def gated(self, handler: Handler) -> Handler:
        """The handler, reached by those who may do what they ask; all others are told why not."""

        async def passed(asked: Asked, client: AsyncWebClient) -> None:
            refused = await self.refusal(client, asked)
            if refused:
                await reply(client, asked, message(refused, UTC))
            else:
                await handler(asked, client)

        return passed

    async def refusal(self, client: AsyncWebClient, asked: Asked) -> Problem | None:
        """Why what was asked is not done; None when it may be."""
        match needed(asked):
            case Who.ANYONE:
                return None
            case Who.MEMBERS:
                why = await self.why_not_change(client, user=asked.user, channel=asked.channel)
            case Who.ADMINS:
                why = await self.why_not_govern(client, user=asked.user)
        if not why:
            return None
        log.info("refused command=%r action=%s reason=%r", asked.text[:100], asked.action, why)
        return Problem(message=why, hint=_instead(asked))

    async def _believed(self, user: str, channel: str, ask: Callable[[], Awaitable[str]]) -> str:
        now, key = self._elapsed(), (user, channel)
        until, why = self._answers.get(key, (now, ""))
        if until > now:
            return why
        try:
            async with asyncio.timeout(_PATIENCE):
                why = await ask()
        except SlackApiError as error:
            name = str(error.response.get("error", ""))
            why = _UNKNOWN.get(name, f"{_UNASKED} It answered: {name}." if name else _UNASKED)
        except (aiohttp.ClientError, TimeoutError):
            why = _UNASKED
        if len(self._answers) >= _KEPT:
            self._answers.clear()
        self._answers[key] = (now + (_NO_FOR if why else _YES_FOR), why)
        return why

    async def _is_admin(self, client: AsyncWebClient, user: str) -> bool:
        """Whether somebody is listed, or an admin or owner here and not of another workspace.

        Source: https://docs.slack.dev/reference/objects/user-object
        """
        found = (await client.users_info(user=user)).get("user")
        person = found if isinstance(found, Mapping) else {}
        if f"{person.get('team_id')}/{user}" in self._admins:
            return True
        if person.get("deleted") or person.get("is_bot"):
            return False
        if not (person.get("is_admin") or person.get("is_owner")):
            return False
        # In a channel shared with another company its admins are people like any other.
        across = person.get("enterprise_user")
        homes = {person.get("team_id"), *(across.get("teams") or () if across else ())}
        here = await client.auth_test()
        return bool(homes & {here.get("team_id"), here.get("enterprise_id")} - {None})


async def _members(client: AsyncWebClient, channel: str) -> AsyncIterator[Collection[str]]:
    """The members of a channel, page by page."""
    cursor: str | None = None
    while True:
        answer = await client.conversations_members(channel=channel, limit=_PAGE, cursor=cursor)
        yield answer.get("members") or ()
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return


def _instead(asked: Asked) -> str:
    """What can be typed by anyone instead."""
    word, _, query = asked.text.partition(" ")
    return f"rehearse {query}" if word.lower() == "subscribe" and query else ""
