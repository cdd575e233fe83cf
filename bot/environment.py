"""Read one setting after the other from the environment, and note what is wrong with each."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from feeds.secrets import holds_secret, without_secrets

_SWITCH = {"": False, "0": False, "no": False, "off": False, "1": True, "yes": True, "on": True}
#: Bytes of a key, and what stands between two of them.
_KEY_BYTES = 32
_BETWEEN = re.compile(r"[\s,]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Where the web server waits for requests."""

    #: Empty for every address of this machine.
    host: str
    #: 0 for a free one, which no setting can say.
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host or "localhost"
        return f"{host}:{self.port}"


class Environment:
    """Variables, and the problems found in those that were read."""

    def __init__(self, variables: Mapping[str, str], *, defaults: Mapping[str, object]) -> None:
        """Read from `variables`; what is not set is as in `defaults`."""
        self._variables = variables
        self._defaults = defaults
        #: One line for each, in the order of reading.
        self.problems: list[str] = []

    def text(self, name: str) -> str:
        """As it is set, without blanks around it."""
        return self._variables.get(name, "").strip()

    def words(self, name: str) -> frozenset[str]:
        """Several, with blanks or commas between them."""
        return frozenset(filter(None, _BETWEEN.split(self.text(name))))

    def secret(self, name: str, *, prefix: str = "") -> str:
        """A secret, or the content of the file that `NAME_FILE` names."""
        path = self.text(f"{name}_FILE")
        value = self._content(name, path) if path else self.text(name)
        if value and not value.startswith(prefix):
            self.problems.append(
                f"{name} must start with {prefix} (Slack app settings show which is which)"
            )
        return value

    def keys(self, name: str) -> tuple[str, ...]:
        """Keys as `rulewire key` makes them, newest first."""
        keys = tuple(filter(None, _BETWEEN.split(self.secret(name))))
        if not all(map(_is_key, keys)):
            self.problems.append(f"{name} is no key; `rulewire key` makes one")
        return keys

    def address(self, name: str) -> str:
        """An http or https address, as it is set."""
        text = self.text(name) or str(self._defaults[name])
        if not _is_address(text):
            shown = without_secrets(text)
            self.problems.append(f"{name}: {shown!r} is not an http or https address")
        elif holds_secret(text):
            self.problems.append(f"{name}: an address must not hold a password or token")
        return text

    def public(self, name: str) -> str:
        """An address that others are put behind: without a last slash; empty when it is not set."""
        text = self.text(name)
        if {"?", "#"} & set(text):
            self.problems.append(f"{name}: {without_secrets(text)!r} must end before any ? or #")
        return self.address(name).rstrip("/") if text else ""

    def listen(self, name: str) -> Listen | None:
        """A port, or an address of this machine and a port: "8080", "127.0.0.1:8080", "[::1]:8080"."""
        text = self.text(name)
        if not text:
            return None
        host, _, port = text.rpartition(":")
        if not (port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 65_536):
            self.problems.append(
                f"{name}: {text!r} is not a port from 1 to 65535, such as 8080 or 127.0.0.1:8080"
            )
            return None
        return Listen(host=host.strip("[]"), port=int(port))

    def file(self, name: str) -> Path | None:
        """The path of a file that is there."""
        if not self.text(name):
            return None
        path = Path(self.text(name))
        if not path.is_file():
            self.problems.append(f"{name}: there is no file {path}")
        return path

    def switch(self, name: str) -> bool:
        """On or off."""
        text = self.text(name).lower()
        if text not in _SWITCH:
            self.problems.append(f"{name}: {self.text(name)!r} is neither on nor off")
        return _SWITCH.get(text, False)

    def zone(self, name: str) -> ZoneInfo:
        """A time zone."""
        text = self.text(name) or str(self._defaults[name])
        try:
            return ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.problems.append(f"{name}: {text!r} is not a zone such as Europe/Berlin")
            return ZoneInfo("America/New_York")

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """One of these; the first when it is not set."""
        text = self.text(name) or choices[0]
        if text not in choices:
            self.problems.append(f"{name}: {text!r} is none of {', '.join(choices)}")
        return text

    def _content(self, name: str, path: str) -> str:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            self.problems.append(f"{name}_FILE: {path} cannot be read: {type(error).__name__}")
            return ""


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _is_key(text: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(text.encode())) == _KEY_BYTES
    except (binascii.Error, ValueError):
        return False
