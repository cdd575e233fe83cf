"""Pure: the form that joins two stories or takes an entry out of one, with what it does said plainly."""

from __future__ import annotations

from collections.abc import Sequence

from bot.card import Card
from bot.slack import modals
from bot.slack.blocks import Block
from bot.slack.modals import Option
from bot.slack.parts import section
from bot.wording import visible

#: `callback_id` of the form.
STORIES = "stories-form"
#: Names of its fields; the first and the last are `action_id`s of lists that are searched.
ENTRY, ACT, OTHER = "story-entry", "story-act", "story-other"
JOIN, SPLIT = "join", "split"
TITLE = "Join or Split Stories"

_SAID = (
    "A story is everything that tells of one event: one thread in each channel.\n"
    "*Join* makes the first story part of the second, in every channel; of two cards the second's"
    " stays.\n"
    "*Take out* has the report or document stand alone again, for good: no rule puts it back."
)
_ACTS = (
    Option(label="Join its story to another", value=JOIN),
    Option(label="Take it out of its story", value=SPLIT),
)


def view(chosen: Card | None, *, metadata: str) -> Block:
    """The form.

    Args:
        chosen: What it is about, when that is known.
        metadata: Where it is announced.
    """
    blocks = [
        section(_SAID),
        modals.field(
            ENTRY,
            "Report or document",
            modals.searched(
                chosen=found(chosen) if chosen else None, placeholder="Type words of its title"
            ),
        ),
        modals.field(ACT, "What to do", modals.radio(_ACTS, chosen=JOIN)),
        modals.field(
            OTHER,
            "Join it to the story of",
            modals.searched(placeholder="Type words of a title"),
            hint="Not needed to take it out.",
            optional=True,
        ),
    ]
    return modals.view(STORIES, TITLE, blocks, submit="Do It", metadata=metadata)


def found(card: Card) -> Option:
    """An entry as the lists show it."""
    return Option(
        label=visible(card.title, 75),
        value=str(card.entry_id),
        detail=visible(" · ".join(each for each in (card.headline, card.issued_by) if each), 75),
    )


def suggestions(cards: Sequence[Card]) -> dict[str, list[Block]]:
    """What a search found."""
    return modals.suggestions(map(found, cards))
