"""The preamble of a document: what the Register prints under SUMMARY, DATES and the like."""

from __future__ import annotations

import re
from itertools import pairwise

#: Characters in which the captions stand; after them come the reasons and the rule.
REACH = 20_000
#: The captions of a preamble (1 CFR 18.12, Document Drafting Handbook 2.2), each at a line's start.
_CAPTION = re.compile(r"^[ \t]*([A-Z][A-Z/()' ]{3,60}):(?=\s)", re.MULTILINE)


def under(caption: str, text: str) -> str:
    """What a document says under a caption of its preamble, one line a paragraph.

    Args:
        caption: In capitals: "SUMMARY".
        text: As `feeds.full_text.plain_text` gives it: wrapped lines, paragraphs indented or
            parted by empty lines. Looked at up to `REACH` characters.

    Returns:
        Empty when the caption is missing, or nothing ends what stands under it.
    """
    captions = list(_CAPTION.finditer(text[:REACH]))
    for this, following in pairwise(captions):
        if this[1] == caption:
            return _unwrapped(text[this.end() : following.start()])
    return ""


def _unwrapped(text: str) -> str:
    paragraphs = re.split(r"\n\s*\n|\n(?=[ \t])", text.strip())
    return "\n".join(joined for each in paragraphs if (joined := " ".join(each.split())))
