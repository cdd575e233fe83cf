"""Workspaces install the app, are answered as themselves, and leave again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.poster import DeliveryError
from bot.slack.installing import STATE_LIVES
from bot.slack.workspaces import Workspaces
from storage import installations, subscriptions
from storage.installations import Installation
from storage.workspaces import REVOKED, UNINSTALLED
from tests.archive import Archive, open_archive
from tests.slack_server import TEAM, TOKEN, Fault
from tests.workspaces import ONE, ORG, TWO, URL, Web, access, command, open_web, shared_settings


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    async with open_archive(tmp_path) as opened:
        yield opened


@pytest.fixture
async def site(archive: Archive) -> AsyncIterator[Web]:
    async with open_web(archive.commands, archive.storage, settings=shared_settings) as opened:
        yield opened


async def installed(site: Web, workspace: str = ONE) -> Installation | None:
    return await site.storage.run(installations.get, workspace)


async def asks(site: Web, text: str, workspace: str, **but: Any) -> int:
    """Type a command in a workspace; the answer's status."""
    site.clock.now += timedelta(seconds=1)  # no two requests are signed in one second
    body = command(text, workspace, response_url=f"{site.server.url}respond", **but)
    taken = await site.send(body, form=True)
    await site.answered()
    return taken.status


async def happens(site: Web, event: dict[str, Any], workspace: str, *, age: float = 0) -> int:
    """An event of a workspace, `age` seconds ago."""
    site.clock.now += timedelta(seconds=1)
    at = int(site.clock.now.timestamp() - age)
    body = {"type": "event_callback", "team_id": workspace, "event": event, "event_time": at}
    taken = await site.send(body)
    await site.answered()
    return taken.status


UNINSTALL = {"type": "app_uninstalled"}


def revoke(**tokens: list[str]) -> dict[str, Any]:
    return {"type": "tokens_revoked", "tokens": tokens}


async def test_a_person_is_sent_to_slack_with_a_state_and_a_cookie(site: Web) -> None:
    answer = await site.get("/slack/install")
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)

    assert answer.status == 302
    assert answer.headers["Location"].startswith(
        f"{site.server.url.removesuffix('api/')}oauth/v2/authorize?"
    )
    assert asked["client_id"] == ["1.2"]
    assert asked["redirect_uri"] == [f"{URL}/slack/oauth_redirect"]
    assert "chat:write" in asked["scope"][0].split(",")
    assert len(asked["state"][0]) >= 40
    for part in ("Secure", "HttpOnly", "Path=/"):
        assert part in answer.headers["Set-Cookie"]


async def test_whoever_comes_back_has_installed_the_app_and_learns_how_to_begin(site: Web) -> None:
    answer = await site.install(ONE, "xoxb-one")
    kept = await installed(site)

    assert answer.status == 200
    assert "/rulewire subscribe huawei-and-standards" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert kept is not None
    assert (kept.name, kept.installed_by, kept.expires_at) == ("Name of T01ONE", "U01ALICE", None)


async def test_nobody_is_written_to_who_did_not_ask(site: Web) -> None:
    await site.install(ONE, "xoxb-one")

    called = {method for method, _ in site.server.requests}

    assert called == {"oauth.v2.access", "auth.test"}
    assert await site.storage.run(subscriptions.every) == []


async def test_tokens_are_unreadable_in_the_database(
    archive: Archive, site: Web, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="bot"):
        await site.install(ONE, "xoxb-one", refresh_token="xoxe-1-refresh", expires_in=43_200)

    files = await asyncio.to_thread(_bytes_in, tmp_path)
    assert b"T01ONE" in files
    assert b"xoxb-one" not in files
    assert b"xoxe-1" not in files
    assert "xoxb-one" not in caplog.text
    assert "client-secret" not in caplog.text


def _bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("archive.db*"))


async def test_a_state_is_good_for_one_return(site: Web) -> None:
    state, cookie = await site.begin()
    for code in ("a", "b"):
        site.server.grants[code] = access(ONE, f"xoxb-{code}")

    first = await site.get(f"/slack/oauth_redirect?code=a&state={state}", cookie=cookie)
    again = await site.get(f"/slack/oauth_redirect?code=b&state={state}", cookie=cookie)

    assert (first.status, again.status) == (200, 401)
    assert list(site.server.grants) == ["b"]


