"""Every surface that is registered in Slack has its row here, answers as it should, and bears anything."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from slack_bolt.async_app import AsyncApp
from sqlite_utils import Database

from bot import flood_card, promises, refusal_wording
from bot.command_words import WORDS
from bot.slack import (
    actions,
    alert_modals,
    blocks,
    buttons,
    home_blocks,
    leaving,
    listeners,
    modals_settings,
    modals_stories,
    modals_subscription,
    modals_zones,
    rights,
    story_buttons,
)
from bot.slack.manifest import COMMAND, EVENTS, IS_THERE_A_RULE, NEW_ALERT
from bot.slack.permissions import Permissions
from bot.slack.rights import Who
from feeds.flood import Flood, Reason
from storage import (
    cards,
    events,
    flood_entries,
    floods,
    outbox,
    reminders,
    stories,
    subscriptions,
    uncertain,
)
from storage.cards import Standing
from storage.deliveries import Why
from storage.joins import Because
from storage.reminders import Wish
from storage.stories import Mark
from tests.archive import ALICE, BOB, CHANNEL, Archive, document, open_archive, press
from tests.delivering import Elapsed
from tests.factories import NOW, make_press
from tests.slack_server import TOKEN, SlackServer
from tests.slack_talk import Talk, open_talk

#: Dave is in no channel and no admin.
DAVE = "U04DAVE"
Act = Callable[[Talk], Awaitable[object]]
PLACE, LAW = '{"query":"huawei"}', '{"named":"2020-13093"}'


class Recorded(AsyncApp):
    """Bolt's, and what was registered with it."""

    def __init__(self) -> None:
        super().__init__(token=TOKEN)
        self.surfaces: list[tuple[str, object]] = []

    def _kept(self, kind: str, name: object) -> None:
        self.surfaces.append((kind, name))

    def command(self, command: Any, *more: Any) -> Any:
        self._kept("command", command)
        return super().command(command, *more)

    def action(self, constraints: Any, *more: Any) -> Any:
        self._kept("action", constraints)
        return super().action(constraints, *more)

    def options(self, constraints: Any, *more: Any) -> Any:
        self._kept("list", constraints)
        return super().options(constraints, *more)

    def view_submission(self, constraints: Any, *more: Any) -> Any:
        self._kept("form", constraints)
        return super().view_submission(constraints, *more)

    def view_closed(self, constraints: Any, *more: Any) -> Any:
        self._kept("closed", constraints)
        return super().view_closed(constraints, *more)

    def shortcut(self, constraints: Any, *more: Any) -> Any:
        self._kept("shortcut", constraints)
        return super().shortcut(constraints, *more)

    def event(self, event: Any, *more: Any) -> Any:
        self._kept("event", event)
        return super().event(event, *more)


@dataclass
class Ended:
    """Hears that the app was removed; told with what comes to Slack."""

    server: SlackServer

    async def __call__(
        self, workspace: str, *, reason: str, before: datetime | None = None
    ) -> None:
        said = {"workspace": workspace, "reason": reason, "before": str(before)}
        self.server.requests.append(("ended", said))


def registered(archive: Archive) -> set[str]:
    """Everything that people, and Slack, can do to the app: "action home-edit"."""
    app = Recorded()
    listeners.register(
        app,
        archive.commands,
        Permissions(admins=(), elapsed=lambda: 0.0),
        elapsed=lambda: 0.0,
    )
    leaving.register(app, Ended(SlackServer()))
    found = {f"{kind} {name}" for kind, name in app.surfaces if isinstance(name, str)}
    patterns = [kind for kind, name in app.surfaces if not isinstance(name, str)]
    assert f"command {COMMAND}" in found
    assert patterns == ["action", "event"]  # the last of each, which take what is left
    words = {f"word {word}" for word in WORDS}
    behind_any = {f"action {name}" for name in (*actions.HANDLERS, blocks.READ)}
    return found - {f"command {COMMAND}"} | words | behind_any


def text(said: str) -> Act:
    return lambda talk: talk.type(said)


def click(action_id: str, value: str) -> Act:
    return lambda talk: talk.click({"action_id": action_id, "value": value})


def menu(value: str) -> Act:
    option = {"selected_option": {"value": value}, "type": "overflow"}
    return lambda talk: talk.click({"action_id": blocks.MORE, **option})


