"""An objection is kept with its reason, and a story shared once; nothing that is sent in can break it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlite_utils import Database

from bot.slack import blocks, buttons, story_buttons
from storage import feedback, stories, subscriptions
from storage.entries import Entry
from storage.feedback import Feedback, Objection
from storage.joins import Because
from storage.stories import Mark
from tests.archive import ALICE, BOB, CHANNEL, Archive, document
from tests.factories import NOW
from tests.slack_server import Fault
from tests.slack_talk import Talk, open_talk

EVERYTHING = NOW - timedelta(days=365)


@pytest.fixture
async def talk(archive: Archive) -> AsyncIterator[Talk]:
    async with open_talk(archive.commands) as opened:
        opened.server.channels[CHANNEL] = []
        yield opened


@pytest.fixture
async def told(archive: Archive) -> Entry:
    """An alert that stands in the channel, which Alice subscribed."""
    (entry,) = await archive.remember(document())
    await archive.ask("subscribe huawei")
    await archive.tell(entry)
    return entry


def choose(value: str) -> dict[str, Any]:
    return {"type": "overflow", "action_id": blocks.MORE, "selected_option": {"value": value}}


async def submit(
    talk: Talk, filled: dict[str, dict[str, Any]], *, user: str = ALICE, **but: Any
) -> dict[str, Any]:
    """Send the modal that was opened last; returns the acknowledgement."""
    view = talk.server.asked("views.open")[-1]["view"]
    values = {name: {name: answer} for name, answer in filled.items()}
    response = await talk.send(
        {
            "type": "view_submission",
            "user": {"id": user, "team_id": "T01TEST"},
            "team": {"id": "T01TEST"},
            "view": {**view, "id": "V01", "state": {"values": values}, **but},
        }
    )
    acknowledged: dict[str, Any] = json.loads(response.body or "{}")
    return acknowledged


def because(objection: str, words: str = "") -> dict[str, dict[str, Any]]:
    return {
        "objection": {"type": "radio_buttons", "selected_option": {"value": objection}},
        "words": {"type": "plain_text_input", "value": words},
    }


def to(channel: str, word: str = "") -> dict[str, dict[str, Any]]:
    return {
        "channel": {"type": "conversations_select", "selected_conversation": channel},
        "words": {"type": "plain_text_input", "value": word},
    }


async def object_to(talk: Talk, entry: Entry, *args: str, user: str = ALICE) -> dict[str, Any]:
    await talk.click(choose(f"{blocks.NOT_RELEVANT}:{entry.id}"), user=user)
    return await submit(talk, because(*args), user=user)


async def kept(archive: Archive) -> list[tuple[str, str, str]]:
    found = await archive.storage.run(feedback.in_channel, CHANNEL, since=EVERYTHING)
    return [(each.person, each.objection.value, each.words) for each in found]


async def test_not_relevant_asks_why_and_keeps_it(
    archive: Archive, talk: Talk, told: Entry
) -> None:
    acknowledged = await object_to(talk, told, "too minor", "Only a <!channel> notice")

    assert acknowledged == {}
    assert len(talk.replies) == 1
    assert await kept(archive) == [(ALICE, "too minor", "Only a <!channel> notice")]
    assert await archive.marks(told.story_id) == {("irrelevant", ALICE)}
    assert talk.replies[-1]["text"].startswith("Noted as not relevant: too minor.")
    assert talk.replies[-1]["response_type"] == "ephemeral"


async def test_the_same_objection_again_is_kept_once_and_another_takes_its_place(
    archive: Archive, talk: Talk, told: Entry
) -> None:
    await object_to(talk, told, "too minor")
    await object_to(talk, told, "too minor")
    again = talk.replies[-1]["text"]
    await object_to(talk, told, "duplicate")

    assert again.startswith("You said so already")
    assert await kept(archive) == [(ALICE, "duplicate", "")]


async def test_an_objection_can_be_taken_back(archive: Archive, talk: Talk, told: Entry) -> None:
    await object_to(talk, told, "wrong subject")

    await talk.click(talk.button(buttons.UNDO))

    assert await kept(archive) == []
    assert await archive.marks(told.story_id) == set()
    assert talk.replies[-1]["text"] == "Noted as relevant after all."


async def test_two_people_object_each_for_themselves(
    archive: Archive, talk: Talk, told: Entry
) -> None:
    await object_to(talk, told, "wrong subject", user=ALICE)
    await object_to(talk, told, "duplicate", user=BOB)
    await archive.storage.run(stories.unmark, told.story_id, Mark.IRRELEVANT, holder=ALICE)

    assert await kept(archive) == [(BOB, "duplicate", "")]


async def test_something_else_has_to_be_said(archive: Archive, talk: Talk, told: Entry) -> None:
    acknowledged = await object_to(talk, told, "other", "  ")

    assert acknowledged["response_action"] == "errors"
    assert list(acknowledged["errors"]) == ["words"]
    assert await kept(archive) == []


@pytest.mark.parametrize(
    "but",
    [
        {"private_metadata": ""},
        {"private_metadata": "{}"},
        {"private_metadata": '{"entry_id": "x"}'},
        {"private_metadata": "\ud800"},
        {"private_metadata": 5},
        {"state": None},
        {"state": {"values": {"objection": {"objection": {"selected_option": {"value": "☃"}}}}}},
    ],
)
async def test_a_modal_that_cannot_be_read_changes_nothing(
    archive: Archive, talk: Talk, told: Entry, but: dict[str, Any]
) -> None:
    await talk.click(choose(f"{blocks.NOT_RELEVANT}:{told.id}"))

    await submit(talk, because("duplicate"), **but)

    assert await kept(archive) == []


async def test_who_objects_can_mute_the_story_and_is_shown_a_narrower_query(
    talk: Talk, told: Entry
) -> None:
    await object_to(talk, told, "wrong subject")
    said, offered = talk.replies[-1]["text"], talk.button(blocks.MUTE)

    await talk.click(offered)

    assert "subscribe to “topic:huawei -organizations” instead" in said
    assert "left out 1 of 1" in said
    (card,) = talk.server.asked("chat.update")
    assert f"Muted by <@{ALICE}>" in str(card["blocks"])


async def test_the_owner_sees_what_people_object_to_among_the_subscriptions(
    talk: Talk, told: Entry
) -> None:
    await object_to(talk, told, "wrong subject", user=BOB)
    await object_to(talk, told, "too minor", user=ALICE)
    await object_to(talk, told, "wrong subject", user="U03CAROL")

    await talk.type("subscriptions")

    listed, _news = talk.replies[-2:]
    assert "3 not relevant in 30 days, mostly: wrong subject" in str(listed["blocks"])


async def test_the_owner_hears_of_objections_with_their_next_command_and_once(
    talk: Talk, told: Entry
) -> None:
    await object_to(talk, told, "wrong subject", user=BOB)

    await talk.type("help", user=BOB)
    other = len(talk.replies)
    await talk.type("help")
    heard = talk.replies[-1]
    await talk.type("help")

    assert other == 2
    assert (
        heard["text"]
        == "Your subscription “topic:huawei”: 1 not relevant in 30 days: wrong subject."
    )
    assert heard["response_type"] == "ephemeral"
    assert len(talk.replies) == other + 3


async def test_what_was_heard_of_is_no_news_when_its_story_becomes_part_of_another(
    archive: Archive, talk: Talk, told: Entry
) -> None:
    def merge(db: Database) -> None:
        into = stories.open_story(db, now=NOW)
        stories.merge(db, told.story_id, into=into, because=_BECAUSE, now=NOW)

    await object_to(talk, told, "wrong subject", user=BOB)
    await talk.type("help")
    heard = len(talk.replies)

    await archive.storage.run(merge)
    await talk.type("help")

    assert "not relevant" in talk.replies[heard - 1]["text"]
    assert len(talk.replies) == heard + 1


async def test_a_story_is_shared_once_with_who_did_and_their_word(talk: Talk, told: Entry) -> None:
    await talk.click({"action_id": story_buttons.SHARE_STORY, "value": str(told.id)})

    await submit(talk, to(CHANNEL, "Look <!channel> *here*"))
    await submit(talk, to(CHANNEL, "Look"))

    (message,) = talk.server.channels[CHANNEL]
    first = message["blocks"][0]["elements"][0]["text"]
    assert first.startswith(f"Shared by <@{ALICE}>: Look")
    assert "<!channel>" not in json.dumps(message)
    assert "85 FR 36719" in message["text"]
    assert "Topic huawei" not in json.dumps(message)
    assert talk.replies[-1]["text"] == "Shared."


async def test_only_members_share_into_a_channel(talk: Talk, told: Entry) -> None:
    talk.server.channels["C02OTHER"] = []
    talk.server.members["C02OTHER"] = [BOB]
    await talk.click({"action_id": story_buttons.SHARE_STORY, "value": str(told.id)})

    await submit(talk, to("C02OTHER"))

    assert talk.server.channels["C02OTHER"] == []
    assert "Only members" in talk.replies[-1]["text"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(error="not_in_channel"), "/invite @Rulewire"),
        (Fault(error="is_archived"), "Slack did not take it"),
        (Fault(drop=True), "look whether it stands there"),
    ],
)
async def test_what_slack_does_not_take_is_said(
    talk: Talk, told: Entry, fault: Fault, said: str
) -> None:
    talk.server.fail("chat.postMessage", fault)
    await talk.click({"action_id": story_buttons.SHARE_STORY, "value": str(told.id)})

    await submit(talk, to(CHANNEL))

    assert said in talk.replies[-1]["text"]


async def test_a_window_that_slack_does_not_open_is_said(talk: Talk, told: Entry) -> None:
    talk.server.fail("views.open", Fault(error="expired_trigger_id"))

    await talk.click(choose(f"{blocks.NOT_RELEVANT}:{told.id}"))

    assert talk.replies[-1]["text"].startswith("Slack did not open the window")


async def test_an_entry_that_is_gone_is_said(talk: Talk, told: Entry) -> None:
    await talk.click(choose(f"{blocks.NOT_RELEVANT}:{told.id + 40}"))
    await submit(talk, because("duplicate"))
    objected = talk.replies[-1]["text"]
    await talk.click({"action_id": story_buttons.SHARE_STORY, "value": str(told.id + 40)})
    await submit(talk, to(CHANNEL))

    assert "not in the archive any more" in objected
    assert "not in the archive any more" in talk.replies[-1]["text"]


async def test_an_objection_outlives_a_merge_of_its_story(archive: Archive, told: Entry) -> None:
    def merge(db: Database) -> list[int]:
        into = stories.open_story(db, now=NOW)
        feedback.give(db, _given(told))
        stories.merge(db, told.story_id, into=into, because=_BECAUSE, now=NOW)
        return [each.story_id - into for each in feedback.in_channel(db, CHANNEL, since=EVERYTHING)]

    assert await archive.storage.run(merge) == [0]


async def test_a_subscription_without_objections_says_nothing_of_them(
    archive: Archive, talk: Talk, told: Entry
) -> None:
    def other(db: Database) -> None:
        subscriptions.add(db, channel=CHANNEL, query="zte", created_by=BOB, now=NOW)

    await archive.storage.run(other)
    await object_to(talk, told, "duplicate", user=BOB)

    await talk.type("subscriptions")

    assert str(talk.blocks()).count("not relevant") == 1


_BECAUSE = Because(made_by="U1", reason="a person said so", confidence=1.0)


def _given(entry: Entry) -> Feedback:
    return Feedback(
        story_id=entry.story_id,
        entry_id=entry.id,
        channel=CHANNEL,
        person=BOB,
        objection=Objection.MINOR,
        words="",
        queries=(),
        made_at=NOW,
    )
