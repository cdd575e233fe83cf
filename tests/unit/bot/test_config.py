"""Settings: read once, every problem at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import config, environment
from bot.slack.vault import new_key
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


MANY = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "s",
    "SLACK_SIGNING_SECRET": "s",
    "RULEWIRE_KEY": new_key(),
    "RULEWIRE_URL": "https://rules.example",
    "RULEWIRE_PORT": "8080",
}
ONE_OVER_HTTP = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_SIGNING_SECRET": "s",
    "RULEWIRE_PORT": "8080",
}


@pytest.mark.parametrize("environ", [MANY, ONE_OVER_HTTP, {**TOKENS, **ONE_OVER_HTTP}])
def test_slack_is_connected_over_http(environ: dict[str, str]) -> None:
    settings = config.load(environ, http=True)

    assert settings.slack_connected
    assert settings.many_workspaces == ("SLACK_CLIENT_ID" in environ)
    assert config.load(environ) == settings


def test_without_a_socket_the_bot_is_started_with_http() -> None:
    for environ in (MANY, ONE_OVER_HTTP):
        with pytest.raises(ConfigError, match="rulewire run --http"):
            config.load(environ, http=False)


def test_everything_that_http_needs_is_asked_for_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        config.load({"SLACK_CLIENT_ID": "1.2", "RULEWIRE_CHANNEL": "C1"}, http=True)

    named = "\n".join(caught.value.problems)
    for name in (
        "SLACK_CLIENT_SECRET",
        "SLACK_SIGNING_SECRET",
        "RULEWIRE_KEY",
        "RULEWIRE_URL",
        "RULEWIRE_PORT",
        "T0123/C0123",
    ):
        assert name in named
    assert len(caught.value.problems) == 6


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"SLACK_SIGNING_SECRET": "s"}, "needs SLACK_BOT_TOKEN, or SLACK_CLIENT_ID"),
        ({**MANY, "SLACK_APP_TOKEN": "xapp-1"}, "Socket Mode"),
        ({**MANY, "RULEWIRE_URL": "http://rules.example"}, "https address"),
        ({**MANY, "RULEWIRE_KEY": "short"}, "rulewire key"),
        ({**MANY, "RULEWIRE_KEY": f"{new_key()} {'x' * 44}"}, "rulewire key"),
    ],
)
def test_what_does_not_go_together_is_a_problem(environ: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        config.load(environ)


def test_http_without_slack_is_a_problem() -> None:
    with pytest.raises(ConfigError) as caught:
        config.load({}, http=True)

    assert len(caught.value.problems) == 3


def test_several_keys_are_kept_in_their_order(tmp_path: Path) -> None:
    new, old = new_key(), new_key()
    path = tmp_path / "keys"
    path.write_text(f"{new}\n{old}\n")

    settings = config.load({**MANY, "RULEWIRE_KEY": "", "RULEWIRE_KEY_FILE": str(path)})

    assert settings.keys == (new, old)
    assert new not in repr(settings)


def test_the_channel_of_an_installed_workspace_is_named_with_it() -> None:
    settings = config.load({**MANY, "RULEWIRE_CHANNEL": "T1/C1", "RULEWIRE_ADMINS": "T1/U1, T2/U2"})

    assert settings.default_channel == "T1/C1"
    assert settings.admins == {"T1/U1", "T2/U2"}
