"""Post and update; every Slack failure becomes a DeliveryError."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.poster import Alert, DeliveryError, Outcome, Posted
from bot.slack import blocks, redline_blocks
from bot.slack.parts import Message

#: What the session given to `web_client` must wait for an answer: with a session of its own, the
#: client's timeout counts for nothing (slack_sdk/web/async_internal_utils.py).
TIMEOUT = aiohttp.ClientTimeout(total=30)
#: How our messages are told from others when a channel is read back for a lost answer.
EVENT_TYPE = "rulewire_alert"

#: Error strings of chat.postMessage and chat.update, by what follows from them
#: (https://docs.slack.dev/reference/methods/chat.postMessage, "Errors").
_OUTCOMES = {
    Outcome.CHANNEL_REFUSES: """
        access_denied account_inactive cannot_dm_bot channel_not_found channel_is_archived
        ekm_access_denied enterprise_is_restricted invalid_auth is_archived is_inactive
        messages_tab_disabled missing_scope no_permission not_allowed_token_type not_authed
        not_in_channel org_login_required restricted_action restricted_action_non_threadable_channel
        restricted_action_read_only_channel restricted_action_thread_only_channel
        team_access_not_granted team_not_found token_expired token_revoked two_factor_setup_required
        user_not_found
    """,
    # The workspace's pace or state: the same message will do later.
    Outcome.LATER: """
        accesslimited message_limit_exceeded rate_limited ratelimited team_added_to_org
    """,
    # Slack's own words: "some aspect of the operation may have succeeded before the error".
    Outcome.UNCERTAIN: "fatal_error internal_error request_timeout service_unavailable",
    # The parent of the thread, or the card to update.
    Outcome.CARD_GONE: "cannot_reply_to_message message_not_found thread_not_found",
}
_OUTCOME_OF = {error: outcome for outcome, errors in _OUTCOMES.items() for error in errors.split()}


def web_client(token: str, *, base_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A Slack client that sends each request once.

    Args:
        token: Bot token.
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

    async def post(self, alert: Alert) -> Posted:
        """Post the card, or the step as a reply in the thread of the one that stands.

        Raises:
            DeliveryError: as `Poster.post` says.
        """
        reply = alert.reply
        text, shown = _message(alert)
        answer = await _outcome(
            self._client.chat_postMessage(
                channel=alert.channel,
                text=text,
                blocks=shown,
                thread_ts=reply.thread if reply else None,
                reply_broadcast=True if reply and not reply.quiet else None,
                metadata=_metadata(alert),
                unfurl_links=False,
                unfurl_media=False,
            )
        )
        return Posted(ts=str(answer["ts"]), conversation=str(answer.get("channel", alert.channel)))

    async def update(self, alert: Alert, *, conversation: str, ts: str) -> None:
        """Put the card in place of the message.

        Raises:
            DeliveryError: as `Poster.update` says.
        """
        try:
            await _outcome(
                self._client.chat_update(
                    channel=conversation,
                    ts=ts,
                    text=blocks.fallback(alert.card),
                    blocks=blocks.alert(alert.card),
                    # Without metadata the card keeps its own: the step's id is for the step alone.
                )
            )
        except DeliveryError as error:
            if error.outcome is not Outcome.UNCERTAIN:
                raise
            raise DeliveryError(error.reason, outcome=Outcome.LATER) from error


def _message(alert: Alert) -> Message:
    """The card, or what its thread is told."""
    reply = alert.reply
    if reply and reply.change:
        return redline_blocks.reply(reply.change, named=str(reply.change.part))
    shown = blocks.step(reply.step) if reply else blocks.alert(alert.card)
    return blocks.fallback(alert.told), shown


def _metadata(alert: Alert) -> dict[str, Any]:
    # Every member of the workspace can read it: an id, no text.
    return {"event_type": EVENT_TYPE, "event_payload": {"delivery_id": alert.delivery_id}}


async def _outcome(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """The answer of a call, or what is known of it."""
    try:
        return await call
    except SlackApiError as error:
        raise _refused(error) from error
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise DeliveryError(f"Slack not reached: {error}", outcome=Outcome.LATER) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        reason = f"answer lost: {type(error).__name__}"
        raise DeliveryError(reason, outcome=Outcome.UNCERTAIN) from error


def _refused(error: SlackApiError) -> DeliveryError:
    """What follows from an answer that is not ok."""
    response = error.response
    answered = isinstance(response, AsyncSlackResponse)
    # A body that is no JSON comes as the transport's own response.
    status = response.status_code if answered else response.status
    data = response.data if answered else None
    name = data.get("error") if isinstance(data, dict) else None
    if status == 429:
        wait = _seconds(response.headers.get("Retry-After"))
        return DeliveryError(name or "HTTP 429", outcome=Outcome.LATER, retry_after=wait)
    if name:
        return DeliveryError(name, outcome=_OUTCOME_OF.get(name) or _unnamed(status, said=True))
    return DeliveryError(f"HTTP {status}", outcome=_unnamed(status, said=False))


def _unnamed(status: int, *, said: bool) -> Outcome:
    """What follows from an error string we do not know, or from an answer without one."""
    if status >= 500 or (status < 400 and not said):
        return Outcome.UNCERTAIN
    return Outcome.REJECTED if said else Outcome.LATER


def _seconds(header: str | None) -> float | None:
    """Retry-After, kept between a second and an hour; None when it is missing or no number."""
    return float(min(max(int(header), 1), 3600)) if header and header.isdecimal() else None