def on_home(action_id: str, value: str) -> Act:
    async def act(talk: Talk) -> None:
        await talk.open_home()
        await talk.press({"type": "button", "action_id": action_id, "value": value})

    return act


def in_form(action_id: str) -> Act:
    async def act(talk: Talk) -> None:
        await talk.type("subscribe")
        values = {modals_subscription.QUERY: {"value": "semiconductor"}}
        await talk.fill(values, {"type": "button", "action_id": action_id, "value": "x"})

    return act


def sent(opening: Act, values: Mapping[str, Any]) -> Act:
    async def act(talk: Talk) -> object:
        await opening(talk)
        return await talk.submit(dict(values))

    return act


def chosen(value: str) -> dict[str, Any]:
    return {"selected_option": {"value": value}}


def searched(action_id: str, typed: str) -> Act:
    return lambda talk: talk.search(action_id, typed)


def short(kind: str, callback_id: str, **but: Any) -> Act:
    return lambda talk: talk.send(
        {
            "type": kind,
            "callback_id": callback_id,
            "user": {"id": ALICE, "team_id": "T01TEST"},
            "team": {"id": "T01TEST"},
            "trigger_id": "1.2.3",
            "response_url": f"{talk.server.url}respond" if kind == "message_action" else "",
            **but,
        }
    )


def event(kind: str, **but: Any) -> Act:
    about = {"type": kind, "user": ALICE, "channel": CHANNEL, "ts": "1.2", "event_ts": "1.2"}
    return lambda talk: talk.send(
        {
            "type": "event_callback",
            "team_id": "T01TEST",
            "event_id": f"Ev{kind}",
            "event_time": 1_592_488_800,
            "authorizations": [{"user_id": "U0BOT", "is_bot": True, "team_id": "T01TEST"}],
            "event": about | but,
        }
    )


def after(first: Act, then: Act) -> Act:
    async def act(talk: Talk) -> object:
        await first(talk)
        return await then(talk)

    return act


