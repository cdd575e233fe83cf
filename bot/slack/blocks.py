"""Pure: a Card as Block Kit, and as the text that stands for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.card import Card
from bot.slack import mrkdwn
from bot.wording import Fact, safe_url, visible
from storage.stories import Mark, Marked

#: A block, element or text object as Slack's JSON has it.
Block = dict[str, Any]

#: `action_id`s of the buttons. `READ` opens a page and only has to be acknowledged; its value is
#: the entry's id. The value of the other four is the story's id.
READ = "read"
FOLLOW = "follow"
UNFOLLOW = "unfollow"
MUTE = "mute"
UNMUTE = "unmute"
#: `action_id` of the overflow menu. The value of the chosen option is `verb:entry id`, "why:42".
MORE = "more"

#: The verbs of `MORE`, and one that earlier menus had: the timeline is a button of the answer now.
SAVE = "save"
REMIND = "remind"
NOT_RELEVANT = "not-relevant"
WHY = "why"
SUBSCRIBE = "subscribe"
TIMELINE = "timeline"

#: Slack allows five; what is rarer stands behind the second and the fourth.
_MENU = {
    SAVE: "Save",
    REMIND: "Remind me or share…",
    NOT_RELEVANT: "Not relevant…",
    WHY: "Why and timeline",
    SUBSCRIBE: "Subscribe…",
}
_MUTED = "what happens next in this story is not told here."
_MUTING = {
    "title": {"type": "plain_text", "text": "Mute this story here?", "emoji": False},
    "text": {
        "type": "plain_text",
        "text": "Nobody in this channel is told what happens next in it, until somebody unmutes it.",
        "emoji": False,
    },
    "confirm": {"type": "plain_text", "text": "Mute", "emoji": False},
    "deny": {"type": "plain_text", "text": "Cancel", "emoji": False},
}
#: Longest parts, in characters as sent: together far below what one message may hold.
_TITLE, _TEXT, _FIELD, _LINE, _FALLBACK = 2300, 1200, 400, 500, 2900
#: The line below a title in a list; facts that it has no room for are left out whole.
_ROW = 300


def alert(card: Card) -> list[Block]:
    """The card in full: what moved, what it says, when, who issued it, why, and what to do."""
    blocks = [_title(card)]
    if card.sentences:
        said = plain_text(" ".join(card.sentences), _TEXT)
        blocks.append({"type": "section", "text": said})
    if len(card.facts) > 1:
        fields = [mrkdwn_text(f"*{fact.label}*\n{_value(fact)}") for fact in card.facts]
        blocks.append({"type": "section", "fields": fields})
    blocks += [_context(identity) for identity in [_identity(card)] if identity]
    first = [f"Why: {line}" for line in card.why[:1]]
    blocks += [_context([plain_text(line, _LINE)]) for line in (*first, *card.why[1:])]
    blocks.append({"type": "actions", "elements": _buttons(card)})
    if card.muted:
        blocks.append(_context([mrkdwn_text(_muted(card.muted, card.muted_at))]))
    return blocks


def step(card: Card) -> list[Block]:
    """What has just happened to a story, for its thread: stage, title, facts, and no buttons.

    It stands on its own, as a step may be shown in the channel, too.
    """
    blocks = [_title(card)]
    if card.facts:
        said = (
            _value(fact) if fact.bare else f"{fact.label} {_value(fact)}" for fact in card.facts
        )
        blocks.append(_context([mrkdwn_text(" · ".join(said))]))
    return blocks


def entry_row(card: Card) -> list[Block]:
    """An entry in a list: its title, and one line on where it stands, with the overflow menu."""
    known_by = (fact.phrase for fact in card.references[:1])
    facts = [card.headline, *known_by, *(fact.phrase for fact in card.facts), card.issued_by]
    said = [fact for fact in facts if fact]
    while len(said) > 1 and len(" · ".join(said)) > _ROW:
        said.pop()
    line = mrkdwn.escape(" · ".join(said), _ROW)
    text = f"*{_link(card)}*\n{line}"
    return [{"type": "section", "text": mrkdwn_text(text), "accessory": _menu(card)}]


def fallback(card: Card) -> str:
    """The same facts in sentences, for notifications and screen readers: under 3,000 characters.

    Slack reads it instead of the blocks (https://docs.slack.dev/reference/methods/chat.postMessage).
    """
    facts = ". ".join(fact.phrase for fact in (*card.facts, *card.references))
    said = f"{mrkdwn.escape(card.headline, _LINE)}: {_link(card)}"
    why = (f"Told because of: {line}" for line in card.why)
    for line in (" ".join(card.sentences), facts, card.issued_by, *why):
        escaped = mrkdwn.escape(line, _FALLBACK - len(said) - 1)
        said += f"\n{escaped}" if escaped else ""
    return f"{said}\n{_muted(card.muted, card.muted_at)}" if card.muted else said


def plain_text(text: str, limit: int) -> Block:
    """Outside text of at most `limit` characters in which nothing is markup; a dash when empty."""
    return {"type": "plain_text", "text": visible(text, limit) or "-", "emoji": False}


def mrkdwn_text(text: str) -> Block:
    """Markup in which outside text is escaped already.

    Verbatim, or Slack would look for mentions, channels and links in it
    (https://docs.slack.dev/messaging/formatting-message-text, "Automatic parsing").
    """
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _title(card: Card) -> Block:
    """The first block, as desktop notifications are made from it."""
    headline = mrkdwn.escape(card.headline, _LINE)
    return {"type": "section", "text": mrkdwn_text(f"{headline}\n*{_link(card)}*")}


def _link(card: Card) -> str:
    return mrkdwn.link(card.url, card.title, _TITLE)


def _value(fact: Fact) -> str:
    return mrkdwn.date(fact.at, fact.value) if fact.at else mrkdwn.escape(fact.value, _FIELD)


def _identity(card: Card) -> list[Block]:
    """Who issued it and what it is known by, with the printed page behind it.

    A press report has one fact, its time: alone it reads better here than as a field.
    """
    said = [card.issued_by, *(fact.phrase for fact in card.references)]
    known_by = " · ".join(one for one in said if one)
    lone = card.facts if len(card.facts) == 1 else ()
    elements = [mrkdwn_text(f"{fact.label} {_value(fact)}") for fact in lone]
    elements += [plain_text(known_by, _LINE)] if known_by else []
    if card.pdf_url and safe_url(card.pdf_url):
        elements.append(mrkdwn_text(mrkdwn.link(card.pdf_url, "PDF")))
    return elements


def _muted(muted: Marked, at: str) -> str:
    by = mrkdwn.who(muted.made_by)
    return f"Muted by {by} · {mrkdwn.date(muted.made_at, at)}: {_MUTED}"


def _context(elements: Sequence[Block]) -> Block:
    return {"type": "context", "elements": list(elements)}


def _buttons(card: Card) -> list[Block]:
    story, entry = str(card.story_id), str(card.entry_id)
    followed, muted = Mark.FOLLOWED in card.marks, Mark.MUTED in card.marks
    buttons = [
        _button("Unfollow story", UNFOLLOW, story, of=card)
        if followed
        else _button("Follow story", FOLLOW, story, of=card),
        _button("Unmute story", UNMUTE, story, of=card)
        if muted
        else _button("Mute story", MUTE, story, of=card) | {"confirm": _MUTING},
        _menu(card),
    ]
    address = safe_url(card.url)
    read = [{**_button("Read", READ, entry, of=card), "url": address}] if address else []
    return [*read, *buttons]


def _button(label: str, action_id: str, value: str, *, of: Card) -> Block:
    """A button that says aloud which alert it is of, as a list has many that look the same."""
    return {
        "type": "button",
        "text": plain_text(label, 75),
        "action_id": action_id,
        "value": value,
        "accessibility_label": visible(f"{label}: {of.title}", 75),
    }


def _menu(card: Card) -> Block:
    options = [
        {"text": plain_text(label, 75), "value": f"{verb}:{card.entry_id}"}
        for verb, label in _MENU.items()
    ]
    return {"type": "overflow", "action_id": MORE, "options": options}
