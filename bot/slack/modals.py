"""Pure: what modals are put together from, so that they look alike, and how a filled one is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.slack.blocks import Block, plain_text
from bot.wording import visible

#: Longest parts (characters), and most blocks of a view
#: (https://docs.slack.dev/reference/views/modal-views, https://docs.slack.dev/reference/block-kit).
_TITLE, _METADATA, _BLOCKS = 24, 3_000, 100
_LABEL, _HINT, _OPTION, _VALUE, _PLACEHOLDER = 150, 300, 75, 150, 150
_ERROR = 300
#: What a text input takes at most, whatever it is for (characters).
_TYPED = 3_000
#: Options of a select, and of checkboxes and radio buttons.
_SELECTED, _TICKED = 100, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Something that can be chosen."""

    label: str
    #: What comes back when it is chosen: ours, at most 150 characters.
    value: str
    #: A line of explanation below radio buttons and checkboxes.
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What a person filled in, by the name of each input; whatever is missing was left as it was.

    Slack sends what is shown, a forger anything: nothing in it may be trusted to be ours.
    """

    values: Mapping[str, str | tuple[str, ...]]

    def text(self, name: str) -> str | None:
        """What was typed or chosen; empty when it was emptied, None when there is no such input."""
        value = self.values.get(name)
        return value if isinstance(value, str) else None

    def ticked(self, name: str) -> frozenset[str] | None:
        """The values of the ticked checkboxes; None when there are no such checkboxes."""
        value = self.values.get(name)
        return frozenset(value) if isinstance(value, tuple) else None


def view(
    callback: str,
    title: str,
    blocks: Sequence[Block],
    *,
    submit: str = "",
    close: str = "Cancel",
    metadata: str = "",
) -> Block:
    """A modal.

    Args:
        callback: Its `callback_id`: who reads it when it comes back.
        title: At most 24 characters are shown.
        blocks: At most 100; the rest is left out.
        submit: The button that sends it; needed when anything can be filled in.
        close: The other button.
        metadata: Comes back as it is, and may have been forged: at most 3,000 characters.
    """
    made: Block = {
        "type": "modal",
        "callback_id": callback,
        "title": plain_text(title, _TITLE),
        "close": plain_text(close, _TITLE),
        "blocks": list(blocks)[:_BLOCKS],
        "private_metadata": metadata[:_METADATA],
    }
    return made | ({"submit": plain_text(submit, _TITLE)} if submit else {})


def field(
    name: str, label: str, element: Block, *, hint: str = "", optional: bool = False
) -> Block:
    """An input with its label. The name is its `block_id`, by which an error finds it."""
    made: Block = {
        "type": "input",
        "block_id": name,
        "label": plain_text(label, _LABEL),
        "element": element | {"action_id": name},
        "optional": optional,
    }
    return made | ({"hint": plain_text(hint, _HINT)} if hint else {})


def asking(made: Block, *, on_enter: bool = False) -> Block:
    """The same input, which tells at once what was chosen, or what was typed when Enter is pressed.

    Not at every character: an answer that changes the view while a person types disturbs them.
    """
    told = {"dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]}}
    element = made["element"] | (told if on_enter else {})
    return made | {"dispatch_action": True, "element": element}


def text(
    value: str = "",
    *,
    placeholder: str = "",
    longest: int = _TYPED,
    several_lines: bool = False,
    focused: bool = False,
) -> Block:
    """A text input."""
    made: Block = {
        "type": "plain_text_input",
        "multiline": several_lines,
        "max_length": min(longest, _TYPED),
        "focus_on_load": focused,
    }
    filled = {"initial_value": value[:longest]} if value else {}
    return made | filled | _hinted(placeholder)


def select(options: Iterable[Option], *, chosen: str | None = None, placeholder: str = "") -> Block:
    """A list of up to 100 from which one is chosen."""
    made: Block = {"type": "static_select", **_chosen(list(options)[:_SELECTED], chosen)}
    return made | _hinted(placeholder)


def searched(*, chosen: Option | None = None, placeholder: str = "", least: int = 2) -> Block:
    """A list that is asked for as a person types, from so many characters on: `suggestions`."""
    made: Block = {"type": "external_select", "min_query_length": least}
    initial = {"initial_option": option(chosen)} if chosen else {}
    return made | initial | _hinted(placeholder)


def radio(options: Iterable[Option], *, chosen: str | None = None) -> Block:
    """Up to 10 of which one is chosen, all in sight."""
    return {"type": "radio_buttons", **_chosen(list(options)[:_TICKED], chosen)}


def checkboxes(options: Iterable[Option], *, ticked: Iterable[str] = ()) -> Block:
    """Up to 10 of which any are ticked."""
    shown = {each.value: option(each) for each in list(options)[:_TICKED]}
    initial = [shown[value] for value in dict.fromkeys(ticked) if value in shown]
    made: Block = {"type": "checkboxes", "options": list(shown.values())}
    return made | ({"initial_options": initial} if initial else {})


def clock(value: str) -> Block:
    """A time of day, "09:00"; empty when none was chosen."""
    return {"type": "timepicker"} | ({"initial_time": value} if value else {})


def channel(chosen: str = "", *, placeholder: str = "Choose a channel") -> Block:
    """A public or private channel of the workspace, not one that is shared with another."""
    made: Block = {
        "type": "conversations_select",
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    initial = {"initial_conversation": chosen} if chosen else {}
    return made | initial | _hinted(placeholder)


def option(each: Option) -> Block:
    """An option as Slack's JSON has it."""
    made: Block = {"text": plain_text(each.label, _OPTION), "value": each.value[:_VALUE]}
    return made | ({"description": plain_text(each.detail, _OPTION)} if each.detail else {})


