"""The buttons about one story: its timeline, being reminded of it, sharing it, muting it."""

from __future__ import annotations

from bot import promises
from bot.personal import Noted, Offer
from bot.slack.blocks import MUTE, Block
from bot.slack.buttons import UNDO, button, read_id
from storage.reminders import Wish
from storage.stories import Mark

#: Their value is an entry's id, of the first with a wish before it: "three days:42".
REMIND = "remind-me"
SHARE_STORY = "share-story"
TIMELINE = "show-timeline"
#: Their value is a reminder's id.
FORGET_REMINDER = "forget-reminder"
#: Everything that is about one's own reminders.
REMINDERS = (
    *(f"{REMIND}-{number}" for number in range(len(Wish))),
    FORGET_REMINDER,
    promises.SNOOZE,
    promises.DONE,
)


def timeline(entry_id: int) -> Block:
    """A row that tells the whole story of an entry."""
    return {"type": "actions", "elements": [button("Timeline", TIMELINE, str(entry_id))]}


def of_offer(answer: Offer) -> Block:
    """A row for when to be reminded, and for sharing."""
    wishes = [(Wish.DAY, "Remind in a Day"), (Wish.THREE_DAYS, "Remind in 3 Days")]
    wishes += [(Wish.DEADLINE, "Before the Deadline")] if answer.deadline else []
    # One action id a button: Slack refuses a message in which two have the same.
    elements = [
        button(label, f"{REMIND}-{number}", f"{wish}:{answer.entry_id}")
        for number, (wish, label) in enumerate(wishes)
    ]
    elements.append(button("Share…", SHARE_STORY, str(answer.entry_id)))
    return {"type": "actions", "elements": elements}


def forget_reminder(reminder_id: int) -> Block:
    """Takes a reminder back."""
    back = button("Cancel Reminder", FORGET_REMINDER, str(reminder_id))
    return {"type": "actions", "elements": [back]}


def of_noted(answer: Noted) -> Block:
    """What follows an objection: take it back, or hear no more of the story."""
    elements = [button("Undo", UNDO, f"{Mark.IRRELEVANT}:{answer.story_id}")]
    if answer.mutable:
        elements.append(button("Mute This Story Here", MUTE, str(answer.story_id)))
    return {"type": "actions", "elements": elements}


def read_wish(value: str) -> tuple[Wish, int] | None:
    """The wish and the entry that a button's value names; None when it is not one of ours."""
    wish, _, number = value.partition(":")
    entry_id = read_id(number)
    return (Wish(wish), entry_id) if entry_id is not None and wish in set(Wish) else None
