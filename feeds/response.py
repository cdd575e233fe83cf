"""Validators and Response: what an answer from the network says of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.message import Message

from feeds import hints

#: Header values that are sent back, or parsed, are of this kind; others are as good as absent.
_PRINTABLE = re.compile(r"[\x20-\x7e]{1,1024}")


def _printable(value: str | None) -> str | None:
    return value if value and _PRINTABLE.fullmatch(value) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave us to ask "has it changed?" with, as it came; None when it is no use."""

    etag: str | None = None
    last_modified: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The request headers that make a request conditional (RFC 9110, 13.1)."""
        pairs = (("If-None-Match", self.etag), ("If-Modified-Since", self.last_modified))
        return {name: sound for name, value in pairs if (sound := _printable(value))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer that arrived whole."""

    #: 2xx, 304, or one of the statuses that the caller said it handles.
    status: int
    #: Where the answer came from, after redirects.
    url: str
    #: Decoded, at most `max_bytes` long; empty when not modified.
    body: bytes
    #: Lower case, without parameters: "application/json"; empty when the server does not say.
    content_type: str
    #: Of the Content-Type header, lower case; None when the server does not say.
    charset: str | None
    #: Seconds the answer had spent in caches; None when the server does not say.
    age: float | None
    #: For the next visit.
    validators: Validators
    #: Where the URL has moved for good: the end of an unbroken chain of 301 and 308.
    moved_to: str | None
    #: Seconds for which the server asks not to be asked again, within our limits.
    fresh_for: float | None

    @property
    def not_modified(self) -> bool:
        """True when the server said that nothing changed since the validators were given."""
        return self.status == 304


def arrived(
    *, status: int, headers: Mapping[str, str], body: bytes, url: str, moved_to: str | None
) -> Response:
    """Make a Response of what came; `headers` finds names in any case."""
    kind = Message()
    if _PRINTABLE.fullmatch(headers.get("Content-Type", "")):
        kind["Content-Type"] = headers["Content-Type"]
    return Response(
        status=status,
        url=url,
        body=body,
        content_type=kind.get_content_type() if "Content-Type" in kind else "",
        charset=kind.get_content_charset(),
        age=hints.seconds(headers.get("Age", "")),
        validators=Validators(
            etag=_printable(headers.get("ETag")),
            last_modified=_printable(headers.get("Last-Modified")),
        ),
        moved_to=moved_to,
        fresh_for=hints.fresh_for(headers.get("Cache-Control", ""), age=headers.get("Age", "")),
    )


def still(response: Response, asked: Validators) -> Response:
    """A 304, with the validators that were asked with where it gives no new ones."""
    given = response.validators
    return replace(
        response,
        validators=Validators(
            etag=given.etag or asked.etag,
            last_modified=given.last_modified or asked.last_modified,
        ),
    )