def suggestions(options: Iterable[Option]) -> dict[str, list[Block]]:
    """The answer to a search in a `searched` list.

    Source: https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload
    """
    return {"options": [option(each) for each in list(options)[:_SELECTED]]}


def refused(mistakes: Mapping[str, str]) -> dict[str, Any]:
    """The answer to a modal that cannot be taken as it is: what is wrong, at each input.

    Source: https://docs.slack.dev/surfaces/modals, "Displaying errors in views".
    """
    said = {name: visible(mistake, _ERROR) for name, mistake in mistakes.items()}
    return {"response_action": "errors", "errors": said}


def replaced(by: Block) -> dict[str, Any]:
    """The answer that puts another view in its place."""
    return {"response_action": "update", "view": by}


def read(state: object) -> Filled:
    """What is filled in, from a view's `state`, of which nothing is taken for granted.

    Source: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
    """
    values: dict[str, str | tuple[str, ...]] = {}
    for name, actions in _mapping(_mapping(state).get("values")).items():
        for answer in _mapping(actions).values():
            value = _value(_mapping(answer))
            if value is not None:
                values[name] = value
    return Filled(values=values)


#: Where each kind of element has what was chosen.
_CHOSEN = ("value", "selected_time", "selected_conversation")


def _value(answer: Mapping[str, Any]) -> str | tuple[str, ...] | None:
    if isinstance(several := answer.get("selected_options"), list):
        return tuple(_text(_mapping(each).get("value")) for each in several)
    if "selected_option" in answer:
        chosen = answer["selected_option"]
        return _text(_mapping(chosen).get("value")) if chosen else None
    return next((_text(answer[key] or "") for key in _CHOSEN if key in answer), None)


def _text(value: object) -> str:
    # A lone half of a surrogate pair is valid JSON and no valid text.
    return value[:_TYPED].encode(errors="replace").decode() if isinstance(value, str) else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _chosen(options: Sequence[Option], chosen: str | None) -> Block:
    shown = {each.value: option(each) for each in options}
    made: Block = {"options": list(shown.values())}
    return made | ({"initial_option": shown[chosen]} if chosen in shown else {})


def _hinted(placeholder: str) -> Block:
    return {"placeholder": plain_text(placeholder, _PLACEHOLDER)} if placeholder else {}
