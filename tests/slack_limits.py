"""One table of what Slack refuses: sizes and counts of messages, views, blocks and their parts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

#: What has it -> where -> how long it may be: characters of text, or number of elements.
#: `*` is each element of a list. What is left out may be missing.
#: https://docs.slack.dev/reference/block-kit (blocks, elements, composition objects) and
#: https://docs.slack.dev/reference/methods/chat.update (text; chat.postMessage allows more).
_SIZES: dict[str, dict[str, tuple[int, int]]] = {
    "message": {"text": (1, 4000), "blocks": (1, 50)},
    "modal": {
        "blocks": (1, 100),
        "title.text": (1, 24),
        "submit.text": (1, 24),
        "close.text": (1, 24),
        "callback_id": (0, 255),
        "private_metadata": (0, 3000),
    },
    "home": {"blocks": (1, 100), "callback_id": (0, 255), "private_metadata": (0, 3000)},
    "section": {
        "text.text": (1, 3000),
        "fields": (1, 10),
        "fields.*.text": (1, 2000),
        "block_id": (1, 255),
    },
    "header": {"text.text": (1, 150), "block_id": (1, 255)},
    "context": {"elements": (1, 10), "elements.*.text": (1, 3000), "block_id": (1, 255)},
    "actions": {"elements": (1, 25), "block_id": (1, 255)},
    "divider": {"block_id": (1, 255)},
    "input": {"label.text": (1, 2000), "hint.text": (1, 2000), "block_id": (1, 255)},
    "button": {
        "text.text": (1, 75),
        "action_id": (1, 255),
        "value": (1, 2000),
        "url": (1, 3000),
        "accessibility_label": (1, 75),
    },
    "overflow": {"options": (1, 5), "action_id": (1, 255)},
    "static_select": {
        "options": (1, 100),
        "action_id": (1, 255),
        "placeholder.text": (1, 150),
    },
    "checkboxes": {"options": (1, 10), "action_id": (1, 255)},
    "radio_buttons": {"options": (1, 10), "action_id": (1, 255)},
    "plain_text_input": {
        "action_id": (1, 255),
        "placeholder.text": (1, 150),
        "initial_value": (1, 3000),
    },
    "external_select": {"action_id": (1, 255), "placeholder.text": (1, 150)},
    "conversations_select": {"action_id": (1, 255), "placeholder.text": (1, 150)},
    "timepicker": {"action_id": (1, 255), "initial_time": (5, 5)},
    "option": {"text.text": (1, 75), "value": (1, 150), "description.text": (1, 75)},
    "confirm": {
        "title.text": (1, 100),
        "text.text": (1, 300),
        "confirm.text": (1, 30),
        "deny.text": (1, 30),
    },
}
_TEXTS = frozenset({"plain_text", "mrkdwn"})
#: Parts that carry no `type` of their own, by the key under which they stand.
_UNTYPED = {
    "options": "option",
    "initial_option": "option",
    "initial_options": "option",
    "confirm": "confirm",
}
#: A message with more JSON than this is refused, which no page says (slackapi/bolt-js#2509).
_WHOLE = 13_000


def check_limits(payload: Mapping[str, object]) -> list[str]:
    """Everything about a message or view that Slack would refuse, each with its place.

    Args:
        payload: Arguments of chat.postMessage or chat.update (`text` and `blocks`), or a view.

    Returns:
        "blocks.0.text.text: 3120, at most 3000"; empty when it will do.
    """
    kind = str(payload.get("type", "message"))
    found = [*_oversize(kind, payload, ""), *_walk(payload, "")]
    if kind == "message":
        if not payload.get("text"):
            found.append("text: missing, it is all a screen reader reads")
        size = len(json.dumps(payload.get("blocks", []), ensure_ascii=False))
        if size > _WHOLE:
            found.append(f"blocks: {size} characters in all, at most {_WHOLE}")
    return found


def _walk(node: object, place: str, under: str = "") -> Iterator[str]:
    """Problems of all parts below `node`."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _walk_value(value, f"{place}{key}", str(key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _walk_value(value, f"{place}{index}", under)


def _walk_value(value: object, place: str, under: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        kind = _UNTYPED.get(under) if under in _UNTYPED else str(value.get("type", ""))
        if kind in _SIZES:
            yield from _oversize(kind, value, f"{place}.")
        elif kind not in _TEXTS and under in {"blocks", "elements", "accessory", "element"}:
            yield f"{place}: no block or element is called {kind!r}"
    yield from _walk(value, f"{place}.", under)


def _oversize(kind: str, node: Mapping[str, object], place: str) -> Iterator[str]:
    for path, (least, most) in _SIZES.get(kind, {}).items():
        for where, value in _reach(node, path.split(".")):
            size = len(value) if isinstance(value, (str, list)) else 0
            if size > most:
                yield f"{place}{where}: {size}, at most {most}"
            elif size < least:
                yield f"{place}{where}: empty"


def _reach(node: object, path: list[str]) -> Iterator[tuple[str, object]]:
    """The values at `path` below `node`, with where they are; nothing where it does not lead."""
    if not path:
        yield "", node
        return
    step, rest = path[0], path[1:]
    found: list[tuple[str, object]] = []
    if step == "*" and isinstance(node, list):
        found = [(str(index), value) for index, value in enumerate(node)]
    elif isinstance(node, Mapping) and step in node:
        found = [(step, node[step])]
    for name, value in found:
        for where, end in _reach(value, rest):
            yield f"{name}.{where}".rstrip("."), end