LINK = {"url": "https://www.federalregister.gov/d/2020-13093", "domain": "www.federalregister.gov"}
#: Each surface, what a person does there, and words of what then comes to Slack.
HAPPY: Mapping[str, tuple[Act, str]] = {
    "word help": (text("help"), "/rulewire search"),
    "word search": (text("search huawei"), "Release of"),
    "word latest": (text("latest"), "Release of"),
    "word subscribe": (text("subscribe quantum"), "subscribed to quantum"),
    "word unsubscribe": (text("unsubscribe huawei"), "unsubscribed from topic:huawei"),
    "word subscriptions": (text("subscriptions"), "huawei"),
    "word pause": (text("pause huawei"), "paused"),
    "word resume": (after(text("pause huawei"), text("resume huawei")), "resumed"),
    "word mute": (text("mute 2h"), "muted Rulewire here until"),
    "word unmute": (after(text("mute 2h"), text("unmute")), "unmuted"),
    "word topics": (text("topics"), "Standards bodies."),
    "word law": (text("law 2020-13093"), "2020-13093"),
    "word status": (text("status"), "Example News"),
    "word settle": (text("settle 1 sent"), "has marked as sent"),
    "word floods": (text("floods"), "Example News: 1 item held back"),
    "word why": (text("why 2020-13093"), "Release of"),
    "word timeline": (text("timeline 2020-13093"), "Release of"),
    "word deadlines": (text("deadlines"), "Deadlines of the stories told here"),
    "word calendar": (text("calendar huawei"), "Whoever has this address"),
    "word settings": (text("settings steps thread"), "thread"),
    "word join": (text("join https://news.example/huawei-7 to 2020-13093"), "joined"),
    "word split": (text("split https://news.example/huawei"), "out of its story"),
    "word rehearse": (text("rehearse huawei"), "would have told"),
    # Slack opens the page itself: nothing is said.
    f"action {blocks.READ}": (click(blocks.READ, ""), ""),
    f"action {blocks.MORE}": (menu(f"{blocks.WHY}:1"), "Release of"),
    f"action {blocks.FOLLOW}": (click(blocks.FOLLOW, "1"), "You follow this story"),
    f"action {blocks.UNFOLLOW}": (click(blocks.UNFOLLOW, "1"), "follow"),
    f"action {blocks.MUTE}": (click(blocks.MUTE, "1"), "Muted by"),
    f"action {blocks.UNMUTE}": (
        after(click(blocks.MUTE, "1"), click(blocks.UNMUTE, "1")),
        "Mute story",
    ),
    f"action {buttons.UNDO}": (click(buttons.UNDO, "saved:1"), "saved"),
    f"action {buttons.NEXT}": (click(buttons.NEXT, PLACE), "Release of"),
    f"action {buttons.PREVIOUS}": (click(buttons.PREVIOUS, PLACE), "Release of"),
    f"action {buttons.SORT}": (click(buttons.SORT, PLACE), "Release of"),
    f"action {buttons.SHARE}": (click(buttons.SHARE, PLACE), '"in_channel"'),
    f"action {buttons.LAW_OPEN}": (click(buttons.LAW_OPEN, LAW), "2020-13093"),
    f"action {buttons.LAW_NEXT}": (click(buttons.LAW_NEXT, LAW), "2020-13093"),
    f"action {buttons.LAW_PREVIOUS}": (click(buttons.LAW_PREVIOUS, LAW), "2020-13093"),
    f"action {buttons.SUBSCRIBE_SEARCH}": (
        click(buttons.SUBSCRIBE_SEARCH, "quantum"),
        "subscribed to quantum",
    ),
    f"action {buttons.SUBSCRIBE_TOPIC}": (
        click(buttons.SUBSCRIBE_TOPIC, "standards"),
        "subscribed to topic:standards",
    ),
    f"action {buttons.REMOVE}": (click(buttons.REMOVE, "1"), "unsubscribed from topic:huawei"),
    f"action {buttons.SETTLE_AGAIN}": (click(buttons.SETTLE_AGAIN, "1"), "has sent again"),
    f"action {buttons.SETTLE_SENT}": (click(buttons.SETTLE_SENT, "1"), "has marked as sent"),
    f"action {buttons.NOT_THIS_STORY}": (click(buttons.NOT_THIS_STORY, "2"), "out of its story"),
    f"action {buttons.MORE_DAYS}": (click(buttons.MORE_DAYS, "2020-06-18 huawei"), "Deadlines"),
    f"action {buttons.CHOOSE_TOPICS}": (click(buttons.CHOOSE_TOPICS, "-"), "Standards bodies."),
    f"action {buttons.SEE_EXAMPLE}": (click(buttons.SEE_EXAMPLE, "-"), "topic"),
    f"action {flood_card.SHOW}": (click(flood_card.SHOW, "1"), "1 to 1 of 1"),
    f"action {flood_card.NEXT}": (click(flood_card.NEXT, "1 1"), "1 to 1 of 1"),
    f"action {flood_card.PREVIOUS}": (click(flood_card.PREVIOUS, "1 1"), "1 to 1 of 1"),
    f"action {flood_card.RELEASE}": (click(flood_card.RELEASE, "1"), "released 1 item"),
    f"action {flood_card.DROP}": (click(flood_card.DROP, "1"), "dropped 1 item"),
    f"action {refusal_wording.READ}": (
        click(refusal_wording.READ, "huawei after:2020-01-01"),
        "Release of",
    ),
    f"action {story_buttons.TIMELINE}": (click(story_buttons.TIMELINE, "1"), "Release of"),
    f"action {story_buttons.SHARE_STORY}": (
        click(story_buttons.SHARE_STORY, "1"),
        "Share this story",
    ),
    **{
        f"action {story_buttons.REMIND}-{number}": (
            click(f"{story_buttons.REMIND}-{number}", f"{wish}:1"),
            "I will remind you" if wish is not Wish.DEADLINE else "No deadline of this story",
        )
        for number, wish in enumerate(Wish)
    },
    f"action {story_buttons.FORGET_REMINDER}": (
        click(story_buttons.FORGET_REMINDER, "1"),
        "I will not remind you",
    ),
    f"action {promises.SNOOZE}": (click(promises.SNOOZE, "1"), "I will remind you again"),
    f"action {promises.DONE}": (click(promises.DONE, "1"), "I will not remind you"),
    f"action {buttons.NEW}": (on_home(buttons.NEW, "quantum"), "New Subscription"),
    f"action {buttons.SETTINGS}": (click(buttons.SETTINGS, "-"), modals_settings.TITLE),
    f"action {buttons.STORIES}": (click(buttons.STORIES, "1"), modals_stories.TITLE),
    f"action {home_blocks.EDIT}": (on_home(home_blocks.EDIT, "1"), "Edit Subscription"),
    f"action {home_blocks.PAUSE}": (on_home(home_blocks.PAUSE, "1"), "paused the subscription"),
    f"action {home_blocks.RESUME}": (
        after(on_home(home_blocks.PAUSE, "1"), on_home(home_blocks.RESUME, "1")),
        "resumed the subscription",
    ),
    f"action {home_blocks.REMOVE}": (
        on_home(home_blocks.REMOVE, "1"),
        "unsubscribed from topic:huawei",
    ),
    f"action {home_blocks.UNFOLLOW}": (on_home(home_blocks.UNFOLLOW, "1"), "Updated"),
    f"action {home_blocks.UNSAVE}": (on_home(home_blocks.UNSAVE, "1"), "Updated"),
    f"action {home_blocks.AGAIN}": (on_home(home_blocks.AGAIN, "1"), "Updated"),
    f"action {home_blocks.SENT}": (on_home(home_blocks.SENT, "1"), "Updated"),
    f"action {home_blocks.TURN}": (on_home(home_blocks.TURN, "saved:1"), "Page 1 of 1"),
    f"action {home_blocks.BACK}": (on_home(home_blocks.BACK, "overview:1"), "Updated"),
    f"action {home_blocks.NEXT}": (on_home(home_blocks.NEXT, "saved:1"), "Page 1 of 1"),
    f"action {home_blocks.PREVIOUS}": (on_home(home_blocks.PREVIOUS, "saved:1"), "Page 1 of 1"),
    f"action {home_blocks.SETTINGS}": (on_home(home_blocks.SETTINGS, "-"), modals_settings.TITLE),
    f"action {home_blocks.STORIES}": (on_home(home_blocks.STORIES, "-"), modals_stories.TITLE),
    **{
        f"action {field}": (in_form(field), "would have told")
        for field in (
            modals_subscription.TOPIC,
            modals_subscription.QUERY,
            modals_subscription.CADENCE,
            modals_subscription.REHEARSE,
        )
    },
    f"form {modals_subscription.FORM}": (
        sent(text("subscribe"), {modals_subscription.QUERY: {"value": "quantum"}}),
        "subscribed to quantum",
    ),
    f"form {modals_settings.SETTINGS}": (
        sent(click(buttons.SETTINGS, "-"), {modals_settings.MUTE: chosen("1h")}),
        "muted",
    ),
    f"form {modals_stories.STORIES}": (
        sent(
            text("split"),
            {modals_stories.ENTRY: chosen("2"), modals_stories.ACT: chosen(modals_stories.SPLIT)},
        ),
        "out of its story",
    ),
    f"form {alert_modals.NOT_RELEVANT}": (
        sent(menu(f"{blocks.NOT_RELEVANT}:1"), {"objection": chosen("too minor")}),
        "too minor",
    ),
    f"form {alert_modals.SHARE}": (
        sent(
            click(story_buttons.SHARE_STORY, "1"), {"channel": {"selected_conversation": CHANNEL}}
        ),
        "Shared by",
    ),
    f"list {modals_zones.ZONE}": (searched(modals_zones.ZONE, "brussels"), "Europe/Brussels"),
    f"list {modals_stories.ENTRY}": (searched(modals_stories.ENTRY, "release"), "Release of"),
    f"list {modals_stories.OTHER}": (searched(modals_stories.OTHER, "release"), "Release of"),
    f"shortcut {NEW_ALERT}": (short("shortcut", NEW_ALERT), "New Subscription"),
    f"shortcut {IS_THERE_A_RULE}": (
        short(
            "message_action",
            IS_THERE_A_RULE,
            channel={"id": CHANNEL},
            message={"text": "Is there a rule about Huawei?", "ts": "1.2"},
        ),
        "Release of",
    ),
    "event app_home_opened": (event("app_home_opened", tab="home"), "Updated"),
    "event app_mention": (event("app_mention", text="<@U0BOT> search huawei"), "Release of"),
    "event message": (
        event("message", channel="D01", channel_type="im", text="search huawei"),
        "Release of",
    ),
    "event member_joined_channel": (
        event("member_joined_channel", user="U0BOT"),
        "I am here to tell",
    ),
    "event link_shared": (
        after(
            text("settings unfurl on"),
            event("link_shared", links=[LINK], message_ts="1.2", user=BOB),
        ),
        "chat.unfurl",
    ),
    "event app_uninstalled": (event("app_uninstalled"), "the app was removed from the workspace"),
    "event tokens_revoked": (
        event("tokens_revoked", tokens={"bot": ["U0BOT"]}),
        "its token was revoked",
    ),
}
#: What nobody sane sends.
GARBAGE = (
    "",
    "999",
    "-1",
    "9" * 40,
    "'; DROP TABLE stories; --",
    "<!channel> <@U1> *b* `c` <https://evil.example|x>",
    "\x00\ud800\u202e",
    "x" * 5_000,
    '{"subscription":999}',
)


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    """A subscription, a story of two entries, a flood, a reminder and a lost answer: each number 1."""

    def fill(db: Database) -> None:
        rule, report, held = found
        because = Because(reason="made so", confidence=1.0, made_by="rule")
        stories.merge(db, report.story_id, into=rule.story_id, because=because, now=NOW)
        reached = events.reach(db, rule, now=NOW)
        why = Why(subscription="topic:huawei", reasons=())
        outbox.enqueue(db, reached, channel=CHANNEL, whys=[why], now=NOW)
        claimed = outbox.claim(db, CHANNEL, now=NOW)
        assert claimed
        outbox.settle_uncertain(db, claimed, reason="answer lost", now=NOW)
        uncertain.unreadable(db, claimed, reason="missing_scope")
        standing = Standing(
            channel=CHANNEL, story_id=1, entry_id=1, conversation=CHANNEL, ts="1592488800.000001"
        )
        cards.put(db, standing)
        subscriptions.add(db, channel=CHANNEL, query="topic:huawei", created_by=ALICE, now=NOW)
        reminder = reminders.wait(
            db,
            person=ALICE,
            story_id=1,
            wish=Wish.DAY,
            due_at=NOW + timedelta(days=1),
            zone=ZoneInfo("UTC"),
            now=NOW,
        )
        stories.mark(db, 1, Mark.SAVED, holder=ALICE, made_by=ALICE, now=NOW)
        burst = Flood(reason=Reason.BURST, held={0: Reason.BURST})
        flood = floods.grow(
            db, "example-news", burst, title="Example News", told=0, channel=CHANNEL, now=NOW
        )
        waiting = events.reach(db, held, now=NOW)
        flood_entries.hold(db, flood, waiting, Reason.BURST, wanted={CHANNEL: [why]}, fresh=True)
        assert {rule.id, rule.story_id, claimed.id, reminder.id, flood} == {1}

    async with open_archive(tmp_path) as opened:
        report = make_press(url="https://news.example/huawei")
        found = await opened.remember(document(), report, press(7))
        await opened.storage.run(fill)
        yield opened


