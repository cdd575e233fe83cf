"""Outdated Homes are shown anew, bounded, and one that cannot be shown holds up no other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlite_utils import Database

from bot.poster import DeliveryError, Outcome
from bot.slack.home import Homes
from bot.slack.home_rounds import IN_A_ROUND, kept_fresh, show_outdated
from bot.slack.membership import Memberships
from bot.slack.permissions import Permissions
from bot.slack.views import Surface
from storage import homes, subscriptions
from tests.archive import ALICE, BOB, CHANNEL, Archive, open_archive
from tests.e2e.waiting import until_true
from tests.factories import NOW
from tests.slack_server import Fault
from tests.slack_talk import Talk, open_talk


class World:
    """An archive whose clock moves, and a Slack in front of it."""

    def __init__(self, archive: Archive, talk: Talk, now: list[datetime]) -> None:
        self.archive, self.talk, self.now = archive, talk, now
        surface = Surface(
            commands=archive.commands,
            permissions=Permissions(admins=frozenset(), elapsed=lambda: 0.0),
        )
        self.homes = Homes(surface, Memberships(elapsed=lambda: 0.0))

    async def client_of(self, workspace: str) -> AsyncWebClient:
        if workspace:
            raise DeliveryError("not installed", outcome=Outcome.CHANNEL_REFUSES)
        return self.talk.app.client

    async def round(self, *, later: timedelta = timedelta(minutes=2)) -> int:
        self.now[0] += later
        return await show_outdated(self.homes, self.archive.commands, self.client_of)

    async def change(self, channel: str = CHANNEL) -> None:
        await self.archive.storage.run(_toggle, channel)


def _toggle(db: Database, channel: str) -> None:
    added, new = subscriptions.add(db, channel=channel, query="huawei", created_by=BOB, now=NOW)
    if not new:
        subscriptions.remove(db, channel=channel, query=added.query)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    now = [NOW]
    async with (
        open_archive(tmp_path, clock=lambda: now[0]) as archive,
        open_talk(archive.commands) as talk,
    ):
        yield World(archive, talk, now)


async def test_a_change_by_another_is_shown_in_the_next_round(world: World) -> None:
    await world.talk.open_home()
    await world.change()

    shown = await world.round()
    again = await world.round()

    assert (shown, again) == (1, 0)
    assert "`huawei`" in str(world.talk.home())


async def test_one_home_is_shown_anew_every_ten_seconds_however_much_changes(world: World) -> None:
    await world.talk.open_home()
    for _ in range(5):
        await world.change()

    soon = await world.round(later=timedelta(seconds=9))
    later = await world.round(later=timedelta(seconds=2))

    assert (soon, later) == (0, 1)


async def test_a_round_is_bounded_and_the_next_goes_on(world: World) -> None:
    people = [f"U{number:05}" for number in range(10)]
    world.talk.server.members[CHANNEL] += people
    for person in people:
        await world.talk.open_home(user=person)
    await world.change()

    rounds = [await world.round() for _ in range(4)]

    assert rounds == [IN_A_ROUND, IN_A_ROUND, 10 - 2 * IN_A_ROUND, 0]


async def test_who_has_not_looked_for_a_week_is_left_alone(world: World) -> None:
    await world.talk.open_home()
    await world.change()

    assert await world.round(later=timedelta(days=8)) == 0


async def test_a_home_that_slack_refuses_or_that_nobody_can_reach_waits_its_turn(
    world: World,
) -> None:
    stranger = f"T02OTHER/{BOB}"

    def open_other(db: Database) -> None:
        home = homes.opened(db, stranger, now=NOW)
        homes.published(db, home, channels=[CHANNEL], governs=False, now=NOW)

    await world.archive.storage.run(open_other)
    await world.talk.open_home()
    await world.change()
    world.talk.server.fail("views.publish", Fault(error="internal_error"))

    first, second = await world.round(), await world.round()

    assert (first, second) == (0, 1)
    assert list(world.talk.server.homes) == [ALICE]


async def test_while_the_bot_is_connected_homes_are_kept_fresh(world: World) -> None:
    await world.talk.open_home()
    await world.change()
    world.now[0] += timedelta(minutes=2)

    async with kept_fresh(world.homes, world.archive.commands, world.client_of):
        await until_true(lambda: "`huawei`" in str(world.talk.home()), what="fresh Home")
