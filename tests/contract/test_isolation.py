"""Nothing of one workspace is ever shown to another, or changed by it, whatever it asks or clicks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlite_utils import Database

from bot import flood_card
from bot.answers import Place
from bot.command_words import WORDS
from bot.law_page import LawPlace
from bot.slack import actions, blocks
from bot.slack.manifest import EVENTS, IS_THERE_A_RULE, NEW_ALERT
from storage import (
    calendars,
    cards,
    channels,
    deliveries,
    events,
    floods,
    installations,
    joins,
    outbox,
    stories,
    subscriptions,
)
from storage.cards import Standing
from storage.channels import Channel
from storage.deliveries import State, Why
from storage.entries import Entry
from storage.stories import Mark
from tests.archive import Archive, document, open_archive
from tests.factories import NOW, make_press
from tests.unit.bot.test_flood import churned, known_feed, visit
from tests.workspaces import ONE, TWO, Web, command, open_web, shared_settings

#: Of the one workspace: none of this may come to the other.
HERE, THERE, ALICE = f"{ONE}/C0SECRET", f"{ONE}/C0HIDDEN", f"{ONE}/U0ALICE"
QUERY, BROKEN = "confidentialword", "topic:confidentialtopic"
SECRETS = (ONE, "SECRET", "HIDDEN", "ALICE", "confidential", "Name of T01ONE", "1592488800.0000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """What the other workspace may guess: numbers."""

    subscription: int
    calendar: str
    deliveries: tuple[int, ...]
    entries: tuple[int, ...]
    stories: tuple[int, ...]


def plant(db: Database, rule: Entry, report: Entry) -> Planted:
    """Fill every table with something of workspace ONE."""
    kept, _ = subscriptions.add(db, channel=HERE, query=QUERY, created_by=ALICE, now=NOW)
    subscriptions.add(db, channel=THERE, query=BROKEN, created_by=ALICE, now=NOW)
    subscriptions.add(db, channel=ALICE, query="topic:huawei", created_by=ALICE, now=NOW)
    subscriptions.disable(db, THERE, reason="is_archived")
    calendar = calendars.address(db, kept.id, made_by=ALICE, now=NOW)
    channels.put(db, HERE, Channel())
    owed = [events.reach(db, each, now=NOW) for each in (rule, report)]
    for event in owed:
        for channel in (HERE, THERE, ALICE):
            why = [Why(subscription=QUERY, reasons=())]
            outbox.enqueue(db, event, channel=channel, whys=why, now=NOW)
    numbers = [each.id for each in deliveries.in_state(db, State.PENDING)]
    told = deliveries.get(db, numbers[0])
    assert told
    outbox.settle_sent(db, told, ts="1592488800.000001", now=NOW)
    for number, state in zip(numbers[1:3], ("uncertain", "dead"), strict=True):
        db.execute(
            "UPDATE outbox SET state = ?, last_error = ? WHERE id = ?", [state, HERE, number]
        )
    cards.put(
        db,
        Standing(
            channel=HERE,
            story_id=rule.story_id,
            entry_id=rule.id,
            conversation=HERE,
            ts="1592488800.000001",
        ),
    )
    for mark, holder in (
        (Mark.SAVED, ALICE),
        (Mark.FOLLOWED, ALICE),
        (Mark.IRRELEVANT, ALICE),
        (Mark.MUTED, THERE),
    ):
        stories.mark(db, rule.story_id, mark, holder=holder, made_by=ALICE, now=NOW)
    because = joins.Because(reason="joined by hand", confidence=1.0, made_by=ALICE)
    stories.merge(db, report.story_id, into=rule.story_id, because=because, now=NOW)
    return Planted(
        subscription=kept.id,
        calendar=calendar,
        deliveries=tuple(numbers),
        entries=(rule.id, report.id),
        stories=(rule.story_id, report.story_id),
    )


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    async with open_archive(tmp_path, shared=True) as opened:
        yield opened


@dataclass(kw_only=True)
class Intruder:
    """The owner of workspace TWO, who tries everything."""

    site: Web
    planted: Planted

    async def type(self, text: str) -> None:
        self._tick()
        body = command(
            text, TWO, user_id="U0EVE", channel_id="C0EVE", response_url=self._response_url
        )
        await self.site.send(body, form=True)
        await self.site.answered()

    async def click(self, action_id: str, value: str) -> None:
        option = {"selected_option": {"value": value}} if action_id == blocks.MORE else {}
        await self.interact(
            {
                "type": "block_actions",
                "container": {
                    "type": "message",
                    "message_ts": "1592488800.000001",
                    "channel_id": "C0EVE",
                },
                "channel": {"id": "C0EVE"},
                "actions": [
                    {"type": "button", "block_id": "b", "action_id": action_id, "value": value}
                    | option
                ],
            }
        )

    async def interact(self, payload: dict[str, Any]) -> None:
        self._tick()
        common = {
            "user": {"id": "U0EVE", "team_id": TWO},
            "team": {"id": TWO},
            "response_url": self._response_url,
            "trigger_id": "1.2.3",
        }
        await self.site.interact(common | payload)
        await self.site.answered()

    async def cause(self, event: dict[str, Any]) -> None:
        self._tick()
        at = int(self.site.clock.now.timestamp())
        body = {"type": "event_callback", "team_id": TWO, "event_time": at}
        about = {"user": "U0EVE", "channel": "C0EVE", "ts": "1.2", "event_ts": "1.2"}
        await self.site.send(body | {"event": about | event})
        await self.site.answered()

    def learned(self) -> list[str]:
        """Which of the secrets came to Slack in any request, answer or message."""
        said = json.dumps(self.site.server.requests, ensure_ascii=False)
        return [secret for secret in SECRETS if secret in said]

    @property
    def _response_url(self) -> str:
        return f"{self.site.server.url}respond"

    def _tick(self) -> None:
        self.site.clock.now += timedelta(seconds=1)


@pytest.fixture
async def eve(archive: Archive) -> AsyncIterator[Intruder]:
    report = make_press(title="Huawei may take part in standards, confidants say")
    rule, news = await archive.remember(document(), report)
    planted = await archive.storage.run(plant, rule, news)
    async with open_web(archive.commands, archive.storage, settings=shared_settings) as site:
        for workspace, token in ((ONE, "xoxb-one"), (TWO, "xoxb-two")):
            await site.install(workspace, token)
        site.server.members["C0EVE"] = ["U0BOT", "U0EVE"]
        site.server.people["U0EVE"] = {"is_admin": True, "is_owner": True, "team_id": TWO}
        site.server.requests.clear()
        yield Intruder(site=site, planted=planted)


async def rows_of_one(archive: Archive) -> list[str]:
    """Every row of every table in which workspace ONE is named, as it is now."""

    def read(db: Database) -> list[str]:
        found = []
        for table in db.table_names():
            if table.startswith("entries_fts"):
                continue
            for row in db.query(f"SELECT * FROM [{table}]"):
                text = json.dumps(row, default=repr, sort_keys=True)
                if ONE in text:
                    found.append(f"{table}: {text}")
        return sorted(found)

    return await archive.storage.run(read)


async def test_the_owner_sees_what_is_planted(archive: Archive, eve: Intruder) -> None:
    eve.site.clock.now += timedelta(seconds=1)
    for text in ("subscriptions", "why 2020-13093", "status", "calendar confidentialword"):
        body = command(
            text,
            ONE,
            user_id="U0ALICE",
            channel_id="C0SECRET",
            response_url=f"{eve.site.server.url}respond",
        )
        await eve.site.send(body, form=True)
        await eve.site.answered()

    assert {"SECRET", "HIDDEN", "ALICE", "confidential"} <= set(eve.learned())


@pytest.mark.parametrize("word", WORDS)
async def test_no_command_tells_of_another_workspace(
    archive: Archive, eve: Intruder, word: str
) -> None:
    before = await rows_of_one(archive)

    numbers = [eve.planted.subscription, *eve.planted.deliveries, *eve.planted.entries]
    texts = ["", "2020-13093", "huawei", "all", "renew", "topic:huawei"]
    texts += [f"{number} {verb}" for number in numbers for verb in ("sent", "again", "")]
    texts += ["https://news.example/huawei-standards to 2020-13093"]
    for text in texts:
        await eve.type(f"{word} {text}")

    assert eve.learned() == []
    assert await rows_of_one(archive) == before


@pytest.mark.parametrize("word", WORDS)
async def test_what_another_workspace_has_is_answered_like_what_nobody_has(
    eve: Intruder, word: str
) -> None:
    answers = []

    for guess in (QUERY, QUERY[::-1]):
        for text in (guess, f"topic:{guess}", f"renew {guess}", f"{ONE}/{guess}"):
            await eve.type(f"{word} {text}")
        said = json.dumps(eve.site.server.asked("respond"))
        eve.site.server.requests.clear()
        answers.append(said.replace(guess, "…"))

    assert answers[0] == answers[1]


async def test_no_click_tells_of_another_workspace_or_changes_it(
    archive: Archive, eve: Intruder
) -> None:
    before = await rows_of_one(archive)
    planted = eve.planted
    numbers = {planted.subscription, *planted.deliveries, *planted.entries, *planted.stories}
    values = [str(number) for number in numbers]
    verbs = (blocks.WHY, blocks.TIMELINE, blocks.SAVE, blocks.NOT_RELEVANT, blocks.SUBSCRIBE)
    values += [f"{verb}:{number}" for verb in (*verbs, *Mark) for number in planted.entries]
    places = (Place(query="huawei"), LawPlace(named="2020-13093"))
    values += [msgspec.json.encode(place).decode() for place in places]
    values += ["huawei", "2020-06-18 huawei"]

    for action in [*actions.HANDLERS, blocks.READ, "of-another-version"]:
        for value in values:
            await eve.click(action, value)

    assert len(eve.site.server.asked("respond")) > 100
    assert eve.learned() == []
    assert await rows_of_one(archive) == before


async def test_no_event_nor_shortcut_tells_of_another_workspace_or_changes_it(
    archive: Archive, eve: Intruder
) -> None:
    before = await rows_of_one(archive)

    links = [{"url": "https://www.federalregister.gov/d/2020-13093", "domain": "x"}]
    details = {
        "tab": "home",
        "text": "why 2020-13093",
        "links": links,
        "tokens": {"bot": ["U0BOT"]},
        "message_ts": "1.2",
    }
    for name in sorted(EVENTS, key=lambda each: each in {"app_uninstalled", "tokens_revoked"}):
        where = {"channel_type": "im"} if name == "message.im" else {}
        await eve.cause({"type": name.partition(".")[0], **where, **details})
    for kind, callback in (("shortcut", NEW_ALERT), ("message_action", IS_THERE_A_RULE)):
        message = {"text": "Is there a rule about Huawei?", "ts": "1.2"}
        channel = {"id": "C0EVE"}
        payload = {"type": kind, "callback_id": callback, "message": message, "channel": channel}
        await eve.interact(payload)

    assert eve.learned() == []
    assert await rows_of_one(archive) == before


async def test_stories_that_workspaces_share_are_shaped_by_whoever_runs_the_bot(
    archive: Archive, eve: Intruder
) -> None:
    eve.site.server.people["U0EVE"] = {"is_admin": True, "team_id": TWO}
    await eve.type("split 2020-13093")
    refused = eve.site.server.asked("respond")[-1]["text"]
    admin = await archive.ask("split 2020-13093", channel=f"{TWO}/C1", user=f"{TWO}/U0ADMIN")

    assert "whoever runs the bot" in refused
    assert "out of its story" in admin.text  # type: ignore[union-attr]  # a Notice


async def test_floods_that_workspaces_share_are_decided_by_whoever_runs_the_bot(
    archive: Archive, eve: Intruder
) -> None:
    await archive.storage.run(lambda db: visit(db, churned(), known_feed(db)))
    await eve.type("floods drop 1")
    typed = eve.site.server.asked("respond")[-1]["text"]
    await eve.interact(
        {
            "type": "block_actions",
            "container": {"type": "message"},
            "channel": {"id": "C0EVE"},
            "message": {"ts": "1.2"},
            "actions": [{"action_id": flood_card.DROP, "value": "1", "type": "button"}],
        }
    )
    clicked = eve.site.server.asked("respond")[-1]["text"]
    left = await archive.storage.run(floods.get, 1)
    admin = await archive.ask("floods drop 1", channel=f"{TWO}/C1", user=f"{TWO}/U0ADMIN")

    assert "whoever runs the bot" in typed
    assert "whoever runs the bot" in clicked
    assert left
    assert left.state is floods.State.HELD
    assert "dropped 25 items" in admin.text  # type: ignore[union-attr]  # a Notice


async def test_who_joined_by_hand_is_named_in_their_own_workspace_only(
    archive: Archive, eve: Intruder
) -> None:
    entry = eve.planted.entries[1]

    there = await archive.commands.why(entry, channel=f"{TWO}/C1", user=f"{TWO}/U1")
    here = await archive.commands.why(entry, channel=HERE, user=ALICE)

    assert "joined by hand" in there.joined  # type: ignore[union-attr]  # an Explanation
    assert "U0ALICE" not in there.joined  # type: ignore[union-attr]  # as above
    assert "by U0ALICE" in here.joined  # type: ignore[union-attr]  # as above


async def test_a_workspace_is_told_how_much_it_is_owed_itself(
    archive: Archive, eve: Intruder
) -> None:
    there = await archive.ask("status", channel=f"{TWO}/C1", user=f"{TWO}/U1")
    here = await archive.ask("status", channel=HERE, user=ALICE)
    operator = await archive.ask("status", channel="terminal", user="terminal")

    assert there.owed == {}  # type: ignore[union-attr]  # a Status
    assert here.owed == operator.owed != {}  # type: ignore[union-attr]  # as above


async def test_a_calendar_needs_its_secret_whoever_asks(eve: Intruder) -> None:
    known = await eve.site.get(f"/calendar/{eve.planted.calendar}.ics")
    guessed = await eve.site.get(f"/calendar/{eve.planted.subscription}-{'x' * 43}.ics")

    assert (known.status, guessed.status) == (200, 404)


async def test_two_workspaces_in_one_shared_channel_keep_apart(
    archive: Archive, eve: Intruder
) -> None:
    def subscribe(db: Database) -> None:
        subscriptions.add(db, channel=f"{TWO}/C0SECRET", query="huawei", created_by="x", now=NOW)

    await archive.storage.run(subscribe)

    there = await archive.ask("subscriptions", channel=f"{TWO}/C0SECRET", user=f"{TWO}/U1")

    assert [each.query for each in there.subscriptions] == ["huawei"]  # type: ignore[union-attr]  # of a channel


async def test_the_installed_workspaces_are_two(eve: Intruder) -> None:
    found = await eve.site.storage.run(installations.every)

    assert [each.workspace for each in found] == [ONE, TWO]
