"""What stands around a text and tells a reader nothing: datelines, feed footers, headings, lists."""

from __future__ import annotations

import re

from feeds.words import written

#: What WordPress puts under every excerpt.
FOOTER = re.compile(
    r"\s*The post .{1,400}? (?:appeared first on|first appeared on) .{1,150}$", re.DOTALL
)
#: What other publishers put there. None looks further than it may cut, so hostile text is cheap.
_FOOTERS = (
    FOOTER,
    re.compile(
        r"\s*\b(?:This|The) (?:article|post|story|piece|report)\b.{0,400}?"
        r"\b(?:first|originally) (?:appeared|published|posted) (?:on|in|at|by) .{1,150}$",
        re.DOTALL,
    ),
    re.compile(
        r"\s*(?:[\[(<]\s*)?\b(?:Read more|Read the (?:full|whole|rest)|Continue reading|Keep reading"
        r"|Click here|Learn more|See more|View (?:the )?full)\b.{0,200}$",
        re.DOTALL | re.IGNORECASE,
    ),
    re.compile(r"\s*\b(?:Article|Comments) URL: .*$", re.DOTALL),
    re.compile(r"\s*(?:[\[(<]\s*)?\bMore\s*(?:\.{3}|[\u2026\u00bb\u2192>\])]+)$", re.IGNORECASE),
)
_WIRE = (
    r"(?:\((?:AP|AFP|Reuters|Bloomberg|UPI|Xinhua|Kyodo|Yonhap|Dow Jones|CNN|TNS|Nikkei)"
    r"(?: [A-Z]\w+)?\)|/\w*(?:Newswire|NEWSWIRE|Wire|WIRE)\w*/)"
)
_BY = r"(?:By [A-Z]\S+(?: [A-Z]\S+){1,3} )?"
_CITY = r"[A-Z][A-Z/.' -]{2,40}(?:, [A-Z][A-Za-z.]{1,20}){0,2}"
_DAY = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? \d{1,2}(?:, \d{4})?"
_DASH = r" ?(?:--|[-\u2013\u2014]) (?=[\"\u201c]?[A-Z])"
#: "WASHINGTON, June 15 (Reuters) - ", "BEIJING, June 15 - ", "SHANGHAI/BEIJING — ".
_DATELINE = re.compile(
    rf"{_BY}(?:{_CITY},? ?)?(?:{_DAY},? ?)?{_WIRE}{_DASH}"
    rf"|{_BY}{_CITY},? {_DAY}{_DASH}"
    rf"|[A-Z]{{5}}[A-Z/ ]{{0,30}}{_DASH}"
)
#: Openings of what is about the page or the printing, not about the thing.
_IDLE = re.compile(
    # A picture and who took it.
    r"\(?(?:file )?(?:photo|image|picture|illustration)s?\b(?: credits?)?"
    r"(?::| by\b| from\b| via\b| courtesy\b|/)"
    r"|\(?(?:photo )?credits?:"
    r"|.{0,60}(?:/|via )\s?(?:getty images|afp|reuters|ap photo|shutterstock)\W*$"
    # What the page offers.
    r"|(?:tags?|tagged|filed under|categor(?:y|ies)|topics|keywords|labels|related|see also"
    r"|share this|share|via)\s*:"
    r"|(?:please )?(?:sign up|subscribe|log ?in|follow us|join us|like us|download our"
    r"|listen to this|share on|advertisement|sponsored)\b"
    r"|get (?:the|our) (?:latest|daily|weekly|free|best)\b"
    r"|(?:copyright\b|\u00a9|\(c\) \d{4}|all rights reserved|our standards:|points: \d)"
    r"|(?:\d+ (?:comments?|shares?|min(?:ute)?s? read)|leave a comment)\b"
    r"|\(?(?:(?:additional )?reporting|writing|editing|edited|reported) by\b"
    r"|(?:posted|published|written) (?:by|on)\b|by [A-Z]\w+ [A-Z]\w+\W*$"
    # Where a document sends its reader.
    r"|(?:please )?see (?:the )?(?:also )?(?:supplementary information|addresses|dates|for further)\b"
    r"|(?:for (?:further|more|additional) information|in addition, see)\b"
    r"|(?:a|the) (?:fuller|full|detailed|complete) (?:description|text|discussion) .{0,80}"
    r"\b(?:below|available)\b"
    r"|.{0,60} may not conduct or sponsor|no person shall be subject to any penalty"
    # The document's own head.
    r"|(?:table of )?contents\b|(?:agency|action|dates|addresses|summary|subject|title):"
    r"|supplementary information\b|billing code"
    r"|\[?(?:docket|rin|agency/docket|file|fr doc|release)\b\.?(?: (?:no|nos|number|id))?[.:]?"
    r"\s+[\w-]*\d[\w-]*",
    re.IGNORECASE,
)
#: "I. Background", "1. Purpose", "A. What is new", "• an item": a heading or a row, no sentence.
_ROW = re.compile(
    r"(?:[IVX]{1,5}|[A-Z]|\d{1,2})[.)](?:\s|$)|\(?[a-z0-9]{1,3}\)\s|[*\u2022\u00b7\u25cf-]\s"
)
_FURNITURE = re.compile(r"\.{4}|-{5}|_{5}|={5}|(?:\. ){3}|\||\[\[")
_CUT_SHORT = re.compile(
    r"(?:\[\s*(?:\.{3}|\u2026)\s*\]|\((?:\.{3}|\u2026)\)|\.{3}|\u2026|&#?\w{0,8})\s*$"
)
_ENTITY = re.compile(r"&(?:#\w{1,8}|[A-Za-z]{2,8});")
_ENDED = re.compile(r"[.!?][\"'\u201d\u2019)\]]*$")


def without_footers(text: str) -> str:
    """A feed's text without what its publisher puts under every one."""
    before = ""
    while text != before:
        before = text
        for footer in _FOOTERS:
            text = footer.sub("", text)
    return text


def without_dateline(text: str) -> str:
    """A report from where it begins."""
    return text[found.end() :] if (found := _DATELINE.match(text)) else text


def is_cut_short(sentence: str) -> bool:
    """Whether a feed ended a text before its end: "The rule allows …", "AT&am"."""
    return bool(_CUT_SHORT.search(sentence))


def is_ended(sentence: str) -> bool:
    """Whether a sentence has its full stop."""
    return bool(_ENDED.search(sentence))


def is_idle(sentence: str) -> bool:
    """Whether it is no sentence of the thing's own: a heading, a row of a list, a call to subscribe."""
    letters = [character for character in sentence if character.isalpha()]
    return bool(
        len(letters) < 6
        or all(map(str.isupper, letters))
        or _IDLE.match(sentence)
        or _ROW.match(sentence)
        or _FURNITURE.search(sentence)
        or _ENTITY.search(sentence)
        or sentence.count("(") > sentence.count(")")
        or _begins_inside(sentence)
    )


def _begins_inside(sentence: str) -> bool:
    """A piece from the middle of a sentence; "iPhone" and "eSIM" begin one, though."""
    first = sentence.split(maxsplit=1)[0]
    return (first[0].isalpha() and first.islower()) or first.startswith(
        ("\u2026", "...", ",", ";", ")")
    )


def is_title(sentence: str, title: str) -> bool:
    """Whether it only says the title again, in part or with its publisher behind."""
    said, named = written(sentence), written(title)
    if len(said) <= len(named):
        return bool(said) and said == named[: len(said)]
    publisher = len(said) - len(named) <= 4 and not is_ended(sentence)
    return publisher and bool(named) and said[: len(named)] == named
