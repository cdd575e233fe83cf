"""In which encoding is a feed written? What goes before the guesses of a parser."""

from __future__ import annotations

import codecs
import re

#: Codecs that no feed is written in and that cost more than linear time or fail oddly.
_REFUSED_CODECS = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape", "utf-7"})
_CHARSET = re.compile(r"charset=[\"']?([^\s\"';]+)", re.IGNORECASE)
#: How texts in wide characters begin, longest first; with and without a byte order mark.
_WIDE = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]{1,40})""")


def settle(body: bytes, content_type: str) -> tuple[bytes, str]:
    """Decide what can be decided before the declaration is read (RFC 7303, section 3).

    Wide characters are told by how the text begins, whatever else is said: plain letters in UTF-16
    would pass for ASCII. After them the server's charset counts.

    Args:
        body: As it came.
        content_type: The header, with its charset; empty when there was none.

    Returns:
        The body, in UTF-8 if it was in wide characters, without white space before its first tag;
        and its charset, empty when the XML declaration is to decide.

    Raises:
        ValueError: it is said to be in an encoding that no feed is written in.
    """
    stripped = body.lstrip(b" \t\r\n")
    # White space before the declaration is an error that many feeds make and all readers forgive.
    body = stripped if stripped.startswith(b"<") else body
    said = _CHARSET.search(content_type)
    charset = said[1] if said else ""
    for mark, codec in _WIDE.items():
        if body.startswith(mark):
            body, charset = body.decode(codec, "replace").encode(errors="replace"), "utf-8"
            break
    declared = _DECLARED.match(body[:300])
    for name in (charset, declared[1].decode() if declared else ""):
        if _is_refused(name):
            raise ValueError(name)
    return body, charset


def _is_refused(name: str) -> bool:
    try:
        return codecs.lookup(name).name.replace("_", "-") in _REFUSED_CODECS
    except (LookupError, ValueError):
        return False
