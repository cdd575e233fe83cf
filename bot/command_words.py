"""The words of `/rulewire`, each with the function that answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlite_utils import Database

from bot import commands_cadence as cadence
from bot import commands_calendar as calendars
from bot import commands_deadlines as days
from bot import commands_finding as finding
from bot import commands_floods as floods
from bot import commands_joining as joining
from bot import commands_law as law
from bot import commands_reporting as reporting
from bot import commands_settings as choosing
from bot import commands_settling as settling
from bot import commands_status as standing
from bot import commands_subscribing as subscribing
from bot import commands_timeline as timelines
from bot.answers import Answer
from bot.examples import show_help
from bot.question import Question

#: The words that are answered in one piece, with the function that answers.
ANSWERS: Mapping[str, Callable[[Database, Question], Answer]] = {
    "help": show_help,
    "search": finding.search,
    "latest": finding.latest,
    "subscribe": subscribing.subscribe,
    "unsubscribe": subscribing.unsubscribe,
    "subscriptions": subscribing.of_channel,
    "pause": cadence.pause,
    "resume": cadence.resume,
    "mute": cadence.mute,
    "unmute": cadence.unmute,
    "topics": subscribing.list_topics,
    "law": law.law,
    "status": standing.status,
    "settle": settling.settle,
    "floods": floods.answer,
    "why": reporting.why,
    "timeline": timelines.timeline,
    "deadlines": days.ahead,
    "calendar": calendars.calendar,
    "settings": choosing.settings,
    "join": joining.join,
    "split": joining.split,
}
#: Every word of the contract that is offered.
WORDS = (*ANSWERS, "rehearse")
