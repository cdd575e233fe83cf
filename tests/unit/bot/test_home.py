"""Home shows each person what is theirs, does what its buttons say once, and never floods Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlite_utils import Database

from bot.slack import home_blocks
from storage import events, outbox, polls, stories, subscriptions
from storage.deliveries import State
from storage.stories import Mark
from storage.subscriptions import Cadence, Terms
from tests.archive import ALICE, BOB, CHANNEL, Archive, document, press
from tests.factories import NOW
from tests.slack_server import Fault
from tests.slack_talk import Talk, open_talk

OTHER = "C02OTHER"


@pytest.fixture
async def talk(archive: Archive) -> AsyncIterator[Talk]:
    async with open_talk(archive.commands) as opened:
        opened.server.channels[CHANNEL] = []
        yield opened


async def subscribe(
    archive: Archive, query: str = "topic:huawei", *, channel: str = CHANNEL, **terms: Any
) -> int:
    def add(db: Database) -> int:
        found, _ = subscriptions.add(
            db, channel=channel, query=query, created_by=BOB, now=NOW, terms=Terms(**terms)
        )
        return found.id

    return await archive.storage.run(add)


async def keep(archive: Archive, mark: Mark, *, holder: str = ALICE) -> int:
    (entry,) = await archive.remember(document())

    def marked(db: Database) -> int:
        stories.mark(db, entry.story_id, mark, holder=holder, made_by=holder, now=NOW)
        return entry.story_id

    return await archive.storage.run(marked)


def said(talk: Talk, *, user: str = ALICE) -> str:
    return str(talk.home(user=user))


async def test_a_first_visit_is_welcomed_once_and_taught_by_examples(talk: Talk) -> None:
    first = await talk.open_home()
    again = await talk.open_home()

    assert "*Welcome.*" in str(first)
    assert "*Welcome.*" not in str(again)
    tries = [each for each in first if each.get("accessory", {}).get("action_id") == "home-new"]
    assert [each["accessory"]["value"] for each in tries] == [
        "topic:huawei",
        'agency:bis "entity list"',
        "huawei type:rule",
    ]


async def test_a_welcome_that_slack_did_not_take_is_given_again(talk: Talk) -> None:
    talk.server.fail("views.publish", Fault(error="internal_error"))

    await talk.open_home()
    again = await talk.open_home()

    assert "*Welcome.*" in str(again)


async def test_the_messages_tab_shows_no_home(talk: Talk) -> None:
    assert await talk.open_home(tab="messages") == []


@pytest.mark.parametrize("event", [{}, {"tab": "home"}, {"tab": "home", "user": ""}, {"tab": {}}])
async def test_an_event_of_another_shape_is_acknowledged(talk: Talk, event: dict[str, Any]) -> None:
    answer = await talk.send(
        {
            "type": "event_callback",
            "team_id": "T01TEST",
            "event": {"type": "app_home_opened", **event},
        }
    )

    assert answer.status == 200
    assert talk.server.homes == {}


async def test_it_shows_the_subscriptions_of_ones_channels_and_no_others(
    archive: Archive, talk: Talk
) -> None:
    talk.server.members[OTHER] = ["U0BOT", BOB]
    await subscribe(archive, cadence=Cadence.DAILY, note="The licence team asked for it.")
    await subscribe(archive, "topic:standards", channel=OTHER)
    await subscribe(archive, "semiconductor", channel=ALICE)
    await subscribe(archive, "quantum", channel=BOB)

    alice, bob = str(await talk.open_home()), str(await talk.open_home(user=BOB))

    assert f"*Huawei* in <#{CHANNEL}>" in alice
    assert "Daily at 09:00" in alice
    assert "_The licence team asked for it._" in alice
    assert "`semiconductor` in your direct messages" in alice
    assert "Standards" not in alice
    assert "quantum" not in alice
    assert "*Standards* in" in bob


async def test_without_slacks_word_on_membership_only_ones_own_are_shown(
    archive: Archive, talk: Talk
) -> None:
    talk.server.fail("users.conversations", Fault(error="missing_scope"))
    await subscribe(archive)
    await subscribe(archive, "semiconductor", channel=ALICE)

    shown = str(await talk.open_home())

    assert "semiconductor" in shown
    assert CHANNEL not in shown
    assert "Slack did not say which channels you are in" in shown


async def test_membership_is_asked_for_once_a_minute_and_page_by_page(archive: Archive) -> None:
    seconds = [0.0]
    async with open_talk(archive.commands, elapsed=lambda: seconds[0]) as talk:
        talk.server.page = 1
        talk.server.members[OTHER] = [ALICE]
        await subscribe(archive, channel=OTHER)

        first = await talk.open_home()
        await talk.open_home()
        pages = len(talk.server.asked("users.conversations"))
        seconds[0] = 61.0
        await talk.open_home()

    assert OTHER in str(first)
    assert pages == 2
    assert len(talk.server.asked("users.conversations")) == 4


async def test_what_slack_said_of_membership_holds_while_it_says_nothing(
    archive: Archive,
) -> None:
    seconds = [0.0]
    async with open_talk(archive.commands, elapsed=lambda: seconds[0]) as talk:
        await subscribe(archive)
        await talk.open_home()
        talk.server.fail("users.conversations", Fault(error="ratelimited", status=429))
        seconds[0] = 61.0

        shown = str(await talk.open_home())

    assert f"*Huawei* in <#{CHANNEL}>" in shown
    assert "Slack did not say" not in shown


async def test_followed_stories_come_with_their_next_deadline(archive: Archive, talk: Talk) -> None:
    story = await keep(archive, Mark.FOLLOWED)
    await archive.storage.run(_comments_close)

    shown = str(await talk.open_home())

    assert "Release of “Technology” to Certain Entities" in shown
    assert "*Comments close 17 August 2020, in 60 days*" in shown
    assert talk.on_home(home_blocks.UNFOLLOW)["value"] == str(story)


def _comments_close(db: Database) -> None:
    db.execute(
        "INSERT INTO deadlines (uid, entry_id, kind, day, provisional, source, sentence, set_at)"
        " VALUES ('x', 1, 'comments close', '2020-08-17', 0, '2020-13093', '',"
        " '2020-06-18T00:00:00.000Z')"
    )


@pytest.mark.parametrize(
    ("mark", "action"),
    [(Mark.FOLLOWED, home_blocks.UNFOLLOW), (Mark.SAVED, home_blocks.UNSAVE)],
)
async def test_what_is_kept_can_be_left_again_by_one_click_or_two(
    archive: Archive, talk: Talk, mark: Mark, action: str
) -> None:
    story = await keep(archive, mark)
    await talk.open_home()
    button = talk.on_home(action)

    await talk.press(button)
    await talk.press(button)

    assert await archive.marks(story) == set()
    assert "Release of" not in said(talk)


async def test_a_subscription_is_paused_and_resumed_and_its_channel_is_told_once(
    archive: Archive, talk: Talk
) -> None:
    await subscribe(archive)
    await talk.open_home()
    pause = talk.on_home(home_blocks.PAUSE)

    await talk.press(pause)
    await talk.press(pause)
    paused = said(talk)
    await talk.press(talk.on_home(home_blocks.RESUME))

    assert f"*Paused* by <@{ALICE}>" in paused
    assert "Paused" not in said(talk)
    assert [each["text"] for each in talk.server.channels[CHANNEL]] == [
        f"<@{ALICE}> paused the subscription to topic:huawei.",
        f"<@{ALICE}> resumed the subscription to topic:huawei.",
    ]
    assert len(archive.changes) >= 3


async def test_a_subscription_that_we_had_stopped_can_be_resumed(
    archive: Archive, talk: Talk
) -> None:
    await subscribe(archive)
    await archive.storage.run(subscriptions.disable, CHANNEL, reason="is_archived")
    shown = str(await talk.open_home())

    await talk.press(talk.on_home(home_blocks.RESUME))

    assert "*Stopped*: The channel is archived." in shown
    assert "Stopped" not in said(talk)


async def test_remove_asks_before_and_a_second_click_is_answered_politely(
    archive: Archive, talk: Talk
) -> None:
    await subscribe(archive)
    shown = await talk.open_home()
    remove = talk.on_home(home_blocks.REMOVE)

    await talk.press(remove)
    await talk.press(remove)

    assert "Remove this subscription?" in str(shown)
    assert await archive.subscribed() == []
    assert "Somebody has removed this subscription meanwhile." in said(talk)
    assert len(talk.server.channels[CHANNEL]) == 1


async def test_who_has_left_the_channel_changes_nothing(archive: Archive, talk: Talk) -> None:
    await subscribe(archive)
    await talk.open_home()
    remove = talk.on_home(home_blocks.REMOVE)
    talk.server.members[CHANNEL] = ["U0BOT", BOB]

    await talk.press(remove)

    assert await archive.subscribed() == ["topic:huawei"]
    assert "You are no longer in that channel" in said(talk)


async def test_one_workspace_changes_nothing_of_another(archive: Archive, talk: Talk) -> None:
    number = await subscribe(archive, channel=f"T02OTHER/{CHANNEL}")
    await talk.open_home()

    for action in (home_blocks.PAUSE, home_blocks.REMOVE):
        await talk.press({"type": "button", "action_id": action, "value": str(number)})

    assert await archive.subscribed(f"T02OTHER/{CHANNEL}") == ["topic:huawei"]
    assert "Somebody has removed this subscription meanwhile." in said(talk)


async def test_long_lists_have_pages_of_their_own(archive: Archive, talk: Talk) -> None:
    for number in range(23):
        await subscribe(archive, f"word{number:02}")
    overview = str(await talk.open_home())

    await talk.press(talk.on_home(home_blocks.TURN))
    await talk.press(talk.on_home(home_blocks.NEXT))
    second = said(talk)
    await talk.press(talk.on_home(home_blocks.NEXT))
    last = said(talk)
    await talk.press(talk.on_home(home_blocks.BACK))

    assert "See All 23" in overview
    assert "word04" in overview
    assert "word05" not in overview
    assert "Page 2 of 3" in second
    assert "word10" in second
    assert home_blocks.NEXT not in last
    assert "See All 23" in said(talk)


async def test_a_page_that_is_gone_shows_the_last_there_is(archive: Archive, talk: Talk) -> None:
    await subscribe(archive)
    await talk.open_home()

    await talk.press({"type": "button", "action_id": home_blocks.NEXT, "value": "subscriptions:9"})

    assert "Page 1 of 1" in said(talk)


async def uncertain(archive: Archive) -> None:
    (entry,) = await archive.remember(document())

    def lose(db: Database) -> None:
        outbox.enqueue(db, events.reach(db, entry, now=NOW), channel=OTHER, whys=[], now=NOW)
        claimed = outbox.claim(db, OTHER, now=NOW)
        assert claimed
        outbox.settle_uncertain(db, claimed, reason="answer lost", now=NOW)

    await archive.storage.run(lose)


async def test_those_who_govern_see_what_ails_and_settle_what_is_uncertain(
    archive: Archive, talk: Talk
) -> None:
    await uncertain(archive)
    await archive.storage.run(polls.schedule, ["example-news"], now=NOW)
    await archive.storage.run(
        polls.record_failure, "example-news", reason="HTTP 503", next_poll_at=NOW, now=NOW
    )

    alice, bob = str(await talk.open_home()), str(await talk.open_home(user=BOB))
    await talk.press(talk.on_home(home_blocks.SENT))

    assert "failing, 1 time: HTTP 503" in alice
    assert f"<#{OTHER}> perhaps told" in alice
    assert "Sources" not in bob
    assert await archive.storage.run(outbox.counts) == {State.SENT: 1}
    assert "perhaps told" not in said(talk)


async def test_who_does_not_govern_settles_nothing(archive: Archive, talk: Talk) -> None:
    await uncertain(archive)
    await talk.open_home(user=BOB)

    await talk.press({"type": "button", "action_id": home_blocks.AGAIN, "value": "1"}, user=BOB)

    assert await archive.storage.run(outbox.counts) == {State.UNCERTAIN: 1}
    assert "Only those who run Rulewire may settle this." in said(talk, user=BOB)


@pytest.mark.parametrize(
    "action",
    [
        home_blocks.PAUSE,
        home_blocks.RESUME,
        home_blocks.REMOVE,
        home_blocks.UNFOLLOW,
        home_blocks.UNSAVE,
        home_blocks.AGAIN,
        home_blocks.SENT,
        home_blocks.TURN,
        home_blocks.NEXT,
        home_blocks.PREVIOUS,
        home_blocks.BACK,
    ],
)
@pytest.mark.parametrize("value", ["", "x", "9" * 18, "'; DROP TABLE homes; --", "saved:", "a:1"])
async def test_a_value_that_is_none_of_ours_changes_nothing(
    archive: Archive, talk: Talk, action: str, value: str
) -> None:
    await subscribe(archive)
    await talk.open_home()

    await talk.press({"type": "button", "action_id": action, "value": value})

    assert await archive.subscribed() == ["topic:huawei"]
    assert talk.server.channels[CHANNEL] == []
    assert "Updated" in said(talk)


async def test_a_click_by_one_who_never_opened_home_shows_none(
    archive: Archive, talk: Talk
) -> None:
    number = await subscribe(archive)

    await talk.press(
        {"type": "button", "action_id": home_blocks.PAUSE, "value": str(number)}, user=BOB
    )

    assert talk.server.homes == {}
    assert len(talk.server.channels[CHANNEL]) == 1


async def test_saved_stories_stand_below(archive: Archive, talk: Talk) -> None:
    await keep(archive, Mark.SAVED)
    await archive.remember(press(1))

    shown = await talk.open_home()

    heads = [each["text"]["text"] for each in shown if each["type"] == "header"]
    assert heads == ["You follow", "Subscriptions", "You saved", "Sources"]
    assert "Release of" in str(shown)