@pytest.fixture
async def talk(archive: Archive) -> AsyncIterator[Talk]:
    async with open_talk(archive.commands, elapsed=Elapsed(), ending=Ended) as opened:
        opened.server.people[DAVE] = {}
        opened.server.channels[CHANNEL] = []
        yield opened


async def kept(archive: Archive) -> dict[str, list[Any]]:
    """All that people's doings can change."""
    tables = (
        "calendars cards channels entries feedback flood_entries floods joins marks outbox reminders"
        " settlements stories subscriptions unfurling"
    )

    def read(db: Database) -> dict[str, list[Any]]:
        return {table: list(db.query(f"SELECT * FROM {table}")) for table in tables.split()}

    return await archive.storage.run(read)


def bugs(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [str(record.exc_info) for record in caplog.records if record.exc_info]


def hostile(surface: str, value: str) -> Iterator[dict[str, Any]]:
    """What Slack might bring of a surface, with the value wherever something stands."""
    kind, _, name = surface.partition(" ")
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": name,
        "hash": "1.h",
        "private_metadata": value,
        "blocks": [],
        "state": {"values": {name: {name: {"value": value, "selected_option": {"value": value}}}}},
    }
    action = {"type": "button", "block_id": "b", "action_id": name, "value": value}
    match kind:
        case "action":
            yield {"type": "block_actions", "actions": [action], "channel": {"id": CHANNEL}}
            yield {"type": "block_actions", "actions": [action], "view": view}
        case "form":
            yield {"type": "view_submission", "view": view}
            yield {"type": "view_submission", "view": {**view, "state": value}}
        case "list":
            yield {"type": "block_suggestion", "action_id": name, "block_id": name, "value": value}
        case "shortcut":
            message = {"text": value, "ts": value, "attachments": [{"text": value}, value]}
            of = {"callback_id": name, "message": message, "channel": {"id": value}}
            yield {"type": "message_action" if name == IS_THERE_A_RULE else "shortcut", **of}
        case "event":
            told = dict.fromkeys(("user", "channel", "text", "tab", "ts", "thread_ts"), value)
            links = [{"url": value, "domain": value}, value]
            yield {
                "type": "event_callback",
                "event_id": f"Ev{hash(value)}",
                "event": {**told, "type": name, "links": links, "tokens": value},
            }
        case _:
            said = {"text": f"{name} {value}", "user_id": ALICE, "channel_id": CHANNEL}
            yield {"command": COMMAND, **said}


