"""Who may do what, asked of a Slack: members change their channel, admins what concerns everyone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from bot.slack import blocks, buttons
from storage import events, outbox, stories, uncertain
from storage.joins import Because
from tests.archive import ALICE, BOB, CHANNEL, Archive, document, open_archive
from tests.delivering import Elapsed
from tests.factories import NOW, make_press
from tests.slack_server import Fault
from tests.slack_talk import Talk, open_talk

#: Dave is no member of the channel; Carol is neither that nor an admin, but a list names her.
CAROL, DAVE = "U03CAROL", "U04DAVE"
CHANGING = [
    "subscribe standards",
    "unsubscribe huawei",
    "settings steps thread",
    "calendar huawei",
    "pause huawei",
    "mute 2h",
]
GOVERNING = [
    "settle 1 again",
    "join 2020-13093 to https://news.example/huawei",
    "split 2020-13093",
]
#: A click on each button that changes something; whatever its number means has the number 1.
CHANGING_CLICKS = [
    (buttons.SUBSCRIBE_SEARCH, "standards"),
    (buttons.SUBSCRIBE_TOPIC, "standards"),
    (buttons.REMOVE, "1"),
    (buttons.UNDO, "muted:1"),
    (buttons.SHARE, '{"query":"huawei"}'),
    (blocks.MUTE, "1"),
]
GOVERNING_CLICKS = [
    (buttons.SETTLE_AGAIN, "1"),
    (buttons.SETTLE_SENT, "1"),
    (buttons.NOT_THIS_STORY, "1"),
]


@pytest.fixture
def elapsed() -> Elapsed:
    return Elapsed()


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    """A subscription, a muted story of two entries, an uncertain delivery: each has the number 1."""

    def fill(db: Database) -> None:
        (rule, report) = (entry.id for entry in found)
        because = Because(reason="made so", confidence=1.0, made_by="rule")
        stories.merge(db, found[1].story_id, into=found[0].story_id, because=because, now=NOW)
        event = events.reach(db, found[0], now=NOW)
        outbox.enqueue(db, event, channel=CHANNEL, whys=[], now=NOW)
        claimed = outbox.claim(db, CHANNEL, now=NOW)
        assert claimed
        outbox.settle_uncertain(db, claimed, reason="answer lost", now=NOW)
        uncertain.unreadable(db, claimed, reason="missing_scope")
        mark = stories.Mark.MUTED
        stories.mark(db, found[0].story_id, mark, holder=CHANNEL, made_by=ALICE, now=NOW)
        assert {rule, found[0].story_id, claimed.id} == {1}
        assert report == 2

    async with open_archive(tmp_path) as opened:
        found = await opened.remember(document(), make_press(url="https://news.example/huawei"))
        await opened.storage.run(fill)
        await opened.ask("subscribe huawei")
        yield opened


@pytest.fixture
async def talk(archive: Archive, elapsed: Elapsed) -> AsyncIterator[Talk]:
    listed = frozenset({CAROL, "T01TEST/U05ERIN"})
    async with open_talk(archive.commands, admins=listed, elapsed=elapsed) as opened:
        opened.server.people |= {CAROL: {}, DAVE: {}, "U05ERIN": {}}
        yield opened


async def everything(archive: Archive) -> dict[str, list[Any]]:
    """All that commands and clicks can change."""
    kept = "calendars cards channels entries joins marks outbox settlements stories subscriptions"

    def read(db: Database) -> dict[str, list[Any]]:
        return {table: list(db.query(f"SELECT * FROM {table}")) for table in kept.split()}

    return await archive.storage.run(read)


@pytest.mark.parametrize("text", [*CHANGING, *GOVERNING])
async def test_a_stranger_changes_nothing_and_is_told_why(
    archive: Archive, talk: Talk, text: str
) -> None:
    before = await everything(archive)

    reply = await talk.type(text, user=DAVE)

    assert reply["response_type"] == "ephemeral"
    assert "nly " in reply["text"]
    assert await everything(archive) == before


@pytest.mark.parametrize(("action", "value"), [*CHANGING_CLICKS, *GOVERNING_CLICKS])
async def test_a_strangers_click_changes_nothing(
    archive: Archive, talk: Talk, action: str, value: str
) -> None:
    before = await everything(archive)

    await talk.click({"action_id": action, "value": value}, user=DAVE)

    (reply,) = talk.replies
    assert reply["response_type"] == "ephemeral"
    assert "nly " in reply["text"]
    assert await everything(archive) == before


@pytest.mark.parametrize("text", CHANGING)
async def test_a_member_changes_the_channel(archive: Archive, talk: Talk, text: str) -> None:
    before = await everything(archive)

    await talk.type(text, user=BOB)

    assert await everything(archive) != before


@pytest.mark.parametrize(("action", "value"), CHANGING_CLICKS)
async def test_a_members_click_is_done(talk: Talk, action: str, value: str) -> None:
    await talk.click({"action_id": action, "value": value}, user=BOB)

    assert not [reply for reply in talk.replies if "Only members" in reply["text"]]


@pytest.mark.parametrize("text", GOVERNING)
async def test_a_member_who_is_no_admin_does_not_govern(
    archive: Archive, talk: Talk, text: str
) -> None:
    before = await everything(archive)

    reply = await talk.type(text, user=BOB)

    assert "only admins and owners" in reply["text"]
    assert await everything(archive) == before


@pytest.mark.parametrize("user", [ALICE, CAROL, "U05ERIN"])
async def test_admins_and_those_who_are_listed_govern(
    archive: Archive, talk: Talk, user: str
) -> None:
    before = await everything(archive)

    reply = await talk.type("settle 1 sent", user=user)

    assert "has marked as sent" in reply["text"]
    assert await everything(archive) != before


@pytest.mark.parametrize(
    "person",
    [
        {"is_admin": True, "deleted": True},
        {"is_admin": True, "is_bot": True},
        {"is_admin": True, "team_id": "T02OTHER"},  # of another company, in a shared channel
        {"is_owner": True, "team_id": None},
        {"is_admin": True, "team_id": "T02OTHER", "enterprise_user": {"teams": ["T03"]}},
    ],
)
async def test_whoever_is_an_admin_elsewhere_or_no_more_does_not_govern(
    talk: Talk, person: dict[str, Any]
) -> None:
    talk.server.people[DAVE] = person

    reply = await talk.type("settle 1 sent", user=DAVE)

    assert "only admins and owners" in reply["text"]


async def test_an_owner_of_a_workspace_within_an_enterprise_governs(talk: Talk) -> None:
    across = {"teams": ["T01TEST", "T03"]}
    talk.server.people[DAVE] = {"is_owner": True, "team_id": "E01", "enterprise_user": across}

    reply = await talk.type("settle 1 sent", user=DAVE)

    assert "has marked as sent" in reply["text"]


async def test_the_last_of_many_members_is_found(talk: Talk) -> None:
    talk.server.members[CHANNEL] = [f"U{number:04}" for number in range(2_500)] + ["U0BOT", DAVE]

    reply = await talk.type("subscribe standards", user=DAVE)

    assert "subscribed to" in reply["text"]
    assert len(talk.server.asked("conversations.members")) == 3


async def test_a_guest_who_is_a_member_is_one(talk: Talk) -> None:
    talk.server.people[BOB] = {"is_restricted": True}

    reply = await talk.type("subscribe standards", user=BOB)

    assert "subscribed to" in reply["text"]


async def test_in_ones_own_direct_message_nobody_has_to_be_asked(talk: Talk) -> None:
    reply = await talk.type("subscribe standards", user=DAVE, channel="D04DAVE")

    assert "subscribed to" in reply["text"]
    assert talk.server.asked("conversations.members") == []


async def test_who_may_not_subscribe_is_offered_a_preview(talk: Talk) -> None:
    refused = await talk.type("subscribe topic:standards daily", user=DAVE)

    preview = await talk.type("rehearse topic:standards", user=DAVE)

    assert "“/rulewire rehearse topic:standards daily”" in refused["text"]
    assert "would have told" in preview["text"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(error="channel_not_found"), "/invite @Rulewire"),
        (Fault(error="missing_scope"), "lacks a scope"),
        (Fault(error="ratelimited", status=429, retry_after=30), "Slack is busy"),
        (Fault(error="fatal"), "could not be asked"),
        (Fault(status=503), "could not be asked"),
        (Fault(drop=True), "could not be asked"),
    ],
)
async def test_when_slack_does_not_say_nothing_is_done(
    archive: Archive, talk: Talk, fault: Fault, said: str
) -> None:
    before = await everything(archive)
    talk.server.fail("conversations.members", fault, fault)  # a read cut off is read once more

    reply = await talk.type("subscribe standards", user=BOB)

    assert said in reply["text"]
    assert await everything(archive) == before


async def test_a_yes_is_believed_for_a_minute_and_no_longer(talk: Talk, elapsed: Elapsed) -> None:
    await talk.type("subscribe standards", user=BOB)
    talk.server.members[CHANNEL] = [ALICE, "U0BOT"]

    elapsed.seconds += 59
    within = await talk.type("unsubscribe standards", user=BOB)
    elapsed.seconds += 2
    after = await talk.type("subscribe standards", user=BOB)

    assert "unsubscribed from" in within["text"]
    assert "Only members" in after["text"]


async def test_who_joins_the_channel_has_to_wait_but_seconds(talk: Talk, elapsed: Elapsed) -> None:
    await talk.type("subscribe standards", user=DAVE)
    talk.server.members[CHANNEL].append(DAVE)

    elapsed.seconds += 5
    reply = await talk.type("subscribe standards", user=DAVE)

    assert "subscribed to" in reply["text"]


@pytest.mark.parametrize("text", ["", "status", "settings", "subscriptions", "topics", "why x"])
async def test_reading_is_free_and_asks_slack_nothing(talk: Talk, text: str) -> None:
    await talk.type(text, user=DAVE)

    asked = {method for method, _ in talk.server.requests}
    assert asked - {"auth.test"} == {"respond"}  # Bolt asks once who we are


@pytest.mark.parametrize("action", [blocks.FOLLOW, blocks.UNFOLLOW])
async def test_marks_of_ones_own_are_free(talk: Talk, action: str) -> None:
    await talk.click({"action_id": action, "value": "1"}, user=DAVE)
    await talk.click({"action_id": buttons.UNDO, "value": "saved:1"}, user=DAVE)

    assert talk.server.asked("conversations.members") == []
    assert not [reply for reply in talk.replies if "nly " in reply["text"]]


@pytest.mark.parametrize("text", ["SUBSCRIBE standards", "  subscribe\tstandards", "Settle 1 sent"])
async def test_how_a_word_is_written_makes_no_difference(
    archive: Archive, talk: Talk, text: str
) -> None:
    before = await everything(archive)

    await talk.type(text, user=DAVE)

    assert await everything(archive) == before
