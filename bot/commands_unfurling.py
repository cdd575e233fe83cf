"""Show the document below a link to it, where a workspace turned that on."""

from __future__ import annotations

from sqlite_utils import Database

from bot.answers import Details, Notice, Problem
from bot.commands_marking import shareable
from bot.question import Question
from feeds import reference
from feeds.reference import Kind
from storage import lookup, unfurling

#: What an address may name; another page, such as a press report, is not looked up.
_DOCUMENTS = {Kind.NUMBER, Kind.CITATION, Kind.CFR}
_ON = "Links to rules are unfurled in this workspace"
_OFF = "Links to rules are not unfurled in this workspace"


def choose(db: Database, question: Question, *, workspace: str) -> Notice | Problem:
    """Answer `settings unfurl`, `settings unfurl on` and `settings unfurl off`."""
    match question.text.lower().split():
        case [_, _]:
            return Notice(text=f"{_ON if unfurling.is_on(db, workspace) else _OFF}.")
        case [_, _, "on"]:
            unfurling.turn_on(db, workspace, by=question.user, now=question.now)
            text = f"{_ON} from now on, where Slack was allowed to (links:read and links:write)."
            return Notice(text=text)
        case [_, _, "off"]:
            unfurling.turn_off(db, workspace)
            return Notice(text=f"{_OFF} from now on.")
        case _:
            return Problem(message="unfurl is on or off.", hint="settings unfurl on")


def unfurled(db: Database, question: Question, *, workspace: str) -> Details | Problem:
    """The card of the document that an address names: the newest, of a part of the Code.

    From the archive alone; nothing is fetched.
    """
    named = reference.parse(question.text)
    if named is None or named.kind not in _DOCUMENTS or not unfurling.is_on(db, workspace):
        return Problem(message="Nothing to unfurl.")
    found = lookup.find(db, named, limit=1)
    return shareable(db, question, found[0].id) if found else Problem(message="Not known.")
