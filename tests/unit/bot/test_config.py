"""Settings: read once, every problem at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import config
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
