"""What everyone must be able to read: text for the ear, names for buttons, no meaning in signs alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

#: Marks that lay out a text, and mean nothing when they are read aloud.
_NOISE = re.compile(r"<https?://[^>]*>|```|`|\*\S|(?:^|\s)_\S|\s·\s|•|^&gt;", re.MULTILINE)
#: Slack's name of a picture. Outside text has a space of no width behind its first colon.
_EMOJI_NAME = re.compile(r"(?<![\w:]):[a-z][a-z0-9_+-]+:(?!\w)")
#: Pictures, arrows and dingbats; letters of any script are none.
_PICTURE = re.compile("[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
_WORD = re.compile(r"\w+")
_ENDED = re.compile(r"(?:[.!?:;,…>][”\"')\]]?|https?://\S+)$")
#: What a client makes of itself: links, people, moments.
_OF_SLACK = re.compile(r"<https?://[^|>]+\|([^>]*)>|<[@#!][^>]*>|<(https?://[^>]+)>")


def unreadable(payload: Mapping[str, Any]) -> Iterator[str]:
    """Everything about a message or view that somebody could not read, each with what it is about.

    Sources: https://docs.slack.dev/block-kit/design-guidelines (labels, emoji) and
    https://docs.slack.dev/reference/block-kit/block-elements/button-element (accessibility_label).
    """
    parts = list(_parts(payload))
    if "text" in payload and "blocks" in payload:
        yield from _text(str(payload["text"]), payload["blocks"])
    for part in parts:
        if part.get("type") == "image" and not str(part.get("alt_text", "")).strip():
            yield f"image without alt_text: {part.get('image_url')}"
        if "color" in part:
            yield "colour: it means nothing to who does not see it"
    yield from _buttons([part for part in parts if part.get("type") == "button"])
    for part in parts:
        if part.get("type") == "mrkdwn" and (found := _EMOJI_NAME.search(str(part.get("text")))):
            yield f"{found[0]}: a picture in place of words"


def _text(text: str, blocks: list[dict[str, Any]]) -> Iterator[str]:
    """It is what a screen reader reads: the headline at least, in sentences."""
    if found := _NOISE.search(text):
        yield f"text: {found[0]!r} is noise when it is read aloud"
    for line in text.splitlines():
        if line and not _ENDED.search(line):
            yield f"text: {line[-30:]!r} ends without a stop"
    first = blocks[0] if blocks else {}
    missing = _words(_shown(first)) - _words(text)
    if missing and "…" not in text:
        yield f"text: lacks {', '.join(sorted(missing)[:5])} of the first block"


def _buttons(buttons: list[Mapping[str, Any]]) -> Iterator[str]:
    """A label is words, and of two that are the same each says aloud what it is about."""
    labels = Counter(str(each["text"]["text"]) for each in buttons)
    told = Counter(each.get("accessibility_label", each["text"]["text"]) for each in buttons)
    for each in buttons:
        label = str(each["text"]["text"])
        if not re.search(r"[^\W\d_]{2}", label) or _PICTURE.search(label):
            yield f"button {label!r}: its label is no words"
        said = each.get("accessibility_label", label)
        if labels[label] > 1 and told[said] > 1:
            yield f"button {label!r}: there are {labels[label]}, and nothing aloud tells them apart"


def _shown(block: Mapping[str, Any]) -> str:
    if block.get("type") not in {"section", "header", "context"}:
        return ""
    texts = [block.get("text"), *block.get("elements", ())]
    found = [str(each.get("text", "")) for each in texts if isinstance(each, Mapping)]
    return " ".join(_OF_SLACK.sub(lambda link: link[1] or link[2] or "", each) for each in found)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.replace("\u200b", "").lower()))


def _parts(node: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, Mapping):
        yield node
        for name, value in node.items():
            if name != "metadata":
                yield from _parts(value)
    elif isinstance(node, list):
        for each in node:
            yield from _parts(each)
