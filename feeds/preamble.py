"""The captions of a document's preamble, as its plain text has them: SUMMARY, DATES, and the others."""

from __future__ import annotations

import re
from itertools import zip_longest

#: A caption begins a line; 1 CFR 18.12 has AGENCY, ACTION, SUMMARY, DATES, ADDRESSES, and so on.
_CAPTION = re.compile(
    r"^[ \t]*(?P<name>[A-Z][A-Z]+(?:[ \t]+[A-Z]+){0,4})[ \t]*:(?=\s)", re.MULTILINE
)
#: Captions stand in the first pages.
REACH = 40_000
#: What a page of a filing repeats in between: "[Billing Code 3510-33-P]", the number of the page.
_FURNITURE = re.compile(
    r"^[ \t]*(?:\d{1,4}|\[?billing code[^\n]{0,40})[ \t]*$", re.MULTILINE | re.IGNORECASE
)


def section(text: str, *names: str) -> str:
    """What stands under the first of the captions, in one line; empty when there is none.

    Args:
        text: A document's plain text, as `feeds.full_text` gives it.
        names: Captions in capitals, without the colon: "DATES", "SUMMARY".
    """
    found = list(_CAPTION.finditer(text, 0, REACH))
    for caption, following in zip_longest(found, found[1:]):
        if " ".join(caption["name"].split()) in names:
            end = following.start() if following else caption.end() + 5_000
            return " ".join(_FURNITURE.sub("", text[caption.end() : end]).split())
    return ""
