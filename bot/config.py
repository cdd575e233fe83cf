"""Settings from the environment, validated once, all problems at once."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.environment import Environment, Listen
from feeds.errors import ConfigError

#: The channel that stands for the terminal while Slack is not connected.
TERMINAL = "terminal"
DEFAULT_QUERY = "topic:huawei-and-standards"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator can set; each field's metadata names its environment variable.

    A secret can also be given as the path of a file that holds it: `SLACK_BOT_TOKEN_FILE`.
    """

    bot_token: str = field(
        default="", repr=False, metadata={"env": "SLACK_BOT_TOKEN", "secret": True}
    )
    app_token: str = field(
        default="", repr=False, metadata={"env": "SLACK_APP_TOKEN", "secret": True}
    )
    #: By which requests over HTTP are known to be Slack's.
    signing_secret: str = field(
        default="", repr=False, metadata={"env": "SLACK_SIGNING_SECRET", "secret": True}
    )
    #: Of an app that many workspaces install.
    client_id: str = field(default="", metadata={"env": "SLACK_CLIENT_ID"})
    client_secret: str = field(
        default="", repr=False, metadata={"env": "SLACK_CLIENT_SECRET", "secret": True}
    )
    #: What tokens of installed workspaces are sealed with; the first seals, all of them open.
    keys: tuple[str, ...] = field(
        default=(), repr=False, metadata={"env": "RULEWIRE_KEY", "secret": True}
    )
    #: Who may change what everyone sees, beside the admins of a workspace: addresses.
    admins: frozenset[str] = field(default=frozenset(), metadata={"env": "RULEWIRE_ADMINS"})
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
        """Alerts go to Slack instead of the terminal."""
        return bool(self.bot_token) or self.many_workspaces

    @property
    def secrets(self) -> tuple[str, ...]:
        """All that must never be told, longest first."""
        held = [getattr(self, spec.name) for spec in fields(self) if spec.metadata.get("secret")]
        flat = [each for value in held for each in ([value] if isinstance(value, str) else value)]
        return tuple(sorted(filter(None, flat), key=len, reverse=True))

    @property
    def many_workspaces(self) -> bool:
        """Workspaces install the app by themselves."""
        return bool(self.client_id)

    @property
    def public_url(self) -> str:
        """What the addresses of calendars begin with, without a last slash; empty without a server."""
        return self.url or (f"http://{self.listen}" if self.listen else "")

    @property
    def user_agent(self) -> str:
        """Who we are, and how a publisher reaches whoever runs us."""
        name = f"Rulewire/{version('rulewire')}"
        return f"{name} (+{self.contact})" if self.contact else name

    @property
    def default_channel(self) -> str:
        """Where the default subscription posts."""
        return self.channel if self.slack_connected else TERMINAL

    @property
    def owners_channel(self) -> str:
        """Where those who run the bot are told of it; empty for nowhere."""
        return (self.owners if self.slack_connected else "") or self.default_channel


def load(environ: Mapping[str, str], *, http: bool | None = None) -> Settings:
    """Read and check every setting.

    Args:
        environ: The environment.
        http: Whether Slack is answered over HTTP (True) or by Socket Mode; None when nobody is
            answered now.

    Raises:
        ConfigError: with one line for each problem.
    """
    env = Environment(environ, defaults=_DEFAULTS)
    settings = Settings(
        bot_token=env.secret("SLACK_BOT_TOKEN", prefix="xoxb-"),
        app_token=env.secret("SLACK_APP_TOKEN", prefix="xapp-"),
        signing_secret=env.secret("SLACK_SIGNING_SECRET"),
        client_id=env.text("SLACK_CLIENT_ID"),
        client_secret=env.secret("SLACK_CLIENT_SECRET"),
        keys=env.keys("RULEWIRE_KEY"),
        admins=env.words("RULEWIRE_ADMINS"),
        slack_api_url=env.address("SLACK_API_URL").rstrip("/") + "/",
        database=Path(env.text("RULEWIRE_DATABASE") or "rulewire.db"),
        channel=env.text("RULEWIRE_CHANNEL"),
        owners=env.text("RULEWIRE_OWNERS_CHANNEL"),
        feeds_file=env.file("RULEWIRE_FEEDS"),
        topics_file=env.file("RULEWIRE_TOPICS"),
        federal_register_url=env.address("RULEWIRE_FEDERAL_REGISTER_URL").rstrip("/"),
        ecfr_url=env.address("RULEWIRE_ECFR_URL").rstrip("/"),
        allow_private_addresses=env.switch("RULEWIRE_ALLOW_PRIVATE_ADDRESSES"),
        timezone=env.zone("RULEWIRE_TIMEZONE"),
        log_format=env.choice("RULEWIRE_LOG", ("text", "json")),
        listen=env.listen("RULEWIRE_PORT"),
        url=env.public("RULEWIRE_URL"),
        contact=env.text("RULEWIRE_CONTACT"),
    )
    port = bool(env.text("RULEWIRE_PORT"))
    problems = [*_disagreements(settings, http=http, port=port), *env.problems]
    if problems:
        raise ConfigError(problems)
    return settings


