"""FeedError → FetchError(retry_after), ParseError; each knows its feed."""

from __future__ import annotations


class FeedError(Exception):
    """A feed could not be read this time. Caught in `bot/poll.py` and nowhere else."""

    def __init__(self, feed: str, reason: str) -> None:
        super().__init__(f"{feed}: {reason}")
        self.feed = feed
        self.reason = reason


class FetchError(FeedError):
    """The bytes did not arrive."""

    def __init__(
        self,
        feed: str,
        reason: str,
        *,
        permanent: bool = False,
        gone: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(feed, reason)
        #: True when waiting does not help: gone, forbidden, a refused address.
        self.permanent = permanent
        #: True when the server says that there is nothing here any more (410, RFC 9110 15.5.11).
        self.gone = gone
        #: Seconds the server asked us to wait, already within our limits; None if it did not say.
        self.retry_after = retry_after


class ParseError(FeedError):
    """The bytes arrived and nothing can be read from them."""


class QueryError(ValueError):
    """A query that cannot be understood. Caught where people type queries."""

    def __init__(self, message: str, *, position: int, hint: str = "") -> None:
        super().__init__(message)
        #: Offset in characters from the start of the text.
        self.position = position
        #: What to write instead; empty when there is no good guess.
        self.hint = hint


class ConfigError(Exception):
    """Settings, `feeds.toml` or `topics.toml` that cannot be used: every problem at once."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
