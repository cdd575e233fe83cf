"""Pure: a text without the secrets in it: passwords and tokens of addresses, Slack's tokens, webhooks."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "[secret]"

#: What a value is called when it is one.
_NAMES = (
    r"(?:[\w.-]*(?:token|secret|passw(?:or)?d|passphrase|api[_-]?key|apikey|signature|credential)[\w.-]*"
    r"|(?:[\w.-]*[.-])?(?:authorization|cookie|pwd|x-amz-[\w-]+))"
)
#: What it may be called besides in an address, where short names are usual.
_IN_ADDRESS = rf"(?:{_NAMES}|key|auth|sig|code|hash|session|sid|pass|user|login|state|email)"
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    # Slack's (docs.slack.dev/authentication/tokens), and the addresses that speak for whoever has them.
    (re.compile(r"x(?:ox[a-z]|oxe\.xox[a-z]|app)-[\w.-]+"), "[token]"),
    (re.compile(r"(hooks\.slack(?:-gov)?\.com/)[^\s\"'<>\\]+", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"(/webhooks?/)[^\s\"'<>?#\\]+", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"(/bot)\d+:[\w-]+"), rf"\1{HIDDEN}"),
    # Ours and others' calendars.
    (re.compile(r"(?<=/calendar/)(?!\[)[\w-]+"), HIDDEN),
    (re.compile(r"(?<=/private-)(?!\[)[\w-]+"), HIDDEN),
    # The rest of RFC 3986: a name and password before the host, and parameters that say what they are.
    (re.compile(r"(://)[^\s/?#\"'<>]+@"), rf"\1{HIDDEN}@"),
    (
        re.compile(rf"([?&;]{_IN_ADDRESS}=)(?!\[)[^\s&;#\"'<>\\]+", re.IGNORECASE),
        rf"\1{HIDDEN}",
    ),
    # Headers, JSON and name=value.
    (
        re.compile(r"\b(bearer|basic)\s+(?=[\w.~+/-]*[\d=])[\w.~+/=-]{6,}", re.IGNORECASE),
        rf"\1 {HIDDEN}",
    ),
    (
        re.compile(
            rf"(?<![\w.-])({_NAMES}\\?[\"']?\s*[:=]\s*\\?[\"']?)(?!\[|bearer|basic)[^\s\"',;&}}\\]+",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
)


def without_secrets(text: str, known: Iterable[str] = ()) -> str:
    """The text with everything blanked that looks like a secret; the rest is as it was.

    Args:
        text: Anything, of any origin.
        known: Secrets that are recognised wherever they stand, longest first if one holds another.
    """
    for secret in known:
        text = text.replace(secret, HIDDEN)
    for shape, instead in _SHAPES:
        text = shape.sub(instead, text)
    return text


def holds_secret(url: str) -> bool:
    """Whether an address gives away more than where it leads."""
    return without_secrets(url) != url
