"""Read a channel back: which deliveries stand there, told by the metadata of the bot's own messages."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import UUID

from slack_sdk.web.async_client import AsyncWebClient

from bot.poster import DeliveryError, Outcome, Posted
from bot.slack.outcomes import repeatable

#: The most that Slack gives at once (docs.slack.dev/reference/methods/conversations.history).
PAGE = 999
#: Deliveries that a message names as told by it, in 2,700 characters: Slack refuses metadata that is
#: too large, and does not say how large that is.
MOST_NAMED = 125
#: Metadata of a message that tells of no delivery: where only such stand, the channel can be read back
#: all the same.
NOTE = {"event_type": "rulewire_note", "event_payload": {"from": "rulewire"}}
#: What is answered by a response_url can have no metadata; the `block_id` of its first block tells it from
#: an alert (kept as given: docs.slack.dev/reference/block-kit/blocks).
ANSWER = "rulewire-answer"
#: Bytes of a delivery's id.
_ID = 16


def payload(delivery_id: str, tells: Sequence[str] = ()) -> dict[str, str]:
    """What the metadata of a message says: ids, no text, for any member of the workspace can read it.

    Args:
        delivery_id: Its own.
        tells: Those of other deliveries that it tells; UUIDs, and named up to `MOST_NAMED` of them.
    """
    named = b"".join(UUID(each).bytes for each in tells[:MOST_NAMED])
    told = {"tells": urlsafe_b64encode(named).decode()} if named else {}
    return {"delivery_id": delivery_id, **told}


class History:
    """Reads what the bot itself has put into conversations."""

    def __init__(self, client: AsyncWebClient, *, event_type: str) -> None:
        """Read through a client from `web_client`.

        Args:
            client: Sends each request once.
            event_type: How the metadata of our messages is told from others'.
        """
        self._client = client
        self._event_type = event_type

    async def read(
        self, conversation: str, *, thread: str | None, age: timedelta
    ) -> Mapping[str, Posted]:
        """Which deliveries stand in a conversation, or in a thread of it.

        Anybody may post metadata that looks like ours, so the id of the bot counts as well. Times are
        Slack's own: whatever our clock says, it is not asked. A message of ours that shows no metadata
        and is no answer may be any delivery: where only such stand, nothing is known.

        Raises:
            DeliveryError: as `Poster.read_back` says.
        """
        bot_id, now = await self._greeted()
        place = await self._opened(conversation)
        messages = [
            message
            for message in await self._messages(place, thread=thread, oldest=now - age)
            if message.get("bot_id") == bot_id and not _is_answer(message)
        ]
        if messages and not any(message.get("metadata") for message in messages):
            # Nothing of ours would ever be found, and everything be sent again.
            reason = "Slack shows no metadata of our own messages"
            raise DeliveryError(reason, outcome=Outcome.CHANNEL_REFUSES)
        found: dict[str, Posted] = {}
        for each in messages:
            if delivery_id := self._delivery_id(each):
                posted = Posted(ts=str(each["ts"]), conversation=place, thread=_parent(each))
                found[delivery_id] = posted
                for other in told(each):
                    found.setdefault(other, replace(posted, folded=True))
        return found

    async def _messages(
        self, place: str, *, thread: str | None, oldest: datetime
    ) -> list[dict[str, Any]]:
        """All that stands in a channel since then, or in a thread; never a part of it."""
        messages: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            if thread:
                call = self._client.conversations_replies(
                    channel=place,
                    ts=thread,
                    limit=PAGE,
                    include_all_metadata=True,
                    cursor=cursor,
                )
            else:
                call = self._client.conversations_history(
                    channel=place,
                    oldest=f"{oldest.timestamp():.6f}",
                    limit=PAGE,
                    include_all_metadata=True,
                    cursor=cursor,
                )
            answer = await repeatable(call)
            messages += answer.get("messages") or ()
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor and answer.get("has_more"):
                raise DeliveryError("history was cut short", outcome=Outcome.LATER)
            if not cursor:
                return messages

    async def _greeted(self) -> tuple[str, datetime]:
        """Our own name on messages, and Slack's time (the Date of RFC 9110, 6.6.1)."""
        answer = await repeatable(self._client.auth_test())
        bot_id, headers = answer.get("bot_id"), {k.lower(): v for k, v in answer.headers.items()}
        if not bot_id:
            raise DeliveryError("not a bot's token", outcome=Outcome.CHANNEL_REFUSES)
        try:
            return str(bot_id), parsedate_to_datetime(headers.get("date", ""))
        except ValueError as error:
            raise DeliveryError("Slack told no time", outcome=Outcome.LATER) from error

    async def _opened(self, conversation: str) -> str:
        """A person's id leads to the direct message with them; that is opened if it is not yet."""
        if conversation[:1] not in {"U", "W"}:
            return conversation
        answer = await repeatable(self._client.conversations_open(users=conversation))
        return str(answer["channel"]["id"])

    def _delivery_id(self, message: Mapping[str, Any]) -> str | None:
        """The delivery that a message tells of; None when it is none of ours."""
        metadata = message.get("metadata")
        if not isinstance(metadata, Mapping) or metadata.get("event_type") != self._event_type:
            return None
        payload = metadata.get("event_payload")
        found = payload.get("delivery_id") if isinstance(payload, Mapping) else None
        if not isinstance(found, str):
            reason = "Slack shows no delivery id on our own messages"
            raise DeliveryError(reason, outcome=Outcome.CHANNEL_REFUSES)
        return found


def _is_answer(message: Mapping[str, Any]) -> bool:
    """Whether a message is what somebody's command was answered, and so tells of no delivery."""
    marks = (block.get("block_id") for block in message.get("blocks") or ())
    return not message.get("metadata") and ANSWER in marks


def _parent(message: Mapping[str, Any]) -> str | None:
    """The `ts` of the message in whose thread this one stands; a thread's first is in none."""
    parent = message.get("thread_ts")
    return str(parent) if parent and parent != message["ts"] else None


def told(message: Mapping[str, Any]) -> Iterable[str]:
    """The other deliveries that one of our messages tells; none in one of an earlier version."""
    try:
        named = urlsafe_b64decode(message["metadata"]["event_payload"].get("tells", ""))
    except (TypeError, ValueError):
        return
    for first in range(0, len(named) - _ID + 1, _ID):
        yield str(UUID(bytes=named[first : first + _ID]))
