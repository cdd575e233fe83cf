"""Settings: read once, every problem at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import config, environment
from feeds.errors import ConfigError

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


def test_nothing_set_means_the_terminal() -> None:
    settings = config.load({})

    assert not settings.slack_connected
    assert settings.default_channel == config.TERMINAL
    assert settings.database == Path("rulewire.db")
    assert not settings.allow_private_addresses


def test_both_tokens_mean_slack() -> None:
    settings = config.load({**TOKENS, "RULEWIRE_CHANNEL": "C1"})

    assert settings.slack_connected
    assert settings.default_channel == "C1"


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        config.load(
            {
                "SLACK_BOT_TOKEN": "xapp-swapped",
                "SLACK_API_URL": "ftp://slack",
                "RULEWIRE_TIMEZONE": "Mars/Olympus",
                "RULEWIRE_LOG": "xml",
                "RULEWIRE_FEEDS": "missing.toml",
                "RULEWIRE_ALLOW_PRIVATE_ADDRESSES": "perhaps",
                "RULEWIRE_FEDERAL_REGISTER_URL": "http://[half",
            }
        )

    named = "\n".join(caught.value.problems)
    assert len(caught.value.problems) == 8
    for name in ("set both", "xoxb-", "SLACK_API_URL", "Mars", "RULEWIRE_LOG", "missing.toml"):
        assert name in named


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("xoxb-from-a-file\n")

    settings = config.load({"SLACK_BOT_TOKEN_FILE": str(path), "SLACK_APP_TOKEN": "xapp-1"})

    assert settings.bot_token == "xoxb-from-a-file"


def test_a_secret_file_that_is_missing_is_a_problem() -> None:
    with pytest.raises(ConfigError, match="SLACK_APP_TOKEN_FILE"):
        config.load({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN_FILE": "nowhere"})


def test_secrets_are_not_in_the_settings_text() -> None:
    assert "xoxb-1" not in repr(config.load(TOKENS))


def test_the_slack_address_ends_in_a_slash() -> None:
    settings = config.load({"SLACK_API_URL": "http://127.0.0.1:3301/api"})

    assert settings.slack_api_url == "http://127.0.0.1:3301/api/"


def test_a_misspelt_setting_is_named_with_the_right_one() -> None:
    found = config.strangers({"RULEWIRE_CHANEL": "C1", "RULEWIRE_CHANNEL": "C1", "HOME": "/"})

    assert found == ["RULEWIRE_CHANEL is not a setting; did you mean RULEWIRE_CHANNEL?"]


@pytest.mark.parametrize(
    ("text", "listen", "url"),
    [
        ("8080", environment.Listen(host="", port=8080), "http://localhost:8080"),
        ("127.0.0.1:80", environment.Listen(host="127.0.0.1", port=80), "http://127.0.0.1:80"),
        ("[::1]:8080", environment.Listen(host="::1", port=8080), "http://[::1]:8080"),
        ("", None, ""),
    ],
)
def test_a_port_may_name_its_address(
    text: str, listen: environment.Listen | None, url: str
) -> None:
    settings = config.load({"RULEWIRE_PORT": text})

    assert (settings.listen, settings.public_url) == (listen, url)


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1", "8080/x", "1" * 99, "٨٠٨٠", ":"])
def test_a_port_that_is_none_is_a_problem(text: str) -> None:
    with pytest.raises(ConfigError, match=r"RULEWIRE_PORT: .* is not a port from 1 to 65535"):
        config.load({"RULEWIRE_PORT": text})


def test_the_public_address_goes_before_the_port_in_calendars() -> None:
    settings = config.load({"RULEWIRE_PORT": "80", "RULEWIRE_URL": "https://rules.example/x/"})

    assert settings.public_url == "https://rules.example/x"


@pytest.mark.parametrize(
    ("url", "port", "said"),
    [
        ("rules.example", "80", "not an http or https address"),
        ("https://rules.example/?a=b", "80", "before any"),
        ("https://rules.example", "", "RULEWIRE_PORT"),
    ],
)
def test_a_public_address_that_leads_nowhere_is_a_problem(url: str, port: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        config.load({"RULEWIRE_PORT": port, "RULEWIRE_URL": url})
