"""Nothing of one workspace is ever shown to another, or changed by it, whatever it asks or clicks."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlite_utils import Database

from bot.answers import Place
from bot.command_words import WORDS
from bot.law_page import LawPlace
from bot.slack import (
    actions,
    alert_modals,
    blocks,
    buttons,
    home_blocks,
    modals_settings,
    modals_stories,
    modals_subscription,
    modals_zones,
)
from bot.slack.manifest import EVENTS, IS_THERE_A_RULE, NEW_ALERT
from feeds.flood import Flood, Reason
from storage import (
    calendars,
    cards,
    channels,
    deliveries,
    events,
    feedback,
    flood_entries,
    floods,
    homes,
    installations,
    joins,
    outbox,
    reminders,
    stories,
    subscriptions,
)
from storage.cards import Standing
from storage.channels import Channel
from storage.deliveries import State, Why
from storage.entries import Entry
from storage.events import Event
from storage.feedback import Feedback, Objection
from storage.reminders import Wish
from storage.stories import Mark
from tests.archive import ADMIN, Archive, document, open_archive
from tests.factories import NOW, make_press
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
    reminder: int
    floods: tuple[int, ...]

    @property
    def numbers(self) -> list[str]:
        """All of them, each once."""
        found = {self.subscription, *self.deliveries, *self.entries, *self.stories}
        return [str(each) for each in sorted(found | {self.reminder, *self.floods})]


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
    reminder = reminders.wait(
        db,
        person=ALICE,
        story_id=rule.story_id,
        wish=Wish.DAY,
        due_at=NOW + timedelta(days=1),
        zone=ZoneInfo("UTC"),
        now=NOW,
    )
    objection = Feedback(
        story_id=rule.story_id,
        entry_id=rule.id,
        channel=HERE,
        person=ALICE,
        objection=Objection.OTHER,
        words="confidential words",
        queries=(QUERY,),
        made_at=NOW,
    )
    feedback.give(db, objection)
    homes.opened(db, ALICE, now=NOW)
    return Planted(
        reminder=reminder.id,
        floods=_hold(db, owed),
        subscription=kept.id,
        calendar=calendar,
        deliveries=tuple(numbers),
        entries=(rule.id, report.id),
        stories=(rule.story_id, report.story_id),
    )


def _hold(db: Database, owed: list[Event]) -> tuple[int, ...]:
    """A flood that Alice dropped, and one that waits: both hold what her channel asks for."""
    found = []
    for number, event in enumerate(reversed(owed)):
        kind, now = Reason.BURST, NOW + timedelta(days=2 * number)
        flood = floods.grow(
            db,
            "example-news",
            Flood(reason=kind, held={0: kind}),
            title="Example News",
            told=0,
            channel="C0OWNERS",
            now=now,
        )
        wanted = {HERE: [Why(subscription=QUERY, reasons=())]}
        flood_entries.hold(db, flood, event, kind, wanted=wanted, fresh=True)
        if not number:
            flood_entries.settle(db, flood, floods.State.DROPPED, by=ALICE, now=now)
        found.append(flood)
    return tuple(found)


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    async with open_archive(tmp_path, shared=True) as opened:
        yield opened


@dataclass(kw_only=True)
class Intruder:
    """The owner of workspace TWO, who tries everything."""

    site: Web
    planted: Planted
    #: What the acknowledgements said: mistakes at fields, and what lists offered.
    acknowledged: list[str] = field(default_factory=list)

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
        answer = await self.site.interact(common | payload)
        assert answer.status == 200
        self.acknowledged.append(answer.text)
        await self.site.answered()

    async def press(self, action_id: str, value: str) -> None:
        """Click something on Home."""
        view = {"id": "VHOME", "type": "home", "private_metadata": "", "hash": "1.home"}
        await self._do_in_view(view, action_id, value)

    async def fill(self, view: dict[str, Any], action_id: str, value: str) -> None:
        """Do something in a modal."""
        await self._do_in_view({"id": "V0001", "type": "modal", **view}, action_id, value)

    async def _do_in_view(self, view: dict[str, Any], action_id: str, value: str) -> None:
        await self.interact(
            {
                "type": "block_actions",
                "container": {"type": "view", "view_id": view["id"]},
                "view": view,
                "actions": [
                    {"type": "button", "block_id": "b", "action_id": action_id, "value": value}
                ],
            }
        )

    async def submit(self, view: dict[str, Any]) -> None:
        """Send a modal."""
        sent = {"id": f"V{len(self.acknowledged):04}", "type": "modal", "blocks": [], **view}
        await self.interact({"type": "view_submission", "view": sent})

    async def search(self, action_id: str, typed: str) -> None:
        """Type into a list that is searched."""
        await self.interact(
            {
                "type": "block_suggestion",
                "action_id": action_id,
                "block_id": action_id,
                "value": typed,
                "container": {"type": "view"},
            }
        )

    async def cause(self, event: dict[str, Any]) -> None:
        self._tick()
        at = int(self.site.clock.now.timestamp())
        body = {"type": "event_callback", "team_id": TWO, "event_time": at}
        about = {"user": "U0EVE", "channel": "C0EVE", "ts": "1.2", "event_ts": "1.2"}
        await self.site.send(body | {"event": about | event})
        await self.site.answered()

    def learned(self) -> list[str]:
        """Which of the secrets came to Slack in any request, answer or message."""
        heard = [self.site.server.requests, self.acknowledged]
        said = json.dumps(heard, ensure_ascii=False, default=repr)
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
    """Every row of every table in which workspace ONE is named, and what every workspace has in
    common that one might change: as it is now."""

    def read(db: Database) -> list[str]:
        found = []
        for table in db.table_names():
            if table.startswith("entries_fts"):
                continue
            for row in db.query(f"SELECT * FROM [{table}]"):
                text = json.dumps(row, default=repr, sort_keys=True)
                if ONE in text or table == "floods":
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

    numbers = eve.planted.numbers
    texts = ["", "2020-13093", "huawei", "all", "renew", "topic:huawei"]
    texts += [f"{number} {verb}" for number in numbers for verb in ("sent", "again", "")]
    verbs = ("show", "release", "drop")
    texts += [f"{verb} {number}" for number in eve.planted.floods for verb in verbs]
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
    values = list(planted.numbers)
    values += [f"{wish}:{number}" for wish in Wish for number in planted.entries]
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


#: What stands on Home or in a form: `Actions` hears of none of it.
HOME_ACTIONS = sorted(
    {value for value in vars(home_blocks).values() if str(value).startswith("home-")}
    | {buttons.NEW, buttons.SETTINGS, buttons.STORIES}
)


def forged(planted: Planted) -> list[str]:
    """What a form of ours might bring back, of another workspace's."""
    about = [f'{{"subscription":{number}}}' for number in planted.numbers]
    origins = [
        json.dumps({"entry_id": number, "conversation": place, "response_url": ""})
        for number in planted.entries
        for place in (HERE, "C0SECRET")
    ]
    return [*about, *origins, HERE, ALICE, "C0SECRET", "{}", ""]


