"""What a click on an alert does: follow, mute, save, remind, and the rest of the overflow menu."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import aiohttp
from slack_sdk.errors import SlackApiError

from bot import commands_marking as marking
from bot import commands_reminding as reminding
from bot import promises
from bot.answers import Problem
from bot.slack import alert_modals, blocks, buttons, story_buttons
from bot.slack.address import bare
from bot.slack.click import Click, Handler
from bot.slack.permalinks import linked
from bot.slack.spoken import spoken
from storage.reminders import Wish
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
    verb, _, number = click.asked.value.partition(":")
    entry_id = buttons.read_id(number)
    choose = _VERBS.get(verb)
    if entry_id is None or choose is None:
        return await click.stale()
    return await choose(click, entry_id)


async def save(click: Click, entry_id: int) -> None:
    """Keep the entry's story for the person."""
    asked = click.asked
    story_id = await click.commands.story_of(entry_id)
    if story_id is None:
        return await click.say(_GONE)
    saved = await click.commands.mark(story_id, Mark.SAVED, channel=asked.channel, user=asked.user)
    return await click.say(saved)


async def why(click: Click, entry_id: int) -> None:
    """Say who was told, when, and by which words."""
    asked = click.asked
    answer = await click.commands.why(entry_id, channel=asked.channel, user=asked.user)
    await click.say(await linked(click.client, answer))


async def tell_timeline(click: Click, entry_id: int) -> None:
    """Tell the whole story."""
    asked = click.asked
    await click.say(await click.commands.timeline(entry_id, channel=asked.channel, user=asked.user))


async def subscribe(click: Click, _entry_id: int) -> None:
    """Show the topics, each with its button."""
    await click.say(await click.ask("topics"))


async def offer(click: Click, entry_id: int) -> None:
    """Offer to remind of the story, and to share it."""
    await click.act(partial(reminding.offer, entry_id=entry_id))


async def show_timeline(click: Click) -> None:
    """The button below an explanation."""
    entry_id = buttons.read_id(click.asked.value)
    if entry_id is None:
        return await click.stale()
    return await tell_timeline(click, entry_id)


async def remind(click: Click) -> None:
    """Remind of the story when the button says."""
    wished = story_buttons.read_wish(click.asked.value)
    if wished is None:
        return await click.stale()
    wish, entry_id = wished
    return await click.act(partial(reminding.remind, entry_id=entry_id, wish=wish))


async def reminded(click: Click) -> None:
    """Snooze a reminder, or be done with it."""
    reminder_id = buttons.read_id(click.asked.value)
    if reminder_id is None:
        return await click.stale()
    return await click.act(partial(_REMINDED[click.asked.action], reminder_id=reminder_id))


async def refresh(click: Click, story_id: int) -> bool:
    """Show the story's card here as it is now; False when it does not stand here."""
    shown = await click.commands.standing(story_id, channel=click.asked.channel)
    if shown is None:
        return False
    try:
        await click.client.chat_update(
            channel=bare(shown.conversation),
            ts=shown.ts,
            text=spoken(blocks.fallback(shown.card)),
            blocks=blocks.alert(shown.card),
        )
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        log.warning("card not updated story=%d reason=%s", story_id, error)
        return False
    edited, asked = partial(marking.edited, shown=shown), click.asked
    await click.commands.run(edited, channel=asked.channel, user=asked.user)
    return True


#: What follows a choice in the overflow menu.
_VERBS: Mapping[str, Callable[[Click, int], Awaitable[None]]] = {
    blocks.SAVE: save,
    blocks.REMIND: offer,
    blocks.NOT_RELEVANT: alert_modals.ask_why_not,
    blocks.WHY: why,
    blocks.SUBSCRIBE: subscribe,
    blocks.TIMELINE: tell_timeline,
}
_REMINDED = {
    promises.SNOOZE: reminding.snooze,
    promises.DONE: reminding.finish,
    story_buttons.FORGET_REMINDER: reminding.finish,
}

#: By `action_id`.
HANDLERS: Mapping[str, Handler] = {
    buttons.UNDO: undo,
    story_buttons.TIMELINE: show_timeline,
    story_buttons.SHARE_STORY: alert_modals.ask_where,
    blocks.MORE: more,
    **dict.fromkeys(_MARKS, mark),
    **dict.fromkeys(_REMINDED, reminded),
    **{f"{story_buttons.REMIND}-{number}": remind for number in range(len(Wish))},
}
