"""Which URLs may be asked for: the first one, and each that a redirect names."""

from __future__ import annotations

import re

from yarl import URL

_LONGEST = 8_000
_SCHEMES = ("http", "https")
#: Names of labels that DNS can hold (RFC 1035, 2.3.4), which IPv4 literals are, too; and IPv6.
_HOST = re.compile(r"(?:[\w\-]{1,63}\.)*[\w\-]{1,63}\.?|[0-9A-Fa-f:.]+:[0-9A-Fa-f:.]*", re.ASCII)
#: What yarl raises about what is no URL.
_YARL_FAULTS = (ValueError, IndexError)


class RefusedUrlError(ValueError):
    """A URL that is not to be asked for."""


def checked(text: str) -> URL:
    """An absolute http or https URL, ready to be asked for.

    Ports are 80, 443 and those from 1024 up: the others belong to services that are not the web.

    Raises:
        RefusedUrlError: anything else, and URLs that hold a user name or password.
    """
    return _checked(_parsed(text))


def next_hop(here: URL, location: str) -> URL:
    """Where the Location header `location` of the answer from `here` leads, fragment dropped.

    Raises:
        RefusedUrlError: as `checked`, and for a way back from https to http, on which anyone
            between the server and us could put words into a feed.
    """
    try:
        there = here.join(_parsed(location)).with_fragment(None)
    except _YARL_FAULTS as error:
        raise RefusedUrlError("redirected to something that is not a URL") from error
    if here.scheme == "https" and there.scheme == "http":
        raise RefusedUrlError(f"redirected from https to http at {there.host}")
    return _checked(there)


def _parsed(text: str) -> URL:
    if len(text) > _LONGEST:
        raise RefusedUrlError(f"URL longer than {_LONGEST} characters")
    try:
        return URL(text.strip())
    except _YARL_FAULTS as error:
        raise RefusedUrlError("not a URL") from error


def _checked(url: URL) -> URL:
    try:
        host, readable, port = url.raw_host or "", bool(url.host), url.port
        secret = url.user is not None or url.password is not None
    except _YARL_FAULTS as error:  # yarl takes a host apart, and decodes its punycode, only now
        raise RefusedUrlError("URL without a usable host") from error
    if url.scheme not in _SCHEMES:
        raise RefusedUrlError("only http and https URLs are read")
    if not _HOST.fullmatch(host) or not readable:
        raise RefusedUrlError("URL without a usable host")
    if secret:
        raise RefusedUrlError("URL with a user name or password")
    if port not in (80, 443) and (port or 0) < 1024:
        raise RefusedUrlError(f"port {port} is not read")
    return url