def _disagreements(settings: Settings, *, http: bool | None, port: bool) -> list[str]:
    """What is set, or left out, that does not go together."""
    bot, app = bool(settings.bot_token), bool(settings.app_token)
    signed, many = bool(settings.signing_secret), settings.many_workspaces
    found = {
        "SLACK_BOT_TOKEN and SLACK_APP_TOKEN go together: set both, or neither; over HTTP"
        " SLACK_SIGNING_SECRET takes the place of SLACK_APP_TOKEN": (app and not bot)
        or (bot and not app and not signed and not many),
        "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET go together: set both, or neither": many
        != bool(settings.client_secret),
        "SLACK_SIGNING_SECRET needs SLACK_BOT_TOKEN, or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET": (
            signed and not bot and not many
        ),
        "SLACK_APP_TOKEN is for Socket Mode, by which no workspace can install the app: leave it out,"
        " or SLACK_CLIENT_ID": many and app,
        "SLACK_SIGNING_SECRET is needed, by which requests are known to be Slack's": (
            not signed and (many or bool(http))
        ),
        "RULEWIRE_KEY is needed to seal the tokens of workspaces; `rulewire key` makes one": (
            many and not settings.keys
        ),
        "RULEWIRE_URL must be the https address at which Slack and browsers reach RULEWIRE_PORT": (
            many and not settings.url.startswith("https://")
        ),
        "RULEWIRE_CHANNEL and RULEWIRE_OWNERS_CHANNEL need SLACK_BOT_TOKEN, or the workspace before the"
        " channel: T0123/C0123": not bot
        and many
        and any(each and "/" not in each for each in (settings.channel, settings.owners)),
        "RULEWIRE_URL is the address of what RULEWIRE_PORT serves: set that as well": (
            bool(settings.url) and not port
        ),
        "RULEWIRE_PORT is needed: --http answers Slack there": bool(http) and not port,
        "--http needs SLACK_BOT_TOKEN, or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET": (
            bool(http) and not bot and not many
        ),
        "without SLACK_APP_TOKEN there is no Socket Mode: start with `rulewire run --http`": (
            http is False and settings.slack_connected and not app and (signed or many)
        ),
    }
    return [problem for problem, is_so in found.items() if is_so]


def strangers(environ: Mapping[str, str]) -> list[str]:
    """Variables that look like settings and are not, each with the nearest that is."""
    known = {*NAMES, *(f"{name}_FILE" for name in _SECRETS)}
    found = sorted(name for name in environ if name.startswith("RULEWIRE_") and name not in known)
    near = {name: difflib.get_close_matches(name, known, n=1) for name in found}
    return [
        f"{name} is not a setting" + (f"; did you mean {near[name][0]}?" if near[name] else "")
        for name in found
    ]


_SETTINGS = fields(Settings)
NAMES = tuple(spec.metadata["env"] for spec in _SETTINGS)
_DEFAULTS = {spec.metadata["env"]: spec.default for spec in _SETTINGS}
_SECRETS = tuple(spec.metadata["env"] for spec in _SETTINGS if spec.metadata.get("secret"))