def states(planted: Planted) -> list[dict[str, Any]]:
    """Fields of all forms at once, each filled in with something of another workspace's."""
    return [
        {"values": {name: {name: value} for name, value in fields.items()}}
        for number in (str(each) for each in planted.entries)
        for channel in (HERE, "C0SECRET", "C0EVE")
        for fields in [
            {
                modals_stories.ENTRY: {"selected_option": {"value": number}},
                modals_stories.OTHER: {"selected_option": {"value": str(planted.stories[0])}},
                modals_subscription.QUERY: {"value": QUERY},
                modals_subscription.CADENCE: {"selected_option": {"value": "daily"}},
                modals_subscription.CHANNEL: {"selected_conversation": channel},
                "objection": {"selected_option": {"value": "other"}},
                "words": {"value": "told by Eve"},
                modals_settings.MUTE: {"selected_option": {"value": "1h"}},
                modals_settings.STEPS: {"selected_option": {"value": "thread"}},
            }
        ]
    ]


FIELDS = (
    modals_subscription.TOPIC,
    modals_subscription.QUERY,
    modals_subscription.CADENCE,
    modals_subscription.REHEARSE,
)
FORMS = (
    modals_subscription.FORM,
    modals_settings.SETTINGS,
    modals_stories.STORIES,
    alert_modals.NOT_RELEVANT,
    alert_modals.SHARE,
)


@pytest.mark.parametrize("action", HOME_ACTIONS)
async def test_no_click_on_home_tells_of_another_workspace_or_changes_it(
    archive: Archive, eve: Intruder, action: str
) -> None:
    await eve.cause({"type": "app_home_opened", "tab": "home"})
    before = await rows_of_one(archive)
    shelves = [f"{shelf}:{number}" for shelf in homes.Shelf for number in (1, 2)]

    for value in [*eve.planted.numbers, *shelves, "-", "topic:huawei"]:
        await eve.press(action, value)

    assert eve.site.server.homes["U0EVE"]
    assert eve.learned() == []
    assert await rows_of_one(archive) == before


