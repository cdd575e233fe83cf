"""Opens modals and answers what people do in them, in the three seconds that Slack allows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import aiohttp
from slack_bolt.async_app import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.answers import Notice, Problem
from bot.card import UTC
from bot.commands import Commands
from bot.commands_drafting import Done
from bot.slack import modals
from bot.slack.address import bare, split
from bot.slack.answer_blocks import message
from bot.slack.blocks import Block
from bot.slack.history import NOTE
from bot.slack.modals import Filled
from bot.slack.parts import context, section
from bot.slack.reply import Asked, reply
from storage.errors import DatabaseError

T = TypeVar("T")

log = logging.getLogger(__name__)

#: A modal that was sent waits three seconds for its answer; this leaves time for the way.
PATIENCE_SECONDS = 2.3

#: `callback_id` of what stands in a form's place.
WAITING = "waiting"

STRANGER = "Only members of this channel may do this. Join it, then try again."
_STALE = Problem(message="This is from an earlier version and can no longer be read.", hint="help")
_LATE = Notice(text="Slack waited no longer for the window to open. Please try again.")


class Permissions(Protocol):
    """Who may do what."""

    async def may_change(self, client: AsyncWebClient, *, user: str, channel: str) -> bool:
        """Whether somebody may change what a channel is told."""

    async def may_govern(self, client: AsyncWebClient, *, user: str) -> bool:
        """Whether somebody may change what concerns everyone."""


class Home(Protocol):
    """Whoever shows people their Home."""

    async def show(self, client: AsyncWebClient, person: str) -> bool:
        """Show it as it is now, to one who has looked at it before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """What every modal and Home need."""

    commands: Commands
    permissions: Permissions

    async def may_change(self, asked: Asked, client: AsyncWebClient, channel: str) -> bool:
        """Whether who asks may change a channel, which has to be of their own workspace."""
        own = split(channel)[0] == asked.workspace
        return own and await self.permissions.may_change(client, user=asked.user, channel=channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A modal that somebody looks at, as Slack names it."""

    id: str
    #: Of what is shown: Slack refuses to change what has changed meanwhile.
    hash: str


def opened(view: object) -> Opened:
    """Read it from a payload or an answer; both empty when it is neither."""
    found = view if isinstance(view, Mapping) else {}
    return Opened(id=str(found.get("id", "")), hash=str(found.get("hash", "")))


def view_of(asked: Asked) -> Mapping[str, Any]:
    """The view in which something was done; empty when it was done elsewhere."""
    found = asked.body.get("view")
    return found if isinstance(found, Mapping) else {}


def filled(asked: Asked) -> Filled:
    """What is filled in there."""
    return modals.read(view_of(asked).get("state"))


def metadata(asked: Asked) -> str:
    """What we gave the view to bring back; it may have been forged."""
    found = view_of(asked).get("private_metadata")
    return found if isinstance(found, str) else ""


def placed(asked: Asked, mistakes: Mapping[str, str], instead: str) -> dict[str, str]:
    """Mistakes at fields that the form shows, as Slack refuses others; the rest at one that it does."""
    blocks = view_of(asked).get("blocks")
    shown = {
        str(block.get("block_id"))
        for block in (blocks if isinstance(blocks, list) else [])
        if isinstance(block, Mapping)
    }
    return {(name if name in shown else instead): said for name, said in mistakes.items()}


def loading(title: str) -> Block:
    """What stands there until a form is loaded: a click's trigger lives three seconds."""
    return modals.view(WAITING, title, [context("Loading …")])


def said(title: str, text: str) -> Block:
    """One thing said in place of a form: our own words."""
    return modals.view(WAITING, title, [section(text)], close="Close")


async def open_view(client: AsyncWebClient, asked: Asked, view: Block) -> Opened | None:
    """Open a modal at once; None when it is too late, which is said where it can be."""
    try:
        answer = await client.views_open(trigger_id=asked.trigger, view=view)
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        log.warning("view not opened reason=%s", _reason(error))
        await reply(client, asked, message(_LATE, UTC))
        return None
    return opened(answer.get("view"))


async def stale(client: AsyncWebClient, asked: Asked) -> None:
    """Admit, where it can be said, that what was clicked cannot be read."""
    await reply(client, asked, message(_STALE, UTC))


async def update_view(client: AsyncWebClient, shown: Opened, view: Block) -> None:
    """Put another view in its place; one that was closed or has changed meanwhile is left alone."""
    if not shown.id:
        return
    try:
        await client.views_update(view_id=shown.id, hash=shown.hash or None, view=view)
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        log.info("view not updated reason=%s", _reason(error))


async def announce(client: AsyncWebClient, commands: Commands, done: Done) -> None:
    """Tell those whom a change concerns, where they will read it; a failure is logged."""
    if done.notice is None:
        return
    text, blocks = message(done.notice, commands.timezone)
    try:
        await client.chat_postMessage(
            channel=bare(done.channel),
            text=text,
            blocks=blocks,
            metadata=NOTE,
            unfurl_links=False,
            unfurl_media=False,
        )
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        log.warning("change not announced channel=%s reason=%s", done.channel, _reason(error))


async def in_time(ack: AsyncAck, work: Awaitable[T], *, at: str) -> T | None:
    """What becomes of a modal that was sent; None when it had to be refused at a field.

    Args:
        ack: Takes the refusal.
        work: Awaited for as long as Slack waits. It may have been done all the same when that was
            too short, and so has to bear being done again.
        at: The field at which a refusal is said.
    """
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await work
    except TimeoutError:
        said = "This takes too long just now. Please send it again."
    except DatabaseError as error:
        log.error("form not saved reason=%s", error)  # noqa: TRY400  no bug: it says it all
        said = "The database cannot be written just now. Please send it again in a minute."
    await ack(modals.refused({at: said}))
    return None


def _reason(error: Exception) -> str:
    if isinstance(error, SlackApiError):
        return str(error.response.get("error", error))
    return type(error).__name__
