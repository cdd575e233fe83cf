"""Settings from the environment, validated once, all problems at once."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from feeds.errors import ConfigError

#: The channel that stands for the terminal while Slack is not connected.
TERMINAL = "terminal"
DEFAULT_QUERY = "topic:huawei-and-standards"
_SWITCH = {"": False, "0": False, "no": False, "off": False, "1": True, "yes": True, "on": True}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator can set; each field's metadata names its environment variable.

    A secret can also be given as the path of a file that holds it: `SLACK_BOT_TOKEN_FILE`.
    """

    bot_token: str = field(default="", repr=False, metadata={"env": "SLACK_BOT_TOKEN"})
    app_token: str = field(default="", repr=False, metadata={"env": "SLACK_APP_TOKEN"})
    slack_api_url: str = field(default="https://slack.com/api/", metadata={"env": "SLACK_API_URL"})
    database: Path = field(default=Path("rulewire.db"), metadata={"env": "RULEWIRE_DATABASE"})
    #: Where the default subscription posts on first start; empty for none.
    channel: str = field(default="", metadata={"env": "RULEWIRE_CHANNEL"})
    #: Where a feed's health and floods are told; empty for where the default subscription posts.
    owners: str = field(default="", metadata={"env": "RULEWIRE_OWNERS_CHANNEL"})
    #: None for the bundled list.
    feeds_file: Path | None = field(default=None, metadata={"env": "RULEWIRE_FEEDS"})
    #: Topics that add to or replace the bundled ones.
    topics_file: Path | None = field(default=None, metadata={"env": "RULEWIRE_TOPICS"})
    federal_register_url: str = field(
        default="https://www.federalregister.gov/api/v1",
        metadata={"env": "RULEWIRE_FEDERAL_REGISTER_URL"},
    )
    ecfr_url: str = field(default="https://www.ecfr.gov", metadata={"env": "RULEWIRE_ECFR_URL"})
    allow_private_addresses: bool = field(
        default=False, metadata={"env": "RULEWIRE_ALLOW_PRIVATE_ADDRESSES"}
    )
    timezone: ZoneInfo = field(
        default=ZoneInfo("America/New_York"), metadata={"env": "RULEWIRE_TIMEZONE"}
    )
    log_format: str = field(default="text", metadata={"env": "RULEWIRE_LOG"})
    #: Health, metrics and calendars are served there; None for nowhere.
    listen: Listen | None = field(default=None, metadata={"env": "RULEWIRE_PORT"})
    #: How people reach it, where that is another address.
    url: str = field(default="", metadata={"env": "RULEWIRE_URL"})
    #: Put into the User-Agent, so that a publisher can reach who runs this.
    contact: str = field(default="", metadata={"env": "RULEWIRE_CONTACT"})

    @property
    def slack_connected(self) -> bool:
        """Both tokens are there: alerts go to Slack instead of the terminal."""
        return bool(self.bot_token and self.app_token)

    @property
    def public_url(self) -> str:
        """What the addresses of calendars begin with, without a last slash; empty without a server."""
        return self.url or (f"http://{self.listen}" if self.listen else "")

    @property
    def default_channel(self) -> str:
        """Where the default subscription posts."""
        return self.channel if self.slack_connected else TERMINAL

    @property
    def owners_channel(self) -> str:
        """Where those who run the bot are told of it; empty for nowhere."""
        return (self.owners if self.slack_connected else "") or self.default_channel


def load(environ: Mapping[str, str]) -> Settings:
    """Read and check every setting.

    Raises:
        ConfigError: with one line for each problem.
    """
    problems: list[str] = []
    values = {name: environ.get(name, "").strip() for name in NAMES}
    for name in _SECRETS:
        values[name] = _secret(environ, name, problems)
    if bool(values["SLACK_BOT_TOKEN"]) != bool(values["SLACK_APP_TOKEN"]):
        problems.append("SLACK_BOT_TOKEN and SLACK_APP_TOKEN go together: set both, or neither")
    _expect(values, "SLACK_BOT_TOKEN", "xoxb-", problems)
    _expect(values, "SLACK_APP_TOKEN", "xapp-", problems)
    settings = Settings(
        bot_token=values["SLACK_BOT_TOKEN"],
        app_token=values["SLACK_APP_TOKEN"],
        slack_api_url=_address(values, "SLACK_API_URL", problems).rstrip("/") + "/",
        database=Path(values["RULEWIRE_DATABASE"] or "rulewire.db"),
        channel=values["RULEWIRE_CHANNEL"],
        owners=values["RULEWIRE_OWNERS_CHANNEL"],
        feeds_file=_file(values, "RULEWIRE_FEEDS", problems),
        topics_file=_file(values, "RULEWIRE_TOPICS", problems),
        federal_register_url=_address(values, "RULEWIRE_FEDERAL_REGISTER_URL", problems).rstrip(
            "/"
        ),
        ecfr_url=_address(values, "RULEWIRE_ECFR_URL", problems).rstrip("/"),
        allow_private_addresses=_switch(values, "RULEWIRE_ALLOW_PRIVATE_ADDRESSES", problems),
        timezone=_zone(values, problems),
        log_format=_choice(values, "RULEWIRE_LOG", ("text", "json"), problems),
        listen=_listen(values, problems),
        url=_public(values, problems),
        contact=values["RULEWIRE_CONTACT"],
    )
    if problems:
        raise ConfigError(problems)
    return settings


