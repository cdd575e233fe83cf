"""Secrets go in everywhere, and come out nowhere: not in logs, answers, exports, pages or a crash."""

from __future__ import annotations

import asyncio
import logging
import os
import stat
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import aiohttp
import pytest
from click.testing import CliRunner

from bot import config, log, web
from bot.cli import cli
from bot.environment import Listen
from bot.log import JsonFormatter, TextFormatter
from bot.metrics import Metrics
from bot.poll import PollResult
from feeds.errors import ConfigError
from storage import upkeep
from storage.database import open_database
from tests.archive import open_archive
from tests.factories import NOW
from tests.servers import ScriptedHost, redirect, reply, scripted_host
from tests.slack_server import Fault, SlackServer
from tests.slack_talk import open_talk

LOOPBACK = Listen(host="127.0.0.1", port=0)
#: Whatever secret is made of this word is found again wherever it comes out.
WORD = "zq7secretzq7"
#: What is secret in a path cannot be told from what is not; so no path is told at all.
PATH = "zq8pathzq8"
KEY = "enE3c2VjcmV0enE3enE3c2VjcmV0enE3enE3c2VjcmU="  # 32 bytes, as `rulewire key` makes them
FEED = """<rss version="2.0"><channel><title>Wire</title>
<item><title>Huawei &amp; standards</title><link>https://news.example/a</link><guid>1</guid></item>
</channel></rss>"""
FEEDS = """
[[feed]]
name = "moved"
kind = "news"
title = "Moved"
url = "{base}/moved?token={word}"
every = "1h"

[[feed]]
name = "broken"
kind = "news"
title = "Broken"
url = "{base}/broken?api_key={word}"
every = "1h"

[[feed]]
name = "page"
kind = "news"
title = "Page"
url = "{base}/page?sig={word}"
every = "1h"

[[feed]]
name = "lost"
kind = "news"
title = "Lost"
url = "http://127.0.0.1:9/{path}/rss?auth={word}"
every = "1h"
"""


@pytest.fixture
async def host() -> AsyncIterator[ScriptedHost]:
    async with scripted_host() as running:
        there = running.on("/there", reply(FEED, content_type="application/rss+xml"))
        running.on("/moved", redirect(f"{there}?token={WORD}", status=301))
        running.on("/broken", reply(f"denied: token {WORD}", status=500))
        running.on("/page", reply(f"<html>{WORD}</html>", content_type="text/html"))
        running.on("/good", reply(FEED, content_type="application/rss+xml"))
        yield running


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer().running() as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, host: ScriptedHost, slack: SlackServer) -> dict[str, str]:
    feeds = tmp_path / "feeds.toml"
    feeds.write_text(FEEDS.format(base=host.base, word=WORD, path=PATH), encoding="utf-8")
    return {
        "PATH": os.environ["PATH"],
        "RULEWIRE_DATABASE": str(tmp_path / "rulewire.db"),
        "RULEWIRE_FEEDS": str(feeds),
        "RULEWIRE_ALLOW_PRIVATE_ADDRESSES": "1",
        "RULEWIRE_FEDERAL_REGISTER_URL": f"{host.base}/register",
        "SLACK_API_URL": slack.url,
        "SLACK_BOT_TOKEN": f"xoxb-1-{WORD}",
        "SLACK_APP_TOKEN": f"xapp-1-{WORD}",
    }


