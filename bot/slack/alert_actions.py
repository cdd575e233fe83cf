"""What a click on an alert does: follow, mute, save and the other marks, and the overflow menu."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.answers import Problem
from bot.slack import blocks, buttons
from bot.slack.answer_blocks import muted_by
from bot.slack.click import Click, Handler
from bot.slack.permalinks import linked
from storage.stories import Mark

log = logging.getLogger(__name__)

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


async def mark(click: Click) -> None:
    """Put a mark on a story, or take it off; the card shows what concerns all who see it."""
    asked, story_id = click.asked, buttons.read_id(click.asked.value)
    if story_id is None:
        return await click.stale()
    kind, put = _MARKS[asked.action]
    change = click.commands.mark if put else click.commands.unmark
    answer = await change(story_id, kind, channel=asked.channel, user=asked.user)
    # A channel's card shows what concerns the channel; it says by itself that it is muted.
    concerns_card = kind is Mark.MUTED or asked.private
    shown = concerns_card and await refresh(click, story_id)
    if not shown or kind is Mark.FOLLOWED:
        await click.say(answer)
    return None


async def undo(click: Click) -> None:
    """Take a mark off again."""
    asked, marked = click.asked, buttons.read_undo(click.asked.value)
    if marked is None:
        return await click.stale()
    kind, story_id = marked
    answer = await click.commands.unmark(story_id, kind, channel=asked.channel, user=asked.user)
    if kind is Mark.MUTED or asked.private:
        await refresh(click, story_id)
    return await click.say(answer, replace=True)


async def more(click: Click) -> None:
    """Do what was chosen in the overflow menu."""
    asked, commands = click.asked, click.commands
    verb, _, number = asked.value.partition(":")
    entry_id = buttons.read_id(number)
    if verb == blocks.SUBSCRIBE:
        return await click.say(await click.ask("topics"))
    asks = {blocks.WHY: commands.why, blocks.TIMELINE: commands.timeline}
    if entry_id is None or verb not in {*asks, *_VERBS}:
        return await click.stale()
    if ask := asks.get(verb):
        answer = await ask(entry_id, channel=asked.channel, user=asked.user)
        return await click.say(await linked(click.client, answer))
    story_id = await commands.story_of(entry_id)
    if story_id is None:
        return await click.say(_GONE)
    marked = await commands.mark(story_id, _VERBS[verb], channel=asked.channel, user=asked.user)
    return await click.say(marked)


async def refresh(click: Click, story_id: int) -> bool:
    """Show the story's card here as it is now; False when it does not stand here."""
    shown = await click.commands.standing(story_id, channel=click.asked.channel)
    if shown is None:
        return False
    last = [muted_by(shown.muted_by)] if shown.muted_by else []
    try:
        await click.client.chat_update(
            channel=shown.conversation,
            ts=shown.ts,
            text=blocks.fallback(shown.card),
            blocks=[*blocks.alert(shown.card), *last],
        )
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        log.warning("card not updated story=%d reason=%s", story_id, error)
        return False
    return True


#: By `action_id`.
HANDLERS: Mapping[str, Handler] = {
    buttons.UNDO: undo,
    blocks.MORE: more,
    **dict.fromkeys(_MARKS, mark),
}
