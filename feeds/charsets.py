"""In which encoding is a feed written, and which of its characters are none?"""

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
_REFERENCE = re.compile(rb"&#(?:x([0-9a-f]++)|([0-9]++));?", re.IGNORECASE)
_CHARACTERS = (
    range(0x20, 0xD800),
    range(0xE000, 0xFFFE),
    range(0x10000, 0x110000),
    (0x9, 0xA, 0xD),
)
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


def sound_references(data: bytes) -> bytes:
    """Replace numeric references to what is no character in XML (version 1.0, 2.2) by U+FFFD.

    Programs that know no emoji write one as two halves, `&#55357;&#56832;`, and one such title would
    make the whole feed unreadable.
    """
    return _REFERENCE.sub(_sound, data)


def _sound(reference: re.Match[bytes]) -> bytes:
    digits, base = (reference[1], 16) if reference[1] else (reference[2], 10)
    digits = digits.lstrip(b"0")
    code = int(digits or b"0", base) if len(digits) < 8 else -1
    return reference[0] if any(code in span for span in _CHARACTERS) else b"&#xFFFD;"
