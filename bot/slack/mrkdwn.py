"""Outside text in Slack's markup: escaped, defused, clipped before it is escaped; links, dates."""

from __future__ import annotations

import re
from datetime import datetime

from bot.slack.address import bare
from bot.wording import safe_url, visible
from feeds.text import clip

#: Bold, italic, strike and code have no escape: signs that look the same and mean nothing. Nothing
#: says that a zero-width space beside the sign is enough.
_LOOKALIKES = str.maketrans({"*": "\u2217", "_": "\u02cd", "~": "\u223c", "`": "\u02cb"})
_PERSON = re.compile(r"[UW][A-Z0-9]{2,30}")
_CONVERSATION = re.compile(r"[CGD][A-Z0-9]{2,30}")
#: `:name:` is a picture, and `>` quotes the line it opens, even as an entity.
_LEFT = re.compile(r":(?=[\w+'-]+:)|^(?=>)")


def escape(text: str, limit: int = 3000) -> str:
    """Outside text that shows as written and does nothing: no mention, link, markup or line break.

    Args:
        text: As it came.
        limit: Most characters of the result, none below 1. The text is cut before it is escaped,
            so that no entity is cut in half.

    Source: https://docs.slack.dev/messaging/formatting-message-text, "Escaping text".
    """
    shown = visible(text, limit)
    escaped = _escape(shown)
    room = len(shown)
    while len(escaped) > max(limit, 0):
        # One character becomes five at most, so this many have to go at least.
        room -= max(1, (len(escaped) - limit) // 5)
        escaped = _escape(clip(shown, room))
    return escaped


def link(url: str, label: str, limit: int = 3000) -> str:
    """Outside text as a link; plain when the url is not safe to offer or leaves no room.

    Args:
        url: As it came.
        label: As it came. `|` in it is replaced, as it would end the address.
        limit: Most characters of the result.
    """
    target = (safe_url(url) or "").replace("&", "&amp;")
    room = limit - len(target) - len("<|>")
    if not target or room < 20:
        return escape(label, limit)
    return f"<{target}|{escape(label.replace('|', '¦'), room) or 'Link'}>"


def address(url: str) -> str:
    """An address of our own as a link that shows it letter for letter; empty when it is none."""
    target = (safe_url(url) or "").replace("&", "&amp;")
    return f"<{target}>" if target else ""


def who(holder: str) -> str:
    """A person or a conversation by its address; anything else as outside text."""
    name = bare(holder)
    if _PERSON.fullmatch(name):
        return f"<@{name}>"
    return f"<#{name}>" if _CONVERSATION.fullmatch(name) else escape(name, 80)


def date(value: datetime, fallback: str) -> str:
    """A moment that each reader sees in their own time zone.

    Args:
        value: Aware.
        fallback: Our own words for it, shown where a client cannot.

    Source: https://docs.slack.dev/messaging/formatting-message-text, "Date formatting".
    """
    words = _escape(fallback).replace("|", "¦").replace("^", "")
    return f"<!date^{int(value.timestamp())}^{{date_short_pretty}} at {{time}}|{words}>"


def defused(text: str) -> str:
    """Text in which no sign is markup any more; `&`, `<` and `>` are left as they are."""
    return _LEFT.sub(lambda match: f"{match[0]}\u200b", text).translate(_LOOKALIKES)


def _escape(text: str) -> str:
    return defused(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
