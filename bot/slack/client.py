"""Post and update; every Slack failure becomes a DeliveryError."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.bulletin import Bulletin
from bot.card import Card
from bot.poster import Alert, DeliveryError, Posted
from bot.slack import blocks, bulletin_blocks, redline_blocks
from bot.slack.history import History, payload
from bot.slack.outcomes import outcome, repeatable
from bot.slack.parts import Message
from bot.slack.spoken import spoken

#: What the session given to `web_client` must wait for an answer: with a session of its own, the
#: client's timeout counts for nothing (slack_sdk/web/async_internal_utils.py).
TIMEOUT = aiohttp.ClientTimeout(total=30)
#: How our messages are told from others when a channel is read back for a lost answer.
EVENT_TYPE = "rulewire_alert"


def web_client(
    token: str | None, *, base_url: str, session: aiohttp.ClientSession
) -> AsyncWebClient:
    """A Slack client that sends each request once.

    Args:
        token: Bot token; None for what needs none.
        base_url: "https://slack.com/api/", or a test double's; a missing last slash is added.
        session: Made with `TIMEOUT`; shared by all calls, closed by whoever made it.
    """
    # The handlers that come with the client send a post again when only its answer was lost.
    client = AsyncWebClient(token=token, base_url=base_url, session=session, retry_handlers=[])
    # Taken from the environment, where the client heeds no NO_PROXY.
    client.proxy = None
    return client


class SlackPoster:
    """Shows alerts in Slack. A `Poster`."""

    def __init__(self, client: AsyncWebClient) -> None:
        """Post through a client from `web_client`."""
        self._client = client
        self._history = History(client, event_type=EVENT_TYPE)

    async def post(self, alert: Alert) -> Posted:
        """Post the card, or the step as a reply in the thread of the one that stands.

        Raises:
            DeliveryError: as `Poster.post` says.
        """
        try:
            answer = await self._posted(alert, tells=alert.tells)
        except DeliveryError as error:
            if error.reason != "metadata_too_large":
                raise
            answer = await self._posted(alert)  # nothing stands yet, and a message is worth more
        return Posted(ts=str(answer["ts"]), conversation=str(answer.get("channel", alert.channel)))

    async def _posted(self, alert: Alert, *, tells: Sequence[str] = ()) -> AsyncSlackResponse:
        reply = alert.reply
        text, shown = _message(alert)
        event = {"event_type": EVENT_TYPE, "event_payload": payload(alert.delivery_id, tells)}
        return await outcome(
            self._client.chat_postMessage(
                channel=alert.channel,
                text=spoken(text),
                blocks=shown,
                thread_ts=reply.thread if reply else None,
                reply_broadcast=True if reply and not reply.quiet else None,
                metadata=event,
                unfurl_links=False,
                unfurl_media=False,
            )
        )

    async def update(self, alert: Alert, *, conversation: str, ts: str) -> None:
        """Put the card in place of the message.

        Raises:
            DeliveryError: as `Poster.update` says.
        """
        text, shown = _card(alert.card)
        await repeatable(
            self._client.chat_update(
                channel=conversation,
                ts=ts,
                text=spoken(text),
                blocks=shown,
                # Without metadata the card keeps its own: the step's id is for the step alone.
            )
        )

    async def read_back(
        self, conversation: str, *, thread: str | None, age: timedelta
    ) -> Mapping[str, Posted]:
        """What of ours stands in a channel or a thread, read to its end.

        Raises:
            DeliveryError: as `Poster.read_back` says.
        """
        return await self._history.read(conversation, thread=thread, age=age)


def _message(alert: Alert) -> Message:
    """The card, or what its thread is told."""
    reply = alert.reply
    if reply and reply.change:
        return redline_blocks.reply(reply.change, named=str(reply.change.part))
    if reply:
        return blocks.fallback(reply.step), blocks.step(reply.step)
    return _card(alert.card)


def _card(card: Card | Bulletin) -> Message:
    if isinstance(card, Bulletin):
        return bulletin_blocks.message(card)
    return blocks.fallback(card), blocks.alert(card)