@pytest.mark.parametrize("callback", FORMS)
async def test_no_form_tells_of_another_workspace_or_changes_it(
    archive: Archive, eve: Intruder, callback: str
) -> None:
    await eve.cause({"type": "app_home_opened", "tab": "home"})
    before = await rows_of_one(archive)

    for metadata in forged(eve.planted):
        for state in states(eve.planted):
            sent = {"callback_id": callback, "private_metadata": metadata, "state": state}
            await eve.submit(sent)

    assert set(eve.learned()) <= {"confidential", "SECRET"}  # what she typed and chose herself
    assert {ONE, "ALICE", "HIDDEN", "1592488800.0000"}.isdisjoint(eve.learned())
    assert await rows_of_one(archive) == before


@pytest.mark.parametrize("action", FIELDS)
async def test_nothing_done_in_a_form_tells_of_another_workspace(
    archive: Archive, eve: Intruder, action: str
) -> None:
    await eve.press(buttons.NEW, "-")
    before = await rows_of_one(archive)

    for metadata in forged(eve.planted):
        view = {"callback_id": modals_subscription.FORM, "private_metadata": metadata}
        await eve.fill({**view, "state": {"values": {}}}, action, "huawei")

    assert eve.learned() == []
    assert await rows_of_one(archive) == before


@pytest.mark.parametrize("action", [modals_zones.ZONE, modals_stories.ENTRY, modals_stories.OTHER])
async def test_no_list_offers_anything_of_another_workspace(
    archive: Archive, eve: Intruder, action: str
) -> None:
    before = await rows_of_one(archive)

    for typed in ("", "huawei", "confidential", QUERY, HERE, ALICE, "1", "SECRET"):
        await eve.search(action, typed)

    assert eve.learned() == []
    assert await rows_of_one(archive) == before


@pytest.mark.parametrize(
    "action", [home_blocks.EDIT, home_blocks.PAUSE, home_blocks.RESUME, home_blocks.REMOVE]
)
async def test_a_subscription_of_another_workspace_is_to_a_form_like_one_that_is_gone(
    eve: Intruder, action: str
) -> None:
    await eve.cause({"type": "app_home_opened", "tab": "home"})
    answers = []

    for number in (str(eve.planted.subscription), "999"):
        eve.site.server.requests.clear()
        await eve.press(action, number)
        shown = [eve.site.server.asked(each) for each in ("views.publish", "views.update")]
        answers.append(re.sub(r"\b1[.\d]+\b|V\d+|<!date[^>]*>", "…", json.dumps(shown)))

    assert answers[0] == answers[1]
    assert "Somebody has removed this subscription meanwhile." in answers[0]


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


@pytest.mark.parametrize("verb", ["release", "drop"])
async def test_what_every_workspace_reads_is_released_by_whoever_runs_the_bot(
    archive: Archive, eve: Intruder, verb: str
) -> None:
    waits = eve.planted.floods[1]

    await eve.type(f"floods {verb} {waits}")
    await eve.click(f"flood-{verb}", str(waits))
    refused = [each["text"] for each in eve.site.server.asked("respond")]
    before = await archive.storage.run(floods.get, waits)
    await archive.ask(f"floods {verb} {waits}", channel=f"{TWO}/C1", user=ADMIN)

    assert ["whoever runs the bot" in each for each in refused] == [True, True]
    assert before
    assert before.state is floods.State.HELD
    assert await archive.storage.run(floods.undecided) == []


async def test_of_a_flood_each_workspace_is_told_what_its_own_channels_ask_for(
    archive: Archive, eve: Intruder
) -> None:
    dropped, waits = eve.planted.floods

    there = await archive.ask(f"floods show {waits}", channel=f"{TWO}/C1", user=ADMIN)
    here = await archive.ask(f"floods show {waits}", channel=HERE, user=ALICE)
    why = await archive.commands.why(eve.planted.entries[1], channel=f"{TWO}/C1", user=f"{TWO}/U1")
    listed = await archive.ask("floods", channel=f"{TWO}/C1", user=f"{TWO}/U1")
    own = await archive.ask("floods", channel=HERE, user=ALICE)

    assert "No subscription asks for any" in there.flood.why  # type: ignore[union-attr]  # a HeldPage
    assert there.rows[0].detail == ""  # type: ignore[union-attr]  # as above
    assert "1 of them matches" in here.flood.why  # type: ignore[union-attr]  # as above
    assert here.rows[0].detail == "wanted in 1 channel"  # type: ignore[union-attr]  # as above
    assert "Held back as a flood and dropped, 18 June 2020" in repr(why)
    assert "ALICE" not in repr(why)
    assert {each.id: each.by for each in listed.floods}[dropped] is None  # type: ignore[union-attr]  # Floods
    assert {each.id: each.by for each in own.floods}[dropped] == ALICE  # type: ignore[union-attr]  # as above


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
