"""The shell's commands for workspaces: who installed the app, what is kept of one, and forgetting it."""

from __future__ import annotations

import json

import pytest

from storage import installations, subscriptions
from storage.database import open_database, transaction
from storage.installations import Installation
from tests.e2e.rulewire import Rulewire
from tests.factories import NOW
from tests.workspaces import ONE

pytestmark = pytest.mark.e2e


@pytest.fixture
def installed(shell: Rulewire) -> Rulewire:
    """Rulewire with one workspace, which wants to hear of something."""
    new = Installation(
        workspace=ONE,
        name="Standards Ltd",
        sealed="sealed",
        expires_at=None,
        installed_by="U1",
        installed_at=NOW,
    )
    with open_database(shell.database) as db, transaction(db):
        installations.put(db, new)
        subscriptions.add(db, channel=f"{ONE}/C1", query="huawei", created_by=f"{ONE}/U1", now=NOW)
    return shell


async def test_a_workspace_is_listed_handed_over_and_forgotten(installed: Rulewire) -> None:
    listed = await installed.command("workspaces")
    kept = await installed.command("export", "workspace", ONE)
    unsure = await installed.command("forget", ONE)
    gone = await installed.command("forget", ONE, "--yes")
    again = await installed.command("forget", ONE, "--yes")
    left = await installed.command("workspaces")

    assert "T01ONE  Standards Ltd  since 2020-06-18" in listed.out
    tables = json.loads(kept.out)["tables"]
    assert [each["query"] for each in tables["subscriptions"]] == ["huawei"]
    assert "sealed" not in kept.out
    assert unsure.code == 1  # nobody answered
    assert (gone.code, again.code) == (0, 1)
    assert "1 of subscriptions" in gone.out
    assert "nothing is kept of T01ONE" in again.err
    assert "No workspace" in left.out


async def test_a_key_is_made_and_a_manifest_for_http(shell: Rulewire) -> None:
    key, other = await shell.command("key"), await shell.command("key")
    http = await shell.command("manifest", "--http", "https://rules.example/")
    plain = await shell.command("manifest", "--http", "http://rules.example")

    assert len(key.out.strip()) == 44
    assert key.out != other.out
    (command,) = json.loads(http.out)["features"]["slash_commands"]
    assert command["url"] == "https://rules.example/slack/events"
    assert plain.code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "workspace"),
        ("export", "entries", ONE),
        ("forget", "C0123"),
    ],
)
async def test_what_names_no_workspace_is_refused(
    shell: Rulewire, arguments: tuple[str, ...]
) -> None:
    ended = await shell.command(*arguments)

    assert ended.code == 2
    assert ended.out == ""