async def test_every_surface_that_is_registered_has_its_row(archive: Archive) -> None:
    assert registered(archive) == set(HAPPY)


async def test_every_event_of_the_manifest_is_registered() -> None:
    assert {f"event {name.partition('.')[0]}" for name in EVENTS} == {
        each for each in HAPPY if each.startswith("event ")
    }


async def test_every_word_button_and_form_says_who_may() -> None:
    assert {f"word {name}" for name in rights.WORDS} == of("word")
    assert {f"action {name}" for name in rights.ACTIONS} == of("action")
    assert {f"form {name}" for name in rights.FORMS} == of("form")


def of(kind: str) -> set[str]:
    return {each for each in HAPPY if each.startswith(f"{kind} ")}


@pytest.mark.parametrize("surface", HAPPY)
async def test_it_answers_as_it_should(
    talk: Talk, caplog: pytest.LogCaptureFixture, surface: str
) -> None:
    caplog.set_level(logging.WARNING)
    act, words = HAPPY[surface]

    answer = await act(talk)

    said = json.dumps([talk.server.requests, answer], ensure_ascii=False, default=repr)
    assert words in said.replace('\\"', '"')
    assert bugs(caplog) == []


@pytest.mark.parametrize("surface", HAPPY)
async def test_garbage_is_acknowledged_and_changes_nothing(
    archive: Archive, talk: Talk, caplog: pytest.LogCaptureFixture, surface: str
) -> None:
    caplog.set_level(logging.WARNING)
    await talk.open_home()
    before = await kept(archive)
    common = {
        "user": {"id": ALICE, "team_id": "T01TEST"},
        "team": {"id": "T01TEST"},
        "team_id": "T01TEST",
        "response_url": f"{talk.server.url}respond",
    }

    # A word alone is a command of its own.
    for number, value in enumerate(GARBAGE[surface.startswith("word ") :]):
        for body in hostile(surface, value):
            answer = await talk.send({**common, "trigger_id": f"1.2.{number}", **body})
            assert answer.status == 200

    assert bugs(caplog) == []
    if surface not in SUBSCRIBING:  # any words are a query
        assert await kept(archive) == before


