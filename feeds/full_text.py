"""The full text of a document: which ones are worth reading, and how one is read."""

from __future__ import annotations

import html
import re
from typing import Final

from feeds.errors import FetchError, ParseError
from feeds.http import Http
from feeds.model import CfrPart, DocumentType, Item

#: Characters kept of a text; the longest rules have some two million, of which the first third
#: holds preamble and regulation.
LONGEST: Final = 600_000

#: Who issues the rules that Rulewire is about (reference/domain.md §2): Commerce and its bureaus,
#: the FCC, procurement, sanctions, trade, the White House.
_AGENCIES = frozenset(
    [
        "commerce-department",
        "industry-and-security-bureau",
        "national-institute-of-standards-and-technology",
        "national-telecommunications-and-information-administration",
        "federal-communications-commission",
        "defense-department",
        "defense-acquisition-regulations-system",
        "general-services-administration",
        "national-aeronautics-and-space-administration",
        "management-and-budget-office",
        "federal-acquisition-regulation-council",
        "treasury-department",
        "foreign-assets-control-office",
        "investment-security-office",
        "state-department",
        "trade-representative-office-of-united-states",
        "executive-office-of-the-president",
        "homeland-security-department",
    ]
)
#: Title of the CFR, first and last part: export controls, supply chain, telecommunications,
#: procurement, sanctions, grants.
_PARTS = (
    (15, 7, 7),
    (15, 730, 774),
    (15, 791, 791),
    (47, 1, 2),
    (47, 15, 15),
    (47, 54, 54),
    (47, 64, 64),
    (48, 1, 9999),
    (31, 500, 599),
    (31, 800, 802),
    (31, 850, 850),
    (2, 25, 200),
)
#: Most of what the Bureau of Industry and Security prints: about one person each, and no rule.
_ROUTINE = re.compile(
    r"\b(denying export privileges|order relating to|information collection|sunshine act"
    r"|antidumping|countervailing|marine mammals?|fisher(y|ies)|endangered)\b",
    re.IGNORECASE,
)
_PRE = re.compile(r"<pre[^>]*>(.*?)(?:</pre>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]{0,200}>")
#: What stands between pages and columns: "[[Page 36720]]", "_____", "=====".
_FURNITURE = re.compile(r"\[\[Page [^\]\n]{1,20}\]\]|^[-_=]{5,}\s*$", re.MULTILINE)
#: "tele-\ncommunications": the print parts words at line ends.
_PARTED = re.compile(r"(?<=[a-z])-[ \t]*\n[ \t]*(?=[a-z])")


def worth_reading(item: Item) -> bool:
    """Whether a document may concern Rulewire's readers although neither title nor abstract says so.

    By who issued it and which part of the regulations it touches, not by its words: most relevant
    documents name the company in the text alone. A document whose issuer is not known, and a
    presidential one, is read.
    """
    document = item.document
    if document is None or not document.raw_text_url or _ROUTINE.search(item.title):
        return False
    if document.type is DocumentType.PRESIDENTIAL or any(map(_is_ours, document.cfr_parts)):
        return True
    slugs = {agency.slug for agency in document.agencies}
    return not slugs or bool(slugs & _AGENCIES)


def _is_ours(part: CfrPart) -> bool:
    return part.part.isdecimal() and any(
        title == part.title and first <= int(part.part) <= last for title, first, last in _PARTS
    )


async def read(http: Http, url: str, *, name: str) -> str:
    """Fetch a document's plain text (`raw_text_url`).

    Args:
        http: The door to the network; its cap on bytes holds.
        url: As the API gave it.
        name: What the text is of, for the error.

    Returns:
        At most `LONGEST` characters.

    Raises:
        FetchError: the bytes did not arrive, or a wall was shown instead; see `Http.get`.
        ParseError: what arrived holds no text.
    """
    answer = await http.get(url, feed=name, accept="text/plain, text/html;q=0.5")
    if answer.content_type == "text/html" and not _PRE.search(
        answer.body.decode("utf-8", "replace")
    ):
        raise FetchError(name, "a web page was shown instead of the text")
    text = plain_text(answer.body)
    if not text:
        raise ParseError(name, "the text is empty")
    return text


def plain_text(body: bytes) -> str:
    """What a person would read of the bytes: without wrapper, page marks and parted words.

    The API calls it text/plain in UTF-8, and often wraps it in `<html><body><pre>` with entities.
    """
    text = body.decode("utf-8", "replace")
    wrapped = _PRE.search(text)
    if wrapped:
        text = html.unescape(_TAG.sub("", wrapped[1]))
    text = _PARTED.sub("", _FURNITURE.sub("", text.replace("\r\n", "\n").replace("\x00", "")))
    text = re.sub(r"[ \t\f\v]+", " ", text)
    return re.sub(r" ?\n ?(?:\n ?)+", "\n\n", text).strip()[:LONGEST]
