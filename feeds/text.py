"""HTML to plain text; cut into sentences; clip for showing."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

#: Characters of one text that are looked at; the rest is dropped. A summary shows 4,000.
MAX_CHARS = 100_000

_BLOCKS = frozenset(
    """
    address article aside blockquote br caption dd div dl dt figcaption figure footer form h1 h2 h3
    h4 h5 h6 header hr li main nav ol option p pre section table tbody td tfoot th thead title tr ul
    """.split()  # noqa: SIM905 - a table of words
)
#: Nothing a reader sees: controls, lone surrogates, zero-width and soft hyphens, and the direction
#: marks that can make a link or a name read backwards (Unicode TR36, section 3.3).
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
#: One piece of markup. No branch looks past the next "<" unless it consumes what it looked at, and
#: none gives back what it took of a name, so hostile text costs linear time; `html.parser` needs a minute and more for 100 kB of "<a <a <a".
_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<!\[CDATA\[|\]\]>|<[!?][^<>]*>"
    r"|<(?P<silent>script|style|template|noscript|iframe|object|svg|math|head)(?=[\s/>])[^<>]*+>"
    r".*?(?:</(?P=silent)\s*>|\Z)"
    r"""|</?(?P<quoting>[a-z][^\s/<>"']*+)(?:[^<>"']|"[^"<]*"|'[^'<]*')*+>"""
    r"|</?(?P<broken>[a-z][^\s/<>]*+)[^<>]*+>",
    re.IGNORECASE | re.DOTALL,
)
#: Python refuses to read such a number (and no character has one).
_ENDLESS_REFERENCE = re.compile(r"&#(?:\d{9,}|x[0-9a-f]{9,});?", re.IGNORECASE)
_MARKUP_LEFT = re.compile(
    r"</?(?:p|br|a|b|i|em|strong|div|span|img|ul|ol|li|h[1-6]|blockquote|table|font)\b[^<>]*>"
    r"|&(?:amp|lt|gt|quot|apos|nbsp|[lr][sd]quo|[mn]dash|hellip|#\d{1,7}|#x[0-9a-f]{1,6});",
    re.IGNORECASE,
)


def plain(html: str) -> str:
    """Give the text a reader would see.

    Entities are decoded once; a text that holds no markup but decodes into some was encoded twice,
    as many feeds do, and is decoded again. Paragraphs and line breaks of the markup become single
    newlines, other white space single spaces. Never raises, whatever it is given.

    Args:
        html: HTML or plain text, hostile or broken; looked at up to `MAX_CHARS` characters.

    Returns:
        Text without markup, control characters, zero-width characters or direction overrides.
    """
    text = _spaces(html[:MAX_CHARS])
    if _is_plain(text):
        return text
    text, tags = _strip(text)
    if not tags and _MARKUP_LEFT.search(text):
        text, _ = _strip(_spaces(text))
    return _fold(text)


def _is_plain(text: str) -> bool:
    """Whether a text of single spaces surely is what `plain` makes of it, as most that is hashed is."""
    return text.isascii() and text.isprintable() and "<" not in text and "&" not in text


def _strip(html: str) -> tuple[str, int]:
    """Return the text and the number of pieces of markup that were in it."""
    text, tags = _MARKUP.subn(_gap, html) if "<" in html else (html, 0)
    return unescape(_ENDLESS_REFERENCE.sub("\ufffd", text)) if "&" in text else text, tags


def _gap(markup: re.Match[str]) -> str:
    """Return what a reader sees in place of a piece of markup."""
    name = markup["quoting"] or markup["broken"] or ""
    return "\n" if name.lower() in _BLOCKS else ""


def _spaces(text: str) -> str:
    return " ".join(text.split())


def _fold(text: str) -> str:
    lines = (" ".join(line.split()) for line in _INVISIBLE.sub("", text).split("\n"))
    return "\n".join(line for line in lines if line)


def clip(text: str, limit: int) -> str:
    """Shorten `text` to at most `limit` characters, at a word, ending in an ellipsis."""
    if len(text) <= limit:
        return text
    if limit <= 0:
        return ""
    cut = limit - 1
    while cut and unicodedata.combining(text[cut]):
        cut -= 1
    head = text[:cut]
    if not text[cut].isspace():
        word = max(head.rfind(" "), head.rfind("\n"))
        head = head[:word] if word > limit // 2 else head
    return head.rstrip(" \n,;:-\u2013\u2014(") + "\u2026"


_MONTHS = "jan feb mar apr jun jul aug sep sept oct nov dec"
#: Words whose dot does not end a sentence.
_ABBREVIATED = frozenset(
    f"{_MONTHS} no nos sec secs pt pts par para pars supp app art arts ch cl fig vol ed ex e.g i.e cf v vs al"
    " mr mrs ms dr prof sen rep gov gen col lt sgt capt adm hon st mt ft dept univ assn bros fed reg stat cong res"
    " doc cir rev ver est approx tel ext pub sub-no reg ave blvd al".split()
)
#: Words whose dot may also end one, as that of U.S. and L.L.C. may; it does when a word follows that
#: opens sentences.
_MAYBE = frozenset("inc corp co ltd llc plc jr sr etc".split())  # noqa: SIM905 - a table of words
_DOTTED = re.compile(r"(?:[a-z]{1,2}\.)+[a-z]{1,2}")
_OPENERS = frozenset(
    """
    The A An This That These Those It Its In On At By For From With Under As If When While After
    Before Since However But And He She They We Such Any All No To Comments Effective
    """.split()  # noqa: SIM905 - a table of words
)
#: Characters before a stop that decide whether it ends a sentence.
_NEARBY = 60
_STOP = re.compile(r"""[.!?\u2026]["'\u201d\u2019)\]]*\s+(?=["'\u201c\u2018(\[]*[A-Z0-9\u00a7])""")
_LAST_WORD = re.compile(r"(\S+?)[.!?\u2026]+[\"'\u201d\u2019)\]]*\s*$")


def sentences(text: str) -> list[str]:
    """Cut plain text into sentences, in order; a newline always ends one.

    Careful with the dots of the Register: "U.S.", "No.", "Inc.", "Jan. 5", "e.g.", initials and
    numbered headings do not end a sentence.
    """
    found: list[str] = []
    for line in text.split("\n"):
        start = 0
        for stop in _STOP.finditer(line):
            end = stop.end()
            if _ends(line[max(start, end - _NEARBY) : end], line[end : end + 24]):
                found.append(line[start:end].strip())
                start = end
        found.append(line[start:].strip())
    return [sentence for sentence in found if sentence]


def _ends(sentence: str, following: str) -> bool:
    """Whether a sentence, of which the last characters are given, ends before `following`."""
    if sentence.rstrip().endswith(("!", "?", "…")):
        return True
    last = _LAST_WORD.search(sentence)
    if last is None:
        return True
    word = re.split(r"[(\"'\u201c\u2018\[/]|(?<=non)-", last[1].lower())[-1]
    if word not in _ABBREVIATED and (word in _MAYBE or _DOTTED.fullmatch(word)):
        opener = re.match(r"\W*(\w+)", following)
        return opener is not None and opener[1] in _OPENERS
    heading = word == sentence.strip().rstrip(".").lower() and len(word) <= 4
    initial = len(word) == 1 and word.isalpha()
    return not (word in _ABBREVIATED or heading or initial)