SUBSCRIBING = {"word subscribe", f"action {buttons.SUBSCRIBE_SEARCH}"}
GUARDED = [
    *(f"action {name}" for name, who in rights.ACTIONS.items() if who is not Who.ANYONE),
    *(f"form {name}" for name, who in rights.FORMS.items() if who is not Who.ANYONE),
]


@pytest.mark.parametrize("surface", GUARDED)
async def test_a_stranger_changes_nothing_with_values_that_are_right(
    archive: Archive, talk: Talk, surface: str
) -> None:
    await talk.open_home(user=DAVE)
    kind, _, name = surface.partition(" ")
    fields = {
        modals_subscription.QUERY: {"value": "quantum"},
        modals_subscription.CHANNEL: {"selected_conversation": CHANNEL},
        modals_settings.MUTE: chosen("1h"),
        modals_stories.ENTRY: chosen("2"),
        modals_stories.ACT: chosen(modals_stories.SPLIT),
    }
    before = await kept(archive)

    for value in ("1", "muted:1", "standards", PLACE, CHANNEL, '{"subscription":1}', "{}"):
        if kind == "action":
            await talk.click({"action_id": name, "value": value}, user=DAVE)
            await talk.press({"type": "button", "action_id": name, "value": value}, user=DAVE)
        else:
            view = {"callback_id": name, "private_metadata": value, "blocks": []}
            talk.open_form(view)
            await talk.submit(fields, user=DAVE)

    after = await kept(archive)
    for table, rows in after.items():  # in a direct message one changes one's own
        assert [row for row in rows if DAVE not in row.values()] == before[table]
    assert talk.server.channels[CHANNEL] == []
    assert [each for each in talk.replies if each["response_type"] == "in_channel"] == []