async def said(settings: Mapping[str, str], *words: str) -> str:
    """All that a command of the shell says, as a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        env=dict(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    return out.decode()


@pytest.mark.parametrize("form", ["text", "json"])
async def test_the_shell_tells_no_secret(
    settings: dict[str, str], host: ScriptedHost, form: str
) -> None:
    settings["RULEWIRE_LOG"] = form
    good = f"{host.base}/good?token={WORD}"
    commands = [
        ["check"],
        ["--verbose", "poll"],
        ["status"],
        ["status", "--json"],
        ["feeds", "add", good],
        ["feeds", "add", good],
        ["feeds", "add", f"{host.base}/page?token={WORD}"],
        ["feeds", "add", f"ftp://u:{WORD}@files.example/"],
        ["feeds", "list"],
        ["feeds", "export"],
        ["search", "huawei"],
        ["why", f"{host.base}/good?token={WORD}"],
        ["subscriptions", "add", "C01GEN", "huawei"],
        ["subscriptions", "export"],
        ["--verbose", "poll", "--feed", "wire"],
        ["manifest"],
    ]
    commands += [
        ["export", what, "--format", "json"] for what in ("entries", "deliveries", "subscriptions")
    ]

    told = {" ".join(words): await said(settings, *words) for words in commands}

    assert {name for name, text in told.items() if WORD in text} == set()
    assert {name for name, text in told.items() if PATH in text} == {"feeds export"}
    assert "polled feed=broken" in told["--verbose poll"]
    assert "has moved to" in told["check"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"SLACK_BOT_TOKEN": WORD},
        {"SLACK_APP_TOKEN": f"xoxb-{WORD}"},
        {"RULEWIRE_KEY": WORD},
        {"RULEWIRE_FEDERAL_REGISTER_URL": f"https://u:{WORD}@register.example/"},
        {"RULEWIRE_ECFR_URL": f"ftp://u:{WORD}@ecfr.example/"},
        {"SLACK_API_URL": f"https://slack.example/?token={WORD}"},
        {"RULEWIRE_PORT": "8080", "RULEWIRE_URL": f"https://u:{WORD}@rules.example"},
    ],
)
def test_a_wrong_setting_is_named_without_its_secret(wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        config.load(wrong)

    assert WORD not in str(caught.value)
    assert next(iter(wrong)) in str(caught.value) or "RULEWIRE_URL" in str(caught.value)


def test_settings_show_no_secret_and_know_all_of_theirs() -> None:
    secrets = {
        "SLACK_BOT_TOKEN": f"xoxb-{WORD}",
        "SLACK_SIGNING_SECRET": f"{WORD}-signing",
        "SLACK_CLIENT_SECRET": f"{WORD}-client",
        "SLACK_CLIENT_ID": "1.2",
        "RULEWIRE_KEY": KEY,
        "RULEWIRE_PORT": "8080",
        "RULEWIRE_URL": "https://rules.example",
    }
    settings = config.load(secrets)

    shown = repr(settings)

    assert WORD not in shown
    assert KEY not in shown
    assert {value for name, value in secrets.items() if name in config._SECRETS} == set(
        settings.secrets
    )


def error() -> BaseException:
    """As a library raises it: the secret in its words, and in those of its cause."""

    def fail() -> None:
        raise RuntimeError(f"Authorization: Bearer {WORD}; signed by {WORD}-signing") from (
            ValueError(f"GET https://feeds.example/?token={WORD}")
        )

    with pytest.raises(RuntimeError) as raised:
        fail()
    return raised.value


@pytest.mark.parametrize("formatter", [TextFormatter, JsonFormatter])
def test_a_line_of_the_log_tells_no_secret_whatever_is_in_it(
    formatter: type[TextFormatter | JsonFormatter],
) -> None:
    raised = error()
    record = logging.LogRecord(
        "bot.slack.bolt",
        logging.DEBUG,
        "x.py",
        1,
        "Request body: %s",
        ({"token": WORD, "response_url": f"https://hooks.slack.com/commands/T/1/{WORD}"},),
        (type(raised), raised, raised.__traceback__),
    )

    line = formatter(secrets=[f"{WORD}-signing"]).format(record)

    assert WORD not in line
    assert "RuntimeError" in line


def test_a_crash_tells_where_and_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    kept, handlers = sys.excepthook, logging.getLogger().handlers[:]
    try:
        log.set_up("text", secrets=[f"{WORD}-signing"])
        raised = error()
        sys.excepthook(type(raised), raised, raised.__traceback__)
    finally:
        sys.excepthook, logging.getLogger().handlers[:] = kept, handlers

    shown = capsys.readouterr().err
    assert "test_secrets.py" in shown
    assert WORD not in shown


async def test_slack_is_told_no_secret(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with open_archive(tmp_path) as archive, open_talk(archive.commands) as talk:
        talk.server.fail("respond", Fault(error=f"xoxb-{WORD}", status=500))
        with caplog.at_level(logging.DEBUG):
            for text in (
                f"why https://u:{WORD}@news.example/?token={WORD}",
                f"subscribe https://hooks.slack.com/services/T/B/{WORD}",
                f"search xoxb-{WORD} (",
                "status",
            ):
                await talk.type(text)

    lines = [TextFormatter().format(record) for record in caplog.records]
    assert [line for line in lines if WORD in line] == []


async def test_the_web_port_tells_no_secret(tmp_path: Path) -> None:
    async def trouble() -> str:
        return f"https://x.example/?token={WORD} answered 500"

    metrics = Metrics()
    metrics.polled([PollResult(feed="wire", report=None, error=f"xoxb-{WORD}")])
    async with open_archive(tmp_path) as archive, aiohttp.ClientSession() as client:
        site = web.Site(
            archive.storage,
            topics={},
            clock=lambda: NOW,
            metrics=metrics,
            checks={"slack": trouble},
        )
        async with web.serving(site.application(), LOOPBACK) as listen:
            pages = [
                await (await client.get(f"http://{listen}{path}")).text()
                for path in ("/metrics", "/healthz", "/readyz", f"/calendar/1-{WORD}.ics")
            ]

    assert "answered 500" in pages[2]
    assert [page for page in pages if WORD in page] == []


def test_every_file_of_the_database_is_its_owners_only(tmp_path: Path) -> None:
    """Also beside a umask that lets everybody read."""
    before = os.umask(0)
    try:
        with open_database(tmp_path / "rulewire.db") as db:
            db.execute("UPDATE lease SET beat = 2")
            made = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
            upkeep.back_up(db, tmp_path / "backup.db", now=NOW)
        environment = {"RULEWIRE_DATABASE": str(tmp_path / "rulewire.db")}
        words = ["export", "entries", "--output", str(tmp_path / "entries.csv")]
        exported = CliRunner().invoke(cli, words, env=environment)
    finally:
        os.umask(before)

    assert set(made) == {"rulewire.db", "rulewire.db-wal", "rulewire.db-shm"}
    assert set(made.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "backup.db").stat().st_mode) == 0o600
    assert exported.exit_code == 0
    assert stat.S_IMODE((tmp_path / "entries.csv").stat().st_mode) == 0o600