async def test_a_state_is_good_for_ten_minutes(site: Web) -> None:
    state, cookie = await site.begin()
    site.server.grants["a"] = access(ONE, "xoxb-a")

    site.clock.now += STATE_LIVES
    late = await site.get(f"/slack/oauth_redirect?code=a&state={state}", cookie=cookie)

    assert late.status == 401
    assert await installed(site) is None


async def test_a_state_is_good_in_the_browser_that_began(site: Web) -> None:
    (state, _), (_, other) = await site.begin(), await site.begin()
    site.server.grants["a"] = access(ONE, "xoxb-a")

    path = f"/slack/oauth_redirect?code=a&state={state}"
    refused = [(await site.get(path, cookie=cookie)).status for cookie in ("", other)]

    assert refused == [400, 400]
    assert await installed(site) is None


@pytest.mark.parametrize(
    "query",
    [
        "",
        "code=a",
        "state=x",
        "error=access_denied&state=x",
        "error=%3Cscript%3Ealert(1)%3C/script%3E",
    ],
)
async def test_a_return_that_lacks_something_installs_nothing_and_repeats_nothing(
    site: Web, query: str
) -> None:
    answer = await site.get(f"/slack/oauth_redirect?{query}")

    assert "not installed" in answer.text
    assert "<script" not in answer.text
    assert site.server.requests == []


async def test_a_code_that_slack_does_not_know_installs_nothing(site: Web) -> None:
    state, cookie = await site.begin()

    answer = await site.get(f"/slack/oauth_redirect?code=forged&state={state}", cookie=cookie)

    assert answer.status == 401
    assert await installed(site) is None


async def test_a_slack_that_cannot_be_reached_is_said_to_be_so(site: Web) -> None:
    site.server.fail("oauth.v2.access", Fault(drop=True))

    answer = await site.install(ONE, "xoxb-one")

    assert answer.status == 503
    assert "try again" in answer.text


async def test_each_workspace_is_answered_with_its_own_token(site: Web) -> None:
    await site.install(ONE, "xoxb-one")
    await site.install(TWO, "xoxb-two")
    site.server.callers.clear()

    for workspace in (ONE, TWO):
        await asks(site, "subscribe huawei", workspace)

    asked = list(dict.fromkeys(site.server.callers))
    assert asked == [ONE, TWO]  # who is a member, and whether the bot is
    kept = await site.storage.run(subscriptions.every)
    assert [(each.channel, each.created_by) for each in kept] == [
        (f"{ONE}/C01GEN", f"{ONE}/U01ALICE"),
        (f"{TWO}/C01GEN", f"{TWO}/U01ALICE"),
    ]


async def test_a_workspace_without_the_app_is_told_so_and_keeps_nothing(site: Web) -> None:
    status = await asks(site, "subscribe huawei", TWO)

    assert status == 200
    assert "not installed" in site.server.asked("respond")[0]["text"]
    assert await site.storage.run(subscriptions.every) == []


async def test_an_organisation_installs_once_for_all_its_workspaces(site: Web) -> None:
    await site.install(ORG, "xoxb-org")

    for team in (ONE, TWO):
        site.server.members[f"C{team}"] = ["U01ALICE"]
        org = {"is_enterprise_install": "true", "enterprise_id": ORG, "channel_id": f"C{team}"}
        await asks(site, "subscribe huawei", team, **org)

    kept = await site.storage.run(subscriptions.every)
    assert [each.channel for each in kept] == [f"{ORG}/C{ONE}", f"{ORG}/C{TWO}"]


async def test_an_organisations_install_does_not_speak_for_a_workspace_that_says_otherwise(
    site: Web,
) -> None:
    await site.install(ORG, "xoxb-org")

    await asks(site, "subscribe huawei", ONE, enterprise_id=ORG)

    assert await site.storage.run(subscriptions.every) == []


