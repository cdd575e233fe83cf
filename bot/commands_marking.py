"""What people put on a story: followed, muted, saved, not relevant."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlite_utils import Database

from bot import story
from bot.answers import Details, Notice, Problem
from bot.card import Card, card
from bot.question import Question
from storage import cards, entries, heads, relations, stories, texts
from storage.cards import Standing
from storage.entries import Entry
from storage.stories import Mark

#: What a mark is answered with: put on, put on already, taken off.
_SAID = {
    Mark.FOLLOWED: (
        "You follow this story: its next steps come to you in a direct message.",
        "You follow this story already.",
        "You no longer follow this story.",
    ),
    Mark.MUTED: (
        "This story is muted here: this channel is not told its next steps.",
        "This story is muted here already.",
        "This story is told here again.",
    ),
    Mark.SAVED: ("Saved.", "You saved this already.", "No longer saved."),
    Mark.IRRELEVANT: (
        "Noted as not relevant. Thank you: such notes are how topics are made better.",
        "You said so already.",
        "Noted as relevant after all.",
    ),
}
_GONE = Problem(message="This story is not in the archive any more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A story's card and where it stands in a channel."""

    card: Card
    #: Where Slack put it: the channel, or a direct message's own id.
    conversation: str
    ts: str
    #: For `edited`, once it stands so.
    standing: Standing
    changes: int


def mark(db: Database, question: Question, story_id: int, kind: Mark) -> Notice | Problem:
    """Put a mark on a story, or what it has become; doing so again changes nothing.

    A card that is to show it is owed an edit, whatever becomes of the one that follows the click.
    """
    story_id = stories.current(db, story_id)
    if not heads.head(db, story_id):
        return _GONE
    put, already, _ = _SAID[kind]
    new = stories.mark(
        db,
        story_id,
        kind,
        holder=_holder(question, kind),
        made_by=question.user,
        now=question.now,
    )
    if new and kind is Mark.MUTED:
        cards.outdate(db, channel=question.channel, story_id=story_id)
    return Notice(text=put if new else already, undo=(kind, story_id))


def unmark(db: Database, question: Question, story_id: int, kind: Mark) -> Notice | Problem:
    """Take a mark off; doing so again changes nothing."""
    story_id = stories.current(db, story_id)
    if not heads.head(db, story_id):
        return _GONE
    if stories.unmark(db, story_id, kind, holder=_holder(question, kind)) and kind is Mark.MUTED:
        cards.outdate(db, channel=question.channel, story_id=story_id)
    return Notice(text=_SAID[kind][2])


def story_of(db: Database, entry_id: int) -> int | None:
    """The story an entry tells."""
    entry = entries.get(db, entry_id)
    return entry.story_id if entry else None


def standing(db: Database, question: Question, story_id: int) -> Shown | None:
    """A story's card as a channel should see it now; None when it stands nowhere there."""
    known = story.here(db, stories.current(db, story_id), channel=question.channel)
    if known is None or known.standing is None:
        return None
    return Shown(
        card=story.card_here(known, now=question.now, timezone=question.timezone),
        conversation=known.standing.conversation,
        ts=known.standing.ts,
        standing=replace(known.standing, entry_id=known.head.id),
        changes=cards.owed(db, known.standing),
    )


def edited(db: Database, _question: Question, *, shown: Shown) -> None:
    """The card was edited: what it shows now is owed to it no more."""
    cards.renewed(db, shown.standing, changes=shown.changes)


def card_for(db: Database, question: Question, entry: Entry) -> Card:
    """An entry's card with the marks of the channel and the person who ask; it tells nobody."""
    holders = {question.channel, question.user}
    held = {each.mark for each in stories.marks(db, entry.story_id) if each.holder in holders}
    return card(
        entry,
        now=question.now,
        timezone=question.timezone,
        press=heads.press_of(db, entry.story_id),
        marks=frozenset(held & story.SHOWN_MARKS),
        preamble=texts.preamble(db, entry.id),
        later=relations.later(db, entry.id),
    )


def shareable(db: Database, question: Question, entry_id: int) -> Details | Problem:
    """The card of an entry's story as anybody may see it: nobody's marks, nobody's reasons."""
    entry = entries.get(db, entry_id)
    head = heads.head(db, entry.story_id) if entry else None
    if head is None:
        return _GONE
    nobody = replace(question, channel="", user="")
    return Details(card=card_for(db, nobody, head))


def _holder(question: Question, kind: Mark) -> str:
    """Muting concerns a channel; everything else is a person's own."""
    return question.channel if kind is Mark.MUTED else question.user
