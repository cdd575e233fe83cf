"""Whether a request is Slack's: signed by it, of late, and not seen before."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from slack_sdk.signature import Clock, SignatureVerifier

#: A request may have been signed so long before it comes, or after, by our clock (seconds;
#: docs.slack.dev/authentication/verifying-requests-from-slack).
WINDOW_SECONDS = 300


class _Now(Clock):
    """Our clock, as the SDK asks it."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock().timestamp()


class Signed:
    """Knows Slack's requests by the signing secret, and each of them once."""

    def __init__(self, secret: str, *, clock: Callable[[], datetime]) -> None:
        """Check by this secret and this clock."""
        self._clock = clock
        self._verifier = SignatureVerifier(secret, clock=_Now(clock))
        #: Signatures that were let in, with the time at which they are of no use any more.
        self._seen: OrderedDict[str, float] = OrderedDict()

    def admits(self, body: str, *, timestamp: str, signature: str) -> bool:
        """Let a request in, once. What is not signed is not remembered."""
        sound = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12
        if not (sound and signature.isascii()):
            return False
        if not self._verifier.is_valid(body, timestamp, signature):
            return False
        self._tidy()
        if signature in self._seen:
            return False
        self._seen[signature] = self._clock().timestamp() + 2 * WINDOW_SECONDS
        return True

    def forget(self, signature: str) -> None:
        """A request came to nothing on our side: Slack, or a proxy between, may send it again."""
        self._seen.pop(signature, None)

    def _tidy(self) -> None:
        now = self._clock().timestamp()
        while self._seen and next(iter(self._seen.values())) < now:
            self._seen.popitem(last=False)
