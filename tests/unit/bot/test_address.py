"""Addresses: bare in the workspace of SLACK_BOT_TOKEN, with their workspace everywhere else."""

from __future__ import annotations

import pytest

from bot.slack.address import address, bare, split
from bot.slack.parts import who
from bot.slack.reply import from_command, from_event, from_interaction


@pytest.mark.parametrize("workspace", ["", "T01ONE", "E01ORG"])
@pytest.mark.parametrize("name", ["C01GEN", "U01ALICE", "W01BOB", "D01"])
def test_an_address_is_taken_apart_into_what_it_was_made_of(workspace: str, name: str) -> None:
    assert split(address(workspace, name)) == (workspace, name)
    assert bare(address(workspace, name)) == name


def test_the_workspace_of_the_token_keeps_the_addresses_it_always_had() -> None:
    assert address("", "C01GEN") == "C01GEN"


def test_who_is_nobody_has_no_address() -> None:
    assert address("T01ONE", "") == ""


def test_people_and_channels_are_mentioned_without_their_workspace() -> None:
    assert who("T01ONE/U01ALICE") == "<@U01ALICE>"
    assert who("T01ONE/C01GEN") == "<#C01GEN>"


def test_whoever_asks_in_an_installed_workspace_has_its_addresses() -> None:
    body = {"user_id": "U1", "channel_id": "C1"}

    asked = from_command(body, workspace="T1")

    assert (asked.user, asked.channel) == ("T1/U1", "T1/C1")
    assert (asked.person, asked.conversation) == ("U1", "C1")


def test_on_home_the_person_is_meant() -> None:
    home = {"event": {"type": "app_home_opened", "user": "U1"}}
    modal = {"type": "view_submission", "user": {"id": "U1"}}

    asked = [from_event(home, workspace="T1"), from_interaction(modal, workspace="T1")]

    assert [each.channel for each in asked] == ["T1/U1", "T1/U1"]
    assert all(each.private for each in asked)
