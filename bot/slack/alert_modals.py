"""The modals of an alert: why it is not relevant, and where to share it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated

import aiohttp
import msgspec
from slack_bolt.async_app import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import commands_feedback as feedback
from bot import commands_marking as marking
from bot.answers import Details, Notice, Problem
from bot.commands import Commands
from bot.slack import blocks, buttons, modals, mrkdwn, story_buttons
from bot.slack.address import address
from bot.slack.blocks import Block
from bot.slack.click import Click
from bot.slack.history import NOTE
from bot.slack.modals import Option
from bot.slack.parts import clipped, context, who
from bot.slack.permissions import Permissions
from bot.slack.reply import Asked
from bot.slack.spoken import spoken
from storage.feedback import Objection
from storage.once import Done

log = logging.getLogger(__name__)

#: Their `callback_id`s.
NOT_RELEVANT, SHARE = blocks.NOT_RELEVANT, story_buttons.SHARE_STORY
#: Their inputs.
_OBJECTION, _WORDS, _CHANNEL = "objection", "words", "channel"
#: Longest word that goes with what is shared (characters).
_WORD = 500
_CHOICES = {
    Objection.SUBJECT: "Wrong subject",
    Objection.MINOR: "Too minor",
    Objection.DUPLICATE: "I know it already: a duplicate",
    Objection.OTHER: "Something else",
}
#: Slack's errors that mean that the bot was not invited.
_STRANGER = {"not_in_channel", "channel_not_found"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Origin:
    """What a modal is about and where it was opened; travels with it."""

    entry_id: int
    #: Slack's own id; an address could be another workspace's.
    conversation: Annotated[str, msgspec.Meta(pattern="^[A-Z0-9]*$")]
    #: Where the one who opened it is answered, for half an hour.
    response_url: str


async def ask_why_not(click: Click, entry_id: int) -> None:
    """Ask why an alert is not relevant."""
    options = [Option(label=label, value=value.value) for value, label in _CHOICES.items()]
    words = modals.text(longest=feedback.WORDS, several_lines=True)
    hint = "Kept to make subscriptions better, and shown to whoever subscribed."
    inputs = [
        modals.field(_OBJECTION, "Because it is", modals.radio(options, chosen="wrong subject")),
        modals.field(_WORDS, "In your words", words, hint=hint, optional=True),
    ]
    metadata = _metadata(click.asked, entry_id)
    title = "Not relevant, because…"
    await _open(click, modals.view(NOT_RELEVANT, title, inputs, submit="Send", metadata=metadata))


async def ask_where(click: Click) -> None:
    """Ask where to share a story."""
    entry_id = buttons.read_id(click.asked.value)
    if entry_id is None:
        return await click.stale()
    inputs = [
        modals.field(_CHANNEL, "Channel", modals.channel()),
        modals.field(_WORDS, "A word with it", modals.text(longest=_WORD), optional=True),
    ]
    metadata = _metadata(click.asked, entry_id)
    return await _open(
        click, modals.view(SHARE, "Share this story", inputs, submit="Share", metadata=metadata)
    )


async def not_relevant(
    commands: Commands, asked: Asked, ack: AsyncAck, client: AsyncWebClient
) -> None:
    """Keep an objection."""
    origin, filled = _origin(asked), modals.read(_view(asked).get("state"))
    chosen, words = filled.text(_OBJECTION) or "", (filled.text(_WORDS) or "").strip()
    if chosen not in set(Objection):
        await ack(modals.refused({_OBJECTION: "Please choose one."}))
        return None
    if chosen == Objection.OTHER and not words:
        await ack(modals.refused({_WORDS: "Please say in a few words what it is."}))
        return None
    await ack()
    click = _click(commands, asked, client, origin)
    if origin is None:
        return await click.stale()
    give = partial(
        feedback.give, entry_id=origin.entry_id, objection=Objection(chosen), words=words
    )
    return await click.act(give)


async def share(
    commands: Commands,
    permissions: Permissions,
    asked: Asked,
    ack: AsyncAck,
    client: AsyncWebClient,
) -> None:
    """Post a story's card where the person chose, once."""
    origin, filled = _origin(asked), modals.read(_view(asked).get("state"))
    channel = filled.text(_CHANNEL) or ""
    if not channel.isalnum():  # an address could be another workspace's
        await ack(modals.refused({_CHANNEL: "Please choose a channel."}))
        return None
    await ack()
    click = _click(commands, asked, client, origin)
    if origin is None:
        return await click.stale()
    target = address(asked.workspace, channel)
    if why_not := await permissions.why_not_change(client, user=asked.user, channel=target):
        return await click.say(Problem(message=why_not))
    shown = await commands.act(
        partial(marking.shareable, entry_id=origin.entry_id), channel=target, user=asked.user
    )
    if not isinstance(shown, Details):
        return await click.say(shown)
    if not await commands.once(Done.STORY_SHARED, f"{asked.user} {_view(asked).get('id')}"):
        return None  # the modal was sent twice
    word = (filled.text(_WORDS) or "")[:_WORD]
    return await click.say(Notice(text=await _post(click, channel, shown, word)))


async def _post(click: Click, channel: str, shown: Details, word: str) -> str:
    """Post it; what came of it, in words for the one who shared."""
    by = f"Shared by {who(click.asked.user)}" + (f": {mrkdwn.escape(word)}" if word else "")
    try:
        await click.client.chat_postMessage(
            channel=channel,
            text=spoken(clipped(f"{by}\n{blocks.fallback(shown.card)}")),
            blocks=[context(by), *blocks.alert(shown.card)],
            metadata=NOTE,
            unfurl_links=False,
            unfurl_media=False,
        )
    except SlackApiError as error:
        reason = str(error.response.get("error"))
        log.warning("story not shared reason=%s", reason)
        if reason in _STRANGER:
            return "I am not in that channel. Write /invite @Rulewire there, then share it again."
        return f"Slack did not take it ({reason}): it was not shared."
    except (aiohttp.ClientError, TimeoutError) as error:
        log.warning("story perhaps not shared reason=%s", type(error).__name__)
        return "Slack did not answer: please look whether it stands there before sharing it again."
    return "Shared."


def _metadata(asked: Asked, entry_id: int) -> str:
    origin = _Origin(
        entry_id=entry_id, conversation=asked.conversation, response_url=asked.response_url
    )
    return msgspec.json.encode(origin).decode()


async def _open(click: Click, view: Block) -> None:
    """At once: a trigger lasts three seconds (docs.slack.dev/surfaces/modals)."""
    try:
        await click.client.views_open(trigger_id=click.asked.trigger, view=view)
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        log.warning("modal not opened callback=%s reason=%s", view["callback_id"], error)
        await click.say(Notice(text="Slack did not open the window. Please try again."))


def _click(
    commands: Commands, asked: Asked, client: AsyncWebClient, origin: _Origin | None
) -> Click:
    """The modal as a click on the message from which it was opened."""
    if origin:
        asked = replace(asked, conversation=origin.conversation, response_url=origin.response_url)
    return Click(asked=asked, client=client, commands=commands)


def _origin(asked: Asked) -> _Origin | None:
    try:
        return msgspec.json.decode(str(_view(asked).get("private_metadata")), type=_Origin)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None


def _view(asked: Asked) -> Mapping[str, object]:
    view = asked.body.get("view")
    return view if isinstance(view, Mapping) else {}
