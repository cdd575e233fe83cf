"""The buttons of answers: their action ids, and what their values carry and how it is read back."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from bot.answers import Entries, Place
from bot.law_page import LawPage, LawPlace
from bot.slack.blocks import Block, plain_text
from bot.timeline import DaysAhead
from bot.wording import visible
from storage.search import Order
from storage.stories import Mark

#: `action_id`s. The value of the first five is a Place, of the sixth a query, then a topic's name
#: and a subscription's id.
NEXT = "page-next"
PREVIOUS = "page-previous"
SORT = "page-sort"
SHARE = "page-share"
SUBSCRIBE_SEARCH = "subscribe-search"
SUBSCRIBE_TOPIC = "subscribe-topic"
REMOVE = "remove-subscription"
#: Their value is the number of an uncertain delivery.
SETTLE_AGAIN = "settle-again"
SETTLE_SENT = "settle-sent"
#: Their value is a LawPlace: the first opens a page of its own, the others turn it.
LAW_OPEN = "law-open"
LAW_NEXT = "law-next"
LAW_PREVIOUS = "law-previous"
#: Its value is a mark and a story's id: "saved:42".
UNDO = "undo"
#: Its value is an entry's id.
NOT_THIS_STORY = "not-this-story"
#: Below the message that greets a channel.
CHOOSE_TOPICS = "choose-topics"
SEE_EXAMPLE = "see-example"
#: Its value is where the page ended, and the query: "2020-08-17~42 topic:huawei".
MORE_DAYS = "more-days"

#: Opens the form of a subscription; its value is the query to begin with, or "-".
NEW = "home-new"
#: Opens the settings of where it is clicked.
SETTINGS = "settings-edit"
#: Opens the form that joins and splits stories; its value is an entry's id.
STORIES = "stories-edit"

#: Slack takes 2,000; a page has five of them and one message about 13,000 in all (characters).
_VALUE = 600
#: Longest name of a part or document that a button carries (characters before JSON).
_NAMED = 100


def of_page(answer: Entries) -> list[Block]:
    """What can be done with a page: turn it, sort it, share it, subscribe to its query.

    A button whose query does not fit into its value is left out: the command itself can be typed.
    """
    place = answer.place
    if place is None:  # a list that no search found has one page
        query = answer.subscribable or ""
        only = button("Subscribe to This Search", SUBSCRIBE_SEARCH, query)
        return [only] if 0 < len(query) <= _VALUE else []
    other = Order.BEST if place.order is Order.NEWEST else Order.NEWEST
    can_rank = answer.subscribable is not None and answer.total > 1
    offered = [
        (PREVIOUS, "Previous", _written(answer.previous)),
        (NEXT, "Next", _written(answer.next)),
        (
            SORT,
            f"{other.value.title()} First",
            _written(Place(query=place.query, order=other)) if can_rank else "",
        ),
        (SHARE, "Share in Channel", _written(place) if answer.cards else ""),
        (SUBSCRIBE_SEARCH, "Subscribe to This Search", answer.subscribable or ""),
    ]
    return [
        button(label, action, value) for action, label, value in offered if 0 < len(value) <= _VALUE
    ]


def more_days(answer: DaysAhead) -> list[Block]:
    """Turns the page of the days ahead; none on the last, or when the query is too long for it."""
    value = f"{answer.next} {answer.query}"
    if answer.next is None or len(value) > _VALUE:
        return []
    return [{"type": "actions", "elements": [button("Next", MORE_DAYS, value)]}]


def of_law(answer: LawPage) -> list[Block]:
    """A row that turns the page; none when there is but one."""
    offered = ((LAW_PREVIOUS, "Previous", answer.previous), (LAW_NEXT, "Next", answer.next))
    elements = [
        button(label, action, msgspec.json.encode(place).decode())
        for action, label, place in offered
        if place and len(place.named) <= _NAMED
    ]
    return [{"type": "actions", "elements": elements}] if elements else []


def law(named: str) -> list[Block]:
    """A row that opens everything that changed by a document or in a part."""
    value = msgspec.json.encode(LawPlace(named=named)).decode()
    return [{"type": "actions", "elements": [button("Show All Changes", LAW_OPEN, value)]}]


def subscribe(query: str) -> list[Block]:
    """A row that subscribes to a query; none when it is too long for a button."""
    if len(query) > _VALUE:
        return []
    elements = [
        button("Subscribe", SUBSCRIBE_SEARCH, query),
        button("Choose Where and When", NEW, query),
    ]
    return [{"type": "actions", "elements": elements}]


def topic(name: str) -> Block | None:
    """Subscribes to a topic; None when its name is too long for a button."""
    fits = len(name) <= _VALUE
    return button("Subscribe", SUBSCRIBE_TOPIC, name, of=f"to {name}") if fits else None


def subscription(subscription_id: int, query: str) -> Block:
    """Removes a subscription, after a second thought."""
    confirm = {
        "title": plain_text("Remove this subscription?", 100),
        "text": plain_text("This channel will no longer be told of it.", 300),
        "confirm": plain_text("Remove", 30),
        "deny": plain_text("Keep", 30),
    }
    return button("Remove", REMOVE, str(subscription_id), of=f"{subscription_id}: {query}") | {
        "confirm": confirm
    }


def not_this_story(entry_id: int, line: int) -> Block:
    """Takes an entry out of its story, after a second thought."""
    confirm = {
        "title": plain_text("Take it out of this story?", 100),
        "text": plain_text(
            "It will stand alone, for every channel, and no rule puts it back.", 300
        ),
        "confirm": plain_text("Take out", 30),
        "deny": plain_text("Keep", 30),
    }
    return button("Not This Story", NOT_THIS_STORY, str(entry_id), of=f"in line {line}") | {
        "confirm": confirm
    }


def settings() -> Block:
    """A row that opens the settings as a form."""
    return {"type": "actions", "elements": [button("Edit", SETTINGS, "-")]}


def stories(entry_id: int) -> Block:
    """A row that opens the form that joins and splits stories."""
    return {
        "type": "actions",
        "elements": [button("Join or Split Stories", STORIES, str(entry_id))],
    }


def settle(number: int) -> Block:
    """Settles an uncertain delivery, after it was looked for by eye."""
    offered = (("Send Again", SETTLE_AGAIN), ("Mark Sent", SETTLE_SENT))
    elements = [button(label, action, str(number), of=str(number)) for label, action in offered]
    return {"type": "actions", "elements": elements}


def welcome(query: str) -> Block:
    """A row for whoever invited the bot: subscribe to a topic, see the others, see what it looks like."""
    offered = (
        ("Subscribe to Huawei and Standards", SUBSCRIBE_SEARCH, query),
        ("Choose Topics", CHOOSE_TOPICS, "topics"),
        ("See an Example", SEE_EXAMPLE, "example"),
    )
    return {"type": "actions", "elements": [button(*each) for each in offered]}


def undo(mark: Mark, story_id: int) -> Block:
    """Takes a mark off again."""
    return {"type": "actions", "elements": [button("Undo", UNDO, f"{mark}:{story_id}")]}


def read_undo(value: str) -> tuple[Mark, int] | None:
    """The mark and the story that a button's value names; None when it is not one of ours."""
    mark, _, number = value.partition(":")
    story_id = read_id(number)
    return (Mark(mark), story_id) if story_id is not None and mark in set(Mark) else None


def read_place(value: str) -> Place | None:
    """The page that a button's value names; None when it is not one of ours."""
    try:
        return msgspec.json.decode(value, type=Place)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None


def read_law_place(value: str) -> LawPlace | None:
    """The page of the law that a button's value names; None when it is not one of ours."""
    try:
        return msgspec.json.decode(value, type=LawPlace)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None


def read_id(value: str) -> int | None:
    """The id that a button's value holds; None when it is not one of ours."""
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= 18 else None


def _written(place: Place | None) -> str:
    """The place as a value; of a long way back only its end, empty when even that does not fit."""
    while place is not None:
        value = msgspec.json.encode(place).decode()
        if len(value) <= _VALUE or not place.trail[1:]:
            return value
        place = replace(place, trail=place.trail[1:])
    return ""


def button(label: str, action_id: str, value: str, *, of: str = "") -> Block:
    """A button; with what it is of, which is read aloud, where a message has several that look alike."""
    text = plain_text(label, 75)
    made: Block = {"type": "button", "text": text, "action_id": action_id, "value": value}
    return made | ({"accessibility_label": visible(f"{label} {of}", 75)} if of else {})
