"""What people can do in Slack, surface by surface, and the slash command's answer."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.answers import Notice, Problem
from bot.commands import Commands
from bot.slack import alert_modals
from bot.slack.actions import Actions
from bot.slack.answer_blocks import message
from bot.slack.desk import Desk
from bot.slack.forms import Forms
from bot.slack.manifest import COMMAND, IS_THERE_A_RULE
from bot.slack.membership import is_stranger
from bot.slack.mentions import Mentions
from bot.slack.onboarding import Onboarding
from bot.slack.parts import code, context
from bot.slack.permalinks import linked
from bot.slack.permissions import Permissions
from bot.slack.reply import Asked, reply
from bot.slack.shortcuts import Shortcuts
from bot.slack.unfurls import Unfurls
from bot.slack.views import Surface

log = logging.getLogger(__name__)

_ANYTHING = re.compile(".*", re.DOTALL)
_SECRET = Problem(
    message="The address of a calendar is told to you alone; others read this thread."
)


def register(
    app: AsyncApp,
    commands: Commands,
    permissions: Permissions,
    *,
    elapsed: Callable[[], float],
) -> Forms:
    """Let the app answer whoever may ask: each surface in a line.

    Returns:
        What shows Homes anew that have become outdated.
    """
    desk = Desk(app, commands.first)
    forms = Forms(Surface(commands=commands, permissions=permissions), elapsed=elapsed)
    unfurls = Unfurls(commands)
    answer = permissions.gated(partial(_answer, commands, unfurls))
    desk.command(COMMAND, answer, opens=forms.opening)
    forms.register(desk)
    desk.submitted(alert_modals.NOT_RELEVANT, partial(alert_modals.not_relevant, commands))
    desk.submitted(alert_modals.SHARE, partial(alert_modals.share, commands, permissions))
    desk.shortcut(IS_THERE_A_RULE, Shortcuts(commands).is_there_a_rule)
    mentions = Mentions(commands, answer)
    desk.event("app_mention", mentions.mentioned)
    desk.event("message", mentions.written_to)
    desk.event("link_shared", unfurls.shared)
    desk.event("member_joined_channel", Onboarding(commands).joined)
    # Last: buttons of earlier versions, too, are answered by one place, and Slack would send an event
    # again that nobody takes.
    desk.action(_ANYTHING, permissions.gated(Actions(commands).clicked))
    desk.event(_ANYTHING, _taken)
    return forms


async def _answer(
    commands: Commands, unfurls: Unfurls, asked: Asked, client: AsyncWebClient
) -> None:
    if unfurls.is_choice(asked):  # of the workspace, and of Slack alone
        await unfurls.choose(asked, client)
        return
    if asked.overheard and asked.text.lower().split(maxsplit=1)[:1] == ["calendar"]:
        await reply(client, asked, message(replace(_SECRET, hint=asked.text), commands.timezone))
        return
    answer = await commands.answer(asked.text, channel=asked.channel, user=asked.user)
    answer = await linked(client, answer)
    aloud = isinstance(answer, Notice) and answer.aloud
    text, blocks = message(answer, commands.timezone)
    # For the log of a support case: what was asked, not what was said.
    log.info("answered command=%r answer=%s", asked.text[:100], type(answer).__name__)
    await reply(client, asked, (text, blocks), aloud=aloud and not asked.private)
    if aloud and not asked.private and await is_stranger(client, asked.conversation):
        hint = f"I am not in this channel yet, and post only where I am. Write {code('/invite @Rulewire')}"
        await reply(client, asked, (hint, [context(hint)]))
    news = [] if asked.answered_in else await commands.news(user=asked.user)
    if news:
        said = "\n".join(f"Your subscription {code(query)}: {told}" for query, told in news)
        await reply(client, asked, (said, [context(said)]))


async def _taken(asked: Asked, _: AsyncWebClient) -> None:
    log.debug("event of no use conversation=%s", asked.conversation)
