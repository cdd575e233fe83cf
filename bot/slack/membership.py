"""In which channels a person is: Slack is asked, and believed for a minute."""

from __future__ import annotations

import logging
from collections.abc import Callable

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.address import address, split

log = logging.getLogger(__name__)

#: How long an answer is believed (seconds), and how many are kept.
_BELIEVED, _KEPT = 60.0, 1_000
#: Channels on a page, the most that Slack gives at once, and pages that are read
#: (https://docs.slack.dev/reference/methods/users.conversations).
_PAGE, _PAGES = 999, 10


class Memberships:
    """Asks which channels a person shares with the bot's workspace."""

    def __init__(self, *, elapsed: Callable[[], float]) -> None:
        """Believe answers by this clock, in seconds, which never jumps."""
        self._elapsed = elapsed
        self._known: dict[str, tuple[float, frozenset[str] | None]] = {}

    async def of(self, client: AsyncWebClient, person: str) -> frozenset[str] | None:
        """Addresses of the channels in which a person is: public ones, and private ones with the bot.

        What Slack said last when it does not say now; None when it never did.

        Args:
            client: Of the person's workspace.
            person: Their address.
        """
        now = self._elapsed()
        until, known = self._known.get(person, (now, None))
        if until > now:
            return known
        try:
            found = await _channels(client, person)
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            reason = error.response.get("error") if isinstance(error, SlackApiError) else error
            log.warning("membership unknown reason=%s", reason)
            return known
        if len(self._known) >= _KEPT:
            self._known.clear()
        self._known[person] = (now + _BELIEVED, found)
        return found


async def is_stranger(client: AsyncWebClient, conversation: str) -> bool:
    """Whether the bot knows that it was not invited to a conversation, by Slack's own id."""
    try:
        answer = await client.conversations_info(channel=conversation)
    except SlackApiError as error:
        return bool(error.response.get("error") == "channel_not_found")
    except (aiohttp.ClientError, TimeoutError) as error:
        log.warning("own membership unknown reason=%s", type(error).__name__)
        return False
    channel = answer.get("channel")
    return isinstance(channel, dict) and channel.get("is_member") is False


async def _channels(client: AsyncWebClient, person: str) -> frozenset[str]:
    workspace, user = split(person)
    found: set[str] = set()
    cursor: str | None = None
    for _ in range(_PAGES):
        answer = await client.users_conversations(
            user=user,
            types="public_channel,private_channel",
            exclude_archived=True,
            limit=_PAGE,
            cursor=cursor,
        )
        shown = answer.get("channels") or []
        found |= {address(workspace, str(each.get("id", ""))) for each in shown}
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            break
    return frozenset(found - {""})
