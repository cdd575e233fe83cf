"""Pure: the text of a message as it is read aloud: sentences, and none of the marks that lay out."""

from __future__ import annotations

import re

from bot.slack import mrkdwn

#: Links with a label, and bare ones; mentions and moments are read by Slack itself.
_LINK = re.compile(r"<https?://[^|>]+\|([^>]*)>|<(https?://[^|>]+)>")
_CODE = re.compile(r"```\n?(.*?)\n?```|`([^`\n]*)`", re.DOTALL)
#: Our own marks: outside text has none, as `mrkdwn.escape` sees to it.
_MARKS = re.compile(r"[*`~]|(?<!\w)_|_(?!\w)")
_QUOTED = re.compile(r"^(?:&gt;|>|•) ?", re.MULTILINE)
_DOTS = re.compile(r"\s+·\s+")
_ENDED = re.compile(r"[.!?:;,…][”\"')\]]?$")


def spoken(text: str) -> str:
    """A fallback text without markup, every line a sentence, no longer than it was but for full stops.

    With blocks, screen readers and notifications read the text and not the blocks
    (https://docs.slack.dev/reference/methods/chat.postMessage).

    Args:
        text: Our own markup, in which outside text is escaped.
    """
    plain = _CODE.sub(lambda found: f"“{_bare(found[1] or found[2] or '')}”", text)
    plain = _LINK.sub(lambda found: found[1] or found[2], plain)
    plain = _MARKS.sub("", _QUOTED.sub("", plain))
    plain = _DOTS.sub(", ", plain)
    lines = (line.strip() for line in plain.splitlines())
    return "\n".join(line if _ENDED.search(line) else f"{line}." for line in lines if line)


def _bare(code: str) -> str:
    """What stood as code still does nothing: its lines become one, its marks others that look alike."""
    return mrkdwn.defused(" ".join(code.split()))