def strangers(environ: Mapping[str, str]) -> list[str]:
    """Variables that look like settings and are not, each with the nearest that is."""
    known = {*NAMES, *(f"{name}_FILE" for name in _SECRETS)}
    found = sorted(name for name in environ if name.startswith("RULEWIRE_") and name not in known)
    near = {name: difflib.get_close_matches(name, known, n=1) for name in found}
    return [
        f"{name} is not a setting" + (f"; did you mean {near[name][0]}?" if near[name] else "")
        for name in found
    ]


NAMES = tuple(spec.metadata["env"] for spec in fields(Settings))
_DEFAULTS = {spec.metadata["env"]: spec.default for spec in fields(Settings)}
_SECRETS = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")


def _secret(environ: Mapping[str, str], name: str, problems: list[str]) -> str:
    path = environ.get(f"{name}_FILE", "").strip()
    if not path:
        return environ.get(name, "").strip()
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{name}_FILE: {path} cannot be read: {type(error).__name__}")
        return ""


def _expect(values: Mapping[str, str], name: str, prefix: str, problems: list[str]) -> None:
    if values[name] and not values[name].startswith(prefix):
        problems.append(f"{name} must start with {prefix} (Slack app settings show which is which)")


def _address(values: Mapping[str, str], name: str, problems: list[str]) -> str:
    text = values[name] or str(_DEFAULTS[name])
    try:
        parts = urlsplit(text)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        problems.append(f"{name}: {text!r} is not an http or https address")
    return text


def _listen(values: Mapping[str, str], problems: list[str]) -> Listen | None:
    """A port, or an address of this machine and a port: "8080", "127.0.0.1:8080", "[::1]:8080"."""
    text = values["RULEWIRE_PORT"]
    if not text:
        return None
    host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 65_536):
        problems.append(
            f"RULEWIRE_PORT: {text!r} is not a port from 1 to 65535, such as 8080 or 127.0.0.1:8080"
        )
        return None
    return Listen(host=host.strip("[]"), port=int(port))


def _public(values: Mapping[str, str], problems: list[str]) -> str:
    text = values["RULEWIRE_URL"]
    if not text:
        return ""
    if not values["RULEWIRE_PORT"]:
        problems.append(
            "RULEWIRE_URL is the address of what RULEWIRE_PORT serves: set that as well"
        )
    if {"?", "#"} & set(text):
        problems.append(f"RULEWIRE_URL: {text!r} must end before any ? or #")
    return _address(values, "RULEWIRE_URL", problems).rstrip("/")


def _file(values: Mapping[str, str], name: str, problems: list[str]) -> Path | None:
    if not values[name]:
        return None
    path = Path(values[name])
    if not path.is_file():
        problems.append(f"{name}: there is no file {path}")
    return path


def _switch(values: Mapping[str, str], name: str, problems: list[str]) -> bool:
    text = values[name].lower()
    if text not in _SWITCH:
        problems.append(f"{name}: {values[name]!r} is neither on nor off")
    return _SWITCH.get(text, False)


def _zone(values: Mapping[str, str], problems: list[str]) -> ZoneInfo:
    name = values["RULEWIRE_TIMEZONE"] or "America/New_York"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.append(f"RULEWIRE_TIMEZONE: {name!r} is not a zone such as Europe/Berlin")
        return ZoneInfo("America/New_York")


def _choice(
    values: Mapping[str, str], name: str, choices: tuple[str, ...], problems: list[str]
) -> str:
    text = values[name] or choices[0]
    if text not in choices:
        problems.append(f"{name}: {text!r} is none of {', '.join(choices)}")
    return text
