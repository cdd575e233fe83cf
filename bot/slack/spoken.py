"""Pure: the text of a message as it is read aloud: sentences, and none of the marks that lay out."""

from __future__ import annotations

import re

from bot.slack import mrkdwn

#: Code, links with a label and bare ones, mentions and moments, and marks of our own: outside text
#: has none, as `mrkdwn.escape` sees to it.
_LAYOUT = re.compile(
    r"```\n?(?P<block>.*?)\n?```|`(?P<code>[^`\n]*)`"
    r"|<https?://[^|>]+\|(?P<label>[^>]*)>|<(?P<address>https?://[^|>]+)>|(?P<kept><[^>]*>)"
    r"|[*`~]|(?<!\w)_|_(?!\w)",
    re.DOTALL,
)
_QUOTED = re.compile(r"^(?:&gt;|>|•) ?", re.MULTILINE)
_DOTS = re.compile(r"\s+(?:·\s+)+")
_ENDED = re.compile(r"(?:[.!?:;,…][”\"')\]]?|https?://\S+)$")


def spoken(text: str) -> str:
    """A fallback text without markup, every line a sentence, no longer than it was but for full stops.

    With blocks, screen readers and notifications read the text and not the blocks
    (https://docs.slack.dev/reference/methods/chat.postMessage).

    Args:
        text: Our own markup, in which outside text is escaped.
    """
    plain = _DOTS.sub(", ", _LAYOUT.sub(_said, _QUOTED.sub("", text)))
    # Inside outside text a bullet is but a sign between words.
    lines = (line.strip() for line in plain.replace("•", "-").splitlines())
    return "\n".join(line if _ENDED.search(line) else f"{line}." for line in lines if line)


def _said(found: re.Match[str]) -> str:
    code = found["block"] or found["code"]
    if code:  # it still does nothing: its lines become one, its marks others that look alike
        return f"“{mrkdwn.defused(' '.join(code.split()))}”"
    return found["label"] or found["address"] or found["kept"] or ""
