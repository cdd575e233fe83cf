"""Forms open at once, say what is wrong where it is wrong, save once, and trust nothing that comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from bot import fold
from bot.audience import Audience
from bot.ingest import ingest
from bot.slack import buttons, home_blocks, modals_settings, modals_stories
from bot.slack import modals_subscription as form
from storage import channels, deliveries, entries, subscriptions
from storage.channels import Channel, Place
from storage.deliveries import State
from storage.subscriptions import Cadence, Subscription, Terms
from tests.archive import ALICE, BOB, CHANNEL, Archive, document, press
from tests.e2e.waiting import until_true
from tests.factories import NOW
from tests.slack_server import Fault
from tests.slack_talk import Talk, open_talk

OTHER = "C02OTHER"
SHORTCUT = {
    "type": "shortcut",
    "callback_id": "new_alert",
    "user": {"id": ALICE, "team_id": "T01TEST"},
    "team": {"id": "T01TEST"},
    "trigger_id": "1.2.3",
}


@pytest.fixture
async def talk(archive: Archive) -> AsyncIterator[Talk]:
    async with open_talk(archive.commands) as opened:
        opened.server.channels |= {CHANNEL: [], "D01ALICE": []}
        yield opened


def chosen(value: str | None) -> dict[str, Any]:
    option = {"value": value} if value else None
    return {"type": "static_select", "selected_option": option}


def typed(value: str | None) -> dict[str, Any]:
    return {"type": "plain_text_input", "value": value}


def at(value: str | None) -> dict[str, Any]:
    return {"type": "timepicker", "selected_time": value}


def channel(value: str | None) -> dict[str, Any]:
    return {"type": "conversations_select", "selected_conversation": value}


def ticked(*values: str) -> dict[str, Any]:
    return {"type": "checkboxes", "selected_options": [{"value": each} for each in values]}


async def of_channel(archive: Archive, where: str = CHANNEL) -> list[Subscription]:
    return await archive.storage.run(subscriptions.of_channel, where)


async def existing(archive: Archive, query: str = "topic:huawei", *, where: str = CHANNEL) -> int:
    def add(db: Database) -> int:
        terms = Terms(cadence=Cadence.WEEKLY, at=time(8, 15), weekday=4, note="Counsel asked.")
        found, _ = subscriptions.add(
            db, channel=where, query=query, created_by=BOB, now=NOW, terms=terms
        )
        return found.id

    return await archive.storage.run(add)


def element(talk: Talk, name: str) -> dict[str, Any]:
    """The input of that name in the modal."""
    blocks = [each for each in talk.modal["blocks"] if each.get("block_id") == name]
    found: dict[str, Any] = blocks[0]["element"]
    return found


def edit(number: int) -> dict[str, Any]:
    return {"type": "button", "action_id": home_blocks.EDIT, "value": str(number)}


async def test_a_subscription_is_made_by_the_form_that_the_bare_command_opens(
    archive: Archive, talk: Talk
) -> None:
    await talk.type("subscribe")
    shown = talk.modal

    said = await talk.submit(
        {
            "topic": chosen("huawei"),
            "query": typed(None),
            "channel": channel(CHANNEL),
            "cadence": chosen("daily"),
            "at": at("08:30"),
            "timezone": chosen("Europe/Berlin"),
            "urgent": ticked("on"),
            "steps": chosen("thread"),
            "reminders": typed("7, 1 7"),
            "note": typed("The licence team\nasked for it."),
        }
    )

    (made,) = await of_channel(archive)
    assert shown["title"]["text"] == "New Subscription"
    assert element(talk, "channel")["initial_conversation"] == CHANNEL
    assert said == {}
    assert (made.query, made.created_by) == ("topic:huawei", ALICE)
    assert (made.cadence, made.at, made.timezone) == (
        Cadence.DAILY,
        time(8, 30),
        ZoneInfo("Europe/Berlin"),
    )
    assert (made.urgent, made.reminders) == (True, (7, 1))
    assert made.note == "The licence team asked for it."
    assert (await archive.storage.run(channels.get, CHANNEL)).steps is Place.THREAD
    (told,) = talk.server.channels[CHANNEL]
    assert told["text"].startswith(f"<@{ALICE}> subscribed to topic:huawei, daily at 08:30")
    assert "In the last 30 days it would have told 0 entries" in told["text"]
    assert archive.changes == ["changed"]


async def test_a_form_is_answered_and_announced_though_taking_it_up_takes_long(
    archive: Archive, talk: Talk
) -> None:
    archive.taken_up = asyncio.Event()
    await talk.type("subscribe")
    filled = {"topic": chosen("huawei"), "channel": channel(CHANNEL)}

    sending = asyncio.create_task(talk.submit(filled))
    await until_true(lambda: bool(talk.server.channels[CHANNEL]), what="announcement")
    archive.taken_up.set()

    assert await sending == {}
    assert archive.changes == ["changed"]


@pytest.mark.parametrize("opener", ["home", "shortcut", "direct message"])
async def test_without_a_channel_it_is_a_persons_own(
    archive: Archive, talk: Talk, opener: str
) -> None:
    if opener == "home":
        await talk.open_home()
        await talk.press(talk.on_home(buttons.NEW))
    elif opener == "shortcut":
        await talk.send(SHORTCUT)
    else:
        await talk.type("subscribe", channel="D01ALICE")
    offered = element(talk, "channel")

    await talk.submit({"query": typed("huawei -notice"), "channel": channel(None)})

    (made,) = await of_channel(archive, ALICE)
    assert "initial_conversation" not in offered
    assert made.query == "huawei -notice"
    assert made.cadence is Cadence.NOW
    assert "huawei -notice" in talk.server.channels["D01ALICE"][0]["text"]


async def test_sending_it_twice_subscribes_and_tells_once(archive: Archive, talk: Talk) -> None:
    await talk.type("subscribe")
    values = {"topic": chosen("huawei"), "channel": channel(CHANNEL)}

    first, second = await talk.submit(values), await talk.submit(values)

    assert (first, second) == ({}, {})
    assert await archive.subscribed() == ["topic:huawei"]
    assert len(talk.server.channels[CHANNEL]) == 1


async def test_other_terms_for_what_is_subscribed_to_are_refused_and_change_nothing(
    archive: Archive, talk: Talk
) -> None:
    await existing(archive)
    await talk.type("subscribe")

    said = await talk.submit({"topic": chosen("huawei"), "channel": channel(CHANNEL)})

    assert "subscribed to it already" in said["errors"]["query"]
    assert (await of_channel(archive))[0].cadence is Cadence.WEEKLY


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({}, "query", "Choose a topic, or write"),
        ({"topic": chosen("huawei"), "query": typed("5G")}, "query", "not both"),
        ({"query": typed("huawei AND (")}, "query", "character 13"),
        ({"query": typed("-notice")}, "query", "only says what to leave out"),
        ({"query": typed("type:rul huawei")}, "query", "Try: type:rule huawei"),
        ({"topic": chosen("no-such")}, "topic", "no-such"),
        ({"query": typed("huawei"), "cadence": chosen("yearly")}, "cadence", "Choose one"),
        ({"query": typed("huawei"), "reminders": typed("soon")}, "reminders", "numbers of days"),
        ({"query": typed("huawei"), "reminders": typed("1 2 3 4 5 6")}, "reminders", "Up to 5"),
        ({"query": typed("huawei"), "note": typed("x" * 301)}, "note", "at most 300"),
        ({"query": typed("huawei"), "steps": chosen("nowhere")}, "steps", "Choose one"),
        ({"query": typed("huawei"), "channel": channel(OTHER)}, "channel", "Only members"),
        # These are not shown, so that Slack would refuse an answer at them.
        ({"query": typed("huawei"), "at": at("25:00")}, "query", "not a time of day"),
        ({"query": typed("huawei"), "weekday": chosen("9")}, "query", "day of the week"),
        ({"query": typed("huawei"), "timezone": chosen("../etc")}, "query", "not a time zone"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field(
    archive: Archive, talk: Talk, values: dict[str, Any], field: str, words: str
) -> None:
    await talk.type("subscribe")

    said = await talk.submit({"channel": channel(CHANNEL), **values})

    assert said["response_action"] == "errors"
    assert words in said["errors"][field]
    assert await archive.storage.run(subscriptions.every) == []


async def test_a_channel_without_the_bot_is_refused_with_what_to_do(
    archive: Archive, talk: Talk
) -> None:
    talk.server.members[OTHER] = [ALICE]
    talk.server.strange.add(OTHER)
    await talk.type("subscribe")

    said = await talk.submit({"query": typed("huawei"), "channel": channel(OTHER)})

    assert "/invite @Rulewire" in said["errors"]["channel"]
    assert await archive.subscribed(OTHER) == []


async def test_what_is_chosen_is_counted_before_anything_is_saved(
    archive: Archive, talk: Talk
) -> None:
    await archive.remember(document())
    await talk.type("subscribe")

    await talk.fill({"topic": chosen("huawei"), "note": typed("why")}, {"action_id": form.TOPIC})
    counted, note = str(talk.modal), element(talk, "note")["initial_value"]
    await talk.fill({"query": typed("huawei (")}, {"action_id": form.QUERY})
    wrong = str(talk.modal)
    await talk.fill({}, {"action_id": form.REHEARSE})

    assert "In the last 30 days it would have told 1 entry" in counted
    assert note == "why"
    assert "character" in wrong
    assert "Not counted yet." in str(talk.modal)
    assert await archive.subscribed() == []


async def test_the_time_is_asked_for_only_when_a_digest_is_chosen(talk: Talk) -> None:
    await talk.type("subscribe")
    names = [each.get("block_id") for each in talk.modal["blocks"]]

    await talk.fill({"cadence": chosen("weekly")}, {"action_id": form.CADENCE})

    digest = [each.get("block_id") for each in talk.modal["blocks"]]
    assert {"at", "weekday", "timezone"} - set(names) == {"at", "weekday", "timezone"}
    assert {"at", "weekday", "timezone"} <= set(digest)


async def test_a_view_that_changed_meanwhile_is_left_as_it_is(talk: Talk) -> None:
    await talk.type("subscribe")
    before = talk.modal

    await talk.fill({"query": typed("huawei")}, {"action_id": form.QUERY}, hash="older")

    assert talk.modal == before


async def test_an_example_is_tried_with_its_count(archive: Archive, talk: Talk) -> None:
    await archive.remember(document())
    await talk.open_home()

    await talk.press(talk.on_home(buttons.NEW, number=1))

    assert element(talk, "topic")["initial_option"]["value"] == "huawei"
    assert "would have told 1 entry" in str(talk.modal)


async def test_an_edit_opens_filled_and_changes_what_was_changed(
    archive: Archive, talk: Talk
) -> None:
    number = await existing(archive)
    await talk.open_home()

    await talk.press(talk.on_home(home_blocks.EDIT))
    shown = {name: element(talk, name) for name in ("topic", "cadence", "weekday", "at", "note")}
    values = {"topic": chosen("huawei"), "cadence": chosen("hourly"), "note": typed("")}
    first = await talk.submit(values)
    second = await talk.submit(values)

    (changed,) = await of_channel(archive)
    assert shown["topic"]["initial_option"]["value"] == "huawei"
    assert shown["cadence"]["initial_option"]["value"] == "weekly"
    assert shown["weekday"]["initial_option"]["text"]["text"] == "Friday"
    assert shown["at"]["initial_time"] == "08:15"
    assert shown["note"]["initial_value"] == "Counsel asked."
    assert (first, second) == ({}, {})
    assert (changed.id, changed.cadence, changed.note) == (number, Cadence.HOURLY, "")
    assert (changed.at, changed.weekday, changed.created_by) == (time(8, 15), 4, BOB)
    assert [each["text"] for each in talk.server.channels[CHANNEL]] == [
        f"<@{ALICE}> changed the subscription to topic:huawei; it speaks hourly."
    ]
    assert "Hourly" in str(talk.home())


async def test_an_edit_can_give_it_another_query_but_not_one_that_the_channel_has(
    archive: Archive, talk: Talk
) -> None:
    number = await existing(archive)
    await existing(archive, "quantum")
    await talk.press(edit(number))

    taken = await talk.submit({"topic": chosen("-"), "query": typed("quantum")})
    done = await talk.submit({"topic": chosen("-"), "query": typed("semiconductor")})

    assert "already" in taken["errors"]["query"]
    assert done == {}
    assert await archive.subscribed() == ["semiconductor", "quantum"]


async def test_what_waits_for_its_digest_is_not_lost_as_the_query_is_edited(
    archive: Archive, talk: Talk
) -> None:
    number = await existing(archive, "huawei")

    def happen(db: Database) -> None:
        everyone = Audience(subscriptions.every(db), {})
        ingest(db, [press(1)], audience=everyone, now=NOW)

    await archive.storage.run(happen)
    await talk.press(edit(number))
    await talk.submit({"topic": chosen("-"), "query": typed("huawei report")})
    await archive.storage.run(
        fold.fold, CHANNEL, now=NOW + timedelta(days=8), timezone=ZoneInfo("UTC")
    )

    (told,) = await archive.storage.run(deliveries.in_state, State.SENT)
    assert [why.subscription for why in told.whys] == ["huawei report"]


async def test_fields_that_were_left_alone_keep_what_they_had(archive: Archive, talk: Talk) -> None:
    await existing(archive)
    (before,) = await of_channel(archive)
    await talk.press(edit(before.id))

    said = await talk.submit({"cadence": chosen(None), "timezone": chosen(None)})

    assert said == {}
    assert await of_channel(archive) == [before]
    assert talk.server.channels[CHANNEL] == []


async def test_who_edits_what_was_removed_meanwhile_is_told_so(
    archive: Archive, talk: Talk
) -> None:
    number = await existing(archive)
    await talk.press(edit(number))
    await archive.storage.run(subscriptions.remove, channel=CHANNEL, query="topic:huawei")

    said = await talk.submit({"topic": chosen("huawei")})
    await talk.press(edit(number))

    assert "Somebody has removed this subscription" in said["errors"]["query"]
    assert "Somebody has removed this subscription" in str(talk.modal)
    assert await archive.subscribed() == []


async def test_permission_is_asked_for_when_it_is_opened_and_when_it_is_sent(
    archive: Archive, talk: Talk
) -> None:
    number = await existing(archive, where=OTHER)
    await talk.press(edit(number))
    opened = str(talk.modal)
    forged = {"private_metadata": f'{{"subscription":{number}}}', "callback_id": form.FORM}

    said = await talk.submit({"query": typed("semiconductor")}, **forged)
    await talk.fill({"query": typed("x")}, {"action_id": form.QUERY}, **forged)

    assert "Only members of this channel" in opened
    assert "Counsel asked." not in opened
    assert "Only members of this channel" in said["errors"]["query"]
    assert "Counsel asked." not in str(talk.modal)
    assert await archive.subscribed(OTHER) == ["topic:huawei"]


@pytest.mark.parametrize("metadata", ["", "{", "[]", '{"subscription":"1"}', "\ud800"])
async def test_metadata_that_is_none_of_ours_changes_nothing(
    archive: Archive, talk: Talk, metadata: str
) -> None:
    await talk.type("subscribe")

    await talk.fill({"query": typed("x")}, {"action_id": form.QUERY}, private_metadata=metadata)
    said = await talk.submit({"query": typed("huawei")}, private_metadata=metadata)

    assert "earlier version" in said["errors"]["query"]
    assert await archive.storage.run(subscriptions.every) == []


@pytest.mark.parametrize("view", [{}, {"state": 5, "blocks": 7}, {"blocks": [None], "state": []}])
async def test_a_form_of_another_shape_is_refused(
    archive: Archive, talk: Talk, view: dict[str, Any]
) -> None:
    answer = await talk.send(
        {
            "type": "view_submission",
            "user": {"id": ALICE},
            "team": {"id": "T01TEST"},
            "view": {"type": "modal", "callback_id": form.FORM, **view},
        }
    )

    assert "earlier version" in answer.body
    assert await archive.storage.run(subscriptions.every) == []


async def test_a_click_whose_trigger_is_over_is_answered_in_words(talk: Talk) -> None:
    talk.server.fail("views.open", Fault(error="expired_trigger_id"))

    said = await talk.type("subscribe")

    assert "Please try again" in said["text"]


async def test_a_busy_database_is_said_in_the_form(archive: Archive, talk: Talk) -> None:
    await talk.type("subscribe")
    await archive.storage.run_plain(_read_only)

    said = await talk.submit({"query": typed("huawei"), "channel": channel(CHANNEL)})

    assert "cannot be written just now" in said["errors"]["query"]


def _read_only(db: Database) -> None:
    db.execute("PRAGMA query_only = ON")


async def test_a_time_zone_is_found_by_its_city(talk: Talk) -> None:
    berlin = await talk.search("timezone", "berl")
    york = await talk.search("timezone", "New York")
    odd = [await talk.search("timezone", each) for each in ("<!channel>", None, "x" * 9_999)]

    assert [each["value"] for each in berlin] == ["channel", "Europe/Berlin"]
    assert york[1] == {
        "text": {"type": "plain_text", "text": "America/New York", "emoji": False},
        "value": "America/New_York",
    }
    assert [len(each) <= 100 for each in odd] == [True] * 3


async def test_the_settings_are_changed_by_their_form(archive: Archive, talk: Talk) -> None:
    await existing(archive)
    await talk.type("settings")
    await talk.click(talk.button(buttons.SETTINGS))
    shown = element(talk, "steps")["initial_option"]["value"]

    values = {
        "timezone": chosen("Asia/Tokyo"),
        "steps": chosen("thread"),
        "reminders": typed("5"),
        "quiet_from": at("22:00"),
        "quiet_until": at("07:00"),
        "mute": chosen("8h"),
    }
    first = await talk.submit(values)
    second = await talk.submit({**values, "mute": chosen("keep")})

    now = await archive.storage.run(channels.get, CHANNEL)
    assert shown == "channel"
    assert (first, second) == ({}, {})
    assert (now.timezone, now.steps) == (ZoneInfo("Asia/Tokyo"), Place.THREAD)
    assert (now.quiet_from, now.quiet_until) == (time(22), time(7))
    assert (now.muted_by, (await of_channel(archive))[0].reminders) == (ALICE, (5,))
    (told,) = talk.server.channels[CHANNEL]
    assert told["text"].startswith(f"<@{ALICE}> changed the settings here: time zone Asia/Tokyo;")
    assert "quiet hours: 22:00 to 07:00; muted until 19 June 2020, 07:00 Asia/Tokyo" in told["text"]


async def test_settings_show_what_holds_and_can_end_it(archive: Archive, talk: Talk) -> None:
    def choose(db: Database) -> None:
        chosen_before = Channel(
            quiet_from=time(22),
            quiet_until=time(7),
            muted_until=NOW.replace(year=2021),
            muted_by=BOB,
        )
        channels.put(db, ALICE, chosen_before)

    await archive.storage.run(choose)
    await talk.open_home()
    await talk.press(talk.on_home(home_blocks.SETTINGS))
    shown, begins = str(talk.modal), element(talk, "quiet_from")["initial_time"]

    said = await talk.submit(
        {"quiet_from": at(None), "quiet_until": at(None), "mute": chosen("off")}
    )

    now = await archive.storage.run(channels.get, ALICE)
    assert "For everything that is told in your direct messages" in shown
    assert f"by <@{BOB}>" in shown
    assert begins == "22:00"
    assert said == {}
    assert (now.quiet_from, now.quiet_until, now.muted_until) == (None, None, None)
    assert talk.server.channels["D01ALICE"] == []


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"quiet_from": at("22:00"), "quiet_until": at(None)}, "quiet_until", "another end"),
        ({"quiet_from": at("22:00"), "quiet_until": at("22:00")}, "quiet_until", "another end"),
        ({"quiet_from": at("99:99")}, "quiet_from", "not a time of day"),
        ({"timezone": chosen("Mars/Base")}, "timezone", "not a time zone"),
        ({"steps": chosen("moon")}, "steps", "Choose one"),
        ({"reminders": typed("900")}, "steps", "none above 90"),
    ],
)
async def test_settings_that_cannot_be_are_refused_at_their_field(
    archive: Archive, talk: Talk, values: dict[str, Any], field: str, words: str
) -> None:
    await talk.type("settings")
    await talk.click(talk.button(buttons.SETTINGS))

    said = await talk.submit(values)

    assert words in said["errors"][field]
    assert await archive.storage.run(channels.get, CHANNEL) == Channel()


async def test_settings_of_another_channel_are_nobodys_business(
    archive: Archive, talk: Talk
) -> None:
    await talk.type("settings")
    await talk.click(talk.button(buttons.SETTINGS))

    for metadata in (OTHER, f"T02OTHER/{CHANNEL}", ""):
        said = await talk.submit({"steps": chosen("thread")}, private_metadata=metadata)
        assert "Only members" in said["errors"]["steps"]

    await talk.click({"action_id": buttons.SETTINGS, "value": "-"}, channel=OTHER)
    assert "Only members of this channel" in str(talk.modal)
    assert await archive.storage.run(channels.get, OTHER) == Channel()


async def test_two_stories_are_joined_by_what_a_search_finds(archive: Archive, talk: Talk) -> None:
    rule, report = await archive.remember(document(), press(1))
    await talk.type("join")

    found = await talk.search(modals_stories.ENTRY, "report number")
    other = await talk.search(modals_stories.OTHER, '"entity list" (')
    values = {
        modals_stories.ENTRY: chosen(found[0]["value"]),
        modals_stories.ACT: chosen("join"),
        modals_stories.OTHER: chosen(other[0]["value"]),
    }
    first, again = await talk.submit(values), await talk.submit(values)

    joined = await archive.storage.run(entries.of_story, rule.story_id)
    assert found[0]["text"]["text"] == "Huawei report number 1"
    assert {each.id for each in joined} == {rule.id, report.id}
    assert first == {}
    assert "in one story already" in again["errors"][modals_stories.OTHER]
    (told,) = talk.server.channels[CHANNEL]
    assert told["text"].startswith(f"<@{ALICE}> joined the story of")


async def test_a_report_is_taken_out_of_its_story(archive: Archive, talk: Talk) -> None:
    _, report = await archive.remember(document(), press(1))
    await talk.type(f"join {report.item.url} to 2020-13093")
    await talk.click({"action_id": buttons.STORIES, "value": str(report.id)})
    shown = element(talk, modals_stories.ENTRY)["initial_option"]["value"]

    said = await talk.submit(
        {modals_stories.ENTRY: chosen(shown), modals_stories.ACT: chosen("split")}
    )

    alone = await archive.storage.run(entries.get, report.id)
    assert alone
    assert said == {}
    assert [each.id for each in await archive.storage.run(entries.of_story, alone.story_id)] == [
        report.id
    ]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, modals_stories.ENTRY),
        ({modals_stories.ENTRY: chosen("1")}, modals_stories.OTHER),
        ({modals_stories.ENTRY: chosen("1; DROP")}, modals_stories.ENTRY),
        (
            {modals_stories.ENTRY: chosen("998"), modals_stories.OTHER: chosen("999")},
            modals_stories.ENTRY,
        ),
        ({modals_stories.ENTRY: chosen("1"), "story-act": chosen("split")}, modals_stories.ENTRY),
    ],
)
async def test_a_join_that_cannot_be_is_refused_at_its_field(
    archive: Archive, talk: Talk, values: dict[str, Any], field: str
) -> None:
    await archive.remember(document())
    await talk.type("split")

    said = await talk.submit(values)

    assert list(said["errors"]) == [field]


async def test_only_those_who_govern_join_and_split(archive: Archive, talk: Talk) -> None:
    rule, report = await archive.remember(document(), press(1))
    await talk.type("join", user=BOB)

    said = await talk.submit(
        {modals_stories.ENTRY: chosen(str(report.id)), modals_stories.OTHER: chosen(str(rule.id))},
        user=BOB,
        callback_id=modals_stories.STORIES,
    )

    assert "only admins and owners" in str(talk.modal)
    assert "only admins and owners" in said["errors"][modals_stories.ENTRY]


@pytest.mark.parametrize("text", ["", "   ", "((", "<!channel>", "x" * 5_000, None, 7])
async def test_any_search_for_a_story_is_answered(talk: Talk, text: object) -> None:
    offered = await talk.search(modals_stories.ENTRY, text)

    assert offered == []


async def test_settings_form_is_named(talk: Talk) -> None:
    await talk.type("settings")
    await talk.click(talk.button(buttons.SETTINGS))

    assert talk.modal["title"]["text"] == modals_settings.TITLE
