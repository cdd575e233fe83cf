"""What follows from Slack's answer to a call, or from none: every failure becomes a DeliveryError."""

from __future__ import annotations

from collections.abc import Awaitable

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.poster import DeliveryError, Outcome

#: Error strings of chat.postMessage and chat.update, by what follows from them
#: (https://docs.slack.dev/reference/methods/chat.postMessage, "Errors").
_OUTCOMES = {
    Outcome.CHANNEL_REFUSES: """
        access_denied account_inactive cannot_dm_bot channel_not_found channel_is_archived
        ekm_access_denied enterprise_is_restricted invalid_auth is_archived is_inactive
        messages_tab_disabled missing_scope no_permission not_allowed_token_type not_authed
        not_in_channel org_login_required restricted_action restricted_action_read_only_channel
        restricted_action_thread_only_channel team_access_not_granted team_not_found token_expired token_revoked two_factor_setup_required
        user_not_found
    """,
    # The workspace's pace or state: the same message will do later.
    Outcome.LATER: """
        accesslimited message_limit_exceeded rate_limited ratelimited team_added_to_org
    """,
    # Slack's own words: "some aspect of the operation may have succeeded before the error".
    Outcome.UNCERTAIN: "fatal_error internal_error request_timeout service_unavailable",
    # The parent of the thread, or the card to update; and threads that take no reply, where a message
    # of its own is taken.
    Outcome.CARD_GONE: """
        cannot_reply_to_message message_not_found restricted_action_non_threadable_channel
        restricted_action_thread_locked thread_not_found
    """,
}
_OUTCOME_OF = {error: outcome for outcome, errors in _OUTCOMES.items() for error in errors.split()}


async def repeatable(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """The answer of a call that does no harm when it is made again: never uncertain."""
    try:
        return await outcome(call)
    except DeliveryError as error:
        if error.outcome is not Outcome.UNCERTAIN:
            raise
        raise DeliveryError(error.reason, outcome=Outcome.LATER) from error


async def outcome(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
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