@pytest.mark.parametrize(
    ("event", "reason"),
    [(UNINSTALL, UNINSTALLED), (revoke(bot=["U0BOT"], oauth=[]), REVOKED)],
)
async def test_who_leaves_is_owed_nothing_and_forgotten_by_nobody(
    site: Web, event: dict[str, Any], reason: str
) -> None:
    await site.install(ONE, "xoxb-one")
    await asks(site, "subscribe huawei", ONE)

    status = await happens(site, event, ONE)

    kept = await installed(site)
    (silent,) = await site.storage.run(subscriptions.every)
    assert status == 200
    assert kept is not None
    assert (kept.sealed, kept.ended_reason) == ("", reason)
    assert silent.disabled_reason == reason


async def test_whoever_comes_back_is_told_again(site: Web) -> None:
    await site.install(ONE, "xoxb-one")
    await asks(site, "subscribe huawei", ONE)
    await happens(site, UNINSTALL, ONE)

    site.clock.now += timedelta(hours=1)
    await site.install(ONE, "xoxb-again")

    kept = await installed(site)
    (awake,) = await site.storage.run(subscriptions.every)
    assert kept is not None
    assert kept.ended_at is None
    assert awake.disabled_reason is None


async def test_a_late_word_of_an_uninstall_does_not_undo_the_install_after_it(site: Web) -> None:
    await site.install(ONE, "xoxb-one")
    await happens(site, UNINSTALL, ONE)
    site.clock.now += timedelta(minutes=30)
    await site.install(ONE, "xoxb-again")

    await happens(site, UNINSTALL, ONE, age=600)

    kept = await installed(site)
    assert kept is not None
    assert kept.ended_at is None


async def test_a_persons_revoked_token_is_nothing_to_the_bot(site: Web) -> None:
    await site.install(ONE, "xoxb-one")

    await happens(site, revoke(oauth=["U01ALICE"], bot=[]), ONE)

    kept = await installed(site)
    assert kept is not None
    assert kept.ended_at is None


@pytest.mark.parametrize("event", [UNINSTALL, {"type": "tokens_revoked", "tokens": "all"}])
async def test_a_stranger_who_leaves_is_taken_note_of_by_nobody(
    site: Web, event: dict[str, Any]
) -> None:
    await site.install(ONE, "xoxb-one")

    assert await happens(site, event, TWO) == 200

    kept = await installed(site)
    assert kept is not None
    assert kept.ended_at is None


async def test_the_workspace_of_the_bot_token_stays_beside_those_that_installed(
    archive: Archive,
) -> None:
    def both(server: Any) -> Any:
        return shared_settings(server, bot_token=TOKEN)

    async with open_web(archive.commands, archive.storage, settings=both) as site:
        await site.install(ONE, "xoxb-one")
        for workspace in (TEAM, ONE):
            await asks(site, "subscribe huawei", workspace)

        kept = await site.storage.run(subscriptions.every)
        assert [each.channel for each in kept] == ["C01GEN", f"{ONE}/C01GEN"]


async def test_a_key_that_opens_nothing_stops_the_bot_before_it_starts(
    archive: Archive, site: Web
) -> None:
    await site.install(ONE, "xoxb-one")
    other = shared_settings(site.server)

    workspaces = Workspaces(other, site.storage, session=site.client, clock=site.clock)

    (problem,) = await workspaces.tokens.unopened()
    assert problem.startswith("RULEWIRE_KEY does not open the tokens of T01ONE")
    with pytest.raises(DeliveryError, match="RULEWIRE_KEY"):
        await workspaces.client(ONE)


async def test_a_new_key_takes_over_and_the_old_one_can_go(archive: Archive, site: Web) -> None:
    await site.install(ONE, "xoxb-one")
    new = shared_settings(site.server).keys
    both = shared_settings(site.server, keys=(*new, *site.settings.keys))
    alone = shared_settings(site.server, keys=new)

    with_both = Workspaces(both, site.storage, session=site.client, clock=site.clock)
    assert await with_both.tokens.unopened() == []
    with_new = Workspaces(alone, site.storage, session=site.client, clock=site.clock)

    assert await with_new.tokens.unopened() == []
    assert (await with_new.client(ONE)).token == "xoxb-one"
