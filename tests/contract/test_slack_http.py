"""Slack over HTTP: only what it signed, of late and once, is let in, and everything is answered."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp

from bot.config import Settings
from bot.environment import Listen
from bot.slack.client import web_client
from bot.slack.http import INSTALLS_AT_ONCE, Door
from bot.web import serving
from storage import subscriptions, workspaces
from storage.workspaces import UNINSTALLED
from tests.archive import Archive, document, open_archive
from tests.factories import NOW
from tests.slack_server import TEAM, TOKEN, SlackServer
from tests.workspaces import SECRET, Web, command, open_web, shared_settings


def one_workspace(server: SlackServer) -> Settings:
    return shared_settings(server, bot_token=TOKEN, client_id="", client_secret="", keys=())


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    async with open_archive(tmp_path) as opened:
        yield opened


@pytest.fixture
async def site(archive: Archive) -> AsyncIterator[Web]:
    async with open_web(archive.commands, archive.storage, settings=one_workspace) as opened:
        yield opened


def asked(site: Web, text: str, **but: Any) -> dict[str, Any]:
    return command(text, TEAM, response_url=f"{site.server.url}respond", **but)


@pytest.mark.parametrize("text", ["search huawei", 'search "payload"', "search {", ""])
async def test_a_signed_command_is_taken_at_once_and_answered(
    archive: Archive, site: Web, text: str
) -> None:
    await archive.remember(document())

    taken = await site.send(asked(site, text), form=True)

    assert (taken.status, taken.text) == (200, "")
    assert (await site.answered())[0]["blocks"]


async def test_a_click_is_answered(archive: Archive, site: Web) -> None:
    payload = {
        "type": "block_actions",
        "user": {"id": "U01ALICE", "team_id": TEAM},
        "team": {"id": TEAM},
        "channel": {"id": "C01GEN"},
        "container": {"type": "message", "message_ts": "1.2", "channel_id": "C01GEN"},
        "actions": [{"type": "button", "block_id": "b", "action_id": "topic", "value": "huawei"}],
        "response_url": f"{site.server.url}respond",
    }

    taken = await site.interact(payload)

    assert taken.status == 200
    assert len(await site.answered()) >= 1


async def test_the_address_is_confirmed_to_slack(site: Web) -> None:
    taken = await site.send({"type": "url_verification", "challenge": "3eZbrw1aB", "token": "x"})

    assert taken.status == 200
    assert json.loads(taken.text) == {"challenge": "3eZbrw1aB"}


async def test_a_check_of_the_certificate_needs_no_signature(site: Web) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    taken = await site.post("/slack/events", b"ssl_check=1&token=x", form)

    assert (taken.status, taken.text) == (200, "")


async def test_an_event_is_taken(site: Web) -> None:
    event = {"type": "app_home_opened", "user": "U01ALICE", "channel": "D01", "tab": "home"}

    taken = await site.send({"type": "event_callback", "team_id": TEAM, "event": event})

    assert taken.status == 200


@pytest.mark.parametrize("age", [301, -301, 3_600, 10**9])
async def test_a_late_request_is_refused(site: Web, age: int) -> None:
    taken = await site.send(asked(site, "help"), form=True, age=age)

    assert (taken.status, taken.text) == (401, "")
    assert site.server.asked("respond") == []


async def test_a_request_is_good_for_one_time(site: Web) -> None:
    request = asked(site, "help")
    first = await site.send(request, form=True)
    again = await site.send(request, form=True)
    site.clock.now += timedelta(minutes=1)
    later = await site.send(asked(site, "help"), form=True)

    assert [first.status, again.status, later.status] == [200, 401, 200]
    assert len(await site.answered()) == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=0"},
        {"X-Slack-Signature": "v0=\u00e9"},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "now"},
        {"X-Slack-Request-Timestamp": "9" * 400},
        {"X-Slack-Request-Timestamp": "-1"},
    ],
)
async def test_a_signature_that_does_not_fit_is_refused(site: Web, headers: dict[str, str]) -> None:
    taken = await site.send(asked(site, "help"), form=True, headers=headers)

    assert taken.status == 401


async def test_another_apps_secret_signs_nothing_here(
    site: Web, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        taken = await site.send(asked(site, "help"), form=True, secret="another")

    assert taken.status == 401
    assert SECRET not in caplog.text
    assert "v0=" not in caplog.text


@pytest.mark.parametrize(
    "body", ["{", "[]", "null", '"x"', "[" * 100_000, '{"type": NaN, "a": }', "a=b"]
)
async def test_what_is_signed_and_makes_no_sense_is_refused(site: Web, body: str) -> None:
    taken = await site.send(body)

    assert taken.status == 400


async def test_a_form_whose_payload_is_no_object_is_refused(site: Web) -> None:
    assert (await site.send({"payload": "[]"}, form=True)).status == 400


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=\xe9"])
async def test_a_body_that_is_no_text_is_refused(site: Web, body: bytes) -> None:
    assert (await site.post("/slack/events", body, {})).status == 400


async def test_a_body_of_more_than_a_megabyte_is_not_read(site: Web) -> None:
    assert (await site.post("/slack/events", b"x" * 2_000_000, {})).status == 413


async def test_a_body_of_a_megabyte_once_unpacked_is_not_read(site: Web) -> None:
    bomb = gzip.compress(b"0" * 5_000_000)

    taken = await site.post("/slack/events", bomb, {"Content-Encoding": "gzip"})

    assert taken.status == 413


async def test_slack_cannot_be_told_to_run_bolts_lazy_listeners_by_a_header(site: Web) -> None:
    taken = await site.send(
        asked(site, "help"),
        form=True,
        headers={"X-Slack-Bolt-Lazy-Only": "1", "X-Slack-Bolt-Lazy-Function-Name": "listener"},
    )

    assert taken.status == 200
    assert len(await site.answered()) == 1


async def test_other_paths_and_methods_are_closed_where_nobody_installs(site: Web) -> None:
    pages = [await site.get(path) for path in ("/slack/install", "/slack/oauth_redirect")]
    read = await site.get("/slack/events")

    assert [each.status for each in pages] == [404, 404]
    assert read.status == 405


async def test_installs_are_begun_no_faster_than_people_do(archive: Archive) -> None:
    async with open_web(archive.commands, archive.storage, settings=shared_settings) as site:
        opened = await asyncio.gather(
            *(site.get("/slack/install") for _ in range(INSTALLS_AT_ONCE + 5))
        )

    assert [each.status for each in opened].count(429) == 5


async def test_a_body_that_drips_in_is_not_waited_for(site: Web) -> None:
    app = AsyncApp(client=web_client(TOKEN, base_url=site.server.url, session=site.client))
    door = Door(app, signing_secret=SECRET, clock=site.clock, body_seconds=0.05)
    dripping = web.Application()
    dripping.add_routes(door.routes())

    async with serving(dripping, Listen(host="127.0.0.1", port=0)) as there:
        reader, writer = await asyncio.open_connection(there.host, there.port)
        writer.write(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
        answer = await reader.readline()
        writer.close()

    assert answer.split()[1] == b"408"


@pytest.mark.parametrize(("age", "ended"), [(0, True), (600, False)])
async def test_the_workspace_of_the_token_leaves_and_is_owed_nothing(
    archive: Archive, site: Web, age: int, ended: bool
) -> None:
    subscribe = subscriptions.add
    for channel in ("C01GEN", "T01ONE/C1"):
        await archive.storage.run(subscribe, channel=channel, query="x", created_by="U1", now=NOW)
    event = {
        "type": "event_callback",
        "team_id": TEAM,
        "event_id": "Ev1",
        "event_time": int(site.clock.now.timestamp()) - age,
        "event": {"type": "app_uninstalled"},
    }

    await site.send(event)
    await site.answered()

    here, elsewhere = await archive.storage.run(subscriptions.every)
    assert here.disabled_reason == (UNINSTALLED if ended else None)
    assert elsewhere.disabled_reason is None
    assert await archive.storage.run(workspaces.wake, "") == int(ended)
