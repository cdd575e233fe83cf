"""What the owners are told of their feeds, from visits to the message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from bot import bulletin, health_wording
from bot.bulletin import Bulletin
from bot.health_watch import Watch
from bot.slack import bulletin_blocks
from feeds.model import Feed, FeedKind
from storage import bulletins, entries, polls, publishing
from storage.deliveries import State
from storage.outages import NETWORK, Out, Trouble
from tests.factories import NOW, make_feed, make_press
from tests.slack_limits import check_limits

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OWNERS = "C0OWNERS"
HOSTILE = "<!channel> <@U01ALICE> *b* `c` \u202e|&" * 20

Look = Callable[[datetime], list[str]]


@pytest.fixture
def feeds() -> dict[str, Feed]:
    named = {
        name: make_feed(name=name, title=name.title(), url=f"https://{name}.example/feed")
        for name in ("one", "two", "three")
    }
    named["register"] = make_feed(
        name="register", kind=FeedKind.FEDERAL_REGISTER, title="Register", url=""
    )
    return named


@pytest.fixture
def look(db: Database, feeds: dict[str, Feed]) -> Look:
    """Look at the feeds, and give the titles of what came to be owed since the last look."""
    watch = Watch(
        channel=OWNERS,
        register_url="https://www.federalregister.gov/api/v1",
        timezone=ZoneInfo("UTC"),
    )
    polls.schedule(db, feeds, now=NOW)
    for name in feeds:
        read(db, name, NOW)
    seen: set[int] = set()

    def at(now: datetime) -> list[str]:
        watch.look(db, feeds, now=now)
        owed = [each for each in bulletins.in_state(db, State.PENDING) if each.id not in seen]
        seen.update(each.id for each in owed)
        return [bulletin.decode(each.body).title for each in owed]

    return at


def read(db: Database, feed: str, now: datetime) -> None:
    polls.record_success(db, feed, bookmark={}, next_poll_at=now + HOUR, now=now)


def fail(db: Database, feed: str, *times: datetime, gone: bool = False) -> None:
    for now in times:
        polls.record_failure(
            db, feed, reason="answered 503", next_poll_at=now + HOUR, now=now, gone=gone
        )


def test_a_failing_feed_is_told_once_and_once_when_it_is_back_with_what_came_in(
    db: Database, look: Look
) -> None:
    fail(db, "one", NOW, NOW + HOUR)
    early = look(NOW + HOUR)
    fail(db, "one", NOW + 2 * HOUR, NOW + 3 * HOUR)
    told = [look(NOW + 3 * HOUR), look(NOW + 20 * HOUR)]
    read(db, "one", NOW + 26 * HOUR)
    entries.remember(db, make_press(feed="one", title="Huawei <news>"), now=NOW + 26 * HOUR)
    back = [look(NOW + 26 * HOUR), look(NOW + 27 * HOUR)]

    assert early == []
    assert told == [["One cannot be read"], []]
    assert back == [["One is read again, after 26 hours"], []]
    last = bulletin.decode(bulletins.in_state(db, State.PENDING)[-1].body)
    assert last.lines[1:] == ["One entry came in meanwhile:", "Huawei <news>"]


def test_a_network_that_fails_is_one_message_however_long_its_feeds_take_to_ripen(
    db: Database, look: Look, feeds: dict[str, Feed]
) -> None:
    for name in ("one", "two", "three"):
        fail(db, name, NOW, NOW + HOUR)
    fail(db, "one", NOW + 2 * HOUR, NOW + 2 * HOUR)
    told = look(NOW + 2 * HOUR)
    for name in feeds:
        fail(db, name, *(NOW + hours * HOUR for hours in (3, 4, 5, 6)))
    more = look(NOW + 9 * HOUR)
    (said,) = bulletins.in_state(db, State.PENDING)

    assert told == ["3 feeds cannot be read"]
    assert more == []
    assert bulletin.decode(said.body).title == "4 feeds cannot be read"
    assert "our own network" in bulletin.decode(said.body).lines[1]


def test_a_feed_that_is_gone_is_told_with_the_command_that_ends_it(
    db: Database, look: Look
) -> None:
    fail(db, "one", NOW, gone=True)
    told = look(NOW)
    fail(db, "one", NOW + DAY, gone=True)
    again = look(NOW + DAY)
    (said,) = bulletins.in_state(db, State.PENDING)
    read(db, "one", NOW + 2 * DAY)
    back = look(NOW + 2 * DAY)

    assert (told, again, back) == (["One is gone"], [], ["One is read again, after 2 days"])
    assert "To stop asking: rulewire feeds remove one" in bulletin.decode(said.body).lines


def test_a_feed_that_falls_silent_is_told_once_and_once_when_it_publishes_again(
    db: Database, look: Look
) -> None:
    history = [make_press(event_at=NOW - each * DAY) for each in range(2, 90)]
    publishing.note(db, "one", history, first=True, now=NOW)  # the last one is of Tuesday

    thursday = look(NOW)
    read(db, "one", NOW + DAY)
    friday = [look(NOW + DAY), look(NOW + DAY + HOUR)]
    read(db, "one", NOW + 4 * DAY)
    publishing.note(db, "one", [make_press(event_at=None)], first=False, now=NOW + 4 * DAY)
    monday = look(NOW + 4 * DAY)

    assert thursday == []
    assert friday == [["One has fallen silent"], []]
    assert monday == ["One publishes again, after 6 days"]


def test_a_move_is_told_once_with_the_line_for_the_list_of_feeds(
    db: Database, look: Look, feeds: dict[str, Feed]
) -> None:
    before, after = feeds["one"].url, "https://new.example/feed"
    polls.record_success(db, "one", bookmark={}, next_poll_at=NOW, now=NOW, moved=(before, after))
    unused = look(NOW)
    feeds["one"] = make_feed(name="one", title="One", url=after)
    told = [look(NOW + HOUR), look(NOW + 2 * HOUR)]
    (said,) = bulletins.in_state(db, State.PENDING)

    assert unused == []
    assert told == [["One has moved"], []]
    assert bulletin.decode(said.body).lines[-1] == f'url = "{after}": was {before}'


def test_without_an_owners_channel_outages_are_kept_and_nobody_is_told(
    db: Database, feeds: dict[str, Feed]
) -> None:
    watch = Watch(channel="", register_url="", timezone=ZoneInfo("UTC"))
    polls.schedule(db, feeds, now=NOW)
    fail(db, "one", NOW, gone=True)

    assert watch.look(db, feeds, now=NOW) == 0
    assert bulletins.in_state(db, State.PENDING) == []


@pytest.mark.parametrize("kind", Trouble)
def test_forty_feeds_of_hostile_names_fit_one_message(kind: Trouble) -> None:
    feeds = {
        f"f{each}": make_feed(name=f"f{each}", title=HOSTILE, url="https://x.example/" + "y" * 900)
        for each in range(40)
    }
    outs = [Out(feed=name, since=NOW, reason=HOSTILE) for name in feeds]

    said: Bulletin = health_wording.out(kind, HOSTILE, outs, feeds, timezone=ZoneInfo("UTC"))

    text, blocks = bulletin_blocks.message(said)
    assert check_limits({"text": text, "blocks": blocks}) == []
    assert "<!channel>" not in str(blocks)


def test_what_is_wrong_with_all_feeds_alike_is_said_once() -> None:
    feeds = {name: make_feed(name=name, title=name.title()) for name in ("one", "two")}
    alike = [Out(feed=name, since=NOW, reason="no such host") for name in feeds]
    unlike = [alike[0], replace(alike[1], reason="503")]

    same, other = (
        health_wording.out(Trouble.FAILING, NETWORK, outs, feeds, timezone=ZoneInfo("UTC"))
        for outs in (alike, unlike)
    )

    assert "\n".join(same.lines).count("no such host") == 1
    assert [row.detail for row in same.parts[-1].rows] == ["", ""]
    assert "no such host" in other.parts[-1].rows[0].detail
    assert "503" in other.parts[-1].rows[1].detail
