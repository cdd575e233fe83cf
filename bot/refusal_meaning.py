"""What Slack's words for a refusal mean, and what to do about it (pure)."""

from __future__ import annotations

from dataclasses import dataclass

from bot.wording import visible
from storage.subscriptions import Subscription
from storage.workspaces import TOKEN_ERRORS, is_person

_INVITE = "write /invite @Rulewire in the channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meaning:
    """What some of Slack's words mean, and what to do about it."""

    words: str
    means: str
    remedy: str


#: Of channels (https://docs.slack.dev/reference/methods/chat.postMessage, "Errors").
_CHANNELS = (
    _Meaning(
        words="not_in_channel",
        means="Rulewire is not in the channel.",
        remedy=f"To have it back, {_INVITE}.",
    ),
    _Meaning(
        words="channel_not_found",
        means="Slack shows Rulewire no such channel: it was deleted, or it is private and Rulewire"
        " was removed from it.",
        remedy=f"If it is still there, {_INVITE}.",
    ),
    _Meaning(
        words="channel_is_archived is_archived is_inactive",
        means="The channel is archived.",
        remedy=f"Unarchive it and {_INVITE}; or subscribe another channel.",
    ),
    _Meaning(
        words="restricted_action restricted_action_read_only_channel"
        " restricted_action_thread_only_channel",
        means="Only some may post in the channel, and Rulewire is not one of them.",
        remedy="Let it post: in the channel's settings under Posting permissions, or by an admin of"
        " the workspace.",
    ),
    _Meaning(
        words="missing_scope no_permission not_allowed_token_type",
        means="The app lacks a permission that it needs to post.",
        remedy="Install the app again with the manifest that rulewire manifest prints; rulewire"
        " check names what is missing.",
    ),
    _Meaning(
        words=" ".join(TOKEN_ERRORS),
        means="Slack does not take the app's token any more.",
        remedy="Install the app again and give Rulewire the new token; rulewire check says whether"
        " it works.",
    ),
    _Meaning(
        words="access_denied ekm_access_denied enterprise_is_restricted org_login_required"
        " team_access_not_granted team_not_found two_factor_setup_required",
        means="The settings of the workspace or its organisation keep the app out.",
        remedy="Ask an admin to let it in.",
    ),
)
#: Of direct messages, which come first there.
_PEOPLE = (
    _Meaning(
        words="account_inactive channel_not_found is_archived is_inactive user_not_found",
        means="Their account is deactivated, or Slack does not know it any more.",
        remedy="If they have left, remove what they subscribed to.",
    ),
    _Meaning(
        words="messages_tab_disabled",
        means="Direct messages with the app are switched off.",
        remedy="Switch them on: the app's settings, App Home, Messages Tab.",
    ),
    _Meaning(
        words="cannot_dm_bot",
        means="It is a bot, and bots are not written to.",
        remedy="Remove what it subscribed to.",
    ),
)


def plainly(reason: str, channel: str) -> tuple[str, str]:
    """What Slack's word means, and what to do about it.

    Args:
        reason: "is_archived".
        channel: Of which it was said.
    """
    found = _meaning(reason, channel)
    if found:
        return found.means, found.remedy
    return f"Slack says: {visible(reason, 200)}", "rulewire check may say more."


def stopped(subscription: Subscription) -> str | None:
    """Why a subscription is disabled, plainly; None while it is not."""
    reason = subscription.disabled_reason
    found = reason and _meaning(reason, subscription.channel)
    return found.means if found else reason


def _meaning(reason: str, channel: str) -> _Meaning | None:
    known = (*(_PEOPLE if is_person(channel) else ()), *_CHANNELS)
    return next((each for each in known if reason in each.words.split()), None)
