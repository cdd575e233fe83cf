"""Join two stories by hand, and take an entry out of a story that it does not tell."""

from __future__ import annotations

import re

from sqlite_utils import Database

from bot.answers import Notice, Problem
from bot.question import Question
from bot.wording import visible
from feeds import reference
from feeds.secrets import without_secrets
from feeds.text import clip
from storage import entries, joins, lookup, stories
from storage.entries import Entry
from storage.joins import RULE, Because
from storage.workspaces import local

_TO = re.compile(r"\s+to\s+")
_JOIN = "join https://news.example/report to 2020-13093"
#: How much of a title an answer repeats (characters).
_TITLE = 120
_GONE = Problem(message="This entry is not in the archive any more.")
_SHARED = Problem(
    message="Several workspaces read these stories: whoever runs the bot joins and splits them."
)


def join(db: Database, question: Question) -> Notice | Problem:
    """Make the story of one document or page part of another's: "join URL to 2020-13093"."""
    named = _TO.split(question.text)
    if len(named) != 2:
        return Problem(
            message="join takes two document numbers or addresses, with “to” between them.",
            hint=_JOIN,
        )
    found = []
    for text in named:
        entry = _find(db, text, hint=_JOIN)
        if not isinstance(entry, Entry):
            return entry
        found.append(entry)
    return _join(db, question, *found)


def join_entries(db: Database, question: Question, one_id: int, other_id: int) -> Notice | Problem:
    """The same for two entries that were chosen from a list."""
    one, other = entries.get(db, one_id), entries.get(db, other_id)
    if one is None or other is None:
        return _GONE
    return _join(db, question, one, other)


def _join(db: Database, question: Question, one: Entry, other: Entry) -> Notice | Problem:
    if not question.may_change_for_all:
        return _SHARED
    if one.story_id == other.story_id:
        return Notice(text="They are in one story already.")
    because = Because(reason="joined by hand", confidence=1.0, made_by=question.user)
    stories.merge(db, one.story_id, into=other.story_id, because=because, now=question.now)
    return Notice(
        text=f"joined the story of {_title(one)} to that of {_title(other)}.",
        by=question.user,
        aloud=True,
    )


def split(db: Database, question: Question) -> Notice | Problem:
    """Take a document or page out of its story; no rule puts it back."""
    entry = _find(db, question.text, hint="split 2020-13093")
    return _take_out(db, question, entry) if isinstance(entry, Entry) else entry


def split_entry(db: Database, question: Question, entry_id: int) -> Notice | Problem:
    """The same for an entry that a button names."""
    entry = entries.get(db, entry_id)
    if entry is None:
        return _GONE
    return _take_out(db, question, entry)


def _take_out(db: Database, question: Question, entry: Entry) -> Notice | Problem:
    if not question.may_change_for_all:
        return _SHARED
    if stories.split(db, entry.id, by=question.user, now=question.now) is None:
        return Notice(text="It is alone in its story.")
    return Notice(
        text=f"took {_title(entry)} out of its story, for good.", by=question.user, aloud=True
    )


def why_joined(db: Database, question: Question, entry: Entry) -> str:
    """Why an entry is in its story, in one line; empty for one that opened it.

    A person is named to those of their own workspace.
    """
    join = joins.of_entry(db, entry.id)
    others = [each for each in entries.of_story(db, entry.story_id) if each.id != entry.id]
    if join is None or join.story_id != entry.story_id or not others:
        return ""
    because = join.because
    told = f"Joined with {_title(others[0])} because: {because.reason}"
    if because.made_by != RULE:
        by = f" by {local(because.made_by)}" if question.sees(because.made_by) else ""
        return f"{told}{by}."
    return f"{told}, by rule, confidence {because.confidence:.2f}."


def _find(db: Database, text: str, *, hint: str) -> Entry | Notice | Problem:
    named = reference.parse(text)
    if named is None:
        return Problem(
            message=f"“{clip(text, 60)}” is no document number and no address.",
            hint=hint,
        )
    found = lookup.find(db, named, limit=2)
    if not found:
        return Notice(text=f"Never seen: no feed has brought {clip(without_secrets(text), 200)}.")
    if len({entry.story_id for entry in found}) > 1:
        return Problem(message=f"{clip(text, 60)} names several; give a document number.")
    return found[0]


def _title(entry: Entry) -> str:
    return f"“{visible(entry.item.title, _TITLE)}”"
