"""The desk: takes what Bolt brings, acknowledges it, and hands it on as Asked; a bug ends here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from re import Pattern
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.answers import Notice
from bot.card import UTC
from bot.slack.address import workspace_of
from bot.slack.answer_blocks import message
from bot.slack.reply import Asked, from_command, from_event, from_interaction, reply
from storage.errors import DatabaseError

log = logging.getLogger(__name__)

_SORRY = Notice(text="That did not work: an error on our side, which is in the log now.")
_BUSY = Notice(text="The database cannot be written just now. Please try again in a minute.")

#: Works on what was acknowledged already.
Handler = Callable[[Asked, AsyncWebClient], Awaitable[None]]
#: Acknowledges by itself, within three seconds, because the acknowledgement says something.
Acknowledging = Callable[[Asked, AsyncAck, AsyncWebClient], Awaitable[None]]

EventKind = str | Pattern[str] | dict[str, str | Sequence[str | Pattern[str] | None] | None]


class Desk:
    """Where each surface registers what it answers, one line for each.

    Bolt asks the first that fits, so what fits everything comes last.
    """

    def __init__(
        self, app: AsyncApp, first: Callable[[str], Awaitable[bool]] | None = None
    ) -> None:
        """Register on this app. Bolt may call at any time until its connection is closed.

        Args:
            app: Bolt's.
            first: Whether a request is heard for the first time, by Slack's name of it: Slack brings
                again what was not acknowledged in time (docs.slack.dev/apis/events-api). None where
                doing it again does no harm.
        """
        self._app = app
        self._first = first

    def command(self, name: str, handler: Handler) -> None:
        """A slash command."""
        self._app.command(name)(self._acknowledged(from_command, self._once(handler)))

    def action(self, action_id: str | Pattern[str], handler: Handler) -> None:
        """A click on a button, a menu or the like."""
        self._app.action(action_id)(self._acknowledged(from_interaction, handler))

    def shortcut(self, callback_id: str, handler: Handler) -> None:
        """A global shortcut, or one of a message."""
        self._app.shortcut(callback_id)(self._acknowledged(from_interaction, handler))

    def event(self, event: EventKind, handler: Handler) -> None:
        """An event, by its type, or by type and subtype."""
        self._app.event(event)(self._acknowledged(from_event, self._once(handler)))

    def submitted(self, callback_id: str, handler: Acknowledging) -> None:
        """A modal that was sent; the acknowledgement closes it, or says what is wrong with it."""

        async def listener(
            ack: AsyncAck,
            body: Mapping[str, Any],
            context: AsyncBoltContext,
            client: AsyncWebClient,
        ) -> None:
            _name_task(self._app)
            asked = from_interaction(body, workspace=workspace_of(context))
            await _guarded(_called(handler(asked, ack, client)), asked, client)

        self._app.view_submission(callback_id)(listener)

    def closed(self, callback_id: str, handler: Handler) -> None:
        """A modal that was closed without being sent, where it asked to be told."""
        self._app.view_closed(callback_id)(self._acknowledged(from_interaction, handler))

    def _acknowledged(
        self, read: Callable[..., Asked], handler: Handler
    ) -> Callable[..., Coroutine[Any, Any, None]]:
        async def listener(
            ack: AsyncAck,
            body: Mapping[str, Any],
            context: AsyncBoltContext,
            client: AsyncWebClient,
        ) -> None:
            _name_task(self._app)
            await ack()
            asked = read(body, workspace=workspace_of(context))
            await _guarded(_called(handler(asked, client)), asked, client)

        return listener

    def _once(self, handler: Handler) -> Handler:
        # Not for clicks: what they do is the same twice, and a modal cannot wait for the database.
        first = self._first
        if first is None:
            return handler

        async def once(asked: Asked, client: AsyncWebClient) -> None:
            if not asked.request or await first(asked.request):
                await handler(asked, client)
            else:
                log.info("heard before request=%s", asked.request)

        return once


async def finish(app: AsyncApp, *, seconds: float) -> None:
    """Wait, at most so long, until everything in hand is answered."""
    in_hand = [task for task in asyncio.all_tasks() if task.get_name() == _task_name(app)]
    if in_hand:
        await asyncio.wait(in_hand, timeout=seconds)


async def _called(work: Awaitable[None]) -> None:
    await work


async def _guarded(work: Coroutine[Any, Any, None], asked: Asked, client: AsyncWebClient) -> None:
    """Admit a bug to the person who met it.

    Not by Bolt's error handler: Bolt forgets the acknowledgement of a listener that fails at once
    (slack_bolt/listener/asyncio_runner.py), and Slack would show its own error as well.
    """
    try:
        await work
    except DatabaseError as error:
        log.error("answer failed command=%r reason=%s", asked.text[:100], error)  # noqa: TRY400  no bug: it says it all
        await reply(client, asked, message(_BUSY if error.passing else _SORRY, UTC))
    except Exception:
        log.exception("answer failed command=%r action=%s", asked.text[:100], asked.action)
        await reply(client, asked, message(_SORRY, UTC))


def _name_task(app: AsyncApp) -> None:
    """Bolt keeps no list of the tasks it starts; their name finds them again."""
    task = asyncio.current_task()
    if task:
        task.set_name(_task_name(app))


def _task_name(app: AsyncApp) -> str:
    return f"answer {id(app)}"
