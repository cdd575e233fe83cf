"""Who may do what, by word, button and form: of the channel's members, or of everyone's admins."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot import flood_card, refusal_wording
from bot.slack import (
    blocks,
    buttons,
    home_blocks,
    modals_settings,
    modals_stories,
    story_buttons,
)
from bot.slack import modals_subscription as form
from bot.slack.reply import Asked
from storage.stories import Mark


class Who(StrEnum):
    """Who may."""

    ANYONE = "anyone"
    #: Of the channel; in a direct message that is the person.
    MEMBERS = "members"
    #: Admins and owners of the workspace, and whoever `RULEWIRE_ADMINS` names.
    ADMINS = "admins"


#: By the first word of a command. Reading is free; so are marks of one's own.
WORDS: Mapping[str, Who] = {
    **dict.fromkeys(
        ("help", "search", "latest", "topics", "subscriptions", "rehearse", "law", "status"),
        Who.ANYONE,
    ),
    **dict.fromkeys(("why", "timeline", "deadlines"), Who.ANYONE),
    **dict.fromkeys(("subscribe", "unsubscribe", "settings", "calendar"), Who.MEMBERS),
    **dict.fromkeys(("pause", "resume", "mute", "unmute"), Who.MEMBERS),
    **dict.fromkeys(("settle", "join", "split", "floods"), Who.ADMINS),
}
#: By the `action_id` of what was clicked. Sharing speaks in the channel, so it is its members'.
ACTIONS: Mapping[str, Who] = {
    **dict.fromkeys(
        (buttons.NEXT, buttons.PREVIOUS, buttons.SORT, buttons.MORE_DAYS, blocks.MORE), Who.ANYONE
    ),
    **dict.fromkeys((buttons.LAW_OPEN, buttons.LAW_NEXT, buttons.LAW_PREVIOUS), Who.ANYONE),
    **dict.fromkeys((blocks.READ, blocks.FOLLOW, blocks.UNFOLLOW), Who.ANYONE),
    **dict.fromkeys((buttons.CHOOSE_TOPICS, buttons.SEE_EXAMPLE), Who.ANYONE),
    refusal_wording.READ: Who.ANYONE,
    **dict.fromkeys(
        (story_buttons.TIMELINE, story_buttons.SHARE_STORY, *story_buttons.REMINDERS), Who.ANYONE
    ),
    **dict.fromkeys((buttons.SUBSCRIBE_SEARCH, buttons.SUBSCRIBE_TOPIC), Who.MEMBERS),
    **dict.fromkeys((buttons.REMOVE, buttons.SHARE, buttons.UNDO), Who.MEMBERS),
    **dict.fromkeys((blocks.MUTE, blocks.UNMUTE), Who.MEMBERS),
    **dict.fromkeys((buttons.SETTLE_AGAIN, buttons.SETTLE_SENT), Who.ADMINS),
    buttons.NOT_THIS_STORY: Who.ADMINS,
    **dict.fromkeys((flood_card.RELEASE, flood_card.DROP), Who.ADMINS),
    **dict.fromkeys((flood_card.SHOW, flood_card.PREVIOUS, flood_card.NEXT), Who.ANYONE),
    # On Home and in forms it is asked where they are done: only there is it known which channel a
    # subscription or a form concerns.
    **dict.fromkeys(
        (home_blocks.TURN, home_blocks.BACK, home_blocks.NEXT, home_blocks.PREVIOUS), Who.ANYONE
    ),
    **dict.fromkeys((home_blocks.UNFOLLOW, home_blocks.UNSAVE, buttons.NEW), Who.ANYONE),
    **dict.fromkeys((form.TOPIC, form.QUERY, form.CADENCE, form.REHEARSE), Who.ANYONE),
    **dict.fromkeys((home_blocks.EDIT, home_blocks.PAUSE, home_blocks.RESUME), Who.MEMBERS),
    **dict.fromkeys((home_blocks.REMOVE, home_blocks.SETTINGS, buttons.SETTINGS), Who.MEMBERS),
    **dict.fromkeys((home_blocks.AGAIN, home_blocks.SENT), Who.ADMINS),
    **dict.fromkeys((home_blocks.STORIES, buttons.STORIES), Who.ADMINS),
}
#: By the `callback_id` of a form that was sent; asked where it is done, as above.
FORMS: Mapping[str, Who] = {
    form.FORM: Who.MEMBERS,
    modals_settings.SETTINGS: Who.MEMBERS,
    modals_stories.STORIES: Who.ADMINS,
    blocks.NOT_RELEVANT: Who.ANYONE,
    story_buttons.SHARE_STORY: Who.MEMBERS,
}


def needed(asked: Asked) -> Who:
    """Who may do what was asked; a word or button that is in neither table does nothing."""
    if asked.action == buttons.UNDO and not asked.value.startswith(f"{Mark.MUTED.value}:"):
        return Who.ANYONE  # every mark but muting is the person's own
    if asked.action:
        return ACTIONS.get(asked.action, Who.ANYONE)
    word, rest = [*asked.text.split(maxsplit=1), "", ""][:2]
    if word.lower() == "settings" and rest.lower().split()[:1] == ["unfurl"]:
        return Who.ADMINS if rest.split()[1:] else Who.ANYONE
    if word.lower() == "settings" and not rest:
        return Who.ANYONE  # they are shown
    if word.lower() == "floods" and not flood_card.decides(rest):
        return Who.ANYONE  # as above
    return WORDS.get(word.lower(), Who.ANYONE)
