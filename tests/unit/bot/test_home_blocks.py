"""Home is within Slack's limits whatever it is made of, and outside text in it does nothing."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot import home
from bot.home import HomePage
from bot.question import Question
from bot.slack import home_blocks
from storage import entries, homes, stories, subscriptions
from storage.homes import Home, Shelf
from storage.stories import Mark
from storage.subscriptions import NOTE, Terms
from tests.archive import ALICE, CHANNEL, TOPICS, Archive, press
from tests.factories import NOW, make_feed
from tests.slack_limits import check_limits

ATTACK = "<!channel> <@U01ALICE> <https://evil.example|x> *bold* `code` \u202e@here " * 20
ZONE = ZoneInfo("America/New_York")
FEEDS = {f"feed-{n}": make_feed(name=f"feed-{n}", title=f"{n} {ATTACK}"[:200]) for n in range(40)}


def question() -> Question:
    return Question(
        text="",
        channel=ALICE,
        user=ALICE,
        now=NOW,
        timezone=ZONE,
        topics=TOPICS,
        feeds=FEEDS,
    )


def flood(db: Database) -> None:
    """Five hundred subscriptions and as many stories, all of them hostile."""
    for number in range(500):
        subscriptions.add(
            db,
            channel=CHANNEL,
            query=f"{number} {ATTACK}"[:300],
            created_by=ATTACK,
            now=NOW,
            terms=Terms(note=ATTACK[:NOTE]),
        )
    subscriptions.disable(db, CHANNEL, reason=ATTACK)
    for number in range(200):
        item = press(number, title=f"{number} {ATTACK}", url=f"https://x.example/{ATTACK}{number}")
        entry = entries.remember(db, item, now=NOW).entry
        for mark in (Mark.FOLLOWED, Mark.SAVED):
            stories.mark(db, entry.story_id, mark, holder=ALICE, made_by=ALICE, now=NOW)


def read(db: Database, shelf: Shelf, number: int) -> HomePage:
    shown = Home(person=ALICE, opened_at=NOW, welcomed=False, shelf=shelf, page=number, outdated=0)
    return home.page(
        db, question(), shown, channels=[ALICE, CHANNEL], members_known=False, governs=True
    )


async def test_a_flooded_hostile_home_is_within_the_limits_and_pings_nobody(
    archive: Archive,
) -> None:
    await archive.storage.run(flood)
    places = [(Shelf.OVERVIEW, 1)] + [
        (shelf, number)
        for shelf in (Shelf.FOLLOWED, Shelf.SUBSCRIPTIONS, Shelf.SAVED)
        for number in (1, 2, 10_000)
    ]

    for shelf, number in places:
        page = await archive.storage.run(read, shelf, number)
        view = home_blocks.home(page, ZONE, said=ATTACK)

        assert check_limits(view) == []
        markup = [
            each
            for block in view["blocks"]
            for each in [block.get("text", {}), *block.get("elements", [])]
            if each.get("type") == "mrkdwn"
        ]
        assert all(each["verbatim"] is True for each in markup)
        said = " ".join(each["text"] for each in markup)
        assert "<!channel>" not in said
        assert "<https://evil" not in said
        assert "\u202e" not in str(view)


async def test_pages_hold_every_subscription_once(archive: Archive) -> None:
    await archive.storage.run(flood)

    found: list[int] = []
    number, pages = 1, 1
    while number <= pages:
        page = await archive.storage.run(read, Shelf.SUBSCRIPTIONS, number)
        assert page.subscriptions
        found += [line.id for line in page.subscriptions.rows]
        number, pages = number + 1, page.pages

    ids = await archive.storage.run(homes.subscribed, [CHANNEL])
    assert found == ids
    assert pages == 50


async def test_who_mutes_a_channel_is_said_while_it_lasts(archive: Archive) -> None:
    def mute(db: Database) -> None:
        subscriptions.add(db, channel=CHANNEL, query="huawei", created_by=ALICE, now=NOW)
        until = (NOW + timedelta(hours=2)).isoformat()
        db.execute(
            "INSERT INTO channels (channel, steps, muted_until, muted_by) VALUES (?, ?, ?, ?)",
            [CHANNEL, "channel", until, ALICE],
        )

    await archive.storage.run(mute)
    page = await archive.storage.run(read, Shelf.OVERVIEW, 1)
    said = str(home_blocks.home(page, ZONE))

    assert "*Muted* until" in said
    assert f"by <@{ALICE}>" in said


async def test_an_empty_home_teaches_and_every_button_has_a_name(archive: Archive) -> None:
    page = await archive.storage.run(read, Shelf.OVERVIEW, 1)

    view = home_blocks.home(page, ZONE)

    buttons = [
        part
        for block in view["blocks"]
        for part in [*block.get("elements", []), block.get("accessory", {})]
        if part.get("type") == "button"
    ]
    assert check_limits(view) == []
    assert [each["text"]["text"] for each in buttons if each.get("style") == "primary"] == [
        "New Subscription"
    ]
    assert all(each["text"]["text"].istitle() or " or " in each["text"]["text"] for each in buttons)
    assert [each["accessibility_label"] for each in buttons if each["text"]["text"] == "Try"] == [
        "Try topic:huawei",
        'Try agency:bis "entity list"',
        "Try huawei type:rule",
    ]
