"""What an answer that is none, or no answer, means for a feed: in words, and whether waiting helps."""

from __future__ import annotations

import aiohttp

from feeds import hints
from feeds.encodings import EncodingError, TooLargeError
from feeds.errors import FetchError
from feeds.guard import EndlessAnswerError, RefusedAddressError

#: Among 4xx these pass by themselves (RFC 9110, RFC 8470, RFC 6585); the others stay.
_PASSING = frozenset({408, 421, 425, 429})
#: What `feeds.http` may meet while it asks.
EXPECTED = (aiohttp.ClientError, TimeoutError, EncodingError, TooLargeError)


def refusal(answer: aiohttp.ClientResponse, *, feed: str) -> FetchError:
    """An answer that refuses what was asked for."""
    asked = answer.headers.get("Retry-After", "")
    return FetchError(
        feed,
        f"{answer.url.host} answered {answer.status}",
        permanent=400 <= answer.status < 500 and answer.status not in _PASSING,
        gone=answer.status == 410,
        retry_after=hints.retry_after(asked, date=answer.headers.get("Date", "")),
    )


def meaning(error: Exception) -> tuple[str, bool]:
    """What an expected error means, and whether it is permanent.

    Of aiohttp's errors only the kind is told: their words may hold the URL, and that a secret.
    """
    match error:
        case TimeoutError():
            meaning = "did not answer in time", False
        case EncodingError() | TooLargeError():
            meaning = f"gave an unusable body: {error}", False
        case aiohttp.ClientConnectorError(os_error=RefusedAddressError()):
            meaning = "is not at a public address", True
        case aiohttp.InvalidURL():
            meaning = "is not a usable host name", True
        case aiohttp.ClientConnectorError():
            meaning = "cannot be connected to", False
        case aiohttp.ClientOSError(__cause__=EndlessAnswerError()):
            meaning = "gave an answer without end", False
        case aiohttp.ClientPayloadError():
            meaning = "gave a body that was cut short or has no end", False
        case _:
            meaning = "broke off, or answered something that is not HTTP", False
    return meaning
